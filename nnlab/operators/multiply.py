"""Multiply: the element-wise product of tensors of equal shape, y = a * b, as in a gate.

Each input's gradient is the upstream gradient times the other input.
"""

from nnlab.core.explanation import Explanation, factor
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(a, b, y):
    for i in range(y.size):
        y[i] = a[i] * b[i]


@kernel
def backward(a, b, d_y, d_a, d_b):
    """d_a = d_y * b,   d_b = d_y * a."""
    for i in range(d_y.size):
        d_a[i] += d_y[i] * b[i]
        d_b[i] += d_y[i] * a[i]


def _explain(name: str, other: str) -> Explanation:
    return Explanation(
        f"d_{name}",
        rf"\frac{{\partial L}}{{\partial {name}}} = \frac{{\partial L}}{{\partial y}} \cdot {other}",
        lambda m: rf"{factor(m.at('d_y'))} \cdot {factor(m.at(other))}",
        lambda m: f"The other factor, {m.at(other):.4g}, is the local derivative.",
    )


register(
    Operator(
        name="multiply",
        title="Multiply",
        category="Merge",
        inputs=(Tensor("a", "..."), Tensor("b", "...")),
        outputs=(Tensor("y", "..."),),
        forward=forward,
        backward=backward,
        variadic=True,
        summary=lambda s: "a × b",
        formula=r"y = a \cdot b",
        explain_forward=(
            Explanation(
                "y", r"y = a \cdot b", lambda m: rf"{factor(m.at('a'))} \cdot {factor(m.at('b'))}", lambda m: "Element by element."
            ),
        ),
        explain_backward=(_explain("a", "b"), _explain("b", "a")),
    )
)
