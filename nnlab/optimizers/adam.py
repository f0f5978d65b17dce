"""Adam: steps of a size that each weight's own gradients have earned.

Kingma and Ba, Adam: A Method for Stochastic Optimization (2015), algorithm 1; names, defaults and order of operations are those
of torch.optim.Adam. The step is counted per parameter, so a layer added later starts its own bias correction.
"""

import math

from nnlab.core.explanation import Explanation, number
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


def _numbers(m):  # type: ignore[no-untyped-def]
    t = float(m.after["step"][0])
    mean = m.wrote("mean") / (1 - m["beta1"] ** t)
    square = m.wrote("square") / (1 - m["beta2"] ** t)
    return rf"{number(m.at('parameter'))} - {number(m['learning_rate'])} \cdot \frac{{{number(mean)}}}{{\sqrt{{{number(square)}}} + \epsilon}}"


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
        moments=(Moment("mean"), Moment("square"), Moment("step", single=True)),
        formula=r"w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        explain_update=(
            Explanation(
                "parameter",
                r"w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
                _numbers,
                lambda m: "The mean gradient is divided by its typical size, so every weight moves at a similar pace.",
            ),
        ),
    )
)
