"""Identity: the tensor as it is, y = x.

A place for a name in a drawing, and the plain path of a residual connection. PyTorch's Identity.
"""

from nnlab.core.explanation import Explanation, gradient, number
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, y):
    for i in range(x.size):
        y[i] = x[i]


@kernel
def backward(d_y, d_x):
    """d_x = d_y."""
    for i in range(d_y.size):
        d_x[i] += d_y[i]


register(
    Operator(
        name="identity",
        title="Identity",
        category="Shape",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "..."),),
        keeps_whole=True,
        forward=forward,
        backward=backward,
        rows_apart=True,
        keeps_order=True,
        summary=lambda s: "x",
        formula="y = x",
        explain_forward=(Explanation("y", "y_{<~>} = x_{<~>}", lambda m: number(m.at("x")), lambda m: "The value passes unchanged."),),
        explain_backward=(
            Explanation(
                "d_x",
                f"{gradient('x')} = {gradient('y')}",
                lambda m: number(m.at("d_y")),
                lambda m: "The gradient passes unchanged.",
            ),
        ),
    )
)
