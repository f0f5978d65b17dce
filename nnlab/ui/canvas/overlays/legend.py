"""The legend at the canvas's lower left: what width and colour of an edge mean at the moment."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnlab.ui.canvas.edges import raster
from nnlab.ui.look.numbers import MINUS
from nnlab.ui.look.theme import Theme, follow, mix

QUANTITIES = {"weights": "|w|", "gradients": "|∂L/∂w|", "activations": "|w·x|"}
_TIP = "Width and strength of an edge: {}, as a share of the 95th percentile in its layer. Orange is positive, blue negative."
TIPS = {
    "weights": _TIP.format("its weight"),
    "gradients": _TIP.format("the gradient of the loss for its weight") + " Arrows point in the direction in which gradients flow.",
    "activations": _TIP.format("its weight times its input, averaged over the batch"),
}
STEPS = (-1.0, -0.72, -0.45, -0.2, 0.2, 0.45, 0.72, 1.0)
DASH, GAP, INSET = 13, 5, 8


class Legend(QWidget):
    """`show_overlay` says what edges mean; `note` adds a few words, such as that a layer is shown as its matrix."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._quantity, self._note = QUANTITIES["weights"], ""
        self.setAccessibleName("Legend")
        follow(theme, self)

    def show_overlay(self, overlay: str, note: str = "") -> None:
        if (QUANTITIES[overlay], note) != (self._quantity, self._note) or not self.toolTip():
            self._quantity, self._note = QUANTITIES[overlay], note
            self.setToolTip(TIPS[overlay])
            self.adjustSize()
            self.update()

    @property
    def text(self) -> str:
        return f"× p95 {self._quantity} of layer" + (f" · {self._note}" if self._note else "")

    def apply_metrics(self) -> None:
        self.adjustSize()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._theme.font("caption"))

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        metrics = self._metrics()
        numbers = metrics.horizontalAdvance(f"{MINUS}1") + metrics.horizontalAdvance("+1")
        width = numbers + len(STEPS) * (DASH + GAP) + 32 + 2 * INSET + metrics.horizontalAdvance(self.text)
        return QSize(width, max(20, metrics.height() + 2))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        tokens, metrics = self._theme.tokens, self._metrics()
        paint_ground(painter, self.rect(), tokens.canvas)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        x = float(INSET)
        for text in (f"{MINUS}1", None, "+1", self.text):
            if text is None:
                x = self._paint_dashes(painter, x)
                continue
            painter.drawText(QRectF(x, 0, metrics.horizontalAdvance(text) + 2, self.height()), int(Qt.AlignmentFlag.AlignVCenter), text)
            x += metrics.horizontalAdvance(text) + 10
        painter.end()

    def _paint_dashes(self, painter: QPainter, x: float) -> float:
        tokens = self._theme.tokens
        for step in STEPS:
            t = abs(step)
            height = raster.THINNEST + raster.THICKNESS * t**1.25
            colour = mix(tokens.canvas, tokens.pos if step > 0 else tokens.neg, raster.FAINTEST + raster.TONE_RANGE * t**1.1)
            painter.fillRect(QRectF(x, self.height() / 2 - height / 2, DASH, height), colour)
            x += DASH + GAP
        return x + 10 - GAP


def paint_ground(painter: QPainter, rect: QRect, canvas: QColor) -> None:
    """What lies over the canvas stands on a ground of its own: large cards may be below."""
    ground = QColor(canvas)
    ground.setAlpha(205)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(rect, 6, 6)
    painter.restore()
