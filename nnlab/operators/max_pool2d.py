"""Max pooling: of every window the largest number goes on.

Goodfellow, Bengio, Courville, Deep Learning (2016), section 9.3; PyTorch's MaxPool2d with square windows. Of equal numbers the first
one, row by row, counts and receives the gradient. What the window sees in the padding is never the largest.

Windows of 2 × 2 side by side, the usual ones, have a loop of their own without branches: a comparison of two numbers is a branch that the
processor guesses wrong half of the time, and selections of neighbours vectorise (docs/decisions/pooling-without-branches.md).
"""

import math
from collections.abc import Mapping

import numpy as np

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, gradient, number, shortened, sum_of_numbers
from nnlab.core.kernel import as_real, kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Sizes, Tensor
from nnlab.core.window_sum import WindowCells, WindowSum
from nnlab.core.windows import pooling_sizes, seen

WRITTEN_OUT = 9  # numbers of a window that a formula shows


@kernel
def pool_pairs(x, place, y):
    """`forward` for windows of 2 × 2 side by side: the largest of either row, then of these two, which keeps the order.

    Places are chosen among real numbers: a choice between integers, converted afterwards, is compiled to branches. A NaN always takes
    the place of what came before it, and only a NaN differs from itself.
    """
    width = x.shape[3]
    one, row = as_real(x, 1), as_real(x, width)
    for n in range(y.shape[0]):
        for c in range(y.shape[1]):
            for r in range(y.shape[2]):
                upper, lower = x[n, c, 2 * r], x[n, c, 2 * r + 1]
                largest, cells = y[n, c, r], place[n, c, r]
                start = as_real(x, 2 * r * width)
                for s in range(largest.size):
                    a, b = upper[2 * s], upper[2 * s + 1]
                    d, e = lower[2 * s], lower[2 * s + 1]
                    right_above = (b > a) | (b != b)
                    right_below = (e > d) | (e != e)
                    above = b if right_above else a
                    below = e if right_below else d
                    cell_above = start + one if right_above else start
                    cell_below = start + row + one if right_below else start + row
                    lower_wins = (below > above) | (below != below)
                    largest[s] = below if lower_wins else above
                    cells[s] = as_real(x, np.int32(2 * s)) + (cell_below if lower_wins else cell_above)


@kernel
def forward(x, kernel_size, stride, padding, place, y):
    """y = the largest number under the window; place = where it lies in the picture, row * width + column."""
    height, width = x.shape[2], x.shape[3]
    size, border = int(kernel_size), int(padding)
    step = int(stride) if stride > 0.0 else size
    if size == 2 and step == 2 and border == 0:
        pool_pairs(x, place, y)
        return
    for n in range(y.shape[0]):
        for c in range(y.shape[1]):
            for r in range(y.shape[2]):
                top, bottom = max(r * step - border, 0), min(r * step - border + size, height)
                for s in range(y.shape[3]):
                    left, right = max(s * step - border, 0), min(s * step - border + size, width)
                    best, row, column = x[n, c, top, left], top, left
                    for h in range(top, bottom):
                        for w in range(left, right):
                            value = x[n, c, h, w]
                            if value > best or math.isnan(value):
                                best, row, column = value, h, w
                    y[n, c, r, s] = best
                    place[n, c, r, s] = row * width + column


@kernel
def backward(place, d_y, d_x):
    """d_x = d_y at the place of the largest number, for every window that it is the largest of."""
    for n in range(d_y.shape[0]):
        for c in range(d_y.shape[1]):
            picture = d_x[n, c].reshape(d_x.shape[2] * d_x.shape[3])  # a place is one number, so no division is needed to find it
            for r in range(d_y.shape[2]):
                for s in range(d_y.shape[3]):
                    picture[int(place[n, c, r, s])] += d_y[n, c, r, s]


def _sizes(settings: Mapping[str, Value], sizes: Sizes) -> Sizes:
    return pooling_sizes(sizes, int(settings["kernel_size"]), int(settings["stride"]), int(settings["padding"]))


def _window_of(m):  # type: ignore[no-untyped-def]
    """The cells under the explained output's window, those of the image alone."""
    n, c, *places = m.index
    size, stride = int(m["kernel_size"]), int(m["stride"]) or int(m["kernel_size"])
    rows, columns = (
        np.arange(length)[seen(p, size, stride, int(m["padding"]), length)[0]] for p, length in zip(places, m["x"].shape[2:], strict=True)
    )
    return WindowSum("channel", 1, lambda k: WindowCells("x", (n, c), rows, columns), combined="max")


def _window(m):  # type: ignore[no-untyped-def]
    """The numbers under the explained output's window."""
    return _window_of(m).products(m.before, 0).ravel()


def _largest(m):  # type: ignore[no-untyped-def]
    window = _window(m)
    shown = window
    if len(window) > WRITTEN_OUT:
        shown = window[np.sort(np.argsort(-window, kind="stable")[:3])]
    rest = [r"\dots"] if len(shown) < len(window) else []
    listed = r",\, ".join([*(number(value) for value in shown), *rest])
    return rf"\max({listed})"


def _upstream(m):  # type: ignore[no-untyped-def]
    """The upstream gradients of the windows in which the explained cell is the largest."""
    n, c, h, w = m.index
    return m["d_y"][n, c][m["place"][n, c] == h * m["d_x"].shape[3] + w]


def _won(m):  # type: ignore[no-untyped-def]
    count = len(_upstream(m))
    if count == 0:
        return "The cell is the maximum of no window, so it receives no gradient."
    windows = "its window" if count == 1 else f"{count} windows"
    return f"The cell is the maximum of {windows} and receives the whole upstream gradient." + shortened(count)


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    if settings["kernel_size"] == 1 and settings["stride"] <= 1:
        return Doubt("passes the image unchanged with a window of 1 × 1.", {"kernel_size": 2})
    return None


register(
    Operator(
        name="max_pool2d",
        title="Max pooling",
        category="Images",
        inputs=(Tensor("x", "batch channels height width"),),
        outputs=(Tensor("y", "batch channels out_height out_width"),),
        saved=(Tensor("place", "batch channels out_height out_width"),),
        settings=(
            Setting("kernel_size", 2, "Window", "Height and width of the window", minimum=1, maximum=64),
            Setting("stride", 0, "Stride", "Cells between one window and the next; 0: the kernel size", minimum=0, maximum=64),
            Setting("padding", 0, "Padding", "Cells of padding around the image, which are never the maximum", minimum=0, maximum=32),
        ),
        sizes=_sizes,
        keeps_whole=True,
        doubt=_doubt,
        forward=forward,
        backward=backward,
        rows_apart=True,
        summary=lambda s: f"{s['kernel_size']} × {s['kernel_size']}",
        formula=r"y_{crs} = \max_{i,j}\, x_{c,r+i,s+j}",
        explain_forward=(
            Explanation(
                "y",
                r"y_{<1,2,3>} = \max_{i,j}\, x_{<1>ij}",
                _largest,
                lambda m: f"The largest of the {len(_window(m))} values in the window is passed on.",
                window=_window_of,
            ),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                rf"{gradient('x', '<1,2,3>')} = \sum_{{r,s}} {gradient('y', '<1>rs')}",
                lambda m: sum_of_numbers(_upstream(m)),
                _won,
            ),
        ),
    )
)
