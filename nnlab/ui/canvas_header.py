"""The strip over the canvas: where an iteration spends its time, and what the edges mean.

predict → measure → gradients → update are the four phases of every iteration; while one steps, the present one is lit.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.ui.theme import Theme, follow
from nnlab.ui.widgets.segmented import Option, Segmented

WORDS = ("predict", "measure", "gradients", "update")
TIPS = (
    "Forward pass: what does the network say about this batch?",
    "Loss: how wrong is it?",
    "Backward pass: which way should every weight move?",
    "The optimiser moves the weights",
)
ARROW = "→"
OVERLAYS = (
    Option("weights", "Weights", "Edges show the weights: width is |w|, colour the sign"),
    Option("gradients", "Gradients", "Edges show the gradients: width is |∂L/∂w|, colour the sign"),
    Option("activations", "Activations", "Edges show what flows through them: weight times activation"),
)


class PhaseStrip(QWidget):
    """The cycle of an iteration; `set_phase` lights one word (0 … 3), None lights none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._phase = theme, None
        self.setAccessibleName("Phases of an iteration")
        self.setToolTip("\n".join(f"{word}: {tip}" for word, tip in zip(WORDS, TIPS, strict=True)))
        follow(theme, self)

    def set_phase(self, phase: int | None) -> None:
        if phase != self._phase:
            self._phase = phase
            self.update()

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font("name"))
        width = sum(metrics.horizontalAdvance(word) for word in WORDS) + 3 * self._gap() + 4
        return QSize(width, self._theme.metrics.field)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._theme.metrics.field)

    def _gap(self) -> int:
        return self._theme.metrics.px(36)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, x = self._theme.tokens, 0.0
        painter = QPainter(self)
        measure = QFontMetrics(self._theme.font("name"))
        colors = (tokens.phase_forward, tokens.phase_loss, tokens.phase_backward, tokens.phase_update)
        for i, word in enumerate(WORDS):
            lit = i == self._phase
            painter.setFont(self._theme.font("name" if lit else "body"))
            painter.setPen(colors[i] if lit else tokens.text2)
            width = measure.horizontalAdvance(word)
            painter.drawText(QRectF(x, 0, width + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, word)
            x += width
            if i < len(WORDS) - 1:
                painter.setPen(tokens.text3)
                painter.setFont(self._theme.font("body"))
                painter.drawText(QRectF(x, 0, self._gap(), self.height()), Qt.AlignmentFlag.AlignCenter, ARROW)
                x += self._gap()
        painter.end()


class CanvasHeader(QWidget):
    """Laid over the top of the canvas. `overlay_chosen(name)`."""

    overlay_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.phases = PhaseStrip(theme)
        self.overlays = Segmented(theme, OVERLAYS, "What edges show")
        self.overlays.chosen.connect(self.overlay_chosen)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.phases)
        self._row.addStretch(1)
        self._row.addWidget(self.overlays)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._row.setContentsMargins(metrics.padding, metrics.px(6), metrics.px(10), 0)
        self.setFixedHeight(metrics.px(40))
