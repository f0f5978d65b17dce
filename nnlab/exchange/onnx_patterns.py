"""What exporters write in pieces, put together again: GELU by the error function, layer norm by means and squares.

PyTorch's older exporter and opsets that lack an operator spell it out. A pattern is recognised by its numbers as well as by its nodes, so
that nothing else is taken for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from nnlab.exchange.onnx_file import OnnxFile, attributes


def joined(file: OnnxFile) -> OnnxFile:
    """The same file with known patterns as single nodes."""
    for find in (_gelu, _layer_norm, _softplus):
        for node in list(file.nodes):
            found = find(file, node)
            if found is None:
                continue
            made, pieces = found
            gone = {id(piece) for piece in pieces}
            last = max(k for k, other in enumerate(file.nodes) if id(other) in gone)
            nodes = [made if k == last else other for k, other in enumerate(file.nodes) if id(other) not in gone or k == last]
            file = OnnxFile(file.name, file.proto, nodes, file.constants, file.inputs, file.outputs, file.metadata)
    return file


def _number(file: OnnxFile, value: str) -> float | None:
    found = file.constants.get(value)
    return float(found.ravel()[0]) if found is not None and found.size == 1 and found.dtype.kind in "fiu" else None


def _close(value: float | None, wanted: float) -> bool:
    return value is not None and math.isclose(value, wanted, rel_tol=1e-4)


def _with_number(file: OnnxFile, node: Any, kinds: Iterable[str], wanted: float) -> str | None:
    """The other input of a node that computes with this number."""
    if node is None or node.op_type not in kinds or len(node.input) != 2:
        return None
    if _close(_number(file, node.input[1]), wanted):
        return str(node.input[0])
    if node.op_type in ("Add", "Mul") and _close(_number(file, node.input[0]), wanted):
        return str(node.input[1])
    return None


def _only_reader(file: OnnxFile, node: Any) -> Any:
    readers = file.uses.get(node.output[0], [])
    return readers[0] if len(readers) == 1 else None


def _gelu(file: OnnxFile, erf: Any) -> tuple[Any, list[Any]] | None:
    """x / √2 → Erf → + 1 → times x and 0.5 in either order."""
    from onnx import helper

    if erf.op_type != "Erf":
        return None
    before = file.producer.get(erf.input[0])
    x = _with_number(file, before, ("Div",), math.sqrt(2)) or _with_number(file, before, ("Mul",), 1 / math.sqrt(2))
    plus = _only_reader(file, erf)
    if x is None or _with_number(file, plus, ("Add",), 1.0) is None:
        return None
    first = _only_reader(file, plus)
    if first is None or first.op_type != "Mul":
        return None
    other = next((value for value in first.input if value != plus.output[0]), "")
    pieces = [before, erf, plus, first]
    half = file.producer.get(other)
    if half is not None and _with_number(file, half, ("Mul",), 0.5) == x:  # (0.5 x) (1 + erf)
        return helper.make_node("Gelu", [x], list(first.output), name=erf.name), [*pieces, half]
    last = _only_reader(file, first)
    if other == x and last is not None and _with_number(file, last, ("Mul",), 0.5) == first.output[0]:
        return helper.make_node("Gelu", [x], list(last.output), name=erf.name), [*pieces, last]
    if _close(_number(file, other), 0.5) and last is not None and last.op_type == "Mul" and x in last.input:
        return helper.make_node("Gelu", [x], list(last.output), name=erf.name), [*pieces, last]
    return None


def _layer_norm(file: OnnxFile, divide: Any) -> tuple[Any, list[Any]] | None:
    """(x - mean) / √(mean of squares + ε), then times gain and plus shift where they are there."""
    from onnx import helper

    if divide.op_type != "Div":
        return None
    centred, root = file.producer.get(divide.input[0]), file.producer.get(divide.input[1])
    if centred is None or root is None or centred.op_type != "Sub" or root.op_type != "Sqrt":
        return None
    x, mean = centred.input[0], file.producer.get(centred.input[1])
    plus = file.producer.get(root.input[0])
    if mean is None or plus is None or plus.op_type != "Add" or not _over_last(file, mean) or mean.input[0] != x:
        return None
    eps = _number(file, plus.input[1])
    variance = file.producer.get(plus.input[0])
    if eps is None or variance is None or not _over_last(file, variance):
        return None
    squares = file.producer.get(variance.input[0])
    if squares is None or squares.input[0] != centred.output[0]:
        return None
    is_square = squares.op_type == "Pow" and _close(_number(file, squares.input[1]), 2.0)
    if not is_square and not (squares.op_type == "Mul" and squares.input[1] == centred.output[0]):
        return None
    pieces, last, gain, shift = [divide, centred, root, mean, plus, variance, squares], divide, "", ""
    times = _only_reader(file, divide)
    if times is not None and times.op_type == "Mul" and (gain := _vector(file, times)):
        pieces, last = [*pieces, times], times
        add = _only_reader(file, times)
        if add is not None and add.op_type == "Add" and (shift := _vector(file, add)):
            pieces, last = [*pieces, add], add
    if not gain:
        return None
    inputs = [x, gain, shift] if shift else [x, gain]
    return helper.make_node("LayerNormalization", inputs, list(last.output), name=divide.name, axis=-1, epsilon=eps), pieces


def _softplus(file: OnnxFile, where: Any) -> tuple[Any, list[Any]] | None:
    """x where beta x is above a threshold, else Softplus(beta x) / beta: PyTorch's softplus, and ours."""
    from onnx import helper

    above, curve = (file.producer.get(where.input[k]) for k in (0, 2)) if where.op_type == "Where" else (None, None)
    if above is None or curve is None or above.op_type != "Greater" or curve.op_type != "Div":
        return None
    plus, scaled = file.producer.get(curve.input[0]), file.producer.get(above.input[0])
    beta, threshold = _number(file, curve.input[1]), _number(file, above.input[1])
    if plus is None or plus.op_type != "Softplus" or plus.input[0] != above.input[0] or beta is None or threshold is None:
        return None
    if _with_number(file, scaled, ("Mul",), beta) != where.input[1]:
        return None
    made = helper.make_node("Softplus", [where.input[1]], list(where.output), name=where.name, beta=beta, threshold=threshold)
    return made, [where, above, curve, plus, scaled]


def _over_last(file: OnnxFile, node: Any) -> bool:
    if node.op_type != "ReduceMean":
        return False
    axes = attributes(node).get("axes")
    if axes is None and len(node.input) > 1:
        axes = file.constants.get(node.input[1], np.empty(0)).ravel().tolist()
    return axes == [-1]


def _vector(file: OnnxFile, node: Any) -> str:
    return next((str(value) for value in node.input if value in file.constants and file.constants[value].ndim == 1), "")
