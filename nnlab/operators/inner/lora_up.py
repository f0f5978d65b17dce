"""The way up through a low-rank adapter: B takes its few numbers to the layer's units, and they are added, y = y₀ + s B h.

Hu et al. 2021 (arXiv 2106.09685), section 4.1. B has shape (units, rank); s is alpha / rank, times the adapter's weight in a blend.
"""

import numpy as np

from nnlab.core.explanation import Explanation, constant, factor, gradient, number, shortened, sum_of, sum_of_products
from nnlab.core.kernel import kernel
from nnlab.core.kernel.linear_algebra import add_product_transposed, add_transposed_product, set_product, set_transposed_product
from nnlab.core.operator import Operator, register_inner
from nnlab.core.setting import Setting
from nnlab.core.tensor import Parameter, Tensor
from nnlab.core.term_sum import TermEntries, TermSum, over_samples


@kernel
def forward(base, h, lora_B, scale, scaled, y):
    """y = base + (s h) B^T; s h is kept for the way back."""
    for n in range(h.shape[0]):
        for k in range(h.shape[1]):
            scaled[n, k] = scale * h[n, k]
    for n in range(y.shape[0]):
        for u in range(y.shape[1]):
            y[n, u] = base[n, u]
    add_product_transposed(scaled, lora_B, y)


@kernel
def backward(lora_B, scale, scaled, d_y, first_d_base, d_base, first_d_h, d_h, first_d_lora_B, d_lora_B):
    """d_B = d_y^T (s h),   d_h = s d_y B,   d_base = d_y.   An empty view is a gradient that is not needed."""
    if d_lora_B.size:
        if first_d_lora_B:
            set_transposed_product(d_y, scaled, d_lora_B)
        else:
            add_transposed_product(d_y, scaled, d_lora_B)
    if d_base.size:
        for n in range(d_y.shape[0]):
            for u in range(d_y.shape[1]):
                d_base[n, u] = (0.0 if first_d_base else d_base[n, u]) + d_y[n, u]
    if d_h.size:
        if first_d_h:
            set_product(d_y, lora_B, d_h)
            for n in range(d_h.shape[0]):
                for k in range(d_h.shape[1]):
                    d_h[n, k] *= scale
        else:
            for n in range(d_h.shape[0]):
                for u in range(d_y.shape[1]):
                    slope = scale * d_y[n, u]
                    for k in range(d_h.shape[1]):
                        d_h[n, k] += slope * lora_B[u, k]


def _added(m):  # type: ignore[no-untyped-def]
    rank = np.arange(m["h"].shape[-1])
    factors = (TermEntries.of("lora_B", m.index[-1], rank), TermEntries.of("scaled", *m.index[:-1], rank))
    return TermSum(factors, first=TermEntries.of("base", *m.index))


def _sent_back(m):  # type: ignore[no-untyped-def]
    units = np.arange(len(m["lora_B"]))
    factors = (TermEntries.of("lora_B", units, m.index[-1]), TermEntries.of("d_y", *m.index[:-1], units))
    return TermSum(factors, scale=float(m["scale"]), scale_text="s")


register_inner(
    Operator(
        name="lora_up",
        title="Up through B",
        category="Layers",
        inputs=(Tensor("base", "... units", symbol="z₀"), Tensor("h", "... rank")),
        parameters=(Parameter("lora_B", "units rank", symbol="B"),),
        outputs=(Tensor("y", "... units", symbol="z"),),
        saved=(Tensor("scaled", "... rank", symbol="s h"),),
        settings=(Setting("scale", 1.0, "Scale", "alpha / rank, times the adapter's weight"),),
        forward=forward,
        backward=backward,
        skippable=("base", "h", "lora_B"),
        formula=r"y = y_0 + s B h",
        explain_forward=(
            Explanation(
                "y",
                r"z_{<~>} = z^0_{<~>} + \sum_k b_{<-1>k}\, s h_{<~k>}",
                lambda m: sum_of([number(m.at("base")), sum_of_products(m["lora_B"][m.index[-1]], m.after["scaled"][m.index[:-1]])]),
                lambda m: (
                    f"What the frozen weights gave, plus what row {m.index[-1] + 1} of B makes of the {m['h'].shape[-1]:,} scaled "
                    "numbers." + shortened(m["h"].shape[-1])
                ),
                terms=_added,
            ),
            Explanation(
                "scaled",
                r"s\, h_{<-1>}",
                lambda m: rf"{constant(m['scale'])} \cdot {factor(m.at('h'))}",
                lambda m: "The number that A passed on, times s.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_lora_B",
                rf"{gradient('b', '<0,1>')} = \sum_n {gradient('z', 'n<0>')}\, s\, h_{{n<1>}}",
                lambda m: sum_of_products(m["d_y"][..., m.index[0]].ravel(), m["scaled"][..., m.index[1]].ravel()),
                lambda m: (
                    "Each sample of the batch adds its upstream gradient times the scaled number that this number of B multiplied."
                    + shortened(m["d_y"][..., 0].size)
                ),
                terms=lambda m: over_samples("d_y", "scaled", m["d_y"].shape, *m.index),
            ),
            Explanation(
                "d_h",
                rf"{gradient('h')} = \sum_i b_{{i<-1>}}\, s {gradient('z', 'i')}",
                lambda m: sum_of_products(m["lora_B"][:, m.index[-1]], m["scale"] * m["d_y"][m.index[:-1]]),
                lambda m: "Each unit sends its upstream gradient back, times its number in B and s." + shortened(len(m["lora_B"])),
                terms=_sent_back,
            ),
            Explanation(
                "d_base",
                rf"{gradient('z^0')} = {gradient('z')}",
                lambda m: number(m.at("d_y")),
                lambda m: "The frozen path is added to z, so the gradient reaches it unchanged.",
            ),
        ),
    )
)
