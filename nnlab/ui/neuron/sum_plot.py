"""The sum as a picture: every product a block that goes on where the last one ended; where they end is z, and z goes up to the curve.

The z axis of the blocks is the x axis of the activation, so one line carries the number from the sum to y.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.numbers import number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.ticks import linear_ticks
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded


@dataclass(frozen=True, eq=False)
class NeuronPicture:
    """What is drawn: the sums behind every product and behind b, z with its y, and the activation's curve between two ends."""

    sums: np.ndarray
    z: float
    y: float
    title: str
    low: float
    high: float
    curve_z: np.ndarray
    curve_y: np.ndarray


def ends(sums: np.ndarray) -> tuple[float, float]:
    """A range of whole numbers that holds 0 and every sum, and some of the curve on both sides."""
    finite = sums[np.isfinite(sums)]
    low, high = min(-1.0, float(finite.min(initial=0.0)) - 0.5), max(3.0, float(finite.max(initial=0.0)) + 0.5)
    size = 10.0 ** max(0, np.floor(np.log10(max(high - low, 1.0) / 8)))
    return float(np.floor(low / size) * size), float(np.ceil(high / size) * size)


class NeuronSumPlot(QWidget):
    """Blocks at the heights of the rows beside it (`set_rows`), the curve below."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: NeuronPicture | None = None
        self._rows: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        follow(theme, self)

    @property
    def picture(self) -> NeuronPicture | None:
        return self._picture

    def show_picture(self, picture: NeuronPicture) -> None:
        self._picture = picture
        self.setAccessibleName(f"The sum is z = {number(picture.z)}; {picture.title} makes y = {number(picture.y)} of it")
        self.update()

    def set_rows(self, centres: Sequence[float]) -> None:
        """The vertical centres of the rows of products, from the top of this widget."""
        if tuple(centres) != self._rows:
            self._rows = tuple(centres)
            self.update()

    def apply_metrics(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(280), self._theme.metrics.px(560))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(220), self._theme.metrics.px(300))

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._picture
        if picture is None or len(picture.sums) != len(self._rows) or not np.isfinite(picture.z):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _SumPainter(painter, self._theme, picture, self._rows, QRectF(self.rect())).paint()
        painter.end()


class _SumPainter:
    def __init__(self, painter: QPainter, theme: Theme, picture: NeuronPicture, rows: tuple[float, ...], room: QRectF) -> None:
        self.painter, self.theme, self.picture, self.rows = painter, theme, picture, rows
        px = theme.metrics.px
        self.left, self.right = room.left() + px(24), room.right() - px(88)
        self.axis = rows[-1] + px(44)  # where z is written
        self.bottom = room.bottom() - px(14)
        self.top = min(self.axis + px(34), self.bottom - px(40))
        values = picture.curve_y[np.isfinite(picture.curve_y)]
        low, high = min(0.0, float(values.min(initial=0.0))), max(float(values.max(initial=1.0)), 1e-6)
        margin = 0.06 * (high - low)
        self.y_low, self.y_high = low - margin, high + margin

    def x(self, z: float) -> float:
        p = self.picture
        return self.left + (z - p.low) / (p.high - p.low) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.y_low) / (self.y_high - self.y_low) * (self.bottom - self.top)

    def paint(self) -> None:
        self._axes()
        self._blocks()
        self._curve()
        self._carry()

    def _axes(self) -> None:
        painter, tokens, px = self.painter, self.theme.tokens, self.theme.metrics.px
        painter.setPen(QPen(tokens.line, 1))
        zero = self.x(0)
        painter.drawLine(QPointF(zero, self.rows[0] - px(24)), QPointF(zero, self.bottom))
        painter.setPen(QPen(tokens.stroke, 1))
        painter.drawLine(QPointF(self.left, self.axis), QPointF(self.right, self.axis))
        painter.setFont(self.theme.font("caption"))
        for tick in linear_ticks(self.picture.low, self.picture.high, self.right - self.left, px(44)):
            x = self.x(tick.position)
            painter.setPen(QPen(tokens.stroke, 1))
            painter.drawLine(QPointF(x, self.axis), QPointF(x, self.axis + px(5)))
            painter.setPen(tokens.text2)
            painter.drawText(QRectF(x - px(30), self.axis + px(6), px(60), px(18)), Qt.AlignmentFlag.AlignHCenter, tick.text)
        for tick in linear_ticks(self.y_low, self.y_high, self.bottom - self.top, px(44)):
            y = self.y(tick.position)
            painter.setPen(QPen(tokens.grid, 1))
            painter.drawLine(QPointF(self.left, y), QPointF(self.right, y))
            painter.setPen(tokens.text2)
            painter.drawText(QPointF(self.right + px(8), y + px(4)), tick.text)
        painter.setFont(self.theme.font("name"))
        painter.setPen(tokens.text)
        painter.drawText(QPointF(self.right + px(8), self.axis + px(4)), "z")

    def _blocks(self) -> None:
        painter, tokens, px, sums = self.painter, self.theme.tokens, self.theme.metrics.px, self.picture.sums
        painter.setFont(self.theme.font("caption"))
        start, half = 0.0, px(12)
        for row, end in zip(self.rows, sums, strict=True):
            color = tokens.pos if end >= start else tokens.neg
            left, right = self.x(min(start, end)), self.x(max(start, end))
            fill_rounded(painter, QRectF(left, row - half, max(right - left, 2.0), 2 * half), px(2), color)
            is_last = row == self.rows[-1]
            dotted = QPen(tokens.accent if is_last else tokens.text2, 2.5 if is_last else 1)
            if not is_last:
                dotted.setDashPattern([2, 3])
                following = self.rows[self.rows.index(row) + 1]
                painter.setPen(dotted)
                painter.drawLine(QPointF(self.x(end), row + half), QPointF(self.x(end), following - half))
                painter.setPen(tokens.text2)
                text = number(float(end), 3)
                width = QFontMetricsF(painter.font()).horizontalAdvance(text)
                place = right + px(7) if right + px(10) + width < self.right + px(60) else left - px(7) - width
                painter.drawText(QPointF(place, row + px(4)), text)
            start = float(end)

    def _curve(self) -> None:
        p, tokens = self.picture, self.theme.tokens
        self.painter.setPen(QPen(tokens.text, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        line = [QPointF(self.x(float(z)), self.y(float(y))) for z, y in zip(p.curve_z, p.curve_y, strict=True) if np.isfinite(y)]
        self.painter.drawPolyline(QPolygonF(line))
        self.painter.setFont(self.theme.font("caption"))
        self.painter.setPen(tokens.text2)
        self.painter.drawText(QPointF(self.left + self.theme.metrics.px(4), self.top + self.theme.metrics.px(4)), f"y = {p.title}(z)")

    def _carry(self) -> None:
        p, painter, tokens, px = self.picture, self.painter, self.theme.tokens, self.theme.metrics.px
        point = QPointF(self.x(p.z), self.y(p.y))
        painter.setPen(QPen(tokens.accent, 2.5))
        painter.drawLine(QPointF(point.x(), self.rows[-1] + px(12)), point)
        painter.drawLine(point, QPointF(self.right + px(6), point.y()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.accent)
        painter.drawEllipse(point, px(6), px(6))
        self._pill(number(p.z), QPointF(point.x(), self.axis), True)
        self._pill(number(p.y), QPointF(self.right + px(46), point.y()), False)
        painter.setFont(self.theme.font("name"))
        painter.setPen(tokens.text)
        above = point.y() - px(20) > self.axis + px(26)
        painter.drawText(QPointF(self.right + px(42), point.y() - px(20) if above else point.y() + px(32)), "y")

    def _pill(self, text: str, centre: QPointF, filled: bool) -> None:
        painter, tokens, px = self.painter, self.theme.tokens, self.theme.metrics.px
        painter.setFont(self.theme.font("title" if filled else "counter"))
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + px(18)
        rect = QRectF(0, 0, width, px(28))
        rect.moveCenter(centre)
        rect.moveLeft(max(rect.left(), self.left - px(22)))  # of a sum far to the left
        fill_rounded(painter, rect, rect.height() / 2, tokens.accent if filled else QColor(tokens.canvas))
        if not filled:
            outline_rounded(painter, rect, rect.height() / 2, tokens.accent, 2)
        painter.setPen(tokens.on_accent if filled else tokens.text)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
