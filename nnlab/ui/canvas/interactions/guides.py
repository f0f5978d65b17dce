"""Guides: while cards are dragged, lines show with which other cards they stand in one row or column, and catch them there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnlab.graph.graph import Position
from nnlab.ui.canvas.painting.paint_kit import PaintKit

REACH = 6.0  # units of the document within which a row or column catches
OVERHANG = 12.0


def caught(place: Position, others: Iterable[Position]) -> tuple[float | None, float | None]:
    """The column and the row of the nearest other card within reach of `place`, None where there is none."""
    found: list[float | None] = [None, None]
    places = list(others)
    for axis in (0, 1):
        near = min(places, key=lambda p: abs(p[axis] - place[axis]), default=None)
        if near is not None and abs(near[axis] - place[axis]) <= REACH:
            found[axis] = near[axis]
    return found[0], found[1]


class Guides(QGraphicsItem):
    """Lines over everything."""

    def __init__(self, kit: PaintKit) -> None:
        super().__init__()
        self._kit, self._pixel = kit, 1.0
        self._lines: list[QLineF] = []
        self._bounds = QRectF()
        self.setZValue(4.0)

    def show_lines(self, held: QRectF, outlines: Mapping[str, QRectF], aligned: tuple[set[str], set[str]], pixel: float) -> None:
        """A line through the card that is held and those it is aligned with: (in a column, in a row)."""
        self.prepareGeometryChange()
        self._lines, self._pixel = [], pixel
        for axis, names in enumerate(aligned):
            rect = QRectF(held)
            for name in names:
                rect = rect.united(outlines[name])
            if names and axis == 0:
                x = held.center().x()
                self._lines.append(QLineF(x, rect.top() - OVERHANG, x, rect.bottom() + OVERHANG))
            elif names:
                y = held.center().y()
                self._lines.append(QLineF(rect.left() - OVERHANG, y, rect.right() + OVERHANG, y))
        self._bounds = QRectF()
        for line in self._lines:
            self._bounds = self._bounds.united(QRectF(line.p1(), line.p2()).normalized().adjusted(-2, -2, 2, 2))
        self.update()

    @property
    def lines(self) -> list[QLineF]:
        return self._lines

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        pen = QPen(self._kit.tokens.accent, 1.0 * self._pixel)
        pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawLines(self._lines)
