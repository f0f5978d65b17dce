"""How far apart the canvas draws cards: the document's positions times one factor for each axis.

The document places cards as if all were collapsed. Expanded cards are taller, and edges with a weight each need room between layers, so
the canvas stretches both axes by the least factors that leave room. One factor for the whole picture keeps the picture's proportions and
can be undone, so that a dragged card's place on the screen is a place in the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF

from nnlab.ui.canvas.card_geometry import CardGeometry

WEIGHTS_ROOM, MATRIX_ROOM, TENSOR_ROOM = 62.0, 150.0, 40.0
ROW_ROOM = 28.0
LARGEST = 4.0
SAME_PLACE = 48.0  # cards nearer than this in the document lie on top of each other on purpose


@dataclass(frozen=True)
class Spacing:
    """Canvas units for one unit of the document."""

    x: float = 1.0
    y: float = 1.0

    def to_scene(self, position: tuple[float, float]) -> QPointF:
        return QPointF(position[0] * self.x, position[1] * self.y)

    def to_document(self, point: QPointF) -> tuple[float, float]:
        return point.x() / self.x, point.y() / self.y


def spacing(
    positions: Mapping[str, tuple[float, float]], geometries: Mapping[str, CardGeometry], gaps: Iterable[tuple[str, str, float]]
) -> Spacing:
    """The least spacing without overlaps. `gaps` lists (left card, right card, free room wanted between their outlines)."""
    x = 1.0
    for left, right, room in gaps:
        distance = positions[right][0] - positions[left][0]
        if distance >= SAME_PLACE:
            x = max(x, (geometries[left].outline.right() - geometries[right].outline.left() + room) / distance)
    return Spacing(min(x, LARGEST), min(_rows(list(positions), positions, geometries), LARGEST))


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
