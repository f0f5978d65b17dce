"""Flatten: all axes of a sample in one row, as a dense layer wants them. PyTorch's Flatten."""

from collections.abc import Mapping
from math import prod

import numpy as np

from nnlab.core.explanation import Explanation, gradient, number
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Value
from nnlab.core.tensor import Sizes, Tensor


@kernel
def forward(x, y):
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            y[n, i] = x[n, i]


@kernel
def backward(d_y, d_x):
    """d_x = d_y, element by element."""
    for n in range(d_x.shape[0]):
        for i in range(d_x.shape[1]):
            d_x[n, i] += d_y[n, i]


def _sizes(settings: Mapping[str, Value], sizes: Sizes) -> Sizes:
    axes = sizes["..."]
    assert isinstance(axes, tuple)
    return {"length": prod(axes)}


def _same_place(m, name):  # type: ignore[no-untyped-def]
    """The element of `name` with the same place in the row of a sample."""
    place = np.ravel_multi_index(m.index, m.after[m.target].shape)
    return float(m[name].ravel()[place])


def _place_in(m, name):  # type: ignore[no-untyped-def]
    """The index, without the sample, of the element of `name` at the explained place."""
    place = np.ravel_multi_index(m.index, m.after[m.target].shape)
    return [int(k) for k in np.unravel_index(place, m[name].shape)][1:]


register(
    Operator(
        name="flatten",
        title="Flatten",
        category="Shape",
        inputs=(Tensor("x", "batch ..."),),
        outputs=(Tensor("y", "batch length"),),
        keeps_whole=True,
        forward=forward,
        backward=backward,
        rows_apart=True,
        sizes=_sizes,
        keeps_order=True,
        summary=lambda s: "one row",
        formula=r"y = (x_{11}, x_{12}, \dots)",
        explain_forward=(
            Explanation(
                "y",
                lambda m: rf"y_{{<~>}} = x_{{{','.join(str(k + 1) for k in _place_in(m, 'x'))}}}",
                lambda m: number(_same_place(m, "x")),
                lambda m: "The element is copied into one long row.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                lambda m: f"{gradient('x')} = {gradient('y', str(_place_in(m, 'd_y')[-1] + 1))}",
                lambda m: number(_same_place(m, "d_y")),
                lambda m: "The gradient is copied back to the element that the value came from.",
            ),
        ),
    )
)
