"""Subtract: the difference of two tensors of equal shape, y = a - b."""

from nnlab.core.explanation import Explanation, gradient, number, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(a, b, y):
    for i in range(y.size):
        y[i] = a[i] - b[i]


@kernel
def backward(d_y, d_a, d_b):
    """d_a = d_y,   d_b = -d_y."""
    if d_a.size:
        for i in range(d_y.size):
            d_a[i] += d_y[i]
    if d_b.size:
        for i in range(d_y.size):
            d_b[i] -= d_y[i]


register(
    Operator(
        name="subtract",
        title="Subtract",
        category="Merge",
        inputs=(Tensor("a", "..."), Tensor("b", "...")),
        outputs=(Tensor("y", "..."),),
        forward=forward,
        backward=backward,
        rows_apart=True,
        skippable=("a", "b"),
        summary=lambda s: "a − b",
        formula="y = a - b",
        explain_forward=(
            Explanation(
                "y",
                "y_{<~>} = a_{<~>} - b_{<~>}",
                lambda m: sum_of([number(m.at("a")), number(-m.at("b"))]),
                lambda m: "The second tensor is subtracted from the first, element by element.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_a",
                f"{gradient('a')} = {gradient('y')}",
                lambda m: number(m.at("d_y")),
                lambda m: "The first input receives the upstream gradient.",
            ),
            Explanation(
                "d_b",
                f"{gradient('b')} = -{gradient('y')}",
                lambda m: number(-m.at("d_y")),
                lambda m: "The second input receives it with the opposite sign.",
            ),
        ),
    )
)
