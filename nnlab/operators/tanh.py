"""Tanh: an S-curve from -1 to 1, y = tanh(x).

LeCun et al., Efficient BackProp (1998), section 4.4. The derivative is written by the output: 1 - y^2.
"""

from nnlab.core.explanation import Explanation, Factor, base, gradient, number, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.kernel.mathematics import tanh
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, y):
    for i in range(x.size):
        y[i] = tanh(x[i])


@kernel
def backward(y, d_y, first_d_x, d_x):
    """d_x = d_y * (1 - y^2)."""
    if first_d_x:
        for i in range(y.size):
            d_x[i] = d_y[i] * (1.0 - y[i] * y[i])
    else:
        for i in range(y.size):
            d_x[i] += d_y[i] * (1.0 - y[i] * y[i])


def _steepness(slope: float) -> str:
    if slope > 0.9:
        return "tanh is almost as steep here as at 0, so nearly all of the upstream gradient passes."
    if slope < 0.05:
        return "tanh is nearly flat here: the unit is saturated and almost nothing of the upstream gradient passes."
    if 0.45 < slope < 0.55:
        return "tanh is half as steep here as at 0, so half of the upstream gradient passes."
    return f"tanh has {100 * slope:.0f} % of its maximum slope here, so that share of the upstream gradient passes."


register(
    Operator(
        name="tanh",
        title="tanh",
        category="Activations",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        bounds=(-1.0, 1.0),
        saturates=True,
        aliases=("hyperbolic_tangent",),
        forward=forward,
        backward=backward,
        rows_apart=True,
        formula=r"y = \tanh(x)",
        explain_forward=(
            Explanation(
                "y",
                r"a_{<~>} = \tanh(z_{<~>})",
                lambda m: rf"\tanh({number(m.at('x'))})",
                lambda m: "z is mapped to the range from −1 to 1.",
            ),
        ),
        explain_backward=(
            product(
                "d_x",
                gradient("z"),
                (
                    upstream(),
                    Factor(
                        "local slope of tanh",
                        "(1 - a_{<~>}^2)",
                        lambda m: f"(1 - {base(m.at('y'))}^2)",
                        lambda m: 1 - m.at("y") ** 2,
                    ),
                ),
                lambda m: _steepness(1 - m.at("y") ** 2),
            ),
        ),
    )
)
