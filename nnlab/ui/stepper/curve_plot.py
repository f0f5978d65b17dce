"""The activation's curve with the point of the moment; going backward, with the tangent and its slope triangle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.engine.kernel_curve import REACH
from nnlab.ui.look.numbers import number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.ticks import linear_ticks


@dataclass(frozen=True, eq=False)
class CurvePicture:
    """What is drawn: the curve, the point on it, and for a backward moment its slope there."""

    title: str  # "a = tanh z"
    x: np.ndarray
    y: np.ndarray
    point: tuple[float, float]
    slope: float | None
    description: str
    letters: tuple[str, str] = ("z", "a")  # of what is along the axes


class CurvePlot(QWidget):
    """Paints a `CurvePicture`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: CurvePicture | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        follow(theme, self)

    @property
    def picture(self) -> CurvePicture | None:
        return self._picture

    def show_picture(self, picture: CurvePicture) -> None:
        self._picture = picture
        self.setAccessibleName(picture.description)
        self.setToolTip(picture.description)
        self.update()

    def apply_metrics(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(320), self._theme.metrics.px(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(180), self._theme.metrics.px(120))

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._picture
        if picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _CurvePainter(painter, self._theme, picture, QRectF(self.rect())).paint()
        painter.end()


class _CurvePainter:
    """One painting: the mapping from numbers to pixels and the parts in their order."""

    def __init__(self, painter: QPainter, theme: Theme, picture: CurvePicture, room: QRectF) -> None:
        self.painter, self.theme, self.picture = painter, theme, picture
        px = theme.metrics.px
        self.plot = room.adjusted(px(40), px(12), -px(12), -px(28))
        self.x0, self.x1 = float(picture.x[0]), float(picture.x[-1])
        low, high = float(np.min(picture.y)), float(np.max(picture.y))
        margin = 0.12 * max(high - low, 1e-6)
        self.y0, self.y1 = low - margin, high + margin

    def at(self, x: float, y: float) -> QPointF:
        plot = self.plot
        return QPointF(
            plot.left() + (x - self.x0) / (self.x1 - self.x0) * plot.width(),
            plot.bottom() - (y - self.y0) / (self.y1 - self.y0) * plot.height(),
        )

    def paint(self) -> None:
        painter, tokens, picture = self.painter, self.theme.tokens, self.picture
        self._axes()
        painter.setPen(QPen(tokens.text2, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(QPolygonF([self.at(float(x), float(y)) for x, y in zip(picture.x, picture.y, strict=True)]))
        z, a = picture.point
        if not (np.isfinite(z) and np.isfinite(a)):
            return
        self._dotted(z, a)
        if picture.slope is not None and np.isfinite(picture.slope):
            self._tangent(z, a, picture.slope)
        radius = self.theme.metrics.port
        painter.setPen(QPen(tokens.panel, 1.5))
        painter.setBrush(tokens.accent)
        painter.drawEllipse(self.at(z, a), radius, radius)
        self._labels(z, a)

    def _axes(self) -> None:
        painter, tokens, plot = self.painter, self.theme.tokens, self.plot
        px = self.theme.metrics.px
        painter.setFont(self.theme.font("caption"))
        for tick in linear_ticks(self.y0, self.y1, plot.height(), px(56)):
            y = self.at(self.x0, tick.position).y()
            painter.setPen(QPen(tokens.line, 1.0))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(tokens.text2)
            place = QRectF(plot.left() - px(40), y - px(10), px(32), px(20))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick.text)
        for tick in linear_ticks(self.x0, self.x1, plot.width(), px(44)):
            x = self.at(tick.position, self.y0).x()
            if tick.position == 0:
                painter.setPen(QPen(tokens.line, 1.0))
                painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(tokens.text2)
            painter.drawText(QRectF(x - px(30), plot.bottom() + px(6), px(60), px(18)), Qt.AlignmentFlag.AlignHCenter, tick.text)

    def _dotted(self, z: float, a: float) -> None:
        pen = QPen(self.theme.tokens.text2, 1.0)
        pen.setDashPattern([2.0, 3.0])
        self.painter.setPen(pen)
        self.painter.drawLine(self.at(z, a), self.at(z, self.y0))
        self.painter.drawLine(self.at(z, a), self.at(self.x0, a))

    def _tangent(self, z: float, a: float, slope: float) -> None:
        painter, tokens, px = self.painter, self.theme.tokens, self.theme.metrics.px
        painter.save()
        painter.setClipRect(self.plot.adjusted(0, -px(8), 0, px(8)))
        painter.setPen(QPen(tokens.accent, 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(self.at(self.x0, a + slope * (self.x0 - z)), self.at(self.x1, a + slope * (self.x1 - z)))
        painter.restore()
        run = (self.x1 - self.x0) / (2 * REACH)  # one unit on the usual plot
        if abs(slope) * run < 0.02 * (self.y1 - self.y0):
            return
        corner, tip = self.at(z + run, a), self.at(z + run, a + slope * run)
        painter.setPen(QPen(tokens.accent, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([self.at(z, a), corner, tip]))
        painter.setPen(tokens.text2)
        painter.setFont(self.theme.font("caption"))
        middle = (self.at(z, a).x() + corner.x()) / 2
        below = corner.y() + (px(3) if slope >= 0 else -px(20))
        painter.drawText(QRectF(middle - px(20), below, px(40), px(18)), Qt.AlignmentFlag.AlignCenter, number(run, 2) if run != 1 else "1")

    def _labels(self, z: float, a: float) -> None:
        tokens, px, slope = self.theme.tokens, self.theme.metrics.px, self.picture.slope
        point = self.at(z, a)
        taken: list[QRectF] = []
        left = point.x() > self.plot.center().x()
        rising = slope is None or slope >= 0
        above = point.y() - px(22) > self.plot.top() if left or rising else False
        y = point.y() - px(13) if above else point.y() + px(15)
        x = point.x() + (-px(10) if rising or left else px(10))
        self._write(f"{self.picture.letters[0]} {number(z)}", QPointF(x, y), "option", tokens.text, taken, True)
        if slope is not None:
            run = (self.x1 - self.x0) / (2 * REACH)
            text = f"slope {number(slope)}"
            place = self.at(min(z + run, self.x1), min(max(a + slope * run / 2, self.y0), self.y1)) + QPointF(px(8), 0)
            if place.x() + QFontMetricsF(self.theme.font("name")).horizontalAdvance(text) > self.plot.right() + px(8):
                # No room beside the triangle: below its base, or above one that hangs down.
                place = QPointF(place.x() - px(12), point.y() + (px(32) if rising else -px(32)))
            self._write(text, place, "name", tokens.text, taken, False)
        else:
            self._write(f"{self.picture.letters[1]} {number(a)}", point + QPointF(px(10), px(4)), "name", tokens.text, taken, False)
        self._write(self.picture.title, QPointF(self.plot.right(), self.plot.bottom() - px(12)), "caption", tokens.text2, taken, True)

    def _write(self, text: str, place: QPointF, role: str, color: QColor, taken: list[QRectF], to_the_left: bool) -> None:
        """A label at a place, moved into the plot and off the labels already there."""
        font = self.theme.font(role)  # type: ignore[arg-type]
        size = QFontMetricsF(font)
        width, height = size.horizontalAdvance(text), size.height()
        room = QRectF(place.x() - width if to_the_left else place.x(), place.y() - height / 2, width, height)
        room.moveLeft(min(max(room.left(), self.plot.left() + 2), self.plot.right() - width + self.theme.metrics.px(10)))
        room.moveTop(min(max(room.top(), self.plot.top() - 2), self.plot.bottom() - height))
        for other in taken:
            if room.intersects(other):
                room.moveTop(other.bottom() + 1 if room.center().y() >= other.center().y() else other.top() - height - 1)
        taken.append(room)
        self.painter.setFont(font)
        ground = QColor(self.theme.tokens.panel)
        ground.setAlpha(190)
        self.painter.fillRect(room.adjusted(-3, 0, 3, 0), ground)
        self.painter.setPen(color)
        self.painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
