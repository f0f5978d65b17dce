"""Where one puts an input of one's own: a pad to draw on, a point to drag over the plane, and the activations it causes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.training.own_input import DrawnImage
from nnlab.ui.look.colormaps import magnitude_image, sign_image, symmetric_limit
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.decision_plot import DecisionPlot
from nnlab.ui.widgets.painting import draw_focus

MOST_CELLS = 256  # of a layer that are drawn
KEY_STEP = 0.02  # of the plane, for one press of an arrow key


class DrawPad(QWidget):
    """The left button draws, the right one erases; Delete clears. `drawn` after every move of the pen."""

    drawn = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.drawing = DrawnImage(8, 8)
        self._at: tuple[float, float] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Pad to draw an input on")
        self.setToolTip("Draw with the left button, erase with the right one; Delete clears")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(120), self._theme.metrics.px(120))

    @property
    def square(self) -> QRectF:
        side = max(1, min(self.width(), self.height()) - 2)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def set_shape(self, rows: int, columns: int) -> None:
        if (rows, columns) != (self.drawing.rows, self.drawing.columns):
            self.drawing = DrawnImage(rows, columns)
            self.update()

    def clear(self) -> None:
        self.drawing.clear()
        self.update()
        self.drawn.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, square = QPainter(self), self.square
        painter.drawImage(square, magnitude_image(self.drawing.image(), 0.0, 1.0, self._theme.is_dark))
        painter.setPen(QPen(self._theme.tokens.stroke, 1))
        painter.drawRect(square)
        if self.hasFocus():
            draw_focus(painter, square, self._theme.metrics.radius_cell, self._theme.tokens)
        painter.end()

    def _place(self, position: QPointF) -> tuple[float, float]:
        square = self.square
        return (position.x() - square.left()) / square.width(), (position.y() - square.top()) / square.height()

    def _stroke(self, event: QMouseEvent) -> None:
        place = self._place(event.position())
        is_drawn = bool(event.buttons() & Qt.MouseButton.LeftButton)
        self.drawing.stroke(self._at or place, place, is_drawn)
        self._at = place
        self.update()
        self.drawn.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._at = None
        self._stroke(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton):
            self._stroke(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._at = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        else:
            super().keyPressEvent(event)


class PointPlot(DecisionPlot):
    """The decision with a point on it that is dragged, or moved by the arrow keys; it stays within the plane. `moved(x, y)`."""

    moved = Signal(float, float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._point: tuple[float, float] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def point(self) -> tuple[float, float] | None:
        return self._point

    def show_point(self, x: float, y: float) -> None:
        if (x, y) != self._point:
            self._point = x, y
            self.repaint_around()

    def move_to(self, x: float, y: float) -> None:
        """As far as the plane goes."""
        (left, right), (low, high) = self.x_range, self.y_range
        x, y = min(max(x, left), right), min(max(y, low), high)
        self.show_point(x, y)
        self.moved.emit(x, y)

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        if self._point is None:
            return
        tokens, picture = self._theme.tokens, self.picture
        at = QPointF(float(self.x_pixels(self._point[0])), float(self.y_pixels(self._point[1])))
        if not picture.adjusted(-1, -1, 1, 1).contains(at):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(tokens.accent, 1.2)
        pen.setDashPattern([2.0, 3.0])
        painter.setPen(pen)
        painter.drawLine(at, QPointF(at.x(), picture.bottom()))
        painter.drawLine(at, QPointF(picture.left(), at.y()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((tokens.canvas, 5.0), (tokens.accent, 2.5)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(at, self._theme.metrics.px(8), self._theme.metrics.px(8))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.picture.contains(event.position()):
            self.move_to(self.x_at(event.position().x()), self.y_at(event.position().y()))
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.move_to(self.x_at(event.position().x()), self.y_at(event.position().y()))
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        key = Qt.Key(event.key())
        if key in steps and self._point is not None:
            (left, right), (low, high) = self.x_range, self.y_range
            across, up = steps[key]
            self.move_to(self._point[0] + across * KEY_STEP * (right - left), self._point[1] + up * KEY_STEP * (high - low))
        else:
            super().keyPressEvent(event)


class UnitStrips(QWidget):
    """The activations of every layer for one input: a strip of cells each, every strip on its own symmetric scale."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._layers: dict[str, np.ndarray] = {}
        self.setAccessibleName("Activations of every layer")
        self.setToolTip("Orange is positive, blue negative; every layer has its own scale")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.update()

    @property
    def shown(self) -> Mapping[str, np.ndarray]:
        return self._layers

    def show_layers(self, layers: Mapping[str, np.ndarray]) -> None:
        self._layers = dict(layers)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._layers:
            return
        painter, px = QPainter(self), self._theme.metrics.px
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        names = min(max(metrics.horizontalAdvance(name) for name in self._layers) + px(8), self.width() * 0.4)
        row = min(px(24), self.height() / len(self._layers))
        for k, (name, values) in enumerate(self._layers.items()):
            painter.setPen(self._theme.tokens.text2)
            room = QRectF(0, k * row, names - px(8), row)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width()))
            cells = values[:MOST_CELLS]
            width = min(self.width() - names, px(22) * len(cells))
            strip = QRectF(names, k * row + row * 0.12, width, row * 0.76)
            painter.drawImage(strip, sign_image(cells[None, :], symmetric_limit(values, 100.0), self._theme.is_dark))
            line = QColor(self._theme.tokens.stroke)
            painter.setPen(QPen(line, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(strip)
        painter.end()
