"""Which loss and output layer suit the target column, why, and what in the network does not; applied as one undoable edit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from nnlab.studies.advice import Advice
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.target_advice import TargetAdvice
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label

MOST_BARS = 6
MOST_WARNINGS = 4


class ValueBars(QWidget):
    """How many rows hold each value of the column: a bar each, the most frequent as long as there is room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[tuple[str, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()

    def show_counts(self, advice: Advice) -> None:
        items = list(advice.frequencies.items())
        self._rows = items if len(items) <= MOST_BARS else []
        self.setVisible(bool(self._rows))
        self.setAccessibleName(", ".join(f"{name}: {count} rows" for name, count in self._rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(120), self._theme.metrics.px(18) * len(self._rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, px, tokens = QPainter(self), self._theme.metrics.px, self._theme.tokens
        painter.setFont(self._theme.font("caption"))
        most, row = max((count for _, count in self._rows), default=1), px(18)
        label, value = px(92), px(44)
        metrics = painter.fontMetrics()
        for k, (name, count) in enumerate(self._rows):
            painter.setPen(tokens.text2)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, label - px(8))
            painter.drawText(0, k * row, label - px(8), row, Qt.AlignmentFlag.AlignVCenter, text)
            room = max(1, self.width() - label - value)
            painter.fillRect(label, k * row + row // 2 - px(4), max(1, room * count // most), px(8), tokens.stroke)
            right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(self.width() - value, k * row, value, row, right, numbers.count(count))
        painter.end()


class WarningRow(QWidget):
    """A mismatch, with its icon."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self._sign = icon(theme, "warning", color="warn")
        self.words = Label(theme, text, "body", "text2")
        self.words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.metrics.icon + theme.metrics.px(8), 0, 0, 0)
        row.addWidget(self.words, 1)
        self.setAccessibleName(f"Warning: {text}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._sign.paint(painter, 0, 0, self._theme.metrics.icon, self._theme.metrics.icon)
        painter.end()


class AdviceCard(QWidget):
    """Follows the advice while it is seen. Where it is low, the button and what is wrong stand below the headline and stay in sight."""

    def __init__(self, theme: Theme, advice: TargetAdvice, has_bars: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._advice = theme, advice
        self._has_bars = has_bars
        self.setAccessibleName("Advice on the target")
        self.headline = Label(theme, "", "title")
        self.headline.setWordWrap(True)
        self.bars = ValueBars(theme)
        self.reason = Label(theme, "", "body", "text2")
        self.reason.setWordWrap(True)
        self.apply_button = PressButton("Apply")
        self.apply_button.setToolTip("Gives the network this loss and output layer, as one change that can be undone")
        self.apply_button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.apply_button.clicked.connect(advice.apply)
        self._warnings = QVBoxLayout()
        self._stack = QVBoxLayout(self)
        for widget in (self.headline, self.reason, self.apply_button):
            self._stack.addWidget(widget)
        self._stack.addLayout(self._warnings)
        self._stack.addWidget(self.bars)
        advice.changed.connect(self._show)
        self._show()
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._stack.setContentsMargins(metrics.padding, 0, metrics.padding, metrics.padding)
        self._stack.setSpacing(metrics.px(10))
        self._warnings.setSpacing(metrics.px(6))

    def set_low(self, is_low: bool) -> None:
        """Whether there is little height: what one does about it, and what is wrong, come before why."""
        place = self._stack.indexOf(self._warnings) if is_low else 1
        if self._stack.indexOf(self.reason) != place:
            self._stack.removeWidget(self.reason)
            self._stack.insertWidget(place, self.reason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._advice.want()

    @property
    def warnings(self) -> list[WarningRow]:
        """The mismatches on show."""
        items = (self._warnings.itemAt(k) for k in range(self._warnings.count()))
        return [widget for item in items if item is not None and isinstance(widget := item.widget(), WarningRow)]

    def _show(self) -> None:
        found = self._advice.advice
        self.headline.setText(found.headline if found is not None else "")
        self.reason.setText(found.reason if found is not None else self._advice.problem)
        if found is not None and self._has_bars:
            self.bars.show_counts(found)
        else:
            self.bars.hide()
        self.apply_button.setVisible(self._advice.changes_something)
        shown = [row.words.text() for row in self.warnings]
        wanted = list(found.warnings[:MOST_WARNINGS]) if found is not None else []
        if shown == wanted:
            return
        while (item := self._warnings.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for text in wanted:
            self._warnings.addWidget(WarningRow(self._theme, text))
