"""What one can take hold of on a map of the plane: the ridge of the selected unit, and the cut.

The ridge has a circle that moves it and a diamond that turns it and makes it steeper, the farther it is from the circle. The cut has a
square at either end, and can be taken anywhere between them; a drag that begins on empty ground lays a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from nnlab.studies.approximation.unit_handles import RidgeUnit
from nnlab.ui.approximation.marks import diamond
from nnlab.ui.approximation.surface_cut import Point
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.distances import distance_to_line

REACH = 11  # pixels around a handle in which it can be taken
LINE_REACH = 6
ARM = 36  # pixels from the circle to the diamond while nobody drags it


class PlaneGrip(StrEnum):
    """The parts, named as they are told."""

    RIDGE = "place"
    DIRECTION = "direction"
    START = "start of the cut"
    END = "end of the cut"
    CUT = "cut"
    NEW = "new cut"


@dataclass(frozen=True)
class RidgeHandles:
    """`reference` is the point whose nearest one on the ridge carries the circle; `arm` the raw distance to the diamond for each unit of
    weight, None while nobody drags: it then stands at a fixed distance on the screen."""

    unit: RidgeUnit
    reference: Point
    arm: float | None = None

    @property
    def centre(self) -> Point | None:
        return self.unit.point(self.reference)


class PlaneGrips:
    """Where they stand on a map, how they look, and which one is under the pointer. `place` gives pixels for a point of the plane."""

    def __init__(self, theme: Theme, place: Callable[[float, float], QPointF]) -> None:
        self._theme, self._place = theme, place
        self.ridge: RidgeHandles | None = None
        self.cut: tuple[Point, Point] | None = None

    def arm(self) -> float:
        """The raw distance to the diamond for each unit of weight, as it stands now."""
        ridge = self.ridge
        if ridge is None or ridge.centre is None:
            return 1.0
        if ridge.arm is not None:
            return ridge.arm
        x, y = ridge.centre
        along = self._place(x + ridge.unit.weight[0], y + ridge.unit.weight[1]) - self._place(x, y)
        return self._theme.metrics.px(ARM) / max(float(np.hypot(along.x(), along.y())), 1e-9)

    def places(self) -> dict[PlaneGrip, QPointF]:
        found: dict[PlaneGrip, QPointF] = {}
        if self.ridge is not None and (centre := self.ridge.centre) is not None:
            found[PlaneGrip.RIDGE] = self._place(*centre)
            arm, (w, u) = self.arm(), self.ridge.unit.weight
            found[PlaneGrip.DIRECTION] = self._place(centre[0] + arm * w, centre[1] + arm * u)
        if self.cut is not None:
            found[PlaneGrip.START], found[PlaneGrip.END] = (self._place(*end) for end in self.cut)
        return found

    def at(self, point: QPointF) -> PlaneGrip:
        places, reach = self.places(), self._theme.metrics.px(REACH)
        distances = {grip: float(np.hypot((place - point).x(), (place - point).y())) for grip, place in places.items()}
        nearest = min(distances, key=distances.__getitem__, default=None)
        if nearest is not None and distances[nearest] <= reach:
            return nearest
        if self.cut is not None and distance_to_line(point, places[PlaneGrip.START], places[PlaneGrip.END]) <= LINE_REACH:
            return PlaneGrip.CUT
        return PlaneGrip.NEW

    def paint_cut(self, painter: QPainter) -> None:
        if self.cut is None:
            return
        tokens, places, side = self._theme.tokens, self.places(), self._theme.metrics.px(7)
        start, end = places[PlaneGrip.START], places[PlaneGrip.END]
        for color, width in ((tokens.canvas, 4.0), (tokens.text, 1.6)):
            pen = QPen(color, width)
            if width < 2:
                pen.setDashPattern([5, 3])
            painter.setPen(pen)
            painter.drawLine(start, end)
        painter.setPen(QPen(tokens.text, 1.5))
        painter.setBrush(tokens.canvas)
        for at in (start, end):
            painter.drawRect(QRectF(at.x() - side / 2, at.y() - side / 2, side, side))

    def paint_ridge(self, painter: QPainter) -> None:
        places, tokens, px = self.places(), self._theme.tokens, self._theme.metrics.px
        centre, tip = places.get(PlaneGrip.RIDGE), places.get(PlaneGrip.DIRECTION)
        if centre is None or tip is None:
            return
        painter.setPen(QPen(tokens.accent, 2.0))
        painter.drawLine(centre, tip)
        painter.setBrush(tokens.canvas)
        painter.drawPolygon(diamond(tip, px(6)))
        painter.setBrush(tokens.accent)
        painter.drawEllipse(centre, px(5), px(5))


def words_of(grip: PlaneGrip) -> str:
    """What a part is for."""
    return {
        PlaneGrip.RIDGE: "Drag to move the unit's edge (Alt with the arrow keys)",
        PlaneGrip.DIRECTION: "Drag to turn the unit; the farther, the steeper (Alt, Shift and the arrow keys)",
        PlaneGrip.START: "Drag an end of the cut", PlaneGrip.END: "Drag an end of the cut",
        PlaneGrip.CUT: "Drag the cut sideways (arrow keys)", PlaneGrip.NEW: "Drag to lay a cut through the surface",
    }[grip]  # fmt: skip

