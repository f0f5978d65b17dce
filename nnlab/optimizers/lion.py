"""Lion: every weight moves by the same amount, and only the direction is learned.

Chen et al., Symbolic Discovery of Optimization Algorithms (2023), algorithm 2. PyTorch has no Lion; names and defaults are the
paper's. Its steps are larger than Adam's, so it wants a learning rate three to ten times smaller.
"""

from nnlab.core.explanation import Explanation, constant, factor
from nnlab.core.kernel import as_real, kernel
from nnlab.core.optimizer import Moment, Optimizer, register
from nnlab.core.setting import Setting
from nnlab.core.update_terms import average, decayed_numbers, decayed_symbols, decays_all, is_bounded


@kernel
def update(parameter, gradient, learning_rate, beta1, beta2, weight_decay, mean):
    kept = 1.0 - learning_rate * weight_decay
    for i in range(parameter.size):
        mixed = beta1 * mean[i] + (1.0 - beta1) * gradient[i]
        sign = as_real(parameter, (mixed > 0.0) - (mixed < 0.0))
        parameter[i] = kept * parameter[i] - learning_rate * sign
        mean[i] = beta2 * mean[i] + (1.0 - beta2) * gradient[i]


def _mixed(m):  # type: ignore[no-untyped-def]
    return m["beta1"] * m.at("mean") + (1 - m["beta1"]) * m.at("gradient")


register(
    Optimizer(
        name="lion",
        title="Lion",
        update=update,
        elements_apart=True,
        settings=(
            Setting("beta1", 0.9, "β₁", "Share of the running mean in the direction of an update", minimum=0.0, maximum=0.99999),
            Setting("beta2", 0.99, "β₂", "Decay of the running mean", minimum=0.0, maximum=0.99999),
            Setting("weight_decay", 0.0, "Weight decay", "Every update subtracts this share of the weight, times the learning rate",
                    minimum=0.0, maximum=1.0, logarithmic=True),
        ),
        moments=(Moment("mean"),),
        bounded=is_bounded,
        doubt=decays_all,
        formula=r"w \leftarrow (1 - \eta \lambda) w - \eta\, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g)",
        explain_update=(
            Explanation(
                "parameter",
                lambda m: (
                    rf"w_{{<*>}} \leftarrow {decayed_symbols(m)} - \eta\, "
                    r"\mathrm{sign}(\beta_1 m_{<*>} + (1 - \beta_1) g_{<*>})"
                ),
                lambda m: (
                    rf"{decayed_numbers(m)} - {constant(m['learning_rate'])} \cdot "
                    f"{factor(float(_mixed(m) > 0) - float(_mixed(m) < 0))}"
                ),
                lambda m: "Only the sign of the interpolated gradient counts: every weight moves by the learning rate, up or down.",
            ),
            Explanation(
                "mean",
                r"m_{<*>} \leftarrow \beta_2 m_{<*>} + (1 - \beta_2)\, g_{<*>}",
                lambda m: average(m.at("mean"), m["beta2"], factor(m.at("gradient"))),
                lambda m: "The running mean of the gradient is updated with the new gradient.",
            ),
        ),
    )
)  # fmt: skip
