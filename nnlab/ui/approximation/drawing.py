"""Drawing the target with the mouse: strokes over the plot, each replacing what was there in its range of x."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from nnlab.core.polyline import Polyline
from nnlab.ui.approximation.sum_picture import SumPicture
from nnlab.ui.approximation.sum_plot import SumPlot
from nnlab.ui.look.theme import Theme

TOLERANCE = 1 / 400  # of the height of the plot: what of a stroke is thought of as shaking


class DrawnTarget(QWidget):
    """Lies over the plot while it is active. `drawn(text)` after every stroke, with the points of the whole curve."""

    drawn = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, plot: SumPlot) -> None:
        super().__init__(plot)
        self._theme, self._plot = theme, plot
        self._stroke: list[QPointF] = []
        self.setAccessibleName("Drawing the target")
        self.setAccessibleDescription("Drag from left to right to draw; Escape ends drawing")
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        plot.installEventFilter(self)
        self.hide()

    def set_active(self, active: bool) -> None:
        self._stroke = []
        self.setVisible(active)
        self.setGeometry(self._plot.rect())
        if active:
            self.raise_()
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._plot.rect())
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._stroke = [event.position()]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._stroke:
            self._stroke.append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        stroke, self._stroke = self._stroke, []
        self.update()
        if len(stroke) < 2 or self._plot.shown is None:
            return
        x = np.array([self._plot.x_at(point.x()) for point in stroke])
        y = np.array([self._plot.y_at(point.y()) for point in stroke])
        tolerance = TOLERANCE * float(np.ptp(self._plot.y_range))
        self.drawn.emit(present_curve(self._plot.shown).with_stroke(x, y).simplified(tolerance).text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._stroke:
            painter.setPen(QPen(tokens.accent, 3.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(QPolygonF(self._stroke))
        painter.setFont(self._theme.font("caption_strong"))
        painter.setPen(tokens.accent)
        place = QRectF(0, self._plot.picture.top() + metrics.px(22), self.width(), metrics.px(20))
        painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, "Draw the target; Esc ends")
        painter.end()


def present_curve(picture: SumPicture) -> Polyline:
    """The target as it is, within its domain, as the curve a stroke changes: its samples where it has no formula."""
    low, high = picture.domain
    if picture.target is not None:
        inside = (picture.x >= low) & (picture.x <= high) & np.isfinite(picture.target)
        x, y = picture.x[inside], picture.target[inside]
    else:
        order = np.argsort(picture.samples[0], kind="stable")
        x, y = picture.samples[0][order], picture.samples[1][order]
    if len(x) < 2:
        x, y = np.array([low, high]), np.zeros(2)
    step = max(1, len(x) // 400)
    chosen = np.unique(np.append(np.arange(0, len(x), step), len(x) - 1))
    return Polyline.through(x[chosen], y[chosen])
