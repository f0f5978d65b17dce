"""The lengths of the rows of an adapted weight, n = ‖W + s B A‖ row by row, by which DoRA divides.

Liu et al. 2024 (arXiv 2402.09353), section 4.3: the lengths are taken as constants, no gradient flows back through them. With PiSSA,
what A and B started as is taken away: ‖W - s B₀ A₀ + s B A‖.
"""

import math

import numpy as np

from nnlab.core.explanation import Explanation, abridged_sum, base, factor, number, shortened, sum_of
from nnlab.core.kernel import kernel
from nnlab.core.kernel.linear_algebra import add_product, set_product
from nnlab.core.operator import Operator, register_inner
from nnlab.core.setting import Setting
from nnlab.core.tensor import Parameter, Tensor
from nnlab.core.term_sum import TermEntries, TermSum, along_row, computed


@kernel
def forward(weight, lora_A, lora_B, lora_A_start, lora_B_start, scale, direction, norm):
    """direction = W + s (B A - B0 A0); norm = the length of each of its rows. Empty views: there is no start to take away."""
    if lora_A_start.size:
        set_product(lora_B_start, lora_A_start, direction)
        for u in range(direction.shape[0]):
            for i in range(direction.shape[1]):
                direction[u, i] = -direction[u, i]
        add_product(lora_B, lora_A, direction)
    else:
        set_product(lora_B, lora_A, direction)
    for u in range(direction.shape[0]):
        total = weight.dtype.type(0)
        for i in range(direction.shape[1]):
            direction[u, i] = weight[u, i] + scale * direction[u, i]
            total += direction[u, i] * direction[u, i]
        norm[u] = math.sqrt(total)


def _squares(m):  # type: ignore[no-untyped-def]
    row = m.after["direction"][m.index[0]]
    return rf"\sqrt{{{abridged_sum(lambda i: f'{base(row[i])}^2', row)}}}"


def _element(m):  # type: ignore[no-untyped-def]
    """W + s (what B and A make of it), with numbers."""
    added = (m.wrote("direction") - m.at("weight")) / m["scale"] if m["scale"] else 0.0
    return sum_of([number(m.at("weight")), rf"{number(m['scale'])} \cdot {factor(added)}"])


def _squared(m):  # type: ignore[no-untyped-def]
    row = along_row("direction", (m.index[0], 0), m.after["direction"].shape[1])
    return TermSum((computed(row, np.square, "{}²"),), outcome=math.sqrt, outcome_text="the root of it")


def _with_update(m):  # type: ignore[no-untyped-def]
    """The frozen weight, then over the ranks s b a; with PiSSA also what these began as, taken away."""
    unit, column = m.index
    ranks, scale = np.arange(len(m["lora_A"])), float(m["scale"])

    def products(ending, sign, symbols):  # type: ignore[no-untyped-def]
        b = computed(TermEntries.of(f"lora_B{ending}", unit, ranks), lambda values: sign * scale * values, symbols)
        return b, TermEntries.of(f"lora_A{ending}", ranks, column)

    further = (products("_start", -1.0, "(−s {})"),) if "lora_A_start" in m else ()
    return TermSum(products("", 1.0, "s {}"), first=TermEntries.of("weight", unit, column), further=further)


register_inner(
    Operator(
        name="lora_norm",
        title="Lengths of the rows",
        category="Layers",
        parameters=(
            Parameter("weight", "units inputs", symbol="W"),
            Parameter("lora_A", "rank inputs", symbol="A"),
            Parameter("lora_B", "units rank", symbol="B"),
            Parameter("lora_A_start", "rank inputs", symbol="A₀"),
            Parameter("lora_B_start", "units rank", symbol="B₀"),
        ),
        outputs=(Tensor("norm", "units", symbol="n"),),
        saved=(Tensor("direction", "units inputs", symbol="V"),),
        settings=(Setting("scale", 1.0, "Scale", "alpha / rank, times the adapter's weight"),),
        is_constant_backward=True,
        forward=forward,
        formula=r"n = \| W + s B A \|",
        explain_forward=(
            Explanation(
                "norm",
                r"n_{<0>} = \sqrt{\sum_j v_{<0>j}^2}",
                _squares,
                lambda m: (
                    f"The length of row {m.index[0] + 1} of V = W + s B A; the gradient takes it as a constant."
                    + shortened(m.after["direction"].shape[1])
                ),
                terms=_squared,
            ),
            Explanation(
                "direction",
                r"v_{<0,1>} = w_{<0,1>} + s\, (B A)_{<0,1>}",
                _element,
                lambda m: "The weight with its update, formed only to measure its rows.",
                terms=_with_update,
            ),
        ),
    )
)
