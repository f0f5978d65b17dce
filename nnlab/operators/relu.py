"""ReLU: the positive part of each element, y = max(0, x).

Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines (2010). At 0 the derivative is taken as 0, as
in PyTorch. A NaN passes through: it must be seen, not turned into 0.
"""

import math

from nnlab.core.explanation import Explanation, Factor, gradient, number, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, y):
    for i in range(x.size):
        y[i] = 0.0 if x[i] <= 0.0 else x[i]


@kernel
def backward(x, d_y, first_d_x, d_x):
    """d_x = d_y where x > 0, else 0."""
    if first_d_x:
        for i in range(x.size):
            d_x[i] = d_y[i] if x[i] > 0.0 else 0.0
    else:
        for i in range(x.size):
            d_x[i] += d_y[i] if x[i] > 0.0 else 0.0


register(
    Operator(
        name="relu",
        title="ReLU",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        bounds=(0.0, math.inf),
        saturates=True,
        can_die=True,
        idempotent=True,
        keeps_whole=True,
        initializer="he_uniform",
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = \max(0,\, x)",
        explain_forward=(
            Explanation(
                "y",
                r"a_{<~>} = \max(0,\, z_{<~>})",
                lambda m: rf"\max(0,\, {number(m.at('x'))})",
                lambda m: "z is positive and passes unchanged." if m.at("x") > 0 else "z is not positive, so the unit is off.",
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (
                    upstream(),
                    Factor(
                        "local slope of ReLU",
                        "[z_{<~>} > 0]",
                        lambda m: f"[{number(m.at('x'))} > 0]",
                        lambda m: 1.0 if m.at("x") > 0 else 0.0,
                    ),
                ),
                lambda m: "The unit is on: the upstream gradient passes." if m.at("x") > 0 else "The unit is off, so the gradient is 0.",
            ),
        ),
    )
)
