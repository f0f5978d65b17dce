"""Exponential: the learning rate is multiplied by gamma after every update. torch.optim.lr_scheduler.ExponentialLR."""

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, constant
from nnlab.core.kernel import as_real, kernel
from nnlab.core.schedule import Schedule, register
from nnlab.core.setting import Setting
from nnlab.core.written import rounded


@kernel
def update(learning_rate, gamma, iteration, rate):
    rate[0] = learning_rate * gamma ** as_real(learning_rate, iteration)


def _doubt(rate, settings):  # type: ignore[no-untyped-def]
    return Doubt("With γ at 1 the schedule keeps the learning rate as it is.", {"gamma": 0.999}) if settings["gamma"] == 1 else None


register(
    Schedule(
        name="exponential",
        title="Exponential",
        description="The learning rate falls by the same share with every update.",
        update=update,
        settings=(Setting("gamma", 0.999, "γ", "Every update multiplies the rate by this", minimum=0.5, maximum=1.0),),
        doubt=_doubt,
        formula=r"\eta_t = \eta\, \gamma^t",
        explain=(
            Explanation(
                "rate",
                r"\eta_t = \eta\, \gamma^t",
                lambda m: (
                    rf"{constant(m['learning_rate'])} \cdot {constant(m.wrote('rate') / m['learning_rate'] if m['learning_rate'] else 1)}"
                ),
                lambda m: f"Every update multiplies the rate by γ = {rounded(m['gamma'], 6)}.",
            ),
        ),
    )
)
