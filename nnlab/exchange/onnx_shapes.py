"""ONNX operators on images and on shapes as layers of ours: convolution, pooling, reshaping, choosing and joining."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnlab.exchange.onnx_reader import Converter, OnnxReader
from nnlab.exchange.onnx_values import BATCH, Layer, Lengths, Obstacle, Raw, lengths_of, size_of_shape


def _one(values: list[int], what: str) -> int:
    if len(set(values)) != 1:
        raise Obstacle(f"has {what} of {', '.join(map(str, values))}; only equal ones can be imported")
    return int(values[0])


def _window(r: OnnxReader, x: Layer, a: dict[str, Any], kernel: list[int]) -> tuple[dict[str, Any], tuple[int, int]]:
    """(settings, height and width behind it) of a square window."""
    if len(x.shape) != 3 or len(kernel) != 2:
        raise Obstacle(f"works on {x.shape}; images are (channels, height, width)")
    if a.get("ceil_mode", 0) or any(step != 1 for step in a.get("dilations", [1])):
        raise Obstacle("is dilated or rounds up, which cannot be imported")
    size, stride = _one(list(kernel), "a window"), _one(list(a.get("strides", [1, 1])), "strides")
    padding = list(a.get("pads", [0] * 4))
    mode = a.get("auto_pad", b"NOTSET")
    if mode in (b"SAME_UPPER", b"SAME_LOWER"):
        needed = [max((-(-length // stride) - 1) * stride + size - length, 0) for length in x.shape[1:]]
        if any(total % 2 for total in needed):
            raise Obstacle("pads one side more than the other")
        padding = [total // 2 for total in needed] * 2
    border = _one(padding, "padding")
    lengths = tuple((length + 2 * border - size) // stride + 1 for length in x.shape[1:])
    return {"kernel_size": size, "stride": stride, "padding": border}, (lengths[0], lengths[1])


def _conv(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x, weight, bias = r.layer(r.values[node.input[0]]), r.constant(node, 1), r.optional(node, 2)
    if a.get("group", 1) != 1:
        raise Obstacle(f"has {a['group']} groups; one can be imported")
    settings, (height, width) = _window(r, x, a, list(weight.shape[2:]))
    settings |= {"filters": int(weight.shape[0]), "bias": bias is not None}
    return r.new("conv2d", [x], (weight.shape[0], height, width), node, settings, weight=weight, bias=bias)


def _pool(operator: str) -> Converter:
    def convert(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
        x = r.layer(r.values[node.input[0]])
        settings, (height, width) = _window(r, x, a, list(a["kernel_shape"]))
        if operator == "average_pool2d":
            settings["count_include_pad"] = bool(a.get("count_include_pad", 0))
        return r.new(operator, [x], (x.shape[0], height, width), settings=settings)

    return convert


def _global_mean(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x = r.layer(r.values[node.input[0]])
    if len(x.shape) != 3 or x.shape[1] != x.shape[2]:
        raise Obstacle(f"takes the mean of images of {x.shape[1:]}; only square ones can be imported")
    settings = {"kernel_size": x.shape[1], "stride": x.shape[1]}
    return r.new("average_pool2d", [x], (x.shape[0], 1, 1), settings=settings)


def _mean(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x = r.layer(r.values[node.input[0]])
    axes = a.get("axes") or (r.constant(node, 1).ravel().tolist() if len(node.input) > 1 else [])
    if len(x.shape) != 3 or sorted(int(axis) % 4 for axis in axes) != [2, 3]:
        raise Obstacle("takes a mean over something else than the cells of images")
    mean = _global_mean(r, node, a)
    return mean if a.get("keepdims", 1) else r.shaped(mean, (x.shape[0],))


def _reshaped(r: OnnxReader, value: Any, shape: tuple[int, ...]) -> Any:
    if isinstance(value, Raw):
        if size_of_shape(value.shape) != size_of_shape(shape):
            raise Obstacle(f"makes {shape} of {value.shape}")
        return Raw(value.columns, value.mean, value.scale, shape)
    return r.shaped(r.layer(value), shape)


def _flatten(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    value = r.values[node.input[0]]
    if int(a.get("axis", 1)) != 1:
        raise Obstacle(f"flattens from axis {a['axis']}, through the batch")
    return _reshaped(r, value, (size_of_shape(value.shape),))


def _reshape(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    value, wanted = r.values[node.input[0]], list(lengths_of(r.values[node.input[1]]))
    if isinstance(value, Lengths):
        return value
    total = size_of_shape(value.shape)
    first, rest = (wanted[0], wanted[1:]) if wanted else (1, [])
    rest = [value.shape[k] if length == 0 and k < len(value.shape) else length for k, length in enumerate(rest)]
    if rest.count(-1) == 1:
        known = size_of_shape(tuple(length for length in rest if length != -1))
        if first not in (0, BATCH, r.batch) or not known or total % known:
            raise Obstacle(f"makes {tuple(wanted)} of {value.shape}, which mixes samples")
        rest = [total // known if length == -1 else length for length in rest]
    if size_of_shape(tuple(rest)) != total or first not in (0, BATCH, r.batch):
        raise Obstacle(f"makes {tuple(wanted)} of {value.shape}, which mixes samples")
    return _reshaped(r, value, tuple(rest) or (1,))


def _transpose(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x = r.layer(r.values[node.input[0]])
    order = list(a.get("perm", range(len(x.shape), -1, -1)))
    if order[0] != 0:
        raise Obstacle("turns the batch")
    order = [axis - 1 for axis in order[1:]]
    if order == list(range(len(order))):
        return x
    shape = tuple(x.shape[axis] for axis in order)
    if [x.shape[axis] for axis in order if x.shape[axis] > 1] == [length for length in x.shape if length > 1] and (
        [axis for axis in order if x.shape[axis] > 1] == sorted(axis for axis in order if x.shape[axis] > 1)
    ):
        return r.shaped(x, shape)  # only axes of one element move
    if order[:-2] == list(range(len(order) - 2)):
        return r.new("transpose", [x], shape)
    cut = order.index(0)
    if order != [*range(len(order) - cut, len(order)), *range(len(order) - cut)]:
        raise Obstacle(f"turns the axes {tuple(order)}; two blocks of axes can be exchanged")
    left = size_of_shape(x.shape[: len(order) - cut])  # two blocks of axes change places: a matrix is turned
    matrix = r.shaped(x, (left, size_of_shape(x.shape[len(order) - cut :])))
    turned = r.new("transpose", [matrix], (matrix.shape[1], matrix.shape[0]))
    return r.shaped(turned, shape)


def _axis(r: OnnxReader, x: Any, axis: int) -> int:
    """An axis counted without the batch; the batch's is refused."""
    rank = len(x.shape) + 1
    axis = axis + rank if axis < 0 else axis
    if not 0 < axis < rank:
        raise Obstacle("works along the batch")
    return axis - 1


def _concat(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    values = [r.values[value] for value in node.input]
    if all(isinstance(value, (Lengths, np.ndarray)) for value in values):
        return Lengths(tuple(length for value in values for length in lengths_of(value)))
    if all(isinstance(value, Raw) and len(value.shape) == 1 for value in values):
        joined = [np.concatenate([getattr(value, part) for value in values]) for part in ("columns", "mean", "scale")]
        return Raw(joined[0], joined[1], joined[2], (len(joined[0]),))
    layers = [r.layer(value) for value in values]
    if len(layers) == 1:
        return layers[0]
    axis = _axis(r, layers[0], int(a["axis"]))
    rank = len(layers[0].shape)
    total = sum(layer.shape[axis] for layer in layers)
    if axis == rank - 1:
        return r.new("concat", layers, (*layers[0].shape[:-1], total))
    rows = [r.shaped(layer, (*layer.shape[:axis], size_of_shape(layer.shape[axis:]))) for layer in layers]  # (…, axis and all behind it)
    flat = r.new("concat", rows, (*layers[0].shape[:axis], sum(row.shape[-1] for row in rows)))
    return r.shaped(flat, (*layers[0].shape[:axis], total, *layers[0].shape[axis + 1 :]))


def _slice(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    value = r.values[node.input[0]]
    if "starts" in a:
        starts, ends, axes, steps = a["starts"], a["ends"], a.get("axes"), None
    else:
        starts, ends = (r.constant(node, k).ravel().tolist() for k in (1, 2))
        axes, steps = (None if (given := r.optional(node, k)) is None else given.ravel().tolist() for k in (3, 4))
    if (steps is not None and any(step != 1 for step in steps)) or len(starts) != 1:
        raise Obstacle("takes every other element, or cuts several axes")
    if isinstance(value, Lengths):
        return Lengths(value.values[starts[0] : ends[0]])
    return _cut(r, value, (axes or [0])[0], int(starts[0]), int(ends[0]))


def _cut(r: OnnxReader, value: Any, axis: int, start: int, end: int) -> Any:
    axis = _axis(r, value, axis)
    length = value.shape[axis]
    start, end = (min(max(place + length if place < 0 else place, 0), length) for place in (start, end))
    if axis != len(value.shape) - 1:
        raise Obstacle("cuts another axis than the last one")
    if isinstance(value, Raw) and len(value.shape) == 1:
        return value.chosen(np.arange(start, end))
    x = r.layer(value)
    return r.new("slice", [x], (*x.shape[:-1], end - start), settings={"start": start, "stop": end})


def _split(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    value = r.values[node.input[0]]
    axis = int(a.get("axis", 0))
    parts = a.get("split") or (r.constant(node, 1).ravel().tolist() if len(node.input) > 1 else [])
    length = value.shape[_axis(r, value, axis)]
    if not parts:
        size = -(-length // len(node.output))
        parts = [min(size, length - k * size) for k in range(len(node.output))]
    ends = np.cumsum(parts).tolist()
    return tuple(_cut(r, value, axis, end - part, end) for part, end in zip(parts, ends, strict=True))


def _gather(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    value, axis = r.values[node.input[0]], int(a.get("axis", 0))
    places = r.constant(node, 1)
    if isinstance(value, Lengths):
        return Lengths(tuple(value.values[int(place)] for place in places.ravel()))
    if isinstance(value, Raw) and len(value.shape) == 1 and axis in (1, -1):
        return value.chosen(places.ravel().astype(np.int64))
    x = r.layer(value)
    row = places.ravel().astype(np.int64).tolist()
    if _axis(r, x, axis) == len(x.shape) - 1 and row == list(range(row[0], row[0] + len(row))):
        cut = _cut(r, x, -1, row[0], row[0] + len(row))
        return cut if places.ndim else r.shaped(cut, x.shape[:-1] or (1,))
    raise Obstacle("chooses elements that are not one behind the other")


def _shape(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    found = r.lengths(r.values[node.input[0]]).values
    return Lengths(found[int(a.get("start", 0)) : int(a["end"]) if "end" in a else None])


def _squeezed(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    value = r.values[node.input[0]]
    if isinstance(value, Lengths):
        return value
    given = a.get("axes") or (r.constant(node, 1).ravel().tolist() if len(node.input) > 1 else [])
    gone = {_axis(r, value, int(axis)) for axis in given} or {k for k, length in enumerate(value.shape) if length == 1}
    return _reshaped(r, value, tuple(length for k, length in enumerate(value.shape) if k not in gone) or (1,))


def _unsqueezed(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    value = r.values[node.input[0]]
    if isinstance(value, Lengths):
        return value
    shape: list[int] = list(value.shape)
    for axis in sorted(int(axis) for axis in a.get("axes") or r.constant(node, 1).ravel().tolist()):
        place = axis + len(shape) + 2 if axis < 0 else axis
        if place < 1:
            raise Obstacle("puts an axis before the batch")
        shape.insert(place - 1, 1)
    return _reshaped(r, value, tuple(shape))


SHAPE_CONVERTERS: Mapping[str, Converter] = {
    "Conv": _conv,
    "MaxPool": _pool("max_pool2d"),
    "AveragePool": _pool("average_pool2d"),
    "GlobalAveragePool": _global_mean,
    "ReduceMean": _mean,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Concat": _concat,
    "Slice": _slice,
    "Split": _split,
    "Gather": _gather,
    "Shape": _shape,
    "Squeeze": _squeezed,
    "Unsqueeze": _unsqueezed,
}
