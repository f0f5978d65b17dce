"""Target and fit along a cut through a surface, and below them target minus fit on its own axis."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from nnlab.ui.approximation.marks import hatch
from nnlab.ui.approximation.surface_cut import CutValues
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.look.tokens import mix
from nnlab.ui.panels.plotting.fit_plot import rounded_up
from nnlab.ui.panels.plotting.label_places import push_apart
from nnlab.ui.panels.plotting.plot import Margins, Plot

SHARE = 0.68  # of the height, for target and fit; the rest is for the residual
FAR = 10_000.0


class CutPlot(Plot):
    """The axis is the input along which the cut runs further."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._values: CutValues | None = None
        super().__init__(theme, "Target and fit along the cut", parent)
        self.view.setMouseEnabled(x=False, y=False)

    @property
    def shown(self) -> CutValues | None:
        return self._values

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        below = (self.height() - px(28)) * (1 - SHARE)
        return Margins(px(42), px(6), px(58), px(22) + below)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(160), self._theme.metrics.px(164))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(280), self._theme.metrics.px(190))

    @property
    def along(self) -> np.ndarray:
        """The coordinates that the axis shows, rising."""
        values = self._values
        assert values is not None
        return values.x if np.ptp(values.x) >= np.ptp(values.y) else values.y

    def show_cut(self, values: CutValues, names: tuple[str, str]) -> None:
        self._values = values
        both = np.concatenate([values.fit, values.fit if values.target is None else values.target])
        both = both[np.isfinite(both)]
        low, high = (float(both.min()), float(both.max())) if both.size else (-1.0, 1.0)
        room = 0.06 * max(high - low, 1e-9)
        self.set_range((float(self.along.min()), float(self.along.max())), (low - room, high + room))
        start, end = ((numbers.short(float(a), 3) for a in pair) for pair in ((values.x[0], values.y[0]), (values.x[-1], values.y[-1])))
        words = f"from ({', '.join(start)}) to ({', '.join(end)}) of {names[0]} and {names[1]}"
        errors = None if values.target is None else np.abs(values.target - values.fit)
        if errors is not None and np.isfinite(errors).any():
            words += f"; largest difference {numbers.number(float(np.nanmax(errors)))}"
        self.setAccessibleDescription(words)

    def _points(self, heights: np.ndarray) -> list[QPointF]:
        known = np.isfinite(heights)
        xs = np.asarray(self.x_pixels(self.along[known]))
        return [QPointF(x, y) for x, y in zip(xs.tolist(), np.clip(heights[known], -FAR, FAR).tolist(), strict=True)]

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        values = self._values
        if values is None:
            return
        inner = self.along[values.is_inside]
        ends = [float(self.x_pixels(float(a))) for a in (inner.min(), inner.max())] if len(inner) else [self.picture.right()] * 2
        brush = hatch(self._theme.tokens, self.devicePixelRatioF())
        bottom = self._residual_room().bottom()
        for left, right in ((self.picture.left(), ends[0]), (ends[1], self.picture.right())):
            if right - left > 1:
                painter.fillRect(QRectF(left, self.picture.top(), right - left, bottom - self.picture.top()), brush)

    def _residual_room(self) -> QRectF:
        px = self._theme.metrics.px
        top = self.picture.bottom() + px(24)
        return QRectF(self.picture.left(), top, self.picture.width(), max(self.height() - top - px(4), 1.0))

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        values, tokens = self._values, self._theme.tokens
        if values is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ends = []
        if values.target is not None:
            pen = QPen(mix(tokens.panel, tokens.stroke, 0.85), 5.0)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(self._points(np.asarray(self.y_pixels(values.target)))))
            ends.append(("target", values.target, tokens.text2))
        painter.setPen(QPen(tokens.text, 1.8))
        painter.drawPolyline(QPolygonF(self._points(np.asarray(self.y_pixels(values.fit)))))
        ends.append(("fit", values.fit, tokens.text))
        self._paint_ends(painter, ends)
        if values.target is not None:
            self._paint_residual(painter, values.target - values.fit)

    def _paint_ends(self, painter: QPainter, ends: list[tuple[str, np.ndarray, QColor]]) -> None:
        px = self._theme.metrics.px
        right = -1 if self.along[-1] >= self.along[0] else 0
        wanted = [float(self.y_pixels(float(np.nan_to_num(values[right])))) for _, values, _ in ends]
        painter.setFont(self._theme.font("caption"))
        for (word, _, color), y in zip(ends, push_apart(wanted, px(15), self.picture.top(), self.picture.bottom()), strict=True):
            painter.setPen(color)
            room = QRectF(self.picture.right() + px(6), y - px(8), px(52), px(16))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, word)

    def _paint_residual(self, painter: QPainter, residual: np.ndarray) -> None:
        """Signed, filled to zero; its axis is the next step above its largest."""
        room, tokens, px = self._residual_room(), self._theme.tokens, self._theme.metrics.px
        known = residual[np.isfinite(residual)]
        limit = rounded_up(float(np.abs(known).max())) if known.size else 1.0
        middle = room.center().y()
        heights = middle - residual / limit * room.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        for color, part in ((tokens.pos, np.minimum(heights, middle)), (tokens.neg, np.maximum(heights, middle))):
            points = self._points(np.where(np.isfinite(residual), part, np.nan))
            if points:
                painter.setBrush(color)
                painter.setOpacity(0.8)
                painter.drawPolygon(QPolygonF([QPointF(points[0].x(), middle), *points, QPointF(points[-1].x(), middle)]))
        painter.setOpacity(1.0)
        painter.setPen(QPen(tokens.text3, 1))
        painter.drawLine(QPointF(room.left(), middle), QPointF(room.right(), middle))
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        left = QRectF(0, room.top() - px(8), room.left() - px(6), px(16))
        painter.drawText(left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, numbers.short(limit))
        word = QRectF(room.right() + px(6), middle - px(8), px(52), px(16))
        painter.drawText(word, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "residual")
