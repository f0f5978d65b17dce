r"""Convolution: every filter looks at every place of an image through a small window, y = sum of w * x over the window + b.

LeCun et al., Gradient-Based Learning Applied to Document Recognition (1998); Goodfellow, Bengio, Courville, Deep Learning (2016),
sections 9.1 and 9.5 (like every library, without flipping the filter). PyTorch's Conv2d with square windows. W has shape (filters,
channels, kernel_size, kernel_size).

One image at a time is unfolded into a matrix with one column for each place, holding all that the window sees from there (Chellapilla,
Puri, Simard, High Performance Convolutional Neural Networks for Document Processing (2006)); the convolution is then one matrix product.
The shape that most networks have is computed without unfolding, see `nnlab.core.kernel.small_windows`.
"""

from collections.abc import Mapping

import numpy as np

from nnlab.core.explanation import Explanation, gradient, number, shortened, sum_of, sum_of_numbers, sum_of_products
from nnlab.core.initializers import CHOICE_TITLES, initializers
from nnlab.core.kernel import kernel, small_windows
from nnlab.core.kernel.linear_algebra import add_product, add_product_transposed, add_transposed_product
from nnlab.core.kernel.views import copy_elements
from nnlab.core.operator import Operator, register
from nnlab.core.penalty import PENALTIES
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Parameter, Sizes, Tensor
from nnlab.core.window_sum import WindowCells, WindowSum
from nnlab.core.windows import output_sizes


@kernel
def inside(offset, stride, length, places):
    """From which place on, and up to which, the cell `place * stride + offset` lies within an axis of `length` cells."""
    low = max(0, -(offset // stride)) if offset < 0 else 0
    high = (length - offset + stride - 1) // stride if length > offset else 0
    return min(low, places), max(min(high, places), min(low, places))


@kernel
def unfold(image, kernel_size, stride, padding, width, patches):
    """patches (channels * kernel_size^2, places): its row (c, i, j) holds what cell (i, j) of the window sees in channel c.

    `width` is the number of places along a row of the output; in the padding the window sees zeros.
    """
    height = patches.shape[1] // width
    rows, columns = image.shape[1], image.shape[2]
    line = 0
    for c in range(image.shape[0]):
        for i in range(kernel_size):
            top, bottom = inside(i - padding, stride, rows, height)
            for j in range(kernel_size):
                low, high = inside(j - padding, stride, columns, width)
                target = patches[line]
                if (bottom - top) * (high - low) < target.size:
                    for k in range(target.size):
                        target[k] = 0.0
                for r in range(top, bottom):
                    h, w = r * stride + i - padding, low * stride + j - padding
                    if stride == 1:  # neighbours stay neighbours
                        copy_elements(target, r * width + low, image, (c * rows + h) * columns + w, high - low)
                    else:
                        cells, seen_there = image[c, h, w:], target[r * width + low : r * width + high]
                        for s in range(seen_there.size):
                            seen_there[s] = cells[s * stride]
                line += 1


@kernel
def fold(patches, kernel_size, stride, padding, width, image):
    """Adds every number of `patches` to the cell of the image that `unfold` takes it from."""
    height = patches.shape[1] // width
    line = 0
    for c in range(image.shape[0]):
        for i in range(kernel_size):
            top, bottom = inside(i - padding, stride, image.shape[1], height)
            for j in range(kernel_size):
                low, high = inside(j - padding, stride, image.shape[2], width)
                for r in range(top, bottom):
                    cells = image[c, r * stride + i - padding, low * stride + j - padding :]
                    parts = patches[line, r * width + low : r * width + high]
                    if stride == 1:  # the same loop with steps of 1 vectorises
                        for s in range(parts.size):
                            cells[s] += parts[s]
                    else:
                        for s in range(parts.size):
                            cells[s * stride] += parts[s]
                line += 1


@kernel
def forward(x, weight, bias, stride, padding, patches, room, y):
    if room.size:
        small_windows.forward(x, weight, bias, room, y)
        return
    filters, places = y.shape[1], patches.shape[1]
    matrix = weight.reshape((filters, patches.shape[0]))
    for n in range(y.shape[0]):
        unfold(x[n], weight.shape[2], int(stride), int(padding), y.shape[3], patches)
        output = y[n].reshape((filters, places))
        for f in range(filters):
            start = bias[f] if bias.size else 0.0
            for k in range(places):
                output[f, k] = start
        add_product(matrix, patches, output)


@kernel
def backward(x, weight, stride, padding, patches, room, d_y, d_x, d_weight, d_bias):
    """With P for the unfolded image:   d_W = sum of d_y P^T,   d_b = sum of d_y,   d_x = W^T d_y, folded back."""
    if room.size and (d_x.size == 0 or x.shape[1] % small_windows.FILTERS == 0):
        small_windows.backward(x, weight, room, d_y, d_x, d_weight, d_bias)
        return
    filters, places = d_y.shape[1], patches.shape[1]
    matrix = weight.reshape((filters, patches.shape[0]))
    for n in range(d_y.shape[0]):
        slopes = d_y[n].reshape((filters, places))
        if d_bias.size:
            for f in range(filters):
                total = 0.0
                for k in range(places):
                    total += slopes[f, k]
                d_bias[f] += total
        if d_weight.size:
            unfold(x[n], weight.shape[2], int(stride), int(padding), d_y.shape[3], patches)
            add_product_transposed(slopes, patches, d_weight.reshape((filters, patches.shape[0])))
        if d_x.size:
            for line in range(patches.shape[0]):
                for k in range(places):
                    patches[line, k] = 0.0
            add_transposed_product(matrix, slopes, patches)
            fold(patches, weight.shape[2], int(stride), int(padding), d_y.shape[3], d_x[n])


def _sizes(settings: Mapping[str, Value], sizes: Sizes) -> Sizes:
    kernel_size, channels = settings["kernel_size"], sizes["channels"]
    assert isinstance(kernel_size, int) and isinstance(channels, int)
    found = output_sizes(sizes, kernel_size, int(settings["stride"]), int(settings["padding"]))
    height, width = found["out_height"], found["out_width"]
    assert isinstance(height, int) and isinstance(width, int)
    window, places, room = channels * kernel_size**2, height * width, 0
    filters, columns = int(settings["filters"]), sizes["width"]
    assert isinstance(columns, int)
    if small_windows.takes(filters, kernel_size, int(settings["stride"]), int(settings["padding"]), columns):
        room = small_windows.room_for(filters, channels, height, columns)
        if channels % small_windows.FILTERS == 0:
            window = places = 1  # nothing is ever unfolded
    return {**found, "window": window, "places": places, "room": room}


# For the explanations: the window's cells and the places it can take, as index arrays.


def _geometry(m):  # type: ignore[no-untyped-def]
    return m["weight"].shape[-1], int(m["stride"]), int(m["padding"])


def _window(m, place):  # type: ignore[no-untyped-def]
    """The rows, or columns, that the window sees from a place."""
    kernel_size, stride, padding = _geometry(m)
    return np.arange(kernel_size) + place * stride - padding


def _output_terms(m):  # type: ignore[no-untyped-def]
    """For every channel, what the window sees of it times the filter's weights for it."""
    n, f, r, s = m.index
    cells = np.arange(m["weight"].shape[-1])
    return WindowSum(
        "channel", m["x"].shape[1],
        lambda c: WindowCells("x", (n, c), _window(m, r), _window(m, s)),
        lambda c: WindowCells("weight", (f, c), cells, cells),
        ("bias", (f,)) if "bias" in m else None,
    )  # fmt: skip


def _weight_terms(m):  # type: ignore[no-untyped-def]
    """For every sample, the upstream gradients of the weight's filter times what the weight saw from the same places."""
    f, c, i, j = m.index
    _, stride, padding = _geometry(m)
    rows, columns = (np.arange(length) for length in m["d_y"].shape[2:])
    return WindowSum(
        "sample", len(m["x"]),
        lambda n: WindowCells("d_y", (n, f), rows, columns),
        lambda n: WindowCells("x", (n, c), rows * stride + i - padding, columns * stride + j - padding),
    )  # fmt: skip


def _bias_terms(m):  # type: ignore[no-untyped-def]
    """For every sample, the upstream gradients of the bias' channel."""
    rows, columns = (np.arange(length) for length in m["d_y"].shape[2:])
    return WindowSum("sample", len(m["d_y"]), lambda n: WindowCells("d_y", (n, m.index[0]), rows, columns))


def _input_terms(m):  # type: ignore[no-untyped-def]
    """For every filter, the weights through which the cell was seen times the upstream gradients of the outputs that saw it."""
    n, c, h, w = m.index
    kernel_size, stride, padding = _geometry(m)
    (own_rows, rows), (own_columns, columns) = (
        _seen_by(place, kernel_size, stride, padding, length) for place, length in zip((h, w), m["d_y"].shape[2:], strict=True)
    )
    return WindowSum(
        "filter", len(m["weight"]),
        lambda f: WindowCells("weight", (f, c), own_rows, own_columns),
        lambda f: WindowCells("d_y", (n, f), rows, columns),
    )  # fmt: skip


def _seen_by(cell, kernel_size, stride, padding, places):  # type: ignore[no-untyped-def]
    """(cells of the window, places of the output) through which a cell of the image is seen, along one axis."""
    own = cell + padding - stride * np.arange(places)
    found = np.flatnonzero((own >= 0) & (own < kernel_size))
    return own[found], found


def _factors(m, terms):  # type: ignore[no-untyped-def]
    """Both numbers of every product as vectors, those with the padding left out."""
    pairs = [(terms.left(k), terms.right(k)) for k in range(terms.count)]
    left, right = (np.concatenate([cells.read(m.before).ravel() for cells in side]) for side in zip(*pairs, strict=True))
    inside = np.concatenate([_inside(m, a) & _inside(m, b) for a, b in pairs])
    return left[inside], right[inside]


def _inside(m, cells):  # type: ignore[no-untyped-def]
    height, width = m[cells.tensor].shape[-2:]
    rows, columns = (cells.rows >= 0) & (cells.rows < height), (cells.columns >= 0) & (cells.columns < width)
    return np.outer(rows, columns).ravel()


def _under_window(m):  # type: ignore[no-untyped-def]
    return _factors(m, _output_terms(m))


def _read_by_weight(m):  # type: ignore[no-untyped-def]
    return _factors(m, _weight_terms(m))


def _readers(m):  # type: ignore[no-untyped-def]
    return _factors(m, _input_terms(m))


def _along(variable: str, step: int, offset: int) -> str:
    """step * variable + offset, as people write it: r, 2r+1, 4-r."""
    sign = "-" if step < 0 else ""
    text = f"{sign}{abs(step) if abs(step) > 1 else ''}{variable}"
    if step < 0 and offset:
        return f"{offset}{text}"
    return text if not offset else f"{text}{offset:+d}"


def _output_formula(m):  # type: ignore[no-untyped-def]
    _, stride, padding = _geometry(m)
    row, column = (_along(name, 1, place * stride - padding) for name, place in zip("ij", m.index[2:], strict=True))
    bias = " + b_{<1>}" if "bias" in m else ""
    return rf"z_{{<1,2,3>}} = \sum_{{c,i,j}} w_{{<1>cij}}\, x_{{c,{row},{column}}}{bias}"


def _weight_formula(m):  # type: ignore[no-untyped-def]
    _, stride, padding = _geometry(m)
    row, column = (_along(name, stride, cell + 1 - padding - stride) for name, cell in zip("rs", m.index[2:], strict=True))
    return rf"{gradient('w', '<*>')} = \sum_{{n,r,s}} {gradient('z', 'n<0>rs')}\, x_{{n<1>,{row},{column}}}"


def _input_formula(m):  # type: ignore[no-untyped-def]
    _, stride, padding = _geometry(m)
    row, column = (_along(name, -stride, cell + 1 + padding + stride) for name, cell in zip("rs", m.index[2:], strict=True))
    return rf"{gradient('x', '<1,2,3>')} = \sum_{{f,r,s}} w_{{f<1>,{row},{column}}}\, {gradient('z', 'frs')}"


def _shown(terms) -> str:  # type: ignore[no-untyped-def]
    left, right = terms
    return sum_of_products(left, right)


register(
    Operator(
        name="conv2d",
        title="Convolution",
        category="Images",
        inputs=(Tensor("x", "batch channels height width"),),
        parameters=(
            Parameter("weight", "filters channels kernel_size kernel_size", init="setting:init", symbol="W"),
            Parameter("bias", "filters", when="bias", symbol="b"),
        ),
        outputs=(Tensor("y", "batch filters out_height out_width"),),
        saved=(Tensor("patches", "window places"), Tensor("room", "room")),
        settings=(
            Setting("filters", 8, "Filters", "Output channels, one filter for each", minimum=1, maximum=4096),
            Setting("kernel_size", 3, "Window", "Height and width of a filter", minimum=1, maximum=64, unit="cells"),
            Setting("stride", 1, "Stride", "Cells between one window and the next", minimum=1, maximum=64, unit="cells"),
            Setting("padding", 0, "Padding", "Cells of zeros around the image", minimum=0, maximum=64, unit="cells"),
            Setting(
                "init",
                "xavier_uniform",
                "Initialiser",
                "Draws the initial W; biases start at 0",
                choices=tuple(initializers),
                choice_titles=CHOICE_TITLES,
            ),  # fmt: skip
            Setting("bias", True, "Bias", "Adds a learned number to every channel; superfluous before a batch norm"),
            *PENALTIES,
        ),
        penalized=("weight",),
        sizes=_sizes,
        neutral=lambda shape: {"filters": shape[0], "kernel_size": 3, "stride": 1, "padding": 1, "init": "identity"},
        forward=forward,
        backward=backward,
        rows_apart=True,
        skippable=("x", "weight", "bias"),
        summary=lambda s: f"{s['filters']} of {s['kernel_size']} × {s['kernel_size']}",
        formula=lambda s: r"y_{frs} = \sum_{c,i,j} w_{fcij}\, x_{c,r+i,s+j}" + (" + b_f" if s["bias"] else ""),
        explain_forward=(
            Explanation(
                "y",
                _output_formula,
                lambda m: sum_of([_shown(_under_window(m)), *([number(m["bias"][m.index[1]])] if "bias" in m else [])]),
                lambda m: (
                    f"Filter {m.index[1] + 1} sums the {len(_under_window(m)[0])} cells of its window, each times its weight"
                    f"{', and adds its bias' if 'bias' in m else ''}."
                    + shortened(len(_under_window(m)[0]))
                ),
                window=_output_terms,
            ),
        ),
        explain_backward=(
            Explanation(
                "d_weight",
                _weight_formula,
                lambda m: _shown(_read_by_weight(m)),
                lambda m: (
                    "The weight is used at every position of every image: each adds its upstream gradient times the input there."
                    + shortened(len(_read_by_weight(m)[0]))
                ),
                window=_weight_terms,
            ),
            Explanation(
                "d_bias",
                rf"{gradient('b', '<0>')} = \sum_{{n,r,s}} {gradient('z', 'n<0>rs')}",
                lambda m: sum_of_numbers(m["d_y"][:, m.index[0]].ravel()),
                lambda m: (
                    "The bias is added at every position of its channel, so its gradient is the sum of their upstream gradients."
                    + shortened(m["d_y"][:, 0].size)
                ),
                window=_bias_terms,
            ),
            Explanation(
                "d_x",
                _input_formula,
                lambda m: _shown(_readers(m)),
                lambda m: (
                    "Every output whose window covers the cell sends its upstream gradient back, times the weight that multiplied the cell."
                    + shortened(len(_readers(m)[0]))
                ),
                window=_input_terms,
            ),
        ),
    )
)
