"""Matrix product of two tensors over their last two axes, y = a b.

Scores and mixtures of attention are such products (Vaswani et al. (2017), equation 1). PyTorch's matmul without broadcasting.
"""

import numpy as np

from nnlab.core.explanation import Explanation, gradient, shortened, sum_of_products
from nnlab.core.kernel import kernel
from nnlab.core.kernel.linear_algebra import add_product, add_product_transposed, add_transposed_product
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor
from nnlab.core.term_sum import TermEntries, TermSum


@kernel
def forward(a, b, y):
    for n in range(y.shape[0]):
        y[n, :, :] = 0.0
        add_product(a[n], b[n], y[n])


@kernel
def backward(a, b, d_y, d_a, d_b):
    """d_a = d_y b^T,   d_b = a^T d_y."""
    for n in range(d_y.shape[0]):
        if d_a.size:
            add_product_transposed(d_y[n], b[n], d_a[n])
        if d_b.size:
            add_transposed_product(a[n], d_y[n], d_b[n])


def _row_times_column(m, left, left_places, right, right_places, count):  # type: ignore[no-untyped-def]
    """Σₖ over matrices; a place is that of the explained row (0) or column (1), or None for k."""
    *lead, row, column = m.index

    def entries(name, places):  # type: ignore[no-untyped-def]
        return TermEntries.of(name, *lead, *(np.arange(count) if place is None else (row, column)[place] for place in places))

    return TermSum((entries(left, left_places), entries(right, right_places)))


register(
    Operator(
        name="matmul",
        title="Matrix product",
        category="Merge",
        inputs=(Tensor("a", "... rows inner"), Tensor("b", "... inner columns")),
        outputs=(Tensor("y", "... rows columns"),),
        forward=forward,
        backward=backward,
        rows_apart=True,
        skippable=("a", "b"),
        summary=lambda s: "a b",
        formula="y = a\\, b",
        explain_forward=(
            Explanation(
                "y",
                r"y_{<-2,-1>} = \sum_k a_{<-2>k}\, b_{k<-1>}",
                lambda m: sum_of_products(m["a"][m.index[:-1]], m["b"][m.index[:-2]][:, m.index[-1]]),
                lambda m: "The dot product of a row of a and a column of b." + shortened(m["a"].shape[-1]),
                terms=lambda m: _row_times_column(m, "a", (0, None), "b", (None, 1), m["a"].shape[-1]),
            ),
        ),
        explain_backward=(
            Explanation(
                "d_a",
                rf"{gradient('a', '<-2,-1>')} = \sum_k {gradient('y', '<-2>k')}\, b_{{<-1>k}}",
                lambda m: sum_of_products(m["d_y"][m.index[:-1]], m["b"][m.index[:-2]][m.index[-1]]),
                lambda m: (
                    "The upstream gradients of the row, each weighted by the number it was multiplied with." + shortened(m["b"].shape[-1])
                ),
                terms=lambda m: _row_times_column(m, "d_y", (0, None), "b", (1, None), m["b"].shape[-1]),
            ),
            Explanation(
                "d_b",
                rf"{gradient('b', '<-2,-1>')} = \sum_k a_{{k<-2>}}\, {gradient('y', 'k<-1>')}",
                lambda m: sum_of_products(m["a"][m.index[:-2]][:, m.index[-2]], m["d_y"][m.index[:-2]][:, m.index[-1]]),
                lambda m: (
                    "The upstream gradients of the column, each weighted by the number it was multiplied with."
                    + shortened(m["a"].shape[-2])
                ),
                terms=lambda m: _row_times_column(m, "a", (None, 0), "d_y", (None, 1), m["a"].shape[-2]),
            ),
        ),
    )
)
