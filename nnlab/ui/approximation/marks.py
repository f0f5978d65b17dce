"""Marks of the approximation: hatched ground where nothing was taught, the area that one unit adds, triangles at kinks."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QPolygonF

from nnlab.ui.look.tokens import Tokens
from nnlab.ui.panels.plotting.items import SceneItem, ToScene, scene_polygon

SPACING = 8  # pixels between the lines of the hatch
FAR = 16_000.0  # pixels beyond which nothing is drawn: Qt's rasteriser fails on coordinates beyond its 16 bits


def hatch(tokens: Tokens, ratio: float) -> QBrush:
    """Lines at 45 degrees, 2 pixels wide, on the panel's colour; made for pixels of the given ratio."""
    side = round(SPACING * ratio) * 2
    pixmap = QPixmap(side, side)
    pixmap.fill(tokens.panel)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens.line, 2 * ratio))
    for shift in (-side, 0, side):
        painter.drawLine(QPointF(shift, side), QPointF(shift + side, 0))
        painter.drawLine(QPointF(shift - side / 2, side), QPointF(shift + side / 2, 0))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return QBrush(pixmap)


class Outside(SceneItem):
    """The ground outside an interval of x, hatched, with a line at either border."""

    def __init__(self) -> None:
        super().__init__()
        self._low, self._high = -np.inf, np.inf
        self._tokens: Tokens | None = None
        self._brush: tuple[object, QBrush] | None = None

    def show_interval(self, low: float, high: float, tokens: Tokens) -> None:
        if (low, high, tokens) != (self._low, self._high, self._tokens):
            self._low, self._high, self._tokens = low, high, tokens
            self.update()

    def paint_scene(self, painter: QPainter, to_scene: ToScene) -> None:
        if self._tokens is None:
            return
        view, ratio = self.getViewBox().viewRect(), painter.device().devicePixelRatioF()
        key = (self._tokens, ratio)
        if self._brush is None or self._brush[0] != key:
            self._brush = key, hatch(self._tokens, ratio)
        painter.setPen(QPen(self._tokens.stroke, 1))
        for left, right, border in ((view.left(), self._low, self._low), (self._high, view.right(), self._high)):
            if right > left:
                place = to_scene(QRectF(left, view.top(), right - left, view.height()))
                painter.fillRect(place, self._brush[1])
                x = round(to_scene(QRectF(border, view.top(), 0, 0)).left())
                painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))


class AreaBetween(SceneItem):
    """The area between two curves over the same x, in one colour where the upper one lifts and another where it lowers."""

    def __init__(self) -> None:
        super().__init__()
        self._x = self._below = self._above = np.empty(0)
        self._positive, self._negative = QColor(), QColor()

    def show_area(self, x: np.ndarray, below: np.ndarray, above: np.ndarray, positive: QColor, negative: QColor) -> None:
        self._x, self._below, self._above = x, np.nan_to_num(below), np.nan_to_num(above)
        self._positive, self._negative = positive, negative
        self.update()

    def clear(self) -> None:
        self._x = self._below = self._above = np.empty(0)
        self.update()

    @property
    def is_empty(self) -> bool:
        return len(self._x) < 2

    def paint_scene(self, painter: QPainter, to_scene: ToScene) -> None:
        if self.is_empty:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setClipRect(self.getViewBox().geometry())
        for values, color in (
            (np.maximum(self._above, self._below), self._positive),
            (np.minimum(self._above, self._below), self._negative),
        ):
            outline = scene_polygon(self, np.concatenate([self._x, self._x[::-1]]), np.concatenate([values, self._below[::-1]]))
            painter.setBrush(color)
            painter.drawPolygon(within_reach(outline))
        painter.setClipping(False)


def within_reach(polygon: QPolygonF) -> QPolygonF:
    """The same points, those far outside every screen pulled in."""
    return QPolygonF([QPointF(min(max(p.x(), -FAR), FAR), min(max(p.y(), -FAR), FAR)) for p in polygon.toList()])


def triangle(x: float, foot: float, side: float) -> QPolygonF:
    """A triangle that stands on `foot` with its tip above x."""
    return QPolygonF([QPointF(x, foot - side), QPointF(x + side * 0.6, foot), QPointF(x - side * 0.6, foot)])


def diamond(centre: QPointF, reach: float) -> QPolygonF:
    return QPolygonF([centre + QPointF(*step) for step in ((0, -reach), (reach, 0), (0, reach), (-reach, 0))])
