"""A prediction that is dragged on a picture: the loss so far as a curve, and a mark for what it will be, or another number.

Up and down keys move the mark as the mouse does. After the answer the right place is drawn beside the guess.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.numbers import short
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import draw_focus

TICKS = (0.0, 0.5, 1.0)  # shares of the axis that are written
KNOB, HEIGHT, STEPS = 7, 150, 50  # pixels, pixels, and keys from one end to the other


class DragPicture(QWidget):
    """`settled` when the mark was moved."""

    settled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._low, self._high, self._is_log, self._label = 0.0, 1.0, False, ""
        self._share = 0.5
        self._curve = np.empty(0)
        self._right: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setToolTip("Drag the mark up or down, or press the arrow keys")
        follow(theme, self)

    def show_axis(self, low: float, high: float, is_log: bool, label: str, curve: np.ndarray) -> None:
        """The ends of the axis, what it is of, and the numbers until now, oldest first."""
        sound = math.isfinite(low) and math.isfinite(high) and high > low and (low > 0 or not is_log)
        self._low, self._high, self._is_log = (low, high, is_log) if sound else (0.0, 1.0, False)
        self._label, self._curve, self._right = label, curve[np.isfinite(curve)], None
        self._share = self._share_of(float(self._curve[-1])) if len(self._curve) else 0.5
        self._say()

    @property
    def value(self) -> float:
        """What the mark stands at."""
        return self._value_at(self._share)

    def set_value(self, value: float) -> None:
        """Moves the mark, as the mouse does."""
        self._share = self._share_of(value)
        self._say()
        self.settled.emit()

    def reveal(self, right: float) -> None:
        self._right = right
        self.update()

    def _value_at(self, share: float) -> float:
        if self._is_log:
            return math.exp(math.log(self._low) + share * (math.log(self._high) - math.log(self._low)))
        return self._low + share * (self._high - self._low)

    def _share_of(self, value: float) -> float:
        if self._is_log:
            share = (math.log(max(value, self._low)) - math.log(self._low)) / (math.log(self._high) - math.log(self._low))
        else:
            share = (value - self._low) / (self._high - self._low)
        return min(1.0, max(0.0, share))

    def _say(self) -> None:
        self.setAccessibleName(f"{self._label or 'Your prediction'}: {short(self.value)}")
        self.update()

    # Geometry

    @property
    def _plot(self) -> QRectF:
        px = self._theme.metrics.px
        metrics = QFontMetricsF(self._theme.font("caption"))
        words = [short(self._value_at(share), 2) for share in TICKS]
        left = max(px(44), px(10) + max(metrics.horizontalAdvance(text) for text in words))
        return QRectF(left, px(10), self.width() - left - px(16), self.height() - px(20))

    def _y(self, share: float) -> float:
        return self._plot.bottom() - share * self._plot.height()

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(HEIGHT))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(260), self._theme.metrics.px(HEIGHT))

    # Moving

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag_to(event.position().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag_to(event.position().y())

    def _drag_to(self, y: float) -> None:
        self._share = min(1.0, max(0.0, (self._plot.bottom() - y) / self._plot.height()))
        self._say()
        self.settled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        step = moves.get(Qt.Key(event.key()))
        if step is None or not self.isEnabled():
            super().keyPressEvent(event)
            return
        self._share = min(1.0, max(0.0, self._share + step / STEPS))
        self._say()
        self.settled.emit()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, plot = self._theme.tokens, self._plot
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption"))
        for share in TICKS:
            painter.setPen(tokens.grid)
            painter.drawLine(QPointF(plot.left(), self._y(share)), QPointF(plot.right(), self._y(share)))
            painter.setPen(tokens.text2)
            rect = QRectF(0, self._y(share) - 10, plot.left() - 6, 20)
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, short(self._value_at(share), 2))
        middle = plot.left() + plot.width() * 0.6
        end = self._draw_curve(painter, plot, middle)
        mark = QPointF(plot.right(), self._y(self._share))
        painter.setPen(QPen(tokens.accent, 2, Qt.PenStyle.DashLine))
        painter.drawLine(end if end is not None else QPointF(plot.left(), mark.y()), mark)
        painter.setBrush(tokens.accent if self.isEnabled() else tokens.panel)
        painter.drawEllipse(mark, KNOB, KNOB)
        painter.setPen(tokens.text)
        painter.drawText(QRectF(mark.x() - 110, mark.y() - 24, 100, 18), Qt.AlignmentFlag.AlignRight, short(self.value, 3))
        if self._right is not None:
            place = QPointF(plot.right(), self._y(self._share_of(self._right)))
            painter.setPen(QPen(tokens.text, 2))
            painter.setBrush(tokens.text)
            painter.drawLine(end if end is not None else QPointF(plot.left(), place.y()), place)
            painter.drawEllipse(place, KNOB - 3, KNOB - 3)
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, tokens)
        painter.end()

    def _draw_curve(self, painter: QPainter, plot: QRectF, right: float) -> QPointF | None:
        if len(self._curve) < 2:
            return None
        xs = np.linspace(plot.left(), right, len(self._curve))
        points = [QPointF(float(x), self._y(self._share_of(float(v)))) for x, v in zip(xs, self._curve, strict=True)]
        painter.setPen(QPen(self._theme.tokens.text, 2))
        painter.drawPolyline(QPolygonF(points))
        return points[-1]
