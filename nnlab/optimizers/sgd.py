"""Stochastic gradient descent, with momentum, Nesterov's momentum and weight decay.

Sutskever et al., On the importance of initialization and momentum in deep learning (2013); the update rule and its
names are those of torch.optim.SGD: v <- m v + g,  w <- w - rate * v (Nesterov: rate * (g + m v)).
"""

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, bracketed, constant, factor, number, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.optimizer import Moment, Optimizer, register
from nnlab.core.setting import Setting
from nnlab.core.update_terms import is_bounded, slope_numbers, slope_symbols
from nnlab.core.written import rounded


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


def _symbols(m):  # type: ignore[no-untyped-def]
    if m["momentum"] == 0:
        return rf"w_{{<*>}} \leftarrow w_{{<*>}} - \eta\, {slope_symbols(m)}"
    if m["nesterov"]:
        return rf"w_{{<*>}} \leftarrow w_{{<*>}} - \eta\, \left({slope_symbols(m)} + \mu v_{{<*>}}\right)"
    return r"w_{<*>} \leftarrow w_{<*>} - \eta\, v_{<*>}"


def _numbers(m):  # type: ignore[no-untyped-def]
    start = rf"{number(m.at('parameter'))} - {constant(m['learning_rate'])} \cdot "
    if m["momentum"] == 0:
        return start + bracketed(slope_numbers(m))
    if m["nesterov"]:
        ahead = rf"{constant(m['momentum'])} \cdot {factor(m.wrote('velocity'))}"
        return start + rf"\left({sum_of([slope_numbers(m), ahead])}\right)"
    return start + factor(m.wrote("velocity"))


def _doubt(rate, settings):  # type: ignore[no-untyped-def]
    if settings["nesterov"] and settings["momentum"] == 0:
        return Doubt("Nesterov momentum looks ahead along the momentum, which is 0.", {"momentum": 0.9})
    return None


register(
    Optimizer(
        name="sgd",
        title="SGD",
        update=update,
        elements_apart=True,
        settings=(
            Setting("momentum", 0.0, "Momentum", "Share of the velocity that every update keeps", minimum=0.0, maximum=0.9999),
            Setting("nesterov", False, "Nesterov", "Nesterov momentum: looks one step ahead along the momentum"),
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
        moments=(Moment("velocity"),),
        bounded=is_bounded,
        rate_share=0.25,
        doubt=_doubt,
        formula=r"w \leftarrow w - \eta\, g",
        explain_update=(
            Explanation(
                "parameter",
                _symbols,
                _numbers,
                lambda m: (
                    "The weight moves against its gradient, by the learning rate times the gradient."
                    if m["momentum"] == 0
                    else "The weight moves by the learning rate times the velocity: part of the last update plus the new gradient."
                ),
            ),
            Explanation(
                "velocity",
                lambda m: rf"v_{{<*>}} \leftarrow \mu v_{{<*>}} + {slope_symbols(m)}",
                lambda m: sum_of([rf"{constant(m['momentum'])} \cdot {factor(m.at('velocity'))}", slope_numbers(m)]),
                lambda m: f"The velocity keeps {rounded(m['momentum'], 3)} of its value and adds the gradient.",
                applies=lambda m: m["momentum"] != 0,
            ),
        ),
    )
)
