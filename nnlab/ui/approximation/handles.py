"""Handles of the selected unit: a circle for its centre, a diamond for its slope, a square for its height."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from nnlab.ui.approximation.marks import diamond
from nnlab.ui.approximation.sum_picture import Grip, SumPicture
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.plot import Plot

REACH = 12  # pixels around a handle in which it can be taken
TANGENT = 62  # pixels from the centre to the slope's handle, along the tangent


class UnitHandles:
    """Where they stand in a plot and how they look; the plot says what is done with them."""

    def __init__(self, theme: Theme, plot: Plot) -> None:
        self._theme, self._plot = theme, plot
        self.picture: SumPicture | None = None
        self.chosen = Grip.CENTRE  # the one that the keyboard moves

    def places(self) -> dict[Grip, QPointF]:
        """Where the handles of the selected unit stand, in pixels; those that cannot be seen are left out."""
        picture = self.picture
        if picture is None or picture.handles is None:
            return {}
        handles, places = picture.handles, {}
        if handles.centre is not None and picture.x[0] <= handles.centre <= picture.x[-1]:
            height = float(np.interp(handles.centre, picture.x, picture.now))
            at = QPointF(float(self._plot.x_pixels(handles.centre)), float(self._plot.y_pixels(height)))
            places[Grip.CENTRE] = at
            if handles.slope is not None:
                places[Grip.SLOPE] = at + self._along_tangent(handles.slope)
        top = float(np.interp(handles.plateau, picture.x, picture.now))
        places[Grip.HEIGHT] = QPointF(float(self._plot.x_pixels(handles.plateau)), float(self._plot.y_pixels(top)))
        return places

    def _along_tangent(self, slope: float) -> QPointF:
        """From the centre to the slope's handle: a fixed distance to the right along the tangent."""
        across = self._plot.picture.width() / np.ptp(self._plot.x_range)
        up = -slope * self._plot.picture.height() / np.ptp(self._plot.y_range)
        length = max(float(np.hypot(across, up)), 1e-12)
        reach = self._theme.metrics.px(TANGENT)
        return QPointF(across / length * reach, up / length * reach)

    def paint(self, painter: QPainter) -> None:
        picture = self.picture
        if picture is None or picture.handles is None:
            return
        handles = picture.handles
        tokens, px = self._theme.tokens, self._theme.metrics.px
        places = self.places()
        painter.save()
        painter.setClipRect(QRectF(self._plot.rect()))
        pen = QPen(tokens.accent, 2.0)
        if (at := places.get(Grip.CENTRE)) is not None:
            painter.setPen(QPen(tokens.accent, 1.5, Qt.PenStyle.DotLine))
            painter.drawLine(at, QPointF(at.x(), self._plot.picture.bottom() - px(12)))
            if (slope := places.get(Grip.SLOPE)) is not None:
                painter.setPen(pen)
                painter.drawLine(at, slope)
                painter.setBrush(tokens.canvas)
                painter.drawPolygon(diamond(slope, px(7)))
                self._write(painter, slope + QPointF(px(14), 0), "slope ", numbers.number(handles.slope or 0.0, 3), tokens.text)
            painter.setPen(pen)
            painter.setBrush(tokens.accent)
            painter.drawEllipse(at, px(6), px(6))
            self._write(
                painter,
                QPointF(at.x() + px(14), self._plot.picture.bottom() - px(20)),
                "centre ",
                numbers.number(handles.centre or 0.0, 3),
                tokens.text,
            )
        at = places[Grip.HEIGHT]
        foot = float(np.interp(handles.plateau, picture.x, picture.before)) if picture.before is not None else 0.0
        base = QPointF(at.x(), min(max(float(self._plot.y_pixels(foot)), self._plot.picture.top()), self._plot.picture.bottom()))
        painter.setPen(QPen(tokens.text, 1.2))
        painter.drawLine(QPointF(at.x(), min(max(at.y(), self._plot.picture.top()), self._plot.picture.bottom())), base)
        painter.drawLine(base - QPointF(px(4), 0), base + QPointF(px(4), 0))
        painter.setPen(pen)
        painter.setBrush(tokens.canvas)
        painter.drawRect(QRectF(at.x() - px(6), at.y() - px(6), px(12), px(12)))
        color = tokens.pos if handles.height > 0 else tokens.neg
        sign = "+" if handles.height > 0 else ""
        middle = QPointF(at.x() + px(10), (at.y() + base.y()) / 2)
        self._write(painter, middle, "height ", sign + numbers.number(handles.height, 4), color)
        painter.restore()
        if self._plot.hasFocus() and (near := places.get(self.chosen)) is not None:
            painter.setPen(QPen(tokens.accent, 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(near, px(11), px(11))

    def _write(self, painter: QPainter, at: QPointF, word: str, value: str, color: QColor) -> None:
        """A word and its number at the right of a place, or at its left where there is no room; never outside."""
        usual, strong = self._theme.font("body"), self._theme.font("name")
        first, second = QFontMetricsF(usual).horizontalAdvance(word), QFontMetricsF(strong).horizontalAdvance(value)
        height = QFontMetricsF(usual).height()
        left = at.x()
        if left + first + second > self._plot.width() - 4:
            left = at.x() - self._theme.metrics.px(28) - first - second
        top = min(max(at.y() - height / 2, self._plot.picture.top()), self._plot.picture.bottom() - height)
        ground = QColor(self._theme.tokens.canvas)
        ground.setAlpha(150)
        painter.fillRect(QRectF(left - 2, top, first + second + 4, height), ground)
        painter.setPen(self._theme.tokens.text)
        painter.setFont(usual)
        painter.drawText(QRectF(left, top, first + 2, height), Qt.AlignmentFlag.AlignVCenter, word)
        painter.setFont(strong)
        painter.setPen(color)
        painter.drawText(QRectF(left + first, top, second + 4, height), Qt.AlignmentFlag.AlignVCenter, value)
        painter.setFont(self._theme.font("caption"))

    def near(self, point: QPointF) -> Grip | None:
        reach = self._theme.metrics.px(REACH)
        places = self.places()
        distances = {grip: float(np.hypot((place - point).x(), (place - point).y())) for grip, place in places.items()}
        nearest = min(distances, key=distances.__getitem__, default=None)
        return nearest if nearest is not None and distances[nearest] <= reach else None

    def words(self, grip: Grip) -> str:
        picture = self.picture
        if grip is Grip.CENTRE:
            return "Centre −b/w: drag sideways (C, then Alt with the arrow keys)"
        if grip is Grip.SLOPE:
            return "Slope at the centre: drag to turn the tangent (S, then Alt with the arrow keys)"
        has_plateau = picture is not None and picture.handles is not None and np.isfinite(picture.handles.height)
        return (
            "Height: drag up and down; it changes the weight of this unit in the output (H, then Alt with the arrow keys)"
            if has_plateau
            else ""
        )
