"""How far apart the canvas draws cards: from the document's positions to places on the canvas, and back.

The document places cards as if all were collapsed. Expanded cards are taller and wider, and edges with a weight each need room between
layers. So the canvas stretches the vertical axis by one factor, and the horizontal axis column by column: a piecewise linear, increasing
function of the document's x that gives every column the least room it needs. Both can be undone, so a dragged card's place on the screen
is always a place in the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF

from nnlab.ui.canvas.model.geometry import CardGeometry

WEIGHTS_ROOM, MATRIX_ROOM, TENSOR_ROOM = 66.0, 150.0, 34.0
ROW_ROOM = 28.0
LEAST_STEP = 0.9  # between columns that are not joined, as a share of the document's distance
LARGEST = 4.0
SAME_PLACE = 48.0  # cards nearer than this in the document lie on top of each other on purpose
SAME_COLUMN = 24.0


@dataclass(frozen=True)
class Spacing:
    """`columns` are pairs (x in the document, x on the canvas), both increasing; beyond them the axis goes on by `stretch`."""

    columns: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    stretch: float = 1.0
    y: float = 1.0

    def to_scene(self, position: tuple[float, float]) -> QPointF:
        return QPointF(self._map(position[0], 0, 1, self.stretch), position[1] * self.y)

    def to_document(self, point: QPointF) -> tuple[float, float]:
        return self._map(point.x(), 1, 0, 1.0 / self.stretch), point.y() / self.y

    def _map(self, value: float, source: int, target: int, slope: float) -> float:
        first, last = self.columns[0], self.columns[-1]
        if value <= first[source]:
            return first[target] + (value - first[source]) * slope
        if value >= last[source]:
            return last[target] + (value - last[source]) * slope
        return float(np.interp(value, [c[source] for c in self.columns], [c[target] for c in self.columns]))

    def stretched(self, factor: float) -> Spacing:
        """The same with all columns `factor` times as far from the first."""
        origin = self.columns[0][1]
        return Spacing(tuple((d, origin + (s - origin) * factor) for d, s in self.columns), self.stretch * factor, self.y)


def spacing(
    positions: Mapping[str, tuple[float, float]],
    geometries: Mapping[str, CardGeometry],
    gaps: Iterable[tuple[str, str, float]],
) -> Spacing:
    """The least spacing without overlaps. `gaps` lists (left card, right card, free room wanted between their outlines)."""
    if not positions:
        return Spacing()
    columns = _columns(sorted({position[0] for position in positions.values()}))
    place = {name: _nearest(columns, position[0]) for name, position in positions.items()}
    needs: dict[int, list[tuple[int, float]]] = {}
    for left, right, room in gaps:
        if positions[right][0] - positions[left][0] >= SAME_PLACE:
            distance = geometries[left].outline.right() - geometries[right].outline.left() + room
            needs.setdefault(place[right], []).append((place[left], distance))
    x = [columns[0]]
    for i in range(1, len(columns)):
        least = x[-1] + (columns[i] - columns[i - 1]) * LEAST_STEP
        x.append(max([least, *(x[j] + distance for j, distance in needs.get(i, ()) if j < i)]))
    return Spacing(tuple(zip(columns, x, strict=True)), 1.0, min(_rows(list(positions), positions, geometries), LARGEST))


def _columns(xs: Sequence[float]) -> list[float]:
    """Distinct columns; neighbours nearer than SAME_COLUMN are one."""
    columns = [xs[0]]
    for x in xs[1:]:
        if x - columns[-1] >= SAME_COLUMN:
            columns.append(x)
    return columns


def _nearest(columns: Sequence[float], x: float) -> int:
    return int(np.argmin(np.abs(np.asarray(columns) - x)))


def _rows(names: Sequence[str], positions: Mapping[str, tuple[float, float]], geometries: Mapping[str, CardGeometry]) -> float:
    """The vertical factor: cards above each other keep ROW_ROOM between them."""
    y = 1.0
    ordered = sorted(names, key=lambda name: positions[name][0])
    for i, first in enumerate(ordered):
        for second in ordered[i + 1 :]:
            if positions[second][0] - positions[first][0] > 110.0:
                break  # sorted: all others lie further to the right
            upper, lower = sorted((first, second), key=lambda name: positions[name][1])
            distance = positions[lower][1] - positions[upper][1]
            if distance >= SAME_PLACE:
                y = max(y, (geometries[upper].outline.bottom() - geometries[lower].outline.top() + ROW_ROOM) / distance)
    return y
