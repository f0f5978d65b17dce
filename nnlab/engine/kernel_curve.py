"""The curve of an activation and its slope, computed by the operator's own compiled kernels.

The same functions that training calls are given an arena of their own with x in it; the slope is what the backward kernel makes of
an upstream gradient of 1. So the picture shows what is computed, for any element-wise operator, a plug-in's too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.kernel import Adapter
from nnlab.core.kernel.context import CONTEXT_WORDS, ROWS
from nnlab.core.kernel.structures import Network
from nnlab.core.operator import Operator
from nnlab.core.setting import Value
from nnlab.engine import machine
from nnlab.engine.second_parts import NO_PARTS

REACH = 3.0  # a curve is drawn from -REACH to REACH at least
POINTS = 241


def reach(z: float) -> float:
    """Half the width of a plot that shows z, in steps: what the eye compares must not change with every sample."""
    if not np.isfinite(z) or abs(z) <= REACH * 0.92:
        return REACH
    return float(np.ceil(abs(z) * 1.1 / REACH) * REACH)


def values(kind: Operator, settings: Mapping[str, Value], x: np.ndarray, real: str) -> np.ndarray:
    """y of an activation at every element of the vector x, in the given real type."""
    return np.asarray(_forward(kind, settings, x, real)[kind.outputs[0].name])


def curve(kind: Operator, settings: Mapping[str, Value], x: np.ndarray, real: str) -> tuple[np.ndarray, np.ndarray]:
    """(y, dy/dx) of an activation at every element of the vector x, in the given real type."""
    (source,), (output,) = kind.inputs, kind.outputs
    known = _forward(kind, settings, x, real)
    known[f"d_{output.name}"], known[f"d_{source.name}"] = np.ones_like(x), np.zeros_like(x)
    known |= _apply(kind.backward_adapter, known, real)
    return np.asarray(known[output.name]), np.asarray(known[f"d_{source.name}"])


def _forward(kind: Operator, settings: Mapping[str, Value], x: np.ndarray, real: str) -> dict[str, np.ndarray | float]:
    """Every tensor and setting of the operator by name, after its forward kernel."""
    known: dict[str, np.ndarray | float] = {name: float(v) for name, v in settings.items() if not isinstance(v, str)}
    known[kind.inputs[0].name] = x
    for tensor in (*kind.saved, *kind.outputs):
        known[tensor.name] = np.zeros_like(x)
    return known | _apply(kind.forward_adapter, known, real)


def _apply(adapter: Adapter, values: Mapping[str, np.ndarray | float], real: str) -> dict[str, np.ndarray]:
    """Runs one kernel on vectors and scalars by argument name; the vectors as it left them."""
    parts: list[np.ndarray] = []
    words: list[int] = []
    places: dict[str, tuple[int, int]] = {}
    size = 0
    for argument in adapter.arguments:
        if argument.kind == "context":
            continue
        if argument.kind == "word":  # what is written to is zeroed, so whether it is set or added to makes no difference
            words.append(0)
            continue
        part = np.atleast_1d(np.asarray(values[argument.name], dtype=real))
        words.append(size)
        if argument.kind == "tensor":
            words += [1] * (argument.words - 1)
            places[argument.name] = (size, len(part))
        parts.append(part)
        size += len(part)
    arena = np.concatenate(parts)
    context = np.zeros(CONTEXT_WORDS, dtype=np.int64)
    context[ROWS] = next(iter(places.values()))[1]  # one sample's row is one number: every vector is as long as the batch
    operands, layout = np.array(words, dtype=np.int64), np.zeros(machine.LAYOUT_WORDS, dtype=np.int64)
    addresses, table = np.array([adapter.address(real)]), np.zeros((1, 3), dtype=np.int64)
    network = Network(addresses, table, operands, arena, context, layout, NO_PARTS.words())
    machine.execute(network, 0, 1)
    return {name: arena[start : start + length].copy() for name, (start, length) in places.items()}
