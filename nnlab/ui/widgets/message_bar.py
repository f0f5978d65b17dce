"""Message bar: one line that says what went wrong, or well, and stays out of the way. Never a dialog.

Errors and warnings stay until they are closed or taken back; a piece of news disappears by itself and never covers a problem.
Several messages wait behind each other, the gravest and newest in front.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from nnlab.ui.look.icons import glyph, icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.label import ElidedLabel, Label

Kind = Literal["error", "warning", "info"]
_COLORS = {"error": "error", "warning": "warn", "info": "text2"}
_GRAVITY = {"info": 0, "warning": 1, "error": 2}
NEWS_LASTS = 8000  # milliseconds


@dataclass(frozen=True)
class Message:
    """A line to show. `action` is what the button named `button` does. A `key` lets it be replaced or taken back."""

    kind: Kind
    text: str
    button: str = ""
    action: Callable[[], None] | None = None
    key: str = ""


class MessageBar(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._messages: list[Message] = []
        self._sign = _KindIcon(theme)
        self._text = ElidedLabel(theme)
        self._more = Label(theme, "", "caption", "text2")
        self._button = QPushButton()
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._act)
        self._close = IconButton.of(theme, icon(theme, "close", color="text2"), "Close this message", "Close this message (Esc)")
        self._close.clicked.connect(self.close_message)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._sign)
        self._row.addWidget(self._text, 1)
        for widget in (self._more, self._button, self._close):
            self._row.addWidget(widget)
        self._timer = QTimer(self, singleShot=True, interval=NEWS_LASTS)
        self._timer.timeout.connect(self._drop_news)
        follow(theme, self)
        self.hide()

    @property
    def current(self) -> Message | None:
        """The message shown."""
        return max(reversed(self._messages), key=lambda message: _GRAVITY[message.kind], default=None)

    def show_message(self, message: Message) -> None:
        """Shows a message; one with the same key, or the same text, is replaced by it."""
        self._messages = [m for m in self._messages if not (m.text == message.text or (message.key and m.key == message.key))]
        self._messages.append(message)
        self._refresh()

    def show_error(self, text: str, button: str = "", action: Callable[[], None] | None = None, key: str = "") -> None:
        self.show_message(Message("error", text, button, action, key))

    def show_warning(self, text: str, button: str = "", action: Callable[[], None] | None = None, key: str = "") -> None:
        self.show_message(Message("warning", text, button, action, key))

    def show_info(self, text: str, button: str = "", action: Callable[[], None] | None = None, key: str = "") -> None:
        self.show_message(Message("info", text, button, action, key))

    def take_back(self, key: str) -> None:
        """Removes the message of a key, once its cause is gone."""
        self._messages = [m for m in self._messages if m.key != key]
        self._refresh()

    def close_message(self) -> None:
        """Closes the message shown; the next one comes forward."""
        current = self.current
        self._messages = [m for m in self._messages if m is not current]
        self._refresh()

    def _act(self) -> None:
        current = self.current
        self.close_message()
        if current is not None and current.action is not None:
            current.action()

    def _drop_news(self) -> None:
        self._messages = [m for m in self._messages if m.kind != "info"]
        self._refresh()

    def _refresh(self) -> None:
        if any(message.kind == "info" for message in self._messages):
            self._timer.start()
        current = self.current
        if current is None:
            self.hide()
            return
        self._sign.set_kind(current.kind)
        self._text.setText(current.text)
        self._more.setText(f"+{len(self._messages) - 1}")
        self._more.setToolTip(f"{len(self._messages) - 1} more messages")
        self._more.setVisible(len(self._messages) > 1)
        self._button.setText(current.button)
        self._button.setAccessibleName(current.button)
        self._button.setVisible(bool(current.button))
        self.setAccessibleName(f"{current.kind.capitalize()}: {current.text}")
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedHeight(metrics.header)
        self._row.setContentsMargins(metrics.padding, 0, metrics.grid, 0)
        self._row.setSpacing(metrics.grid)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_message()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.tokens.raised)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.tokens.line)
        painter.end()


class _KindIcon(QWidget):
    """The icon of a message's kind."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._kind: Kind = "info"
        follow(theme, self)

    def set_kind(self, kind: Kind) -> None:
        self._kind = kind
        self.update()

    def apply_metrics(self) -> None:
        self.setFixedSize(self._theme.metrics.icon, self._theme.metrics.icon)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        glyph(self._kind).draw(painter, self.rect().toRectF(), getattr(self._theme.tokens, _COLORS[self._kind]))
        painter.end()
