"""Writing in place: a field that lies over a name, a group's title or a comment while it is written.

Enter (in a comment Ctrl+Enter, or a click elsewhere) takes what was written, Escape leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.text_undo import share_undo

LEAST_WIDTH, TEXT_WIDTH, TEXT_HEIGHT = 96, 264, 72


def _nothing() -> None:
    """For tasks that need no word at their end."""


@dataclass(frozen=True)
class Task:
    """What is written: `place` is where, in pixels of the editor's parent, None once it is gone; `name` is for screen readers.

    `write` takes what was written, `abandon` is told of Escape, `close` of every end.
    """

    place: Callable[[], QRect | None]
    text: str
    name: str
    write: Callable[[str], object]
    close: Callable[[], object] = _nothing
    abandon: Callable[[], object] = _nothing
    several_lines: bool = False


class InlineEditor(QObject):
    """One field at a time over `parent`; the field is closed before anything is written."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._parent = theme, parent
        self._field: QLineEdit | QPlainTextEdit | None = None
        self._task: Task | None = None

    @property
    def field(self) -> QLineEdit | QPlainTextEdit | None:
        """The field that is open."""
        return self._field

    def open(self, task: Task) -> None:
        """Opens a field over what the task writes, everything selected."""
        self.finish()
        if task.place() is None:
            return
        field: QLineEdit | QPlainTextEdit
        if task.several_lines:
            field = QPlainTextEdit(task.text, self._parent)
            field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        else:
            field = QLineEdit(task.text, self._parent)
            field.setTextMargins(0, 0, 0, 0)
            field.textChanged.connect(self.follow)
        field.selectAll()
        field.setAccessibleName(task.name)
        field.installEventFilter(self)
        share_undo(field)  # last: filters are asked in the reverse order
        self._field, self._task = field, task
        self.follow()
        field.show()
        field.raise_()
        field.setFocus(Qt.FocusReason.PopupFocusReason)

    def follow(self) -> None:
        """Puts the field where what it writes is now; ends it without a word when that is gone."""
        field, task = self._field, self._task
        if field is None or task is None:
            return
        rect = task.place()
        if rect is None:
            self.finish(take=False)
            return
        metrics = self._theme.metrics
        field.setFont(self._theme.font("body" if task.several_lines else "name"))
        if task.several_lines:
            size = rect.size().expandedTo(QSize(metrics.px(TEXT_WIDTH), metrics.px(TEXT_HEIGHT)))
        else:
            measure = QFontMetrics(field.font())
            size = QSize(max(rect.width(), metrics.px(LEAST_WIDTH), measure.horizontalAdvance(self._text) + 32), measure.height() + 12)
        room = self._parent.rect().adjusted(4, 4, -4, -4)
        place = QRect(rect.topLeft(), size.boundedTo(room.size()))
        place.moveCenter(rect.center())
        place.moveLeft(max(room.left(), min(rect.left() - 6, room.right() - place.width())))
        place.moveTop(max(room.top(), min(place.top(), room.bottom() - place.height())))
        field.setGeometry(place)

    @property
    def _text(self) -> str:
        return self._field.toPlainText() if isinstance(self._field, QPlainTextEdit) else self._field.text() if self._field else ""

    def finish(self, take: bool = True) -> None:
        """Ends writing; what was written is taken if it differs."""
        if self._field is None or self._task is None:
            return
        text, field, task = self._text, self._field, self._task
        self._field = self._task = None  # before anything that may come back here: losing the focus ends it, too
        field.removeEventFilter(self)
        had_focus = field.hasFocus()
        field.hide()
        field.deleteLater()
        task.close()
        if had_focus:
            self._parent.setFocus(Qt.FocusReason.OtherFocusReason)
        if not take:
            task.abandon()
        elif text != task.text:
            task.write(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if watched is not self._field:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.FocusOut:
            self.finish()
        elif event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # letters and arrows belong to the text, whatever the window does with them
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
            if event.key() == Qt.Key.Key_Escape:
                self.finish(take=False)
                return True
            if is_enter and (isinstance(self._field, QLineEdit) or not plain):
                self.finish()
                return True
        return super().eventFilter(watched, event)
