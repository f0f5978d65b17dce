"""The way down through a low-rank adapter: A takes the layer's input to a few numbers, h = A x.

Hu et al. 2021 (arXiv 2106.09685), section 4.1. A has shape (rank, inputs).
"""

import numpy as np

from nnlab.core.explanation import Explanation, gradient, shortened, sum_of_products
from nnlab.core.kernel import kernel
from nnlab.core.kernel.linear_algebra import (
    add_product,
    add_product_transposed,
    add_transposed_product,
    set_product,
    set_transposed_product,
)  # fmt: skip
from nnlab.core.operator import Operator, register_inner
from nnlab.core.tensor import Parameter, Tensor
from nnlab.core.term_sum import TermEntries, TermSum, over_samples


@kernel
def forward(x, lora_A, h):
    """h = x A^T, row by row."""
    for n in range(h.shape[0]):
        for k in range(h.shape[1]):
            h[n, k] = 0.0
    add_product_transposed(x, lora_A, h)


@kernel
def backward(x, lora_A, d_h, first_d_x, d_x, first_d_lora_A, d_lora_A):
    """d_A = d_h^T x,   d_x = d_h A.   An empty view is a gradient that is not needed."""
    if d_lora_A.size:
        if first_d_lora_A:
            set_transposed_product(d_h, x, d_lora_A)
        else:
            add_transposed_product(d_h, x, d_lora_A)
    if d_x.size:
        if first_d_x:
            set_product(d_h, lora_A, d_x)
        else:
            add_product(d_h, lora_A, d_x)


def _passed_on(m):  # type: ignore[no-untyped-def]
    inputs = np.arange(m["x"].shape[-1])
    return TermSum((TermEntries.of("lora_A", m.index[-1], inputs), TermEntries.of("x", *m.index[:-1], inputs)))


def _sent_back(m):  # type: ignore[no-untyped-def]
    rank = np.arange(len(m["lora_A"]))
    return TermSum((TermEntries.of("lora_A", rank, m.index[-1]), TermEntries.of("d_h", *m.index[:-1], rank)))


register_inner(
    Operator(
        name="lora_down",
        title="Down through A",
        category="Layers",
        inputs=(Tensor("x", "... inputs"),),
        parameters=(Parameter("lora_A", "rank inputs", symbol="A"),),
        outputs=(Tensor("h", "... rank"),),
        forward=forward,
        backward=backward,
        skippable=("x", "lora_A"),
        formula="h = A x",
        explain_forward=(
            Explanation(
                "h",
                r"h_{<~>} = \sum_j a_{<-1>j}\, x_{<~j>}",
                lambda m: sum_of_products(m["lora_A"][m.index[-1]], m["x"][m.index[:-1]]),
                lambda m: (
                    f"Row {m.index[-1] + 1} of A looks at all {m['x'].shape[-1]:,} inputs and passes on one number."
                    + shortened(m["x"].shape[-1])
                ),
                terms=_passed_on,
            ),
        ),
        explain_backward=(
            Explanation(
                "d_lora_A",
                rf"{gradient('a', '<0,1>')} = \sum_n {gradient('h', 'n<0>')}\, x_{{n<1>}}",
                lambda m: sum_of_products(m["d_h"][..., m.index[0]].ravel(), m["x"][..., m.index[1]].ravel()),
                lambda m: (
                    "Each sample of the batch adds the gradient of this direction times the input that this number of A multiplied."
                    + shortened(m["d_h"][..., 0].size)
                ),
                terms=lambda m: over_samples("d_h", "x", m["d_h"].shape, *m.index),
            ),
            Explanation(
                "d_x",
                rf"{gradient('x')} \mathrel{{+}}= \sum_i a_{{i<-1>}}\, {gradient('h', 'i')}",
                lambda m: sum_of_products(m["lora_A"][:, m.index[-1]], m["d_h"][m.index[:-1]]),
                lambda m: "The adapter's path adds its share to the gradient of the input." + shortened(len(m["lora_A"])),
                terms=_sent_back,
            ),
        ),
    )
)
