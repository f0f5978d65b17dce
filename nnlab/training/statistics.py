"""Statistics of a node at a frame's iteration: norms, update size, saturation, dead units. Plain functions of a frame.

Everything is taken from numbers the engine computed: tensors, its history, the activation's own kernel; only norms and shares are
formed here. What a frame must hold for each (see nnlab.engine.frame) is said with it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cache

import numpy as np

from nnlab.core.operator import FLAT, operators
from nnlab.engine.frame import Frame
from nnlab.engine.history import Curves
from nnlab.engine.kernel_curve import curve
from nnlab.graph.graph import Node

CHUNK = 32_768  # activations whose slopes are worked out at a time, few enough to stay in cache
LAST = 60  # blocks of the history in the sparkline


def norm(values: np.ndarray | None) -> float | None:
    """The Euclidean norm of all elements, None without any."""
    return float(np.linalg.norm(np.ravel(values))) if values is not None and values.size else None


def update_ratio(frame: Frame, name: str) -> float | None:
    """‖w − w before‖ / ‖w before‖ of a parameter's last update; None before the first one and for a parameter that was all 0.

    The machine measures it from the weights themselves, whatever the optimiser did. While training runs the frame must hold UPDATES.
    """
    found = frame.update_of(name)
    return found[0] / found[1] if found is not None and found[1] else None


@dataclass(frozen=True)
class Saturation:
    """How many activations pass hardly any gradient. `dead` counts units that pass none for any sample of the batch."""

    share: float
    dead: int | None  # None for an operator that cannot die
    units: int


def greatest_slope(node: Node, real: str) -> float:
    """The greatest slope of an activation near 0, by its own kernel."""
    return _greatest_slope(node.operator, tuple(node.settings.items()), real)


@cache
def _greatest_slope(kind: str, settings: tuple[tuple[str, object], ...], real: str) -> float:
    _, slope = curve(operators[kind], dict(settings), np.linspace(-4, 4, 161), real)  # type: ignore[arg-type]
    return float(np.abs(slope).max())


def saturation(node: Node, frame: Frame, source: str) -> Saturation | None:
    """The saturation of an activation node that reads the tensor `source`, over all samples of the batch; the frame must hold `source`.

    Every element counts: a unit may answer to a single sample, and is not dead then. 200 × 4096 elements take 2.5 ms for ReLU or tanh.
    """
    kind, z = node.kind, frame.get(source)
    if z is None or not z.size or not kind.saturates:
        return None
    greatest = greatest_slope(node, frame.program.real)
    if greatest == 0:
        return None
    table = z.reshape(len(z), -1)
    units = table.shape[1]
    always, times = np.ones(units, dtype=bool), 0  # which units were flat in every row so far, and how many elements
    step = max(1, CHUNK // units)
    for start in range(0, len(table), step):
        rows = table[start : start + step]
        slope = np.abs(curve(kind, node.settings, rows.ravel(), frame.program.real)[1]).reshape(rows.shape)
        flat = slope <= FLAT * greatest
        always &= flat.all(axis=0)
        times += int(np.count_nonzero(flat))
    return Saturation(times / table.size, int(always.sum()) if kind.can_die else None, units)


def gradient_history(curves: Curves, name: str, last: int = LAST) -> tuple[np.ndarray, int]:
    """(the last gradient norms of a parameter, how many iterations they span)."""
    if name not in curves.names:
        return np.empty(0), 0
    values = curves.norms[-last:, curves.names.index(name)]
    return values, len(values) * curves.block_size


@dataclass(frozen=True)
class Summary:
    """The numbers of a tensor as one looks at them: length, mean, standard deviation, range, and the share that is exactly 0."""

    norm: float
    mean: float
    deviation: float
    smallest: float
    largest: float
    zeros: float


def summary(values: np.ndarray | None) -> Summary | None:
    """The summary of all elements; None without any. Sums are formed in float64."""
    if values is None or not values.size:
        return None
    flat = np.ravel(values)
    mean, deviation = float(flat.mean(dtype=np.float64)), float(flat.std(dtype=np.float64))
    zeros = 1.0 - np.count_nonzero(flat) / flat.size
    return Summary(float(np.linalg.norm(flat)), mean, deviation, float(flat.min()), float(flat.max()), zeros)


class NormHistory:
    """The norms of every parameter as frames showed them, for a line of their recent past; the engine keeps those of gradients only."""

    def __init__(self, last: int = LAST) -> None:
        self._last = last
        self._norms: dict[str, deque[float]] = {}
        self._iteration = 0  # of the newest frame

    def take(self, frame: Frame) -> None:
        """Remembers a frame; one of an earlier iteration begins anew, one of the same takes the last one's place."""
        if frame.iteration < self._iteration:
            self._norms.clear()
        for info in frame.program.parameters:
            length = norm(frame.get(info.name))
            if length is None:
                continue
            known = self._norms.setdefault(info.name, deque(maxlen=self._last))
            if known and frame.iteration == self._iteration:
                known[-1] = length
            else:
                known.append(length)
        self._iteration = frame.iteration

    def forget(self) -> None:
        self._norms.clear()

    def of(self, name: str) -> np.ndarray:
        """The norms of a parameter, oldest first."""
        return np.array(self._norms.get(name, ()))
