"""The picture of an experiment on the welcome page, drawn from a small real run once there is one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.learn.experiment_runs import ExperimentRuns
from nnlab.ui.look.colormaps import sign_image
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import fill_rounded

WIDTH, HEIGHT = 104, 60


class ExperimentPicture(QWidget):
    """`experiment` from 1 to 7."""

    def __init__(self, theme: Theme, experiment: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._experiment = theme, experiment
        self._runs: ExperimentRuns | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFixedSize(self._theme.metrics.px(WIDTH), self._theme.metrics.px(HEIGHT))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(WIDTH), self._theme.metrics.px(HEIGHT))

    def show_runs(self, runs: ExperimentRuns) -> None:
        self._runs = runs
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_rounded(painter, self.rect(), self._theme.metrics.radius_field, tokens.card)
        room = QRectF(self.rect()).adjusted(px(12), px(8), -px(12), -px(8))
        runs = self._runs
        if self._experiment == 1:
            self._neuron(painter, room)
        elif self._experiment == 2:
            self._backwards(painter, room)
        elif runs is not None:
            {3: self._tiles, 4: self._loss, 5: self._pair, 6: self._fit, 7: self._rank}[self._experiment](painter, room, runs)
        painter.end()

    def _pen(self, token: str, width: float, dashes: tuple[float, ...] = ()) -> QPen:
        pen = QPen(getattr(self._theme.tokens, token), width * self._theme.metrics.scale)
        if dashes:
            pen.setDashPattern(list(dashes))
        return pen

    def _neuron(self, painter: QPainter, room: QRectF) -> None:
        px = self._theme.metrics.px
        middle = QPointF(room.center().x() + px(8), room.center().y())
        for k, token in enumerate(("pos", "neg", "pos")):
            start = QPointF(room.left() + px(4), room.top() + room.height() * k / 2)
            path = QPainterPath(start)
            path.cubicTo(QPointF(middle.x() - px(18), start.y()), QPointF(start.x() + px(18), middle.y()), middle)
            painter.setPen(self._pen(token, (2.6, 1.2, 1.8)[k]))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.tokens.text2)
            painter.drawEllipse(start, px(3), px(3))
        painter.setPen(self._pen("text", 1.5))
        painter.drawLine(middle, QPointF(room.right(), middle.y()))
        painter.setBrush(self._theme.tokens.card)
        painter.drawEllipse(middle, px(10), px(10))
        bend = QPolygonF([middle + QPointF(-px(6), px(3)), middle + QPointF(-px(1), px(3)), middle + QPointF(px(5), -px(4))])
        painter.drawPolyline(bend)

    def _backwards(self, painter: QPainter, room: QRectF) -> None:
        px = self._theme.metrics.px
        side, y = px(18), room.center().y()
        places = [room.left() + px(2) + k * (room.width() - px(4) - side) / 2 for k in range(3)]
        for k, x in enumerate(places):
            painter.setPen(self._pen("text" if k == 1 else "stroke", 2 if k == 1 else 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(x, y - side / 2, side, side), 4, 4)
        painter.setPen(self._pen("text", 1.5))
        painter.setBrush(self._theme.tokens.text)
        for left, right in ((places[0] + side, places[1]), (places[1] + side, places[2])):
            painter.drawLine(QPointF(left + px(2), y), QPointF(right - px(1), y))
            painter.drawPolygon(QPolygonF([QPointF(left + px(1), y), QPointF(left + px(7), y - px(4)), QPointF(left + px(7), y + px(4))]))

    def _tiles(self, painter: QPainter, room: QRectF, runs: ExperimentRuns) -> None:
        gap, side = self._theme.metrics.px(2), (room.height() - self._theme.metrics.px(2)) / 2
        left = room.center().x() - (3 * side + 2 * gap) / 2
        for k, values in enumerate(runs.hidden[:6]):
            place = QRectF(left + (k % 3) * (side + gap), room.top() + (k // 3) * (side + gap), side, side)
            painter.drawImage(place, self._signed(values, 1.0))

    def _loss(self, painter: QPainter, room: QRectF, runs: ExperimentRuns) -> None:
        self._line(painter, room, np.arange(len(runs.losses)), runs.losses, self._pen("text", 1.8), (0.0, float(runs.losses.max())))

    def _pair(self, painter: QPainter, room: QRectF, runs: ExperimentRuns) -> None:
        for losses, pen in zip(runs.pair, (self._pen("text2", 1.5, (4, 3)), self._pen("text", 1.8)), strict=True):
            self._line(painter, room, np.arange(len(losses)), losses / losses[0], pen, (0.0, 1.0))

    def _fit(self, painter: QPainter, room: QRectF, runs: ExperimentRuns) -> None:
        x, total, *parts = runs.fit
        bound = float(np.abs(runs.fit[1:]).max())
        for part in parts:
            self._line(painter, room, x, part, self._pen("stroke", 0.8), (-bound, bound))
        self._line(painter, room, x, total, self._pen("text", 2), (-bound, bound))

    def _rank(self, painter: QPainter, room: QRectF, runs: ExperimentRuns) -> None:
        whole, part = runs.weights
        px, bound = self._theme.metrics.px, float(np.abs(whole).max())
        u, s, v = np.linalg.svd(part)
        thin, gap = px(6), px(3)
        side = min(room.height() - thin - gap, room.width() - thin - gap)
        left = room.center().x() - (side + thin + gap) / 2
        painter.drawImage(QRectF(left, room.top(), side, side), self._signed(whole, bound))
        painter.drawImage(QRectF(left + side + gap, room.top(), thin, side), self._signed(u[:, :1] * s[0] ** 0.5, bound**0.5))
        painter.drawImage(QRectF(left, room.top() + side + gap, side, thin), self._signed(v[:1] * s[0] ** 0.5, bound**0.5))

    def _signed(self, values: np.ndarray, bound: float) -> QImage:
        return sign_image(values, bound, self._theme.is_dark)

    @staticmethod
    def _line(painter: QPainter, room: QRectF, x: np.ndarray, y: np.ndarray, pen: QPen, ends: tuple[float, float]) -> None:
        u = (x - x[0]) / (x[-1] - x[0])
        v = np.clip((y - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0)
        points = [QPointF(room.left() + a * room.width(), room.bottom() - b * room.height()) for a, b in zip(u, v, strict=True)]
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
