"""Cosine: half a wave from the learning rate down to its least value.

Loshchilov and Hutter, SGDR (2017), equation 5. torch.optim.lr_scheduler.CosineAnnealingLR, in its closed form; as there, the rate rises
again along the same wave when training goes on.
"""

import math

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, number
from nnlab.core.kernel import as_real, kernel
from nnlab.core.schedule import Schedule, register
from nnlab.core.setting import Setting


@kernel
def update(learning_rate, t_max, eta_min, iteration, rate):
    angle = as_real(learning_rate, math.pi * iteration / t_max)
    rate[0] = eta_min + (learning_rate - eta_min) * (1.0 + math.cos(angle)) / 2.0


def _doubt(rate, settings):  # type: ignore[no-untyped-def]
    if settings["eta_min"] >= rate:
        return Doubt("The minimum rate of the cosine is not below the learning rate, so the rate never falls.", {"eta_min": 0.0})
    return None


register(
    Schedule(
        name="cosine",
        title="Cosine",
        description="The learning rate falls along half a cosine to its minimum.",
        update=update,
        settings=(
            Setting(
                "t_max", 10_000, "Updates", "Updates until the minimum is reached; then the rate rises again", minimum=1, maximum=10**9,
                unit="updates",
            ),  # fmt: skip
            Setting("eta_min", 0.0, "Minimum rate", "The learning rate at the end of the half cosine", minimum=0.0, maximum=1e3),
        ),
        highest=lambda rate, settings: max(rate, float(settings["eta_min"])),
        doubt=_doubt,
        span=lambda settings: int(settings["t_max"]),
        formula=r"\eta_t = \eta_{min} + \frac{\eta - \eta_{min}}{2} \left(1 + \cos \frac{\pi t}{T}\right)",
        explain=(
            Explanation(
                "rate",
                r"\eta_t = \eta_{min} + \frac{\eta - \eta_{min}}{2} \left(1 + \cos \frac{\pi t}{T}\right)",
                lambda m: number(m.wrote("rate")),
                lambda m: f"The learning rate follows a cosine of {m['t_max']:,.0f} updates.",
            ),
        ),
    )
)
