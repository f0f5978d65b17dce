"""Writing in place: a field that lies over a name, a group's title or a comment while it is written.

Enter (in a comment Ctrl+Enter, or a click elsewhere) takes what was written, Escape leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from nnlab.ui.theme import Theme

LEAST_WIDTH, TEXT_WIDTH, TEXT_HEIGHT = 96, 264, 72


class InlineEditor(QObject):
    """One field at a time over `parent`. A `write` function that raises or refuses is the caller's business; the field is closed first."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._parent = theme, parent
        self._field: QLineEdit | QPlainTextEdit | None = None
        self._write: Callable[[str], object] = lambda text: None
        self._close: Callable[[], object] = lambda: None
        self._before = ""

    @property
    def field(self) -> QLineEdit | QPlainTextEdit | None:
        """The field that is open."""
        return self._field

    def open(
        self, rect: QRect, text: str, name: str, write: Callable[[str], object], close: Callable[[], object], several_lines: bool = False
    ) -> None:
        """Opens a field over `rect` (of the parent), everything selected. `name` is for screen readers, `close` is called at every end."""
        self.finish()
        font = self._theme.font("body" if several_lines else "name")
        if several_lines:
            area = QPlainTextEdit(text, self._parent)
            area.selectAll()
            area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
            field: QLineEdit | QPlainTextEdit = area
            size = rect.size().expandedTo(QRect(0, 0, self._theme.metrics.px(TEXT_WIDTH), self._theme.metrics.px(TEXT_HEIGHT)).size())
        else:
            line = QLineEdit(text, self._parent)
            line.selectAll()
            line.setTextMargins(0, 0, 0, 0)
            line.textChanged.connect(lambda: self._grow(line, rect))
            field = line
            height = max(rect.height(), QFontMetrics(font).height() + 12)
            size = QRect(0, 0, max(rect.width(), self._theme.metrics.px(LEAST_WIDTH)), height).size()
        field.setFont(font)
        field.setAccessibleName(name)
        room = self._parent.rect().adjusted(4, 4, -4, -4)
        place = QRect(rect.topLeft(), size)
        place.moveCenter(rect.center())
        place.moveLeft(max(room.left(), min(rect.left() - 6, room.right() - size.width())))
        place.moveTop(max(room.top(), min(place.top(), room.bottom() - size.height())))
        field.setGeometry(place)
        field.installEventFilter(self)
        self._field, self._write, self._close, self._before = field, write, close, text
        field.show()
        field.raise_()
        field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _grow(self, line: QLineEdit, rect: QRect) -> None:
        """As wide as its text."""
        wanted = QFontMetrics(line.font()).horizontalAdvance(line.text()) + 32
        most = self._parent.width() - line.x() - 4
        line.resize(min(most, max(wanted, rect.width(), self._theme.metrics.px(LEAST_WIDTH))), line.height())

    @property
    def _text(self) -> str:
        return self._field.toPlainText() if isinstance(self._field, QPlainTextEdit) else self._field.text() if self._field else ""

    def finish(self, take: bool = True) -> None:
        """Ends writing; what was written is taken if it differs."""
        if self._field is None:
            return
        text, field = self._text, self._field
        self._field = None  # before anything that may come back here: losing the focus ends it, too
        field.removeEventFilter(self)
        had_focus = field.hasFocus()
        field.hide()
        field.deleteLater()
        self._close()
        if had_focus:
            self._parent.setFocus(Qt.FocusReason.OtherFocusReason)
        if take and text != self._before:
            self._write(text)

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
