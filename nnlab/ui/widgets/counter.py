"""Counter: a label over a value, as in the transport bar. Made for values that change sixty times a second.

Its width is fixed by the widest value expected, so a changing value never moves its neighbours; it widens, once, for a value that
needs more. It repaints only when the written value has changed.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.numbers import NOTHING
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.explained import explain
from nnlab.ui.widgets.painting import fill_rounded


class Counter(QWidget):
    """A label over a value, aligned right. `widest` is a text as wide as any value will usually be."""

    def __init__(self, theme: Theme, label: str, widest: str = "00,000", tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._label, self._widest = theme, label, widest
        self._value, self._faint = NOTHING, ""
        self._share: float | None = None
        self._width_needed = 0
        self.setToolTip(tip)
        self.setAccessibleName(f"{label} {NOTHING}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def event(self, event: QEvent) -> bool:
        return explain(self, self._label, event) or super().event(event)

    @property
    def text(self) -> str:
        """The value as written, with its faint part."""
        return self._value + self._faint

    def set_label(self, label: str, tip: str = "") -> None:
        """Counts something else from now on."""
        if label == self._label:
            return
        self._label = label
        self.setToolTip(tip)
        self.setAccessibleName(f"{label} {self.text}")
        self.apply_metrics()

    def set_value(self, value: str, faint: str = "") -> None:
        """Writes a value; `faint` follows it in a quieter tone ("/ 50")."""
        if value == self._value and faint == self._faint:
            return
        longer = len(value) + len(faint) > len(self._value) + len(self._faint)
        self._value, self._faint = value, faint
        self.setAccessibleName(f"{self._label} {value}{faint}")
        if longer and self._needed() > self._width_needed:
            self.apply_metrics()
        self.update(self._value_rect())

    def set_share(self, share: float | None) -> None:
        """Fills the 3 px bar below the value to a share of one; None shows no bar."""
        pixels = None if share is None else round(min(1.0, max(0.0, share)) * self._bar_rect().width())
        before = None if self._share is None else round(self._share * self._bar_rect().width())
        self._share = None if share is None else min(1.0, max(0.0, share))
        if pixels != before:
            self.update(self._bar_rect().adjusted(-1, -1, 1, 1))

    def _needed(self) -> int:
        value = QFontMetrics(self._theme.font("counter"))
        label = QFontMetrics(self._theme.font("caption")).horizontalAdvance(self._label)
        return max(label, value.horizontalAdvance(self._widest), value.horizontalAdvance(self.text)) + 1

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._width_needed = self._needed()
        self.setFixedSize(self._width_needed + 2 * metrics.counter_padding, metrics.transport - metrics.grid)
        self.update()

    def sizeHint(self) -> QSize:
        return self.size()

    def _inner(self) -> QRect:
        padding = self._theme.metrics.counter_padding
        return self.rect().adjusted(padding, 0, -padding, 0)

    def _label_rect(self) -> QRect:
        height = QFontMetrics(self._theme.font("caption")).height()
        return QRect(self._inner().left(), self.height() // 2 - height - 1, self._inner().width(), height)

    def _value_rect(self) -> QRect:
        height = QFontMetrics(self._theme.font("counter")).height()
        return QRect(self._inner().left(), self.height() // 2 - 1, self._inner().width(), height)

    def _bar_rect(self) -> QRect:
        return QRect(self._inner().left(), self._value_rect().bottom() + 1, self._inner().width(), 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if event.rect().intersects(self._label_rect()):
            painter.setFont(self._theme.font("caption"))
            painter.setPen(tokens.text2)
            painter.drawText(self._label_rect(), right, self._label)
        font, rect = self._theme.font("counter"), self._value_rect()
        painter.setFont(font)
        if self._faint:
            painter.setPen(tokens.text2)
            painter.drawText(rect, right, self._faint)
            rect.setRight(rect.right() - QFontMetrics(font).horizontalAdvance(self._faint))
        painter.setPen(tokens.text)
        painter.drawText(rect, right, self._value)
        if self._share is not None:
            bar = QRectF(self._bar_rect())
            fill_rounded(painter, bar, 1.5, tokens.line)
            bar.setWidth(bar.width() * self._share)
            fill_rounded(painter, bar, 1.5, tokens.accent)
        painter.end()
