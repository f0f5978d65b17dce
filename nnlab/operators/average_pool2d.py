"""Average pooling: the mean of every window goes on.

LeCun et al., Gradient-Based Learning Applied to Document Recognition (1998), called it subsampling; PyTorch's AvgPool2d with square
windows. WindowCells of the padding count as zeros, or not at all (`count_include_pad`).
"""

from collections.abc import Mapping

import numpy as np

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, abridged_sum, gradient, number, shortened, sum_of_numbers
from nnlab.core.kernel import as_real, kernel
from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Sizes, Tensor
from nnlab.core.term_sum import TermEntries, TermSum, computed
from nnlab.core.window_sum import WindowCells, WindowSum
from nnlab.core.windows import pooling_sizes, seen


@kernel
def forward(x, kernel_size, stride, padding, count_include_pad, y):
    height, width = x.shape[2], x.shape[3]
    size, border = int(kernel_size), int(padding)
    step = int(stride) if stride > 0.0 else size
    for n in range(y.shape[0]):
        for c in range(y.shape[1]):
            for r in range(y.shape[2]):
                top, bottom = max(r * step - border, 0), min(r * step - border + size, height)
                for s in range(y.shape[3]):
                    left, right = max(s * step - border, 0), min(s * step - border + size, width)
                    total = 0.0
                    for h in range(top, bottom):
                        for w in range(left, right):
                            total += x[n, c, h, w]
                    cells = size * size if count_include_pad > 0.0 else (bottom - top) * (right - left)
                    y[n, c, r, s] = total / as_real(x, cells)


@kernel
def backward(kernel_size, stride, padding, count_include_pad, d_y, d_x):
    """d_x = the sum over all windows that cover the cell of d_y / cells."""
    height, width = d_x.shape[2], d_x.shape[3]
    size, border = int(kernel_size), int(padding)
    step = int(stride) if stride > 0.0 else size
    for n in range(d_y.shape[0]):
        for c in range(d_y.shape[1]):
            for r in range(d_y.shape[2]):
                top, bottom = max(r * step - border, 0), min(r * step - border + size, height)
                for s in range(d_y.shape[3]):
                    left, right = max(s * step - border, 0), min(s * step - border + size, width)
                    cells = size * size if count_include_pad > 0.0 else (bottom - top) * (right - left)
                    share = d_y[n, c, r, s] / as_real(d_y, cells)
                    for h in range(top, bottom):
                        for w in range(left, right):
                            d_x[n, c, h, w] += share


def _sizes(settings: Mapping[str, Value], sizes: Sizes) -> Sizes:
    return pooling_sizes(sizes, int(settings["kernel_size"]), int(settings["stride"]), int(settings["padding"]))


def _covered(m, r, s, shape):  # type: ignore[no-untyped-def]
    """(rows, columns, cells that count) of the window at place (r, s) of a picture of `shape`."""
    size, padding = int(m["kernel_size"]), int(m["padding"])
    rows, columns = (seen(p, size, int(m["stride"]) or size, padding, length)[0] for p, length in zip((r, s), shape, strict=True))
    inside = (rows.stop - rows.start) * (columns.stop - columns.start)
    return rows, columns, size * size if m["count_include_pad"] else inside


def _window(m):  # type: ignore[no-untyped-def]
    """The cells under the explained output's window, those of the image alone."""
    n, c, r, s = m.index
    height, width = m["x"].shape[2:]
    rows, columns, _ = _covered(m, r, s, (height, width))
    return WindowSum("channel", 1, lambda k: WindowCells("x", (n, c), np.arange(height)[rows], np.arange(width)[columns]), combined="mean")


def _mean(m):  # type: ignore[no-untyped-def]
    n, c, r, s = m.index
    rows, columns, cells = _covered(m, r, s, m["x"].shape[2:])
    return rf"\frac{{1}}{{{cells}}} \left({sum_of_numbers(m['x'][n, c, rows, columns].ravel())}\right)"


def _cells(m):  # type: ignore[no-untyped-def]
    """The cells under the window, one after another, without those of the padding."""
    n, c, r, s = m.index
    height, width = m["x"].shape[2:]
    rows, columns, cells = _covered(m, r, s, (height, width))
    down, across = (places.ravel() for places in np.meshgrid(np.arange(height)[rows], np.arange(width)[columns], indexing="ij"))
    return TermSum((TermEntries.of("x", n, c, down, across),), scale=1.0 / cells, scale_text=f"1/{cells}")


def _averaged(m):  # type: ignore[no-untyped-def]
    _, _, r, s = m.index
    rows, columns, cells = _covered(m, r, s, m["x"].shape[2:])
    inside = (rows.stop - rows.start) * (columns.stop - columns.start)
    zeros = f", {cells - inside} of them zeros of the padding" if cells > inside else ""
    return f"The mean of the {cells} cells in the window{zeros}." + shortened(inside)


def _covering(m):  # type: ignore[no-untyped-def]
    """(row, column, cells) of every window that covers the explained cell."""
    _, _, h, w = m.index
    found = []
    for r, s in np.ndindex(m["d_y"].shape[2:]):
        rows, columns, cells = _covered(m, r, s, m["d_x"].shape[2:])
        if rows.start <= h < rows.stop and columns.start <= w < columns.stop:
            found.append((r, s, cells))
    return found


def _shares(m):  # type: ignore[no-untyped-def]
    """(upstream gradient, cells) of every window that covers the explained cell."""
    n, c, *_ = m.index
    return [(float(m["d_y"][n, c, r, s]), cells) for r, s, cells in _covering(m)]


def _parts(m):  # type: ignore[no-untyped-def]
    """The equal part of its gradient that every window passes back."""
    n, c, *_ = m.index
    rows, columns, cells = np.array(_covering(m), dtype=np.intp).reshape(-1, 3).T
    return TermSum((computed(TermEntries.of("d_y", n, c, rows, columns), lambda d: d / cells, [f"{{}}/{count}" for count in cells]),))


def _sum_of_shares(m):  # type: ignore[no-untyped-def]
    shares = _shares(m)
    sizes = np.array([upstream / cells for upstream, cells in shares])
    return abridged_sum(lambda k: rf"\frac{{{number(shares[k][0])}}}{{{shares[k][1]}}}", sizes)


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    if settings["kernel_size"] == 1 and settings["stride"] <= 1:
        return Doubt("passes the image unchanged with a window of 1 × 1.", {"kernel_size": 2})
    return None


register(
    Operator(
        name="average_pool2d",
        title="Average pooling",
        category="Images",
        inputs=(Tensor("x", "batch channels height width"),),
        outputs=(Tensor("y", "batch channels out_height out_width"),),
        settings=(
            Setting("kernel_size", 2, "Window", "Height and width of the window", minimum=1, maximum=64),
            Setting("stride", 0, "Stride", "Cells between one window and the next; 0: the kernel size", minimum=0, maximum=64),
            Setting("padding", 0, "Padding", "Cells of zeros around the image", minimum=0, maximum=32),
            Setting("count_include_pad", True, "Count padding", "Whether padding cells count in the mean, as zeros"),
        ),
        sizes=_sizes,
        doubt=_doubt,
        forward=forward,
        backward=backward,
        rows_apart=True,
        summary=lambda s: f"{s['kernel_size']} × {s['kernel_size']}",
        formula=r"y_{crs} = \frac{1}{k^2} \sum_{i,j} x_{c,r+i,s+j}",
        explain_forward=(
            Explanation("y", r"y_{<1,2,3>} = \frac{1}{K} \sum_{i,j} x_{<1>ij}", _mean, _averaged, window=_window, terms=_cells),
        ),
        explain_backward=(
            Explanation(
                "d_x",
                rf"{gradient('x', '<1,2,3>')} = \sum_{{r,s}} \frac{{1}}{{K}} {gradient('y', '<1>rs')}",
                _sum_of_shares,
                lambda m: (
                    (
                        "Every window that covers the cell passes back an equal share of its upstream gradient."
                        if _shares(m)
                        else "No window covers the cell, so it receives no gradient."
                    )
                    + shortened(len(_shares(m)))
                ),
                terms=_parts,
            ),
        ),
    )
)
