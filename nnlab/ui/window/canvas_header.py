"""The strip over the canvas: where an iteration spends its time, and what the edges mean.

predict → measure → gradients → update are the four phases of every iteration, said by what they do, each with the share of the time that it
takes; the technical names stand in the tooltip of each. While one steps, the present one is lit.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QWidget

from nnlab.engine.program import BACKWARD
from nnlab.ui.canvas.overlays.legend import paint_ground
from nnlab.ui.look.phases import PHASE_LOOKS
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.segmented import Option, Segmented

ARROW = "→"
GAP, LEAST_GAP = 36, 24  # between two words, at 100 %
SHARE_GAP, WIDEST = 5, "88 %"  # before a share, at 100 %, and the widest there is (one phase never takes all)
OVERLAYS = (
    Option("weights", "Weights", "Edges show the weights: width is |w|, colour the sign"),
    Option("gradients", "Gradients", "Edges show the gradients: width is |∂L/∂w|, colour the sign"),
    Option("activations", "Activations", "Edges show weight times activation, averaged over the batch"),
)


def whole_percents(shares: Sequence[float]) -> list[int]:
    """Shares of 1 in whole percents that add up to 100: those with the largest remainders are rounded up."""
    exact = [100.0 * share for share in shares]
    found = [int(part) for part in exact]
    for place in sorted(range(len(exact)), key=lambda k: found[k] - exact[k])[: 100 - sum(found)]:
        found[place] += 1
    return found


class PhaseStrip(QWidget):
    """The cycle of an iteration; `set_phase` lights one word (0 … 3), None none. `set_shares` gives every word a share, 1 together."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._phase: int | None = None
        self._shares: tuple[str, ...] | None = None
        self._words = tuple(look.cycle for look in PHASE_LOOKS)
        self._meanings = tuple(look.meaning for look in PHASE_LOOKS)
        self.setAccessibleName("Phases of an iteration")
        self._describe()
        follow(theme, self)

    def set_phase(self, phase: int | None) -> None:
        if phase != self._phase:
            self._phase = phase
            self._repaint()

    def set_shares(self, shares: Sequence[float] | None) -> None:
        """The share of the time of every phase; None while it is not known."""
        texts = None if shares is None else tuple(f"{part} %" for part in whole_percents(shares))
        if texts != self._shares:
            is_wider = (texts is None) != (self._shares is None)
            self._shares = texts
            self._describe()
            if is_wider:
                self.updateGeometry()
            self._repaint()

    def set_gradients(self, accumulate: int, are_zeroed: bool, batch: int | None = None) -> None:
        """How gradients become an update: of how many batches, which of them (from 0) is stepped through, and whether they are zeroed."""
        words, meanings = [look.cycle for look in PHASE_LOOKS], [look.meaning for look in PHASE_LOOKS]
        if accumulate > 1:
            words[BACKWARD] += f" {batch + 1}/{accumulate}" if batch is not None else f" ×{accumulate}"
            meanings[BACKWARD] += f" {accumulate} batches are predicted, measured and added up before one update."
        if not are_zeroed:
            words[BACKWARD] += ", added up"
            meanings[BACKWARD] += " They are not zeroed: those of all updates before are still in them."
        if tuple(words) != self._words:
            self._words, self._meanings = tuple(words), tuple(meanings)
            self._describe()
            self.updateGeometry()
            self._repaint()

    def clear(self) -> None:
        """Nothing is known of the present network."""
        self.set_phase(None)
        self.set_shares(None)

    def _describe(self) -> None:
        shares = self._shares or ("",) * len(PHASE_LOOKS)
        cycle = zip(self._words, shares, self._meanings, strict=True)
        told = (f"{f'{word} {share}'.strip().capitalize()}. {meaning}" for word, share, meaning in cycle)
        self.setAccessibleDescription(" ".join(told))

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
        return QSize(sum(self._widths(self._shares is not None)) + 3 * self._theme.metrics.px(GAP) + 4, self._theme.metrics.field)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._theme.metrics.field)

    def _widths(self, with_shares: bool) -> list[int]:
        """Of every word, as wide as it is when lit, with room for any share."""
        metrics = QFontMetrics(self._theme.font("name"))
        share = metrics.horizontalAdvance(WIDEST) + self._theme.metrics.px(SHARE_GAP) if with_shares else 0
        return [metrics.horizontalAdvance(word) + share for word in self._words]

    def _gap(self, widths: Sequence[int]) -> int:
        """Between words of these widths: as it should be, or what is left."""
        return min(self._theme.metrics.px(GAP), (self.width() - 4 - sum(widths)) // 3)

    @property
    def shows_shares(self) -> bool:
        """Whether shares are known and there is room for them."""
        return self._shares is not None and self._gap(self._widths(True)) >= self._theme.metrics.px(LEAST_GAP)

    @property
    def places(self) -> list[tuple[int, QRect]]:
        """The words with where they stand: closer together where it is narrow, and where that does not do, the lit one alone."""
        widths = self._widths(self.shows_shares)
        gap = self._gap(widths)
        fits = gap >= self._theme.metrics.px(LEAST_GAP)
        shown = list(range(len(PHASE_LOOKS))) if fits else [self._phase] if self._phase is not None else []
        places, x = [], 0
        for i in shown:
            places.append((i, QRect(x, 0, widths[i] + 4, self.height())))
            x += widths[i] + gap
        return places if not places or places[-1][1].right() < self.width() else []

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, places, shows_shares = self._theme.tokens, self.places, self.shows_shares
        painter = QPainter(self)
        ends = []
        for i, place in places:
            lit = i == self._phase
            painter.setFont(self._theme.font("name" if lit else "body"))
            painter.setPen(getattr(tokens, PHASE_LOOKS[i].color) if lit else tokens.text2)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self._words[i])
            ends.append(place.left() + painter.fontMetrics().horizontalAdvance(self._words[i]))
            if shows_shares and self._shares is not None:
                painter.setFont(self._theme.font("name"))
                painter.setPen(tokens.text)
                at = ends[-1] + self._theme.metrics.px(SHARE_GAP)
                painter.drawText(QRect(at, 0, place.right() - at, self.height()), Qt.AlignmentFlag.AlignVCenter, self._shares[i])
                ends[-1] = at + painter.fontMetrics().horizontalAdvance(WIDEST)  # arrows stay where they are, whatever the share
        painter.setPen(tokens.text3)
        painter.setFont(self._theme.font("body"))
        for end, (_, after) in zip(ends, places[1:], strict=False):
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
        found = [self._meanings[i] for i, place in self.places if place.contains(point)]
        return found[0] if found else "\n".join(self._meanings)


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
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Where even the choice alone is too wide, one sees what is chosen."""
        margins = self._row.contentsMargins()
        self.overlays.set_folded(self.width() - margins.left() - margins.right() < self.overlays.whole_width)

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
