"""Search field: a magnifying glass, what is typed, and the key that leads here; Escape clears it.

Arrow keys are passed on as `moved`, so that a list below the field can be walked through without leaving it.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.text_undo import share_undo

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


class SearchField(QLineEdit):
    """A line to search with. `hint` stands at the right while nothing is typed (a key, or a shape to fit)."""

    moved = Signal(int)  # rows down (or up, if negative) a list should move its current row
    accepted = Signal()  # Enter
    left = Signal()  # Escape in an empty field

    def __init__(self, theme: Theme, placeholder: str = "Search", hint: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        share_undo(self)
        self._theme, self._hint, self._keeps_hint = theme, hint, False
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        follow(theme, self)

    def set_hint(self, hint: str, always: bool = False) -> None:
        """Writes at the right of the field; `always` keeps it there while typing."""
        self._hint, self._keeps_hint = hint, always
        self.apply_metrics()

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        hint = QFontMetrics(self._theme.font("caption")).horizontalAdvance(self._hint) + metrics.grid if self._keeps_hint else 0
        self.setTextMargins(metrics.icon + metrics.px(6), 0, hint, 0)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.moved.emit(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit()
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        tokens, metrics = self._theme.tokens, self._theme.metrics
        painter = QPainter(self)
        side = metrics.icon
        glyph("search").draw(painter, QRectF(metrics.grid, (self.height() - side) / 2, side, side), tokens.text2)
        if self._hint and (self._keeps_hint or not self.text()):
            painter.setFont(self._theme.font("caption"))
            painter.setPen(tokens.text2)
            place = self.rect().adjusted(0, 0, -metrics.px(10), 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._hint)
        painter.end()
