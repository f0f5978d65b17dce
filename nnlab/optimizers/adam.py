"""Adam: steps of a size that each weight's own gradients have earned.

Kingma and Ba, Adam: A Method for Stochastic Optimization (2015), algorithm 1; names, defaults and order of operations are those
of torch.optim.Adam. The step is counted per parameter, so a layer added later starts its own bias correction.
"""

import math

from nnlab.core.explanation import Explanation, base, constant, factor, number, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.optimizer import Moment, Optimizer, register
from nnlab.core.setting import Setting


@kernel
def update(parameter, gradient, learning_rate, beta1, beta2, eps, weight_decay, mean, square, step):
    step[0] += 1.0
    correction1 = 1.0 - beta1 ** step[0]
    correction2 = math.sqrt(1.0 - beta2 ** step[0])
    size = learning_rate / correction1
    for i in range(parameter.size):
        slope = gradient[i] + weight_decay * parameter[i]
        mean[i] += (slope - mean[i]) * (1.0 - beta1)
        square[i] = beta2 * square[i] + (1.0 - beta2) * slope * slope
        parameter[i] -= size * mean[i] / (math.sqrt(square[i]) / correction2 + eps)


def _slope(m):  # type: ignore[no-untyped-def]
    """The gradient, with the pull of the weight decay when there is one."""
    return m.at("gradient") + m["weight_decay"] * m.at("parameter")


def _slope_symbols(m):  # type: ignore[no-untyped-def]
    return r"(g_{<*>} + \lambda w_{<*>})" if m["weight_decay"] else "g_{<*>}"


def _slope_numbers(m):  # type: ignore[no-untyped-def]
    if not m["weight_decay"]:
        return factor(m.at("gradient"))
    pull = rf"{constant(m['weight_decay'])} \cdot {factor(m.at('parameter'))}"
    return f"({sum_of([number(m.at('gradient')), pull])})"


def _numbers(m):  # type: ignore[no-untyped-def]
    t = float(m.after["step"][0])
    mean = m.wrote("mean") / (1 - m["beta1"] ** t)
    square = m.wrote("square") / (1 - m["beta2"] ** t)
    step = rf"\frac{{{number(mean)}}}{{\sqrt{{{number(square)}}} + {constant(m['eps'])}}}"
    return rf"{number(m.at('parameter'))} - {constant(m['learning_rate'])} \cdot {step}"


def _average(former: float, beta: float, new: str) -> str:
    """A running average with numbers: beta times its former value and 1 - beta times what is new."""
    return rf"{constant(beta)} \cdot {factor(former)} + {constant(1 - beta)} \cdot {new}"


register(
    Optimizer(
        name="adam",
        title="Adam",
        update=update,
        settings=(
            Setting("beta1", 0.9, "β₁", "Memory of the gradient's mean", minimum=0.0, maximum=0.99999),
            Setting("beta2", 0.999, "β₂", "Memory of the gradient's square", minimum=0.0, maximum=0.999999),
            Setting("eps", 1e-8, "ε", "Keeps the division finite", minimum=0.0, maximum=1.0),
            Setting("weight_decay", 0.0, "Weight decay", "Pulls weights towards 0", minimum=0.0, maximum=1.0),
        ),
        moments=(Moment("mean"), Moment("square"), Moment("step", "one")),
        formula=r"w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        explain_update=(
            Explanation(
                "parameter",
                r"w_{<*>} \leftarrow w_{<*>} - \eta\, \frac{\hat m_{<*>}}{\sqrt{\hat v_{<*>}} + \epsilon}",
                _numbers,
                lambda m: (
                    "The mean gradient is divided by its typical size, so every weight moves at a similar pace. Step "
                    f"{m.after['step'][0]:.0f} of this weight: both averages are divided by 1 − β to that power, for they started at 0."
                ),
            ),
            Explanation(
                "mean",
                lambda m: rf"m_{{<*>}} \leftarrow \beta_1 m_{{<*>}} + (1 - \beta_1)\, {_slope_symbols(m)}",
                lambda m: _average(m.at("mean"), m["beta1"], _slope_numbers(m)),
                lambda m: "The running mean of the gradient takes in the new one.",
            ),
            Explanation(
                "square",
                lambda m: rf"v_{{<*>}} \leftarrow \beta_2 v_{{<*>}} + (1 - \beta_2)\, {_slope_symbols(m)}^2",
                lambda m: _average(m.at("square"), m["beta2"], f"{base(_slope(m))}^2"),
                lambda m: "The running mean of the squared gradient takes in the new one: how large gradients of this weight usually are.",
            ),
        ),
    )
)
