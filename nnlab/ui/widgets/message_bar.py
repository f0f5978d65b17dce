"""Message bar: a sentence that says what went wrong, or well, and stays out of the way. Never a dialog.

It lies over what it is told to lie over, at its upper edge: nothing is moved when it comes and goes, least of all what one is about to
press. A sentence that needs more than one line gets them.

Errors and warnings stay until they are closed or taken back; a piece of news disappears by itself and never covers a problem.
Several messages wait behind each other, the gravest and newest in front.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.ui.look.icons import glyph, icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded
from nnlab.ui.widgets.required import parent_of

Kind = Literal["error", "warning", "info"]
_COLORS = {"error": "error", "warning": "warn", "info": "text2"}
_GRAVITY = {"info": 0, "warning": 1, "error": 2}
NEWS_LASTS = 8000  # milliseconds
_MOVED = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show)


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
        self._under: QWidget | None = None
        self._sign = _KindIcon(theme)
        self._text = Label(theme)
        self._text.setWordWrap(True)
        self._more = Label(theme, "", "caption", "text2")
        self._button = PressButton()
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

    def lie_over(self, widget: QWidget) -> None:
        """Stands from now on at the upper edge of a widget, which lies within this bar's parent."""
        self._under, above = widget, widget
        while above is not parent_of(self):
            above.installEventFilter(self)
            above = parent_of(above)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVED:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """In the middle of the room, as wide as the sentence needs, as high as it then is."""
        if self._under is None or self.current is None:
            return
        margin = self._theme.metrics.grid
        most = self._under.width() - 2 * margin
        margins = self._row.contentsMargins()
        others = [widget for widget in (self._sign, self._more, self._button, self._close) if not widget.isHidden()]
        around = margins.left() + margins.right() + sum(widget.sizeHint().width() + self._row.spacing() for widget in others)
        text = QFontMetrics(self._text.font()).horizontalAdvance(self._text.text()) + 2
        width = min(most, text + around)
        self.setFixedWidth(width)
        self._row.activate()
        self.setFixedHeight(max(self._theme.metrics.header, self._row.totalHeightForWidth(width) + 2 * margin))
        at = self._under.mapTo(parent_of(self), QPoint((self._under.width() - width) // 2, margin // 2))
        self.move(at)
        self.raise_()

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
        self._place()  # now: a button that was never shown does not know its size
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._row.setContentsMargins(metrics.padding, 0, metrics.grid, 0)
        self._row.setSpacing(metrics.grid)
        self.setFixedHeight(metrics.header)
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_message()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        radius = self._theme.metrics.radius_card
        fill_rounded(painter, self.rect(), radius, self._theme.tokens.raised)
        outline_rounded(painter, self.rect(), radius, self._theme.tokens.stroke)
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
