"""The strip over the canvas: where an iteration spends its time, and what the edges mean.

predict → measure → gradients → update are the four phases of every iteration, said by what they do; the technical names stand in the
tooltip of each. While one steps, the present one is lit.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QWidget

from nnlab.ui.canvas.overlays.legend import paint_ground
from nnlab.ui.look.phases import PHASE_LOOKS
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.segmented import Option, Segmented

ARROW = "→"
GAP, LEAST_GAP = 36, 24  # between two words, at 100 %
OVERLAYS = (
    Option("weights", "Weights", "Edges show the weights: width is |w|, colour the sign"),
    Option("gradients", "Gradients", "Edges show the gradients: width is |∂L/∂w|, colour the sign"),
    Option("activations", "Activations", "Edges show weight times activation, averaged over the batch"),
)


class PhaseStrip(QWidget):
    """The cycle of an iteration; `set_phase` lights one word (0 … 3), None lights none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._phase: int | None = None
        self.setAccessibleName("Phases of an iteration")
        self.setAccessibleDescription(" ".join(f"{look.cycle.capitalize()}. {look.meaning}" for look in PHASE_LOOKS))
        follow(theme, self)

    def set_phase(self, phase: int | None) -> None:
        if phase != self._phase:
            self._phase = phase
            self._repaint()

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self._repaint()

    def _repaint(self) -> None:
        """With the ground below the words, which is the header's."""
        self.update()
        header = self.parentWidget()
        if header is not None:
            header.update()

    def sizeHint(self) -> QSize:
        return QSize(self._words_width() + 3 * self._theme.metrics.px(GAP) + 4, self._theme.metrics.field)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._theme.metrics.field)

    def _words_width(self) -> int:
        metrics = QFontMetrics(self._theme.font("name"))
        return sum(metrics.horizontalAdvance(look.cycle) for look in PHASE_LOOKS)

    @property
    def places(self) -> list[tuple[int, QRect]]:
        """The words with where they stand: closer together where it is narrow, and where that does not do, the lit one alone."""
        measure, px = QFontMetrics(self._theme.font("name")), self._theme.metrics.px
        gap = min(px(GAP), (self.width() - 4 - self._words_width()) // 3)
        shown = list(range(len(PHASE_LOOKS))) if gap >= px(LEAST_GAP) else [self._phase] if self._phase is not None else []
        places, x = [], 0
        for i in shown:
            width = measure.horizontalAdvance(PHASE_LOOKS[i].cycle)
            places.append((i, QRect(x, 0, width + 4, self.height())))
            x += width + gap
        return places if not places or places[-1][1].right() < self.width() else []

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, places = self._theme.tokens, self.places
        painter = QPainter(self)
        for i, place in places:
            lit = i == self._phase
            painter.setFont(self._theme.font("name" if lit else "body"))
            painter.setPen(getattr(tokens, PHASE_LOOKS[i].color) if lit else tokens.text2)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, PHASE_LOOKS[i].cycle)
        painter.setPen(tokens.text3)
        painter.setFont(self._theme.font("body"))
        for (i, before), (_, after) in pairwise(places):
            end = before.left() + painter.fontMetrics().horizontalAdvance(PHASE_LOOKS[i].cycle)  # of the word as it is when not lit
            painter.drawText(QRect(end, 0, after.left() - end, self.height()), Qt.AlignmentFlag.AlignCenter, ARROW)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Every word has a tooltip of its own; the arrows between them, that of all."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.explanation_at(event.pos()), self)
            return True
        return super().event(event)

    def explanation_at(self, point: QPoint) -> str:
        """What stands at a place of the strip: the phase under its technical name."""
        found = [PHASE_LOOKS[i].meaning for i, place in self.places if place.contains(point)]
        return found[0] if found else "\n".join(look.meaning for look in PHASE_LOOKS)


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

    @property
    def grounds(self) -> list[QRect]:
        """What the words stand on, one place for each of the groups shown: cards and neighbouring tiles may be below."""
        around, grounds = self._theme.metrics.px(6), []
        words = [place for _, place in self.phases.places]
        if words and self.phases.isVisible():
            grounds.append(words[0].united(words[-1]).translated(self.phases.pos()).adjusted(-around, 0, around, 0))
        if self.overlays.isVisible():
            grounds.append(self.overlays.geometry())
        return grounds

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place in self.grounds:
            paint_ground(painter, place, self._theme.tokens.canvas)
        painter.end()
