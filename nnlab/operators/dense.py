"""Dense: every unit weighs every input and adds its bias, y = W x + b; without the bias, y = W x.

Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.1 and, for the gradients, algorithms 6.3 and 6.4. W has shape
(units, inputs), one row per unit. Further axes (the places of a sequence) are all treated alike, as by PyTorch's Linear: the
kernel sees every row of the last axis as a sample.
"""

import numpy as np

from nnlab.core.explanation import Explanation, gradient, number, shortened, sum_of, sum_of_numbers, sum_of_products
from nnlab.core.initializers import CHOICE_TITLES, initializers
from nnlab.core.kernel import kernel
from nnlab.core.kernel.linear_algebra import (
    add_product,
    add_product_transposed,
    add_rows,
    add_transposed_product,
    product_of_columns,
    set_product,
    set_transposed_product,
)  # fmt: skip
from nnlab.core.kernel.reductions import dot
from nnlab.core.operator import Operator, register
from nnlab.core.penalty import PENALTIES
from nnlab.core.setting import Setting
from nnlab.core.tensor import Parameter, Tensor
from nnlab.core.term_sum import TermEntries, TermSum, over_leading, over_samples


@kernel
def forward(x, weight, bias, y):
    """y = x W^T + b, row by row. An empty view of b is a layer without one."""
    if bias.size:
        for n in range(y.shape[0]):
            for u in range(y.shape[1]):
                y[n, u] = bias[u]
    else:
        for n in range(y.shape[0]):
            for u in range(y.shape[1]):
                y[n, u] = 0.0
    if y.shape[1] == 1:  # one unit: a dot product per sample costs less than a call of BLAS
        for n in range(x.shape[0]):
            y[n, 0] += dot(weight[0], x[n])
    else:
        add_product_transposed(x, weight, y)


@kernel
def _backward_of_rows(d_y, weight, first_d_x, d_x):
    if d_y.shape[1] == 1:
        for n in range(d_x.shape[0]):
            for i in range(d_x.shape[1]):
                d_x[n, i] = (0.0 if first_d_x else d_x[n, i]) + d_y[n, 0] * weight[0, i]
    elif first_d_x:
        set_product(d_y, weight, d_x)
    else:
        add_product(d_y, weight, d_x)


@kernel
def _half_of_backward(x, weight, d_y, first_d_x, d_x, first_d_weight, d_weight, d_bias, half):
    """The gradients of one half of the units, and of the inputs of one half of the rows: nothing is left to be added up."""
    rows, units = d_y.shape
    row, unit = rows // 2, units // 2
    first_row, last_row = (0, row) if half == 1 else (row, rows)
    first, last = (0, unit) if half == 1 else (unit, units)
    if d_weight.size and last > first:
        product_of_columns(d_y, first, last, x, d_weight[first:last], not first_d_weight)
    if d_bias.size:
        for n in range(rows):
            for u in range(first, last):
                d_bias[u] += d_y[n, u]
    if d_x.size and last_row > first_row:
        _backward_of_rows(d_y[first_row:last_row], weight, first_d_x, d_x[first_row:last_row])


@kernel
def backward(x, weight, d_y, first_d_x, d_x, first_d_weight, d_weight, d_bias, half):
    """d_W = d_y^T x,   d_b = sum over the batch of d_y,   d_x = d_y W.   An empty view is a gradient that is not needed."""
    if half:
        _half_of_backward(x, weight, d_y, first_d_x, d_x, first_d_weight, d_weight, d_bias, half)
        return
    if d_weight.size:
        if first_d_weight:
            set_transposed_product(d_y, x, d_weight)
        else:
            add_transposed_product(d_y, x, d_weight)
    if d_bias.size:
        add_rows(d_y, d_bias)
    if d_x.size:
        _backward_of_rows(d_y, weight, first_d_x, d_x)


def _output(m):  # type: ignore[no-untyped-def]
    inputs, unit = np.arange(m["x"].shape[-1]), m.index[-1]
    factors = (TermEntries.of("weight", unit, inputs), TermEntries.of("x", *m.index[:-1], inputs))
    return TermSum(factors, last=TermEntries.of("bias", unit) if "bias" in m else None)


def _input(m):  # type: ignore[no-untyped-def]
    units = np.arange(len(m["weight"]))
    return TermSum((TermEntries.of("weight", units, m.index[-1]), TermEntries.of("d_y", *m.index[:-1], units)))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


register(
    Operator(
        name="dense",
        title="Dense",
        category="Layers",
        inputs=(Tensor("x", "... inputs"),),
        parameters=(
            Parameter("weight", "units inputs", init="setting:init", symbol="W"), Parameter("bias", "units", when="bias", symbol="b"),
        ),  # fmt: skip
        outputs=(Tensor("y", "... units"),),
        settings=(
            Setting("units", 8, "Units", "Neurons of this layer, one row of W for each", minimum=1, maximum=65536),
            Setting(
                "init", "xavier_uniform", "Initialiser", "Draws the initial W; biases start at 0",
                choices=tuple(initializers), choice_titles=CHOICE_TITLES,
            ),  # fmt: skip
            Setting("bias", True, "Bias", "Adds a learned number to every unit; superfluous before a batch norm"),
            *PENALTIES,
        ),
        penalized=("weight",),
        neutral=lambda shape: {"units": shape[-1], "init": "identity"},
        is_affine=True,
        forward=forward,
        backward=backward,
        rows_apart=True,
        skippable=("x", "weight", "bias"),
        summary=lambda s: str(s["units"]),
        formula=lambda s: "y = W x + b" if s["bias"] else "y = W x",
        explain_forward=(
            Explanation(
                "y",
                lambda m: r"z_{<~>} = \sum_j w_{<-1>j}\, x_{<~j>}" + (" + b_{<-1>}" if "bias" in m else ""),
                lambda m: sum_of(
                    [
                        sum_of_products(m["weight"][m.index[-1]], m["x"][m.index[:-1]]),
                        *([number(m["bias"][m.index[-1]])] if "bias" in m else []),
                    ]
                ),
                lambda m: (
                    f"Unit {m.index[-1] + 1} sums its {_count(m['x'].shape[-1], 'input')}, each times its weight"
                    f"{', and adds its bias' if 'bias' in m else ''}."
                    + shortened(m["x"].shape[-1])
                ),
                terms=_output,
            ),
        ),
        explain_backward=(
            Explanation(
                "d_weight",
                rf"{gradient('w', '<0,1>')} = \sum_n {gradient('z', 'n<0>')}\, x_{{n<1>}}",
                lambda m: sum_of_products(m["d_y"][..., m.index[0]].ravel(), m["x"][..., m.index[1]].ravel()),
                lambda m: (
                    "Each sample of the batch adds its upstream gradient times the input that this weight multiplied."
                    + shortened(m["d_y"][..., 0].size)
                ),
                terms=lambda m: over_samples("d_y", "x", m["d_y"].shape, *m.index),
            ),
            Explanation(
                "d_bias",
                rf"{gradient('b', '<0>')} = \sum_n {gradient('z', 'n<0>')}",
                lambda m: sum_of_numbers(m["d_y"][..., m.index[0]].ravel()),
                lambda m: (
                    "The bias is added to z, so its gradient is the sum of the upstream gradients." + shortened(m["d_y"][..., 0].size)
                ),
                terms=lambda m: over_leading("d_y", m["d_y"].shape, m.index[0]),
            ),
            Explanation(
                "d_x",
                rf"{gradient('x')} = \sum_i w_{{i<-1>}}\, {gradient('z', '<~i>')}",
                lambda m: sum_of_products(m["weight"][:, m.index[-1]], m["d_y"][m.index[:-1]]),
                lambda m: (
                    "Each unit sends its upstream gradient back, times its weight for this input."
                    + shortened(len(m["weight"]))
                ),
                terms=_input,
            ),
        ),
    )
)
