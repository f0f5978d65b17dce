"""Value row: a label at the left, a number at the right whose decimal point stands below that of the row above.

The integer part ends at the point, the rest begins there, in a room of fixed width; so values may change without anything moving.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.numbers import NOTHING, number, split_at_point
from nnlab.ui.look.theme import FontRole, Theme, follow


class ValueRow(QWidget):
    """One line of a column of numbers. `signed` colours the value by its sign; nothing else ever does."""

    def __init__(
        self, theme: Theme, label: str, tip: str = "", role: FontRole = "body", signed: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._label, self._role, self._signed = theme, label, role, signed
        self._text, self._sign = NOTHING, 0
        self.setToolTip(tip)
        self.setAccessibleName(f"{label} {NOTHING}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    @property
    def text(self) -> str:
        return self._text

    def set_label(self, label: str) -> None:
        """Says what the value is."""
        if label != self._label:
            self._label = label
            self.setAccessibleName(f"{label} {self._text}")
            self.update()

    def set_number(self, value: float | None, digits: int = 4) -> None:
        """Writes a number with so many significant digits, or a dash for None."""
        self.set_text(NOTHING if value is None else number(value, digits), 0 if value is None else (value > 0) - (value < 0))

    def set_text(self, text: str, sign: int = 0) -> None:
        """Writes a value already formatted; `sign` (−1, 0, 1) is that of the number behind it."""
        if text != self._text or sign != self._sign:
            self._text, self._sign = text, sign
            self.setAccessibleName(f"{self._label} {text}")
            self.update(self._value_rect())

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.value_row)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics
        return QSize(metrics.label + 2 * metrics.fraction, metrics.value_row)

    def _value_rect(self) -> QRect:
        return QRect(self.width() // 3, 0, self.width() - self.width() // 3, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        middle = Qt.AlignmentFlag.AlignVCenter
        painter = QPainter(self)
        painter.setFont(self._theme.font("body"))
        value_font = self._theme.font(self._role)
        metrics = QFontMetrics(value_font)
        whole, rest = split_at_point(self._text)
        # A value with more behind its point than there is room for moves the point rather than losing digits.
        point = self.width() - max(self._theme.metrics.fraction, metrics.horizontalAdvance(rest))
        if not rest and self._text == NOTHING:
            point += metrics.horizontalAdvance(NOTHING) // 2
        room = point - metrics.horizontalAdvance(whole) - self._theme.metrics.grid
        painter.setPen(tokens.text2)
        label = QFontMetrics(painter.font()).elidedText(self._label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(0, 0, room, self.height()), middle, label)
        painter.setFont(value_font)
        painter.setPen(tokens.text if not self._signed or not self._sign else tokens.pos if self._sign > 0 else tokens.neg)
        painter.drawText(QRect(0, 0, point, self.height()), middle | Qt.AlignmentFlag.AlignRight, whole)
        painter.drawText(QRect(point, 0, self.width() - point, self.height()), middle, rest)
        painter.end()
