"""Transpose: the last two axes change places, y = x^T."""

from nnlab.core.explanation import Explanation, gradient, number
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, y):
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            for j in range(x.shape[2]):
                y[n, j, i] = x[n, i, j]


@kernel
def backward(d_y, d_x):
    """d_x = d_y^T."""
    for n in range(d_x.shape[0]):
        for i in range(d_x.shape[1]):
            for j in range(d_x.shape[2]):
                d_x[n, i, j] += d_y[n, j, i]


def _swapped(m):  # type: ignore[no-untyped-def]
    return (*m.index[:-2], m.index[-1], m.index[-2])


register(
    Operator(
        name="transpose",
        title="Transpose",
        category="Shape",
        inputs=(Tensor("x", "... rows columns"),),
        outputs=(Tensor("y", "... columns rows"),),
        keeps_whole=True,
        forward=forward,
        backward=backward,
        rows_apart=True,
        summary=lambda s: "rows ↔ columns",
        formula="y = x^T",
        explain_forward=(
            Explanation(
                "y",
                "y_{<-2,-1>} = x_{<-1,-2>}",
                lambda m: number(m["x"][_swapped(m)]),
                lambda m: "Rows and columns are swapped.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                f"{gradient('x', '<-2,-1>')} = {gradient('y', '<-1,-2>')}",
                lambda m: number(m["d_y"][_swapped(m)]),
                lambda m: "The gradient is copied back to the element that the value came from.",
            ),
        ),
    )
)
