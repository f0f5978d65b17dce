"""The study of a scenario in one chart: accuracy on the new task and on the old one against the numbers that learn.

Filled marks are the new task, hollow ones the old, and the line between them is what was forgotten. The base, which learns nothing, has a
slot of its own at the left of the logarithmic axis. A click on a mark opens that run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnlab.studies.lora.scenarios import BASE, LORA
from nnlab.studies.lora.study import StudySummary
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.plot import Margins, Plot
from nnlab.ui.panels.plotting.ticks import Tick

NEAR = 12.0  # pixels within which a click means a mark
SHORT = {"base": "base", "full": "full", "head": "head"}


def short_title(summary: StudySummary) -> str:
    return SHORT.get(summary.method, f"r {summary.rank}")


class StudyPlot(Plot):
    """`picked(summary)`: the run behind a mark is wanted. `expected` runs behind a mark make it whole; with fewer it is dashed."""

    picked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._summaries: Sequence[StudySummary] = ()
        self._expected = 1
        self.rank: int | None = None  # of the adapter in the window
        self.current = -1
        super().__init__(theme, "Accuracy on the new and the old task against what learns", parent)
        self.view.setMouseEnabled(x=False, y=False)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(48), px(20), px(28), px(38))

    @property
    def shown(self) -> Sequence[StudySummary]:
        return self._summaries

    def show_summaries(self, summaries: Sequence[StudySummary], expected: int) -> None:
        self._summaries = sorted(summaries, key=lambda summary: summary.parameters)
        self._expected = expected
        counts = [summary.parameters for summary in self._summaries if summary.parameters > 0]
        low, high = (math.log10(min(counts)), math.log10(max(counts))) if counts else (2.0, 4.0)
        span = max(high - low, 0.5)
        self._base = low - 0.22 * span
        worst = min((min(s.lowest, s.old_accuracy) for s in self._summaries), default=0.0)
        self.set_range((self._base - 0.06 * span, high + 0.06 * span), (min(0.0, max(worst, -1.0)), 1.05))
        self.setAccessibleDescription(
            "; ".join(f"{s.title}: new {s.new_accuracy:.3f}, old {s.old_accuracy:.3f}, {s.parameters:,} learn" for s in self._summaries)
        )
        self.repaint_around()

    # Geometry

    def x_of(self, summary: StudySummary) -> float:
        return float(self.x_pixels(self._base if summary.method == BASE else math.log10(max(summary.parameters, 1))))

    def _y(self, accuracy: float) -> float:
        low, _ = self.y_range
        return float(self.y_pixels(max(accuracy, low)))

    def mark(self, index: int) -> QPointF:
        """Where the filled mark of a method is."""
        summary = self._summaries[index]
        return QPointF(self.x_of(summary), self._y(summary.new_accuracy))

    def x_ticks(self) -> list[Tick]:
        return []

    def y_ticks(self) -> list[Tick]:
        return [Tick(tick.position, f"{round(100 * tick.position)} %".replace("-", "−")) for tick in super().y_ticks()]

    # Painting

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        lora = [k for k, s in enumerate(self._summaries) if s.method == LORA]
        painter.setPen(QPen(tokens.text, 2))
        painter.drawPolyline([self.mark(k) for k in lora])
        for summary in self._summaries:
            self._paint_band(painter, summary)
        for k, summary in enumerate(self._summaries):
            self._paint_marks(painter, k, summary)
        self._paint_names(painter)

    def _paint_band(self, painter: QPainter, summary: StudySummary) -> None:
        """From the new accuracy to the old one, and the spread of the new one over the seeds."""
        tokens, px, x = self._theme.tokens, self._theme.metrics.px, self.x_of(summary)
        painter.setPen(QPen(tokens.stroke, 1.5))
        painter.drawLine(QPointF(x, self._y(summary.new_accuracy)), QPointF(x, self._y(summary.old_accuracy)))
        if summary.highest > summary.lowest:
            painter.setPen(QPen(tokens.text2, 1.5))
            low, high = self._y(summary.lowest), self._y(summary.highest)
            painter.drawLine(QPointF(x, low), QPointF(x, high))
            for y in (low, high):
                painter.drawLine(QPointF(x - px(4), y), QPointF(x + px(4), y))

    def _paint_marks(self, painter: QPainter, index: int, summary: StudySummary) -> None:
        tokens, px, new = self._theme.tokens, self._theme.metrics.px, self.mark(index)
        old = QPointF(new.x(), self._y(summary.old_accuracy))
        is_now = summary.method == LORA and summary.rank == self.rank
        is_whole = len(summary.rows) >= self._expected
        painter.setBrush(tokens.panel)
        painter.setPen(QPen(tokens.text2, 2))
        painter.drawEllipse(old, px(5), px(5))
        painter.setPen(QPen(tokens.text, 2, Qt.PenStyle.SolidLine if is_whole else Qt.PenStyle.DotLine))
        painter.setBrush(tokens.text if is_whole else tokens.panel)
        painter.drawEllipse(new, px(5), px(5))
        if is_now or index == self.current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens.accent if is_now else tokens.text, 2))
            painter.drawEllipse(new, px(9), px(9))
        is_above = new.y() <= old.y()
        painter.setFont(self._theme.font("caption_strong"))
        painter.setPen(tokens.text)
        text = numbers.fixed(100 * summary.new_accuracy, 1)
        above = new.y() - px(25) if is_above else new.y() - px(8)
        place = QRectF(new.x() - px(24), above, px(48), px(16)) if is_above else QRectF(new.x() + px(9), above, px(48), px(16))
        side = Qt.AlignmentFlag.AlignHCenter if is_above else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        beside = QRectF(old.x() + px(9), old.y() - px(8), px(48), px(16))
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, numbers.fixed(100 * summary.old_accuracy, 1))

    def _paint_names(self, painter: QPainter) -> None:
        """Method and numbers that learn below each mark, where there is room: two that are close share it."""
        tokens, px, end = self._theme.tokens, self._theme.metrics.px, -math.inf
        for summary in self._summaries:
            x = self.x_of(summary)
            is_now = summary.method == LORA and summary.rank == self.rank
            name, count = short_title(summary), numbers.count(summary.parameters)
            painter.setFont(self._theme.font("caption_strong"))
            measure = QFontMetricsF(painter.font())
            narrow = measure.horizontalAdvance(name)
            wide = max(narrow, measure.horizontalAdvance(count))
            if x - narrow / 2 < end:
                continue
            place = QRectF(x - wide / 2 - 2, self.picture.bottom() + px(5), wide + 4, px(15))
            painter.setPen(tokens.accent if is_now else tokens.text)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)
            if x - wide / 2 >= end:
                painter.setFont(self._theme.font("caption"))
                painter.setPen(tokens.text2)
                painter.drawText(place.translated(0, px(15)), Qt.AlignmentFlag.AlignCenter, count)
                end = x + wide / 2 + px(6)
            else:
                end = x + narrow / 2 + px(6)

    # Mouse and keys

    def index_at(self, point: QPointF) -> int:
        """The method whose mark, new or old, is at a point; -1 where none is."""
        best, found = NEAR, -1
        for k, summary in enumerate(self._summaries):
            x = self.x_of(summary)
            for accuracy in (summary.new_accuracy, summary.old_accuracy):
                distance = math.hypot(x - point.x(), self._y(accuracy) - point.y())
                if distance <= best:
                    best, found = distance, k
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.index_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else -1
        if found < 0:
            super().mousePressEvent(event)
            return
        self._pick(found)

    def _pick(self, index: int) -> None:
        self.current = index
        self.repaint_around()
        self.picked.emit(self._summaries[index])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = -1 if event.key() == Qt.Key.Key_Left else 1 if event.key() == Qt.Key.Key_Right else 0
        if by and self._summaries:
            self.current = min(max(self.current + by, 0), len(self._summaries) - 1)
            self.repaint_around()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self.current < len(self._summaries):
            self._pick(self.current)
        else:
            super().keyPressEvent(event)
