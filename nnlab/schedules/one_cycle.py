"""One cycle: up to the learning rate, then far down, both along half waves.

Smith and Topin, Super-Convergence (2018). torch.optim.lr_scheduler.OneCycleLR with max_lr the learning rate, two phases, cosine
annealing and no cycling of the momentum. PyTorch refuses to go on after `total_steps`; here the rate stays at its end.
"""

import math

from nnlab.core.explanation import Explanation, number
from nnlab.core.kernel import as_real, kernel
from nnlab.core.schedule import Schedule, register
from nnlab.core.setting import Setting


@kernel
def update(learning_rate, total_steps, pct_start, div_factor, final_div_factor, iteration, rate):
    start = learning_rate / div_factor
    end = start / final_div_factor
    peak = pct_start * total_steps - 1.0
    last = total_steps - 1.0
    t = min(as_real(learning_rate, iteration), last)
    if t < peak:
        rate[0] = learning_rate + (start - learning_rate) / 2.0 * (1.0 + math.cos(as_real(learning_rate, math.pi) * t / peak))
    else:
        done = (t - peak) / (last - peak) if last > peak else 0.0
        rate[0] = end + (learning_rate - end) / 2.0 * (1.0 + math.cos(as_real(learning_rate, math.pi) * done))


register(
    Schedule(
        name="one_cycle",
        title="One cycle",
        description="The learning rate rises from a fraction to its full value and then falls to almost nothing.",
        update=update,
        settings=(
            Setting("total_steps", 10_000, "Updates", "Updates in the cycle; afterwards the rate is constant",
                    minimum=2, maximum=10**9),
            Setting("pct_start", 0.3, "Rising share", "Share of the cycle during which the rate rises", minimum=0.0, maximum=1.0),
            Setting("div_factor", 25.0, "Start divisor", "The cycle starts at the learning rate divided by this", minimum=1.0, maximum=1e6),
            Setting("final_div_factor", 1e4, "End divisor", "It ends at the start divided by this", minimum=1.0, maximum=1e9),
        ),
        span=lambda settings: int(settings["total_steps"]),
        formula=r"\eta_t:\ \frac{\eta}{d} \nearrow \eta \searrow \frac{\eta}{d\, f}",
        explain=(
            Explanation(
                "rate",
                r"\eta_t = \eta_b + \frac{\eta_a - \eta_b}{2} \left(1 + \cos \pi \tau\right)",
                lambda m: number(m.wrote("rate")),
                lambda m: f"The learning rate follows one cycle of {m['total_steps']:,.0f} updates.",
            ),
        ),
    )
)  # fmt: skip
