"""Undo in a field: Ctrl+Z belongs to the text while the text has something to undo, and to the window otherwise.

Qt's fields keep these keys even when nothing has been typed: whoever makes a group, finds its name field open and presses Ctrl+Z would
undo nothing at all.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit


def share_undo(field: QLineEdit | QPlainTextEdit) -> None:
    """Lets a field's window have the keys of undo and redo whenever the field's own text has nothing to undo or redo."""
    field.installEventFilter(_SharedUndo(field))


class _SharedUndo(QObject):
    def __init__(self, field: QLineEdit | QPlainTextEdit) -> None:
        super().__init__(field)
        self._field = field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_idle(event):
            event.ignore()  # so that it is a shortcut of the window
            return True
        return super().eventFilter(watched, event)

    def _is_idle(self, event: QKeyEvent) -> bool:
        text = self._field if isinstance(self._field, QLineEdit) else self._field.document()
        if event.matches(QKeySequence.StandardKey.Undo):
            return not text.isUndoAvailable()
        return event.matches(QKeySequence.StandardKey.Redo) and not text.isRedoAvailable()
