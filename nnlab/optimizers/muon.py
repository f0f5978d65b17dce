"""Muon: the momentum of a whole weight matrix, turned into the nearest matrix whose directions all have the same strength.

Jordan et al., Muon: An optimizer for hidden layers in neural networks (2024); names, defaults and order of operations are those of
torch.optim.Muon, except that PyTorch rounds the iteration to bfloat16 and we do not. A Newton-Schulz iteration of fifth order drives
all singular values of the momentum towards 1. It applies to parameters with two axes or more (a convolution's window counts as
columns); biases and other vectors are left to AdamW, as the paper recommends, with the same learning rate, weight decay and epsilon.
"""

import math

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, constant, factor, number
from nnlab.core.kernel import as_real, kernel
from nnlab.core.kernel.linear_algebra import add_product, add_product_transposed
from nnlab.core.optimizer import Moment, Optimizer, matrix_shape, register
from nnlab.core.setting import Setting
from nnlab.core.update_terms import average, decayed_numbers, decayed_symbols, decays_all, is_bounded, zero_over_zero

_A, _B, _C = 3.4445, -4.7750, 2.0315  # of the iteration's polynomial A x + B x^3 + C x^5


@kernel
def _orthogonalize(direction, room, gram, polynomial):
    """One round: X <- A X + (B G + C G G) X with G = X X^T."""
    short, long = direction.shape
    a, b, c = as_real(direction, _A), as_real(direction, _B), as_real(direction, _C)
    gram[:] = 0.0
    add_product_transposed(direction, direction, gram)
    for i in range(short):
        for j in range(short):
            polynomial[i, j] = gram[i, j] * (b / c)
    add_product(gram, gram, polynomial)
    for i in range(short):
        for j in range(short):
            polynomial[i, j] *= c
    for i in range(short):
        for j in range(long):
            room[i, j] = a * direction[i, j]
    add_product(polynomial, direction, room)
    direction[:] = room


@kernel
def update(
    parameter, gradient, learning_rate, weight_decay, momentum, nesterov, eps, ns_steps, match_rms_adamw,
    velocity, direction, room, gram, polynomial,
):  # fmt: skip
    rows, columns = parameter.shape
    tall = rows > columns  # the iteration works on the lying matrix, whose product with itself is smaller
    total = 0.0
    for r in range(rows):
        for c in range(columns):
            velocity[r, c] += (gradient[r, c] - velocity[r, c]) * (1.0 - momentum)
            step = velocity[r, c]
            if nesterov != 0.0:
                step = gradient[r, c] + (velocity[r, c] - gradient[r, c]) * momentum
            if tall:
                direction[c, r] = step
            else:
                direction[r, c] = step
            total += step * step
    scale = 1.0 / max(math.sqrt(total), eps)
    for i in range(direction.shape[0]):
        for j in range(direction.shape[1]):
            direction[i, j] *= scale
    for _ in range(int(ns_steps)):
        _orthogonalize(direction, room, gram, polynomial)
    ratio = math.sqrt(max(1.0, as_real(parameter, rows / columns)))
    if match_rms_adamw != 0.0:
        ratio = 0.2 * math.sqrt(as_real(parameter, max(rows, columns)))
    kept, rate = 1.0 - learning_rate * weight_decay, learning_rate * ratio
    for r in range(rows):
        for c in range(columns):
            parameter[r, c] = kept * parameter[r, c] - rate * (direction[c, r] if tall else direction[r, c])


def _direction(m):  # type: ignore[no-untyped-def]
    """The element of the orthogonal direction that belongs to the explained weight."""
    rows, columns = matrix_shape(m.after["parameter"].shape)
    row, column = divmod(int(_flat(m)), columns)
    direction = m.after["direction"]
    return float(direction[column, row] if rows > columns else direction[row, column])


def _flat(m):  # type: ignore[no-untyped-def]
    place = 0
    for index, length in zip(m.index, m.after["parameter"].shape, strict=True):
        place = place * length + index
    return place


def _ratio(m):  # type: ignore[no-untyped-def]
    rows, columns = matrix_shape(m.after["parameter"].shape)
    return 0.2 * math.sqrt(max(rows, columns)) if m["match_rms_adamw"] else math.sqrt(max(1.0, rows / columns))


def _doubt(rate, settings):  # type: ignore[no-untyped-def]
    if settings["nesterov"] and settings["momentum"] == 0:
        return Doubt("Nesterov momentum looks ahead along the momentum, which is 0.", {"momentum": 0.95})
    return decays_all(rate, settings)


register(
    Optimizer(
        name="muon",
        title="Muon",
        update=update,
        settings=(
            Setting("weight_decay", 0.1, "Weight decay", "Every update subtracts this share of the weight, times the learning rate",
                    minimum=0.0, maximum=1.0, logarithmic=True),
            Setting("momentum", 0.95, "Momentum", "Decay of the momentum", minimum=0.0, maximum=0.9999),
            Setting("nesterov", True, "Nesterov", "Nesterov momentum: looks one step ahead along the momentum"),
            Setting("ns_steps", 5, "Rounds", "Newton-Schulz iterations that orthogonalise the update", minimum=1, maximum=99),
            Setting("match_rms_adamw", False, "Match AdamW", "Scales updates to the size of AdamW's, to use its learning rates"),
            Setting("eps", 1e-7, "ε", "Added to the denominator, to avoid division by 0", minimum=0.0, maximum=1.0, logarithmic=True),
        ),
        moments=(
            Moment("velocity"),
            Moment("direction", "short long", scratch=True),
            Moment("room", "short long", scratch=True),
            Moment("gram", "short short", scratch=True),
            Moment("polynomial", "short short", scratch=True),
        ),
        matrices=True,
        others="adamw",
        bounded=is_bounded,
        fault=zero_over_zero,
        doubt=_doubt,
        formula=r"W \leftarrow (1 - \eta \lambda) W - \eta\, r\, \mathrm{orth}(M)",
        explain_update=(
            Explanation(
                "parameter",
                lambda m: rf"w_{{<*>}} \leftarrow {decayed_symbols(m)} - \eta\, r\, o_{{<*>}}",
                lambda m: (
                    rf"{decayed_numbers(m)} - {constant(m['learning_rate'])} \cdot {number(_ratio(m))} \cdot {factor(_direction(m))}"
                ),
                lambda m: "o is an element of the orthogonal matrix nearest to the momentum.",
            ),
            Explanation(
                "velocity",
                r"m_{<*>} \leftarrow \mu m_{<*>} + (1 - \mu)\, g_{<*>}",
                lambda m: average(m.at("velocity"), m["momentum"], factor(m.at("gradient"))),
                lambda m: "The momentum is updated with the new gradient.",
            ),
        ),
    )
)  # fmt: skip
