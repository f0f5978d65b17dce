"""Add: the sum of tensors of equal shape, y = a + b, as in a residual connection.

He et al., Deep Residual Learning (2016), equation 1. Each input receives the whole upstream gradient.
"""

from nnlab.core.explanation import Explanation, gradient, number, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(a, b, y):
    for i in range(y.size):
        y[i] = a[i] + b[i]


@kernel
def backward(d_y, d_a, d_b):
    """d_a = d_y,   d_b = d_y."""
    for i in range(d_y.size):
        d_a[i] += d_y[i]
        d_b[i] += d_y[i]


register(
    Operator(
        name="add",
        title="Add",
        category="Merge",
        inputs=(Tensor("a", "..."), Tensor("b", "...")),
        outputs=(Tensor("y", "..."),),
        forward=forward,
        backward=backward,
        rows_apart=True,
        variadic=True,
        summary=lambda s: "a + b",
        formula="y = a + b",
        explain_forward=(
            Explanation(
                "y",
                "y_{<~>} = a_{<~>} + b_{<~>}",
                lambda m: sum_of([number(m.at("a")), number(m.at("b"))]),
                lambda m: "The two tensors are added, element by element.",
            ),
        ),
        explain_backward=tuple(
            Explanation(
                f"d_{name}",
                f"{gradient(name)} = {gradient('y')}",
                lambda m: number(m.at("d_y")),
                lambda m: "A sum passes the whole upstream gradient to each of its inputs.",
            )
            for name in ("a", "b")
        ),
    )
)
