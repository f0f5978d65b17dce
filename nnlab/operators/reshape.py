"""Reshape: the same numbers in another shape, such as a row of 64 pixels as an image (1, 8, 8).

The batch stays as it is. One length may be -1: it follows from the others, as in PyTorch and NumPy.
"""

from collections.abc import Mapping
from math import prod

import numpy as np

from nnlab.core.errors import GraphError
from nnlab.core.explanation import Explanation, gradient, number, with_indices
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Shape, Sizes, Tensor


@kernel
def forward(x, y):
    for i in range(x.size):
        y[i] = x[i]


@kernel
def backward(d_y, d_x):
    """d_x = d_y, element by element."""
    for i in range(d_y.size):
        d_x[i] += d_y[i]


def lengths(text: str) -> Shape:
    """The lengths written in a setting: "1, 8, 8". Raises ValueError saying what is accepted."""
    try:
        found = tuple(int(part) for part in text.replace(",", " ").replace("×", " ").split())
    except ValueError:
        found = ()
    if not found or len(found) > 4 or found.count(-1) > 1 or any(length < 1 and length != -1 for length in found):
        raise ValueError("write one to four lengths from 1 on, such as 1, 8, 8; one of them may be -1")
    return found


def _sizes(settings: Mapping[str, Value], sizes: Sizes) -> Sizes:
    axes, wanted = sizes["..."], lengths(str(settings["shape"]))
    assert isinstance(axes, tuple)
    given = prod(axes)
    if -1 in wanted:
        rest = prod(length for length in wanted if length != -1)
        wanted = tuple(given // rest if length == -1 else length for length in wanted)
    if prod(wanted) != given or 0 in wanted:
        raise GraphError(
            f"{given} numbers per sample do not fit into the shape {settings['shape']}; choose lengths whose product is {given}."
        )
    return {"...out": wanted}


def _same_place(m, name):  # type: ignore[no-untyped-def]
    """The index of the element of `name` with the same place in the row of numbers as the explained one."""
    place = np.ravel_multi_index(m.index, m.after[m.target].shape)
    return tuple(int(k) for k in np.unravel_index(place, m[name].shape))


register(
    Operator(
        name="reshape",
        title="Reshape",
        category="Shape",
        inputs=(Tensor("x", "..."),),
        outputs=(Tensor("y", "...out"),),
        settings=(
            Setting(
                "shape",
                "-1",
                "Shape",
                "Lengths without the batch, such as 1, 8, 8 for a grey image; -1: computed from the others",
                reader=lengths,
            ),
        ),
        keeps_whole=True,
        forward=forward,
        backward=backward,
        rows_apart=True,
        sizes=_sizes,
        neutral=lambda shape: {"shape": ", ".join(map(str, shape))},
        keeps_order=True,
        summary=lambda s: " × ".join("?" if length == -1 else str(length) for length in lengths(str(s["shape"]))),
        formula=r"y = \mathrm{reshape}(x)",
        explain_forward=(
            Explanation(
                "y",
                lambda m: "y_{<~>} = " + with_indices("x_{<~>}", _same_place(m, "x"), m["x"].shape),
                lambda m: number(m["x"][_same_place(m, "x")]),
                lambda m: "The element keeps its position in the order of all elements; only the axes change.",
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                lambda m: f"{gradient('x', '<~>')} = {with_indices(gradient('y', '<~>'), _same_place(m, 'd_y'), m['d_y'].shape)}",
                lambda m: number(m["d_y"][_same_place(m, "d_y")]),
                lambda m: "The gradient is copied back to the element that the value came from.",
            ),
        ),
    )
)
