"""Adam: steps of a size that each weight's own gradients have earned.

Kingma and Ba, Adam: A Method for Stochastic Optimization (2015), algorithm 1; names, defaults and order of operations are those
of torch.optim.Adam. The step is counted per parameter, so a layer added later starts its own bias correction.
"""

import math

from nnlab.core.explanation import Explanation, constant, number
from nnlab.core.kernel import kernel
from nnlab.core.optimizer import Moment, Optimizer, register
from nnlab.core.setting import Setting
from nnlab.core.update_terms import adaptive_step, adaptive_words, is_bounded, running_mean, running_square, zero_over_zero


@kernel
def update(parameter, gradient, learning_rate, beta1, beta2, eps, weight_decay, mean, square, step):
    step[0] += 1.0
    correction1 = 1.0 - beta1 ** step[0]
    correction2 = math.sqrt(1.0 - beta2 ** step[0])
    # PyTorch's m / (sqrt(v) / c + eps) with c multiplied out: one division an element instead of two.
    size, room = learning_rate / correction1 * correction2, eps * correction2
    for i in range(parameter.size):
        slope = gradient[i] + weight_decay * parameter[i]
        mean[i] += (slope - mean[i]) * (1.0 - beta1)
        square[i] = beta2 * square[i] + (1.0 - beta2) * slope * slope
        parameter[i] -= size * mean[i] / (math.sqrt(square[i]) + room)


register(
    Optimizer(
        name="adam",
        title="Adam",
        update=update,
        elements_apart=True,
        settings=(
            Setting("beta1", 0.9, "β₁", "Decay of the running mean of the gradient", minimum=0.0, maximum=0.99999),
            Setting("beta2", 0.999, "β₂", "Decay of the running mean of the squared gradient", minimum=0.0, maximum=0.999999),
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
        ),
        moments=(Moment("mean"), Moment("square"), Moment("step", "one")),
        bounded=is_bounded,
        fault=zero_over_zero,
        formula=r"w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        explain_update=(
            Explanation(
                "parameter",
                r"w_{<*>} \leftarrow w_{<*>} - \eta\, \frac{\hat m_{<*>}}{\sqrt{\hat v_{<*>}} + \epsilon}",
                lambda m: rf"{number(m.at('parameter'))} - {constant(m['learning_rate'])} \cdot {adaptive_step(m)}",
                adaptive_words,
            ),
            running_mean(slope_is_decayed=True),
            running_square(slope_is_decayed=True),
        ),
    )
)
