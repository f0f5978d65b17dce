"""Step: the learning rate is multiplied by gamma after every so many updates. torch.optim.lr_scheduler.StepLR."""

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, constant
from nnlab.core.kernel import as_real, kernel
from nnlab.core.schedule import Schedule, register
from nnlab.core.setting import Setting
from nnlab.core.written import rounded


@kernel
def update(learning_rate, step_size, gamma, iteration, rate):
    rate[0] = learning_rate * gamma ** as_real(learning_rate, iteration // int(step_size))


def _doubt(rate, settings):  # type: ignore[no-untyped-def]
    return Doubt("With γ at 1 the schedule keeps the learning rate as it is.", {"gamma": 0.1}) if settings["gamma"] == 1 else None


register(
    Schedule(
        name="step",
        title="Step",
        description="The learning rate is multiplied by a factor after a fixed number of updates.",
        update=update,
        settings=(
            Setting(
                "step_size",
                1000,
                "Updates per step",
                "Number of updates after which the rate is multiplied by γ",
                minimum=1,
                maximum=10**9,
                unit="updates",
            ),  # fmt: skip
            Setting("gamma", 0.1, "γ", "Every step multiplies the rate by this", minimum=1e-6, maximum=1.0),
        ),
        doubt=_doubt,
        span=lambda settings: int(settings["step_size"]),
        formula=r"\eta_t = \eta\, \gamma^{\lfloor t / s \rfloor}",
        explain=(
            Explanation(
                "rate",
                r"\eta_t = \eta\, \gamma^k",
                lambda m: (
                    rf"{constant(m['learning_rate'])} \cdot {constant(m.wrote('rate') / m['learning_rate'] if m['learning_rate'] else 1)}"
                ),
                lambda m: f"The rate is multiplied by γ = {rounded(m['gamma'], 3)} after every {m['step_size']:,.0f} updates.",
            ),
        ),
    )
)
