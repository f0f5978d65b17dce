"""RMSprop: the gradient divided by the root of its recent mean square.

Tieleman and Hinton, lecture 6.5 of Neural Networks for Machine Learning (2012); `centered` is Graves, Generating Sequences with
Recurrent Neural Networks (2013), equation 40. Names, defaults and order of operations are those of torch.optim.RMSprop.
"""

import math

from nnlab.core.explanation import Explanation, bracketed, constant, factor, number, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.optimizer import Moment, Optimizer, register
from nnlab.core.setting import Setting
from nnlab.core.update_terms import average, slope_numbers, slope_symbols, squared_slope, zero_over_zero
from nnlab.core.written import rounded


@kernel
def update(parameter, gradient, learning_rate, alpha, eps, weight_decay, momentum, centered, square, mean, velocity):
    for i in range(parameter.size):
        slope = gradient[i] + weight_decay * parameter[i]
        square[i] = alpha * square[i] + (1.0 - alpha) * slope * slope
        spread = square[i]
        if centered != 0.0:
            mean[i] += (slope - mean[i]) * (1.0 - alpha)
            spread = max(spread - mean[i] * mean[i], 0.0)  # which rounding may put below 0
        step = slope / (math.sqrt(spread) + eps)
        if momentum > 0.0:
            velocity[i] = momentum * velocity[i] + step
            step = velocity[i]
        parameter[i] -= learning_rate * step


def _step_symbols(m):  # type: ignore[no-untyped-def]
    spread = r"v_{<*>} - \bar g_{<*>}^2" if m["centered"] else "v_{<*>}"
    return rf"\frac{{{slope_symbols(m)}}}{{\sqrt{{{spread}}} + \epsilon}}"


def _step(m):  # type: ignore[no-untyped-def]
    # Written as one number: of a difference of two rounded ones no digit might be left.
    spread = m.wrote("square") - (m.wrote("mean") ** 2 if m["centered"] else 0.0)
    return rf"\frac{{{slope_numbers(m)}}}{{\sqrt{{{number(spread)}}} + {constant(m['eps'])}}}"


register(
    Optimizer(
        name="rmsprop",
        title="RMSprop",
        update=update,
        elements_apart=True,
        settings=(
            Setting("alpha", 0.99, "α", "Decay of the running mean of the squared gradient", minimum=0.0, maximum=0.999999),
            Setting("eps", 1e-8, "ε", "Added to the denominator, to avoid division by 0", minimum=0.0, maximum=1.0, logarithmic=True),
            Setting(
                "weight_decay",
                0.0,
                "Weight decay",
                "Adds this times the weight to its gradient",
                minimum=0.0,
                maximum=1.0,
                logarithmic=True,
            ),
            Setting("momentum", 0.0, "Momentum", "Share of the velocity that every update keeps", minimum=0.0, maximum=0.9999),
            Setting("centered", False, "Centred", "Divides by the standard deviation of the gradient around its running mean"),
        ),
        moments=(Moment("square"), Moment("mean"), Moment("velocity")),
        fault=zero_over_zero,
        formula=r"w \leftarrow w - \eta\, \frac{g}{\sqrt{v} + \epsilon}",
        explain_update=(
            Explanation(
                "parameter",
                lambda m: (
                    r"w_{<*>} \leftarrow w_{<*>} - \eta\, u_{<*>}"
                    if m["momentum"]
                    else rf"w_{{<*>}} \leftarrow w_{{<*>}} - \eta\, {_step_symbols(m)}"
                ),
                lambda m: (
                    rf"{number(m.at('parameter'))} - {constant(m['learning_rate'])} \cdot "
                    + (factor(m.wrote("velocity")) if m["momentum"] else _step(m))
                ),
                lambda m: "The gradient is divided by its recent typical size, so that all weights move at a similar pace.",
            ),
            Explanation(
                "square",
                lambda m: rf"v_{{<*>}} \leftarrow \alpha v_{{<*>}} + (1 - \alpha)\, {slope_symbols(m)}^2",
                lambda m: average(m.at("square"), m["alpha"], squared_slope(m)),
                lambda m: "The running mean of the squared gradient is updated with the new one.",
            ),
            Explanation(
                "mean",
                lambda m: rf"\bar g_{{<*>}} \leftarrow \alpha \bar g_{{<*>}} + (1 - \alpha)\, {slope_symbols(m)}",
                lambda m: average(m.at("mean"), m["alpha"], bracketed(slope_numbers(m))),
                lambda m: "The running mean of the gradient is updated with the new gradient.",
                applies=lambda m: bool(m["centered"]),
            ),
            Explanation(
                "velocity",
                lambda m: rf"u_{{<*>}} \leftarrow \mu u_{{<*>}} + {_step_symbols(m)}",
                lambda m: sum_of([rf"{constant(m['momentum'])} \cdot {factor(m.at('velocity'))}", _step(m)]),
                lambda m: f"The update keeps {rounded(m['momentum'], 3)} of the last one.",
                applies=lambda m: m["momentum"] != 0,
            ),
        ),
    )
)
