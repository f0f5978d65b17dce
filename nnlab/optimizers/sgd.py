"""Stochastic gradient descent, with momentum, Nesterov's momentum and weight decay.

Sutskever et al., On the importance of initialization and momentum in deep learning (2013); the update rule and its
names are those of torch.optim.SGD: v <- m v + g,  w <- w - rate * v (Nesterov: rate * (g + m v)).
"""

from nnlab.core.explanation import Explanation, factor, number
from nnlab.core.kernel import kernel
from nnlab.core.optimizer import Moment, Optimizer, register
from nnlab.core.setting import Setting


@kernel
def update(parameter, gradient, learning_rate, momentum, nesterov, weight_decay, velocity):
    # PyTorch's first step sets the velocity to the gradient; starting from 0, m * 0 + g is the same number.
    if momentum == 0.0:
        for i in range(parameter.size):
            parameter[i] -= learning_rate * (gradient[i] + weight_decay * parameter[i])
        return
    for i in range(parameter.size):
        slope = gradient[i] + weight_decay * parameter[i]
        velocity[i] = momentum * velocity[i] + slope
        if nesterov != 0.0:
            parameter[i] -= learning_rate * (slope + momentum * velocity[i])
        else:
            parameter[i] -= learning_rate * velocity[i]


def _numbers(m):  # type: ignore[no-untyped-def]
    step = m.at("gradient") if m["momentum"] == 0 else m.wrote("velocity")
    return rf"{number(m.at('parameter'))} - {number(m['learning_rate'])} \cdot {factor(step)}"


register(
    Optimizer(
        name="sgd",
        title="SGD",
        update=update,
        settings=(
            Setting("momentum", 0.0, "Momentum", "Share of the last step that is kept", minimum=0.0, maximum=0.9999),
            Setting("nesterov", False, "Nesterov", "Looks ahead along the momentum before it corrects"),
            Setting("weight_decay", 0.0, "Weight decay", "Pulls weights towards 0", minimum=0.0, maximum=1.0),
        ),
        moments=(Moment("velocity"),),
        formula=r"w \leftarrow w - \eta\, g",
        explain_update=(
            Explanation(
                "parameter",
                r"w \leftarrow w - \eta\, v, \qquad v = \mu v + g",
                _numbers,
                lambda m: "The weight moves against its gradient, as far as the learning rate allows.",
            ),
        ),
    )
)
