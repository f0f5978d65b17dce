"""AdamW: Adam whose weight decay shrinks the weights directly instead of joining the gradient.

Loshchilov and Hutter, Decoupled Weight Decay Regularization (2019), algorithm 2; names, defaults and order of operations are those
of torch.optim.AdamW.
"""

import math

from nnlab.core.explanation import Explanation, constant
from nnlab.core.kernel import kernel
from nnlab.core.optimizer import Moment, Optimizer, register
from nnlab.core.setting import Setting
from nnlab.core.update_terms import (
    adaptive_step,
    adaptive_words,
    decayed_numbers,
    decayed_symbols,
    decays_all,
    is_bounded,
    running_mean,
    running_square,
    zero_over_zero,
)


@kernel
def update(parameter, gradient, learning_rate, beta1, beta2, eps, weight_decay, mean, square, step):
    step[0] += 1.0
    correction1 = 1.0 - beta1 ** step[0]
    correction2 = math.sqrt(1.0 - beta2 ** step[0])
    # PyTorch's m / (sqrt(v) / c + eps) with c multiplied out: one division an element instead of two.
    size, room = learning_rate / correction1 * correction2, eps * correction2
    kept = 1.0 - learning_rate * weight_decay
    for i in range(parameter.size):
        slope = gradient[i]
        mean[i] += (slope - mean[i]) * (1.0 - beta1)
        square[i] = beta2 * square[i] + (1.0 - beta2) * slope * slope
        parameter[i] = kept * parameter[i] - size * mean[i] / (math.sqrt(square[i]) + room)


register(
    Optimizer(
        name="adamw",
        title="AdamW",
        update=update,
        elements_apart=True,
        settings=(
            Setting("beta1", 0.9, "β₁", "Decay of the running mean of the gradient", minimum=0.0, maximum=0.99999),
            Setting("beta2", 0.999, "β₂", "Decay of the running mean of the squared gradient", minimum=0.0, maximum=0.999999),
            Setting("eps", 1e-8, "ε", "Added to the denominator, to avoid division by 0", minimum=0.0, maximum=1.0, logarithmic=True),
            Setting("weight_decay", 0.01, "Weight decay", "Every update subtracts this share of the weight, times the learning rate",
                    minimum=0.0, maximum=1.0, logarithmic=True),
        ),
        moments=(Moment("mean"), Moment("square"), Moment("step", "one")),
        bounded=is_bounded,
        fault=zero_over_zero,
        doubt=decays_all,
        formula=r"w \leftarrow (1 - \eta \lambda) w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        explain_update=(
            Explanation(
                "parameter",
                lambda m: (
                    rf"w_{{<*>}} \leftarrow {decayed_symbols(m)} - \eta\, "
                    r"\frac{\hat m_{<*>}}{\sqrt{\hat v_{<*>}} + \epsilon}"
                ),
                lambda m: rf"{decayed_numbers(m)} - {constant(m['learning_rate'])} \cdot {adaptive_step(m)}",
                adaptive_words,
            ),
            running_mean(slope_is_decayed=False),
            running_square(slope_is_decayed=False),
        ),
    )
)  # fmt: skip
