"""Convolutions with windows of 3 x 3 cells that move by one over an image with one cell of padding: the shape most networks have.

They are computed from the image itself, see `window_products`; any other shape is unfolded into a matrix (see the operator `conv2d`, whose
readable version this takes the place of, because it takes two to five times as long). All of it works in one flat `room`.
"""

from __future__ import annotations

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
from nnlab.core.kernel.decorators import inlined, kernel
from nnlab.core.kernel.reductions import total
from nnlab.core.kernel.window_products import BYTES, FILTERS, SIDE, VECTORS, add_row, filter_tile, weight_tile

NARROWEST = 3  # cells: of narrower images too much of a vector would be border
GROUP = 4  # images whose products are added up before sums leave the registers
_MOST_LANES = BYTES // 4
# Cells: two rows hold a vector, so that a whole one beyond a channel's last place still lies in the border, where slopes are 0.
_LEAST_ROW = _MOST_LANES // 2


def takes(filters: int, kernel_size: int, stride: int, padding: int, width: int) -> bool:
    """Whether a convolution has the shape that is computed here."""
    return kernel_size == SIDE and stride == padding == 1 and filters % FILTERS == 0 and width >= NARROWEST


def room_for(filters: int, channels: int, height: int, width: int) -> int:
    """How many numbers the room must have: weights, the image and the slopes with their borders, one tile's results, vectors of sums."""
    window, both = channels * SIDE * SIDE * filters, channels + filters
    return window * (1 + _MOST_LANES) + GROUP * both * _plane(height, width) + 2 * _slack() + FILTERS * _rounded(height, width)


def _row(width: int) -> int:
    """Cells of an image's row with its border, which is wider on the right of a narrow image."""
    return max(width + 2, _LEAST_ROW)


_row_of = inlined(_row)


def _plane(height: int, width: int) -> int:
    return (height + 2) * _row(width)


def _slack() -> int:
    """Numbers behind the last channel that a tile reads and leaves out."""
    return 2 * VECTORS * _MOST_LANES


def _rounded(height: int, width: int) -> int:
    step = VECTORS * _MOST_LANES
    return -(-height * _row(width) // step) * step


@kernel
def _clear(numbers):  # type: ignore[no-untyped-def]
    for k in range(numbers.size):
        numbers[k] = 0.0


@kernel
def _with_border(image, framed, start):  # type: ignore[no-untyped-def]
    """Copies the image (channels, height, width) to where, from `start` on, its border leaves room; the border is 0 and stays so."""
    height, width = image.shape[1], image.shape[2]
    row = _row_of(width)
    for c in range(image.shape[0]):
        for r in range(height):
            add_row(framed, start + (c * (height + 2) + r + 1) * row + 1, image, (c * height + r) * width, width, 0.0, False)


@kernel
def _filtered(framed, start, height, row, channels, weights, first, filters, out, rounded):  # type: ignore[no-untyped-def]
    """out (8, places rounded up), flat: what eight filters make of the framed image that begins at `start`, in rows of `row` cells."""
    step = VECTORS * (BYTES // framed.itemsize)
    for place in range(0, height * row, step):
        filter_tile(framed, start, place, row, (height + 2) * row, channels, weights, first, filters, out, rounded)


@kernel
def forward(x, weight, bias, room, y):  # type: ignore[no-untyped-def]
    """As `conv2d.forward`, for the shapes that `takes` allows."""
    filters, channels, height, width = y.shape[1], x.shape[1], x.shape[2], x.shape[3]
    row, window = _row_of(width), channels * weight.shape[2] * weight.shape[3] * filters
    weights = room[:window]
    planes = channels * (height + 2) * row + 2 * VECTORS * (BYTES // x.itemsize)
    framed = room[window : window + planes]
    step = VECTORS * (BYTES // x.itemsize)
    rounded = (height * row + step - 1) // step * step
    out = room[window + planes : window + planes + FILTERS * rounded]
    at = 0
    for c in range(channels):
        for i in range(SIDE):
            for j in range(SIDE):
                for f in range(filters):
                    weights[at] = weight[f, c, i, j]
                    at += 1
    _clear(framed)
    for n in range(x.shape[0]):
        _with_border(x[n], framed, 0)
        for first in range(0, filters, FILTERS):
            _filtered(framed, 0, height, row, channels, weights, first, filters, out, rounded)
            for f in range(FILTERS):
                start = bias[first + f] if bias.size else 0.0
                for r in range(height):
                    add_row(y, ((n * filters + first + f) * height + r) * width, out, f * rounded + r * row, width, start, False)


@kernel
def _turn_round(weight, weights):  # type: ignore[no-untyped-def]
    """Writes the windows turned round, with channels and filters in each other's place, as a tile reads them."""
    at = 0
    for f in range(weight.shape[0]):
        for i in range(SIDE):
            for j in range(SIDE):
                for c in range(weight.shape[1]):
                    weights[at] = weight[f, c, SIDE - 1 - i, SIDE - 1 - j]
                    at += 1


@kernel
def _add_up(sums, lanes, d_weight):  # type: ignore[no-untyped-def]
    """Adds the vectors of sums, in the order in which the tiles wrote them, to the weights they belong to."""
    at = 0
    for first in range(0, d_weight.shape[0], FILTERS):
        for c in range(d_weight.shape[1]):
            for i in range(SIDE):
                for f in range(FILTERS):
                    for j in range(SIDE):
                        d_weight[first + f, c, i, j] += total(sums[at : at + lanes])
                        at += lanes


@kernel
def backward(x, weight, room, d_y, d_x, d_weight, d_bias):  # type: ignore[no-untyped-def]
    """As `conv2d.backward`; the slopes of x, if they are wanted, for a multiple of eight channels.

    d_x is a convolution of d_y with the window turned round: what a cell gave to the place above it comes back from there.
    """
    filters, channels, height, width = d_y.shape[1], x.shape[1], x.shape[2], x.shape[3]
    row, window = _row_of(width), channels * weight.shape[2] * weight.shape[3] * filters
    plane, lanes = (height + 2) * row, BYTES // x.itemsize
    slack, step = 2 * VECTORS * lanes, VECTORS * lanes
    rounded = (height * row + step - 1) // step * step
    given, seen = filters * plane, channels * plane  # numbers of one image's slopes, and of the image, with their borders
    weights, at = room[:window], window
    slopes = room[at : at + GROUP * given + slack]
    at += slopes.size
    framed = room[at : at + GROUP * seen + slack]
    at += framed.size
    out = room[at : at + FILTERS * rounded]
    at += out.size
    sums = room[at : at + window * lanes]
    _clear(slopes)
    if d_weight.size:
        _clear(framed)
        _clear(sums)
    if d_x.size:
        _turn_round(weight, weights)
    for group in range(0, x.shape[0], GROUP):
        count = min(GROUP, x.shape[0] - group)
        for k in range(count):
            _with_border(d_y[group + k], slopes, k * given)
            if d_bias.size:
                for f in range(filters):  # with the border, which adds 0, because there they are near
                    d_bias[f] += total(slopes[k * given + f * plane : k * given + (f + 1) * plane])
        if d_weight.size:
            for k in range(count):
                _with_border(x[group + k], framed, k * seen)
            at = 0
            places = (height * row + lanes - 1) // lanes * lanes
            for first in range(0, filters, FILTERS):
                start = first * plane + row + 1  # behind the border
                for c in range(channels):
                    for i in range(SIDE):
                        weight_tile(framed, c * plane + i * row, seen, slopes, start, plane, given, count, places, sums, at)
                        at += FILTERS * SIDE * lanes
        if d_x.size:
            for k in range(count):
                n = group + k
                for first in range(0, channels, FILTERS):
                    _filtered(slopes, k * given, height, row, filters, weights, first, channels, out, rounded)
                    for c in range(FILTERS):
                        for r in range(height):
                            add_row(d_x, ((n * channels + first + c) * height + r) * width, out, c * rounded + r * row, width, 0.0, True)
    if d_weight.size:
        _add_up(sums, lanes, d_weight)
