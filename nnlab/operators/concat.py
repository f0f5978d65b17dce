"""Concat: features of several tensors side by side, y = (a, b).

PyTorch's cat along the last axis; all others must be equal. The gradient is cut at the same place.
"""

from nnlab.core.explanation import Explanation, gradient, number, shifted
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(a, b, y):
    left = a.shape[1]
    for n in range(y.shape[0]):
        for i in range(left):
            y[n, i] = a[n, i]
        for i in range(b.shape[1]):
            y[n, left + i] = b[n, i]


@kernel
def backward(d_y, d_a, d_b):
    """d_a = the first columns of d_y,   d_b = the rest."""
    left = d_a.shape[1]
    for n in range(d_y.shape[0]):
        for i in range(left):
            d_a[n, i] += d_y[n, i]
        for i in range(d_b.shape[1]):
            d_b[n, i] += d_y[n, left + i]


def _upstream(m, shift):  # type: ignore[no-untyped-def]
    return number(m["d_y"][(*m.index[:-1], m.index[-1] + shift)])


def _source(m):  # type: ignore[no-untyped-def]
    *front, i = m.index
    left = m["a"].shape[-1]
    return number(m["a"][(*front, i)] if i < left else m["b"][(*front, i - left)])


register(
    Operator(
        name="concat",
        title="Concat",
        category="Merge",
        inputs=(Tensor("a", "... left"), Tensor("b", "... right")),
        outputs=(Tensor("y", "... left+right"),),
        forward=forward,
        backward=backward,
        rows_apart=True,
        variadic=True,
        summary=lambda s: "a, b",
        formula="y = (a,\\, b)",
        explain_forward=(
            Explanation(
                "y",
                lambda m: (
                    r"y_{<~>} = a_{<~>}"
                    if m.index[-1] < m["a"].shape[-1]
                    else "y_{<~>} = " + shifted("b_{<~>}", m, -m["a"].shape[-1])
                ),
                _source,
                lambda m: "The value is copied to its position in the longer row.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_a",
                f"{gradient('a')} = {gradient('y')}",
                lambda m: _upstream(m, 0),
                lambda m: "The gradient is copied back to the element that the value came from.",
            ),
            Explanation(
                "d_b",
                lambda m: f"{gradient('b')} = {shifted(gradient('y'), m, m['d_a'].shape[-1])}",
                lambda m: _upstream(m, m["d_a"].shape[-1]),
                lambda m: "The gradient is copied back to the element that the value came from.",
            ),
        ),
    )
)
