"""The presenter's view of a lesson: large type, nothing but the lesson's column and its network, and a clicker's keys.

Page Down, Right and Enter do the next thing: reveal the answer, do the action, open the explanation, go on. Page Up and Left go back a
step, B and the full stop make the window black and bring it back, Escape ends it. While a number or a text is typed, keys are those of
its field.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from nnlab.ui.learn.host import LessonHost, as_widget
from nnlab.ui.learn.lesson_player import LessonPlayer
from nnlab.ui.look.theme import Theme

_KEY = Qt.Key
FORWARDS = frozenset({_KEY.Key_PageDown, _KEY.Key_Right, _KEY.Key_Return, _KEY.Key_Enter})
BACKWARDS = frozenset({_KEY.Key_PageUp, _KEY.Key_Left})
BLACK = frozenset({_KEY.Key_B, _KEY.Key_Period})
ENDS = frozenset({_KEY.Key_Escape})
TYPED_INTO = (QLineEdit, QPlainTextEdit, QComboBox)


class BlackCover(QWidget):
    """Black over the whole window, so that a class looks at the speaker."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAccessibleName("The screen is black; press B to bring it back")
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.hide()

    def cover(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        painter.end()


class Presenter(QObject):
    """`changed` when it begins and ends."""

    changed = Signal(bool)

    def __init__(self, host: LessonHost, theme: Theme, player: LessonPlayer) -> None:
        super().__init__(player)
        self._host, self._theme, self._player = host, theme, player
        self._is_on = self._was_projected = self._was_full_screen = False
        self.black: BlackCover | None = None

    @property
    def is_on(self) -> bool:
        return self._is_on

    def begin(self) -> None:
        if self._is_on:
            return
        self._is_on, self._was_projected = True, self._theme.is_projected
        window = as_widget(self._host)
        self._was_full_screen = window.isFullScreen()
        self._theme.set_projected(True)
        self._player.column.set_presented(True)
        self._player.column.take_keyboard()  # from the field of an answer, whose keys would be those of its text
        if QGuiApplication.platformName() != "offscreen":
            window.showFullScreen()
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)
        self.changed.emit(True)

    def end(self) -> None:
        if not self._is_on:
            return
        self._is_on = False
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        if self.black is not None:
            self.black.hide()
        self._player.column.set_presented(False)
        self._theme.set_projected(self._was_projected)
        window = as_widget(self._host)
        if window.isFullScreen() and not self._was_full_screen:
            window.showNormal()
        self.changed.emit(False)

    def advance(self) -> None:
        """The next thing, whichever it is: what a click of the clicker means."""
        player = self._player
        play = player.play
        if play is None or player.hands.is_busy:
            return
        if not play.can_go_on:
            player.show_me()
        elif not player.column.open_why():
            player.next()

    def toggle_black(self) -> None:
        if self.black is None:
            self.black = BlackCover(as_widget(self._host))
        if self.black.isVisible():
            self.black.hide()
        else:
            self.black.cover()

    # Keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) or not isinstance(watched, QWidget):
            return False
        assert isinstance(event, QKeyEvent)
        window = as_widget(self._host).window()
        if watched.window() is not window or not self._is_clicker(event):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # these keys are the clicker's, whatever else they mean in the window
        else:
            self._press(Qt.Key(event.key()))
        return True

    def _is_clicker(self, event: QKeyEvent) -> bool:
        key, plain = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain != Qt.KeyboardModifier.NoModifier or key not in FORWARDS | BACKWARDS | BLACK | ENDS:
            return False
        return key in ENDS or not isinstance(QApplication.focusWidget(), TYPED_INTO)

    def _press(self, key: Qt.Key) -> None:
        is_black = self.black is not None and self.black.isVisible()
        if key in BLACK or is_black:  # whatever is pressed brings the picture back first
            self.toggle_black()
        elif key in FORWARDS:
            self.advance()
        elif key in BACKWARDS:
            self._player.back()
        else:
            self.end()
