"""Multiply: the element-wise product of tensors of equal shape, y = a * b, as in a gate.

Each input's gradient is the upstream gradient times the other input.
"""

from nnlab.core.explanation import Explanation, Factor, factor, gradient, product, upstream
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor
from nnlab.core.written import rounded


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


def _input(name: str, label: str) -> Factor:
    return Factor(label, f"{name}_{{<~>}}", lambda m: factor(m.at(name)), lambda m: m.at(name))


def _explain(name: str, other: str) -> Explanation:
    return product(
        f"d_{name}",
        gradient(name),
        (upstream("y"), _input(other, "the other input")),
        lambda m: f"The slope of a product along one input is the other input, {rounded(m.at(other))} here.",
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
        rows_apart=True,
        variadic=True,
        summary=lambda s: "a × b",
        formula=r"y = a \cdot b",
        explain_forward=(
            product("y", "y_{<~>}", (_input("a", "first input"), _input("b", "second input")), lambda m: "Element by element."),
        ),
        explain_backward=(_explain("a", "b"), _explain("b", "a")),
    )
)
