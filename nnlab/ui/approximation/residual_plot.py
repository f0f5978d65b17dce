"""What is left: target minus fit of all units, on the axis of the sum above it, with its supremum and its root mean square."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnlab.ui.approximation.marks import Outside
from nnlab.ui.approximation.sum_plot import SumPlot
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.fit_plot import SignedArea, rounded_up
from nnlab.ui.panels.plotting.items import Points, PointsItem
from nnlab.ui.panels.plotting.plot import FADED, Margins, Plot
from nnlab.ui.panels.plotting.ticks import Tick, linear_ticks, write


@dataclass(frozen=True, eq=False)
class Residual:
    """Target minus fit over x (points,): a curve where the target is known exactly, else the values at the samples.

    `supremum` is (x, residual there) of the largest magnitude within the domain.
    """

    x: np.ndarray
    values: np.ndarray
    domain: tuple[float, float]
    supremum: tuple[float, float]
    rms: float
    is_curve: bool
    units: int
    name: str


class ApproximationResidual(Plot):
    """Below the sum, with which it shares the axis of x."""

    ground = "canvas"

    def __init__(self, theme: Theme, above: SumPlot, parent: QWidget | None = None) -> None:
        self._above_plot, self._limit = above, 1.0
        self._residual: Residual | None = None
        super().__init__(theme, "Residual: target minus fit", parent)
        self.view.setMouseEnabled(x=False, y=False)
        self.outside, self.area, self.points = Outside(), SignedArea(), PointsItem()
        for item in (self.outside, self.area, self.points):
            self.view.addItem(item, ignoreBounds=True)
        self.range_changed.connect(self._draw)
        above.range_changed.connect(self._draw)

    @property
    def shown(self) -> Residual | None:
        return self._residual

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(48), px(22), px(92), px(26))

    def x_ticks(self) -> list[Tick]:
        return linear_ticks(*self.x_range, self.picture.width(), self._theme.metrics.px(64))

    def y_ticks(self) -> list[Tick]:
        limit = self._limit
        ticks = [Tick(value, write(value, limit)) for value in (-limit, 0.0, limit)]
        return ticks if self.picture.height() >= 2 * self._theme.metrics.px(16) else ticks[1:2]

    def show_residual(self, residual: Residual | None) -> None:
        self._residual = residual
        self._draw()
        if residual is not None:
            x, value = residual.supremum
            self.setAccessibleDescription(
                f"largest error {numbers.number(abs(value), 4)} at {residual.name} {numbers.number(x, 3)}, "
                f"RMS {numbers.number(residual.rms, 4)}"
            )

    def _draw(self) -> None:
        residual, tokens = self._residual, self._theme.tokens
        if residual is None or self.picture.width() < 2:
            return
        self._limit = rounded_up(abs(residual.supremum[1]))
        self.set_range(self._above_plot.x_range, (-self._limit, self._limit))
        low, high = residual.domain
        self.outside.show_interval(low, high, tokens)
        inside = (residual.x >= low) & (residual.x <= high)
        fits = self._fits_outside(residual, ~inside)
        x, values = (residual.x, residual.values) if fits else (residual.x[inside], residual.values[inside])
        lift, lower = QColor(tokens.pos), QColor(tokens.neg)
        for color in (lift, lower):
            color.setAlpha(204)
        if residual.is_curve:
            self.area.show_curve(x, np.clip(values, -self._limit, self._limit), lift, lower)
            self.points.show_points([], 1.8, tokens.panel)
        else:
            self.area.show_curve(np.empty(0), np.empty(0), lift, lower)
            groups = [Points(x[values > 0], values[values > 0], tokens.pos), Points(x[values <= 0], values[values <= 0], tokens.neg)]
            self.points.show_points([group for group in groups if len(group.x)], 2.0, tokens.panel)
        self.repaint_around()

    def _fits_outside(self, residual: Residual, outside: np.ndarray) -> bool:
        beyond = np.abs(residual.values[outside])
        return not beyond.size or bool(np.nanmax(beyond, initial=0.0) <= self._limit)

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        if self._residual is not None:
            band = QColor(self._theme.tokens.text)
            band.setAlpha(FADED)
            low, high = (float(self.x_pixels(edge)) for edge in self._residual.domain)
            top, bottom = (float(self.y_pixels(sign * self._residual.rms)) for sign in (1, -1))
            painter.setClipRect(self.picture)
            painter.fillRect(QRectF(low, top, high - low, bottom - top), band)
            painter.setClipping(False)

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        residual, tokens, px = self._residual, self._theme.tokens, self._theme.metrics.px
        if residual is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(tokens.stroke, 1))
        y = round(float(self.y_pixels(0.0)))
        painter.drawLine(QPointF(self.picture.left(), y), QPointF(self.picture.right(), y))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_words(painter, residual)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        right = QRectF(self.picture.right() + px(10), 0, px(60), px(18))
        painter.drawText(
            right.translated(0, float(self.y_pixels(min(residual.rms, self._limit))) - px(9)), Qt.AlignmentFlag.AlignVCenter, "RMS"
        )
        right.moveTop(self.picture.bottom() + px(6))
        painter.drawText(right, Qt.AlignmentFlag.AlignTop, residual.name)
        if residual.is_curve and not self._fits_outside(residual, (residual.x < residual.domain[0]) | (residual.x > residual.domain[1])):
            low, high = (float(self.x_pixels(edge)) for edge in residual.domain)
            width = QFontMetricsF(painter.font()).horizontalAdvance("off scale")
            for left, end in ((self.picture.left(), low), (high, self.picture.right())):
                if end - left > width + 8:
                    painter.drawText(
                        QRectF(left, self.picture.top(), end - left, self.picture.height()), Qt.AlignmentFlag.AlignCenter, "off scale"
                    )
        self._paint_supremum(painter, residual)

    def _paint_words(self, painter: QPainter, residual: Residual) -> None:
        """What is drawn, and how much it is magnified against the sum above."""
        tokens, px = self._theme.tokens, self._theme.metrics.px
        left = max(self.picture.left(), float(self.x_pixels(residual.domain[0]))) + px(8)
        painter.setFont(self._theme.font("caption_strong"))
        painter.setPen(tokens.text)
        width = QFontMetricsF(painter.font()).horizontalAdvance("residual")
        painter.drawText(QRectF(left, px(2), width + 2, px(18)), Qt.AlignmentFlag.AlignVCenter, "residual")
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        words = f"target − fit of all {residual.units} units, {self._magnification()}"
        room = QRectF(left + width + px(8), px(2), self.picture.right() - left - width - px(8), px(18))
        painter.drawText(
            room, Qt.AlignmentFlag.AlignVCenter, QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        )

    def _magnification(self) -> str:
        above = self._above_plot.picture.height() / max(float(np.ptp(self._above_plot.y_range)), 1e-300)
        here = self.picture.height() / max(2 * self._limit, 1e-300)
        factor = here / above
        return f"magnified {numbers.count(round(factor))}×" if factor >= 1.5 else "on its own axis"

    def _paint_supremum(self, painter: QPainter, residual: Residual) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        x, value = residual.supremum
        if not (np.isfinite(value) and self.x_range[0] <= x <= self.x_range[1]):
            return
        at = QPointF(float(self.x_pixels(x)), float(self.y_pixels(value)))
        painter.setPen(QPen(tokens.text, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, px(4.5), px(4.5))
        painter.setFont(self._theme.font("caption_strong"))
        words = f"sup {numbers.number(abs(value), 4)}"
        width, height = QFontMetricsF(painter.font()).horizontalAdvance(words), px(18)
        left = at.x() + px(9) if at.x() + px(12) + width < self.picture.right() else at.x() - px(9) - width
        top = min(max(at.y() - height / 2, self.picture.top()), self.picture.bottom() - height)
        ground = QColor(tokens.canvas)
        ground.setAlpha(170)
        painter.fillRect(QRectF(left - 2, top + 1, width + 4, height - 2), ground)
        painter.drawText(QRectF(left, top, width + 2, height), Qt.AlignmentFlag.AlignVCenter, words)
