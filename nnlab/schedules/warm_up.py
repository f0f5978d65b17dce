"""Warm-up: the learning rate rises in a straight line from a fraction to its full value, and stays.

Goyal et al., Accurate, Large Minibatch SGD (2017), section 2.2. torch.optim.lr_scheduler.LinearLR with end_factor 1.
"""

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, constant, number
from nnlab.core.kernel import as_real, kernel
from nnlab.core.schedule import Schedule, register
from nnlab.core.setting import Setting


@kernel
def update(learning_rate, start_factor, total_iters, iteration, rate):
    done = min(as_real(learning_rate, iteration), total_iters) / total_iters
    rate[0] = learning_rate * (start_factor + (1.0 - start_factor) * done)


def _doubt(rate, settings):  # type: ignore[no-untyped-def]
    if settings["start_factor"] == 1:
        return Doubt("The warm-up starts at the full learning rate, so it changes nothing.", {"start_factor": 0.1})
    return None


register(
    Schedule(
        name="warm_up",
        title="Warm-up",
        description="The learning rate rises from a fraction to its full value and stays there.",
        update=update,
        settings=(
            Setting("start_factor", 1 / 3, "Start", "Share of the learning rate at the first update", minimum=1e-6, maximum=1.0),
            Setting("total_iters", 100, "Updates", "Updates until the full rate is reached", minimum=1, maximum=10**9, unit="updates"),
        ),
        doubt=_doubt,
        span=lambda settings: int(settings["total_iters"]),
        formula=r"\eta_t = \eta \left(f + (1 - f) \min\left(1, \frac{t}{T}\right)\right)",
        explain=(
            Explanation(
                "rate",
                r"\eta_t = \eta \left(f + (1 - f) \min\left(1, \frac{t}{T}\right)\right)",
                lambda m: (
                    rf"{constant(m['learning_rate'])} \cdot {number(m.wrote('rate') / m['learning_rate'] if m['learning_rate'] else 1)}"
                ),
                lambda m: f"The rate rises to its full value over {m['total_iters']:,.0f} updates.",
            ),
        ),
    )
)
