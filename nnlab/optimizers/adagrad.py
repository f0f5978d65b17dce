"""AdaGrad: a weight's steps shrink with all the gradients it has ever seen.

Duchi, Hazan, Singer, Adaptive Subgradient Methods (2011), section 1.3; names, defaults and order of operations are those of
torch.optim.Adagrad. The step is counted per parameter.
"""

import math

from nnlab.core.explanation import Explanation, bracketed, constant, number, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.optimizer import Moment, Optimizer, register
from nnlab.core.setting import Setting
from nnlab.core.update_terms import is_bounded, slope_numbers, slope_symbols, squared_slope, zero_over_zero


@kernel
def update(parameter, gradient, learning_rate, lr_decay, weight_decay, eps, squares, step):
    rate = learning_rate / (1.0 + step[0] * lr_decay)
    step[0] += 1.0
    for i in range(parameter.size):
        slope = gradient[i] + weight_decay * parameter[i]
        squares[i] += slope * slope
        parameter[i] -= rate * slope / (math.sqrt(squares[i]) + eps)


def _rate_symbol(m):  # type: ignore[no-untyped-def]
    return r"\eta_t" if m["lr_decay"] else r"\eta"


def _rate(m):  # type: ignore[no-untyped-def]
    decayed = 1 + float(m["step"][0]) * m["lr_decay"]
    return constant(m["learning_rate"]) if decayed == 1 else rf"\frac{{{constant(m['learning_rate'])}}}{{{number(decayed)}}}"


register(
    Optimizer(
        name="adagrad",
        title="AdaGrad",
        update=update,
        elements_apart=True,
        settings=(
            Setting("lr_decay", 0.0, "Rate decay", "The rate is divided by 1 + decay · updates", minimum=0.0, maximum=1.0),
            Setting(
                "weight_decay",
                0.0,
                "Weight decay",
                "Adds this times the weight to its gradient",
                minimum=0.0,
                maximum=1.0,
                logarithmic=True,
            ),
            Setting("initial_accumulator_value", 0.0, "Initial sum", "Initial value of the sum of squares", minimum=0.0, maximum=1e6),
            Setting("eps", 1e-10, "ε", "Added to the denominator, to avoid division by 0", minimum=0.0, maximum=1.0, logarithmic=True),
        ),
        moments=(Moment("squares", initial="setting:initial_accumulator_value"), Moment("step", "one")),
        bounded=is_bounded,
        fault=zero_over_zero,
        formula=r"w \leftarrow w - \eta\, \frac{g}{\sqrt{\sum g^2} + \epsilon}",
        explain_update=(
            Explanation(
                "parameter",
                lambda m: (
                    rf"w_{{<*>}} \leftarrow w_{{<*>}} - {_rate_symbol(m)}\, \frac{{{slope_symbols(m)}}}{{\sqrt{{s_{{<*>}}}} + \epsilon}}"
                ),
                lambda m: (
                    rf"{number(m.at('parameter'))} - {_rate(m)} \cdot "
                    rf"\frac{{{slope_numbers(m)}}}{{\sqrt{{{number(m.wrote('squares'))}}} + {constant(m['eps'])}}}"
                ),
                lambda m: "The gradient is divided by the root of the sum of its squares so far: weights with large gradients move less.",
            ),
            Explanation(
                "squares",
                lambda m: rf"s_{{<*>}} \leftarrow s_{{<*>}} + {slope_symbols(m)}^2",
                lambda m: sum_of([number(m.at("squares")), bracketed(squared_slope(m))]),
                lambda m: "The squares of all gradients of this weight add up.",
            ),
        ),
    )
)
