"""A lesson played by the keyboard alone: answers, what each step asks for, and going on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnlab.lessons.lesson import CHOICE, DRAG, ShownGesture
from nnlab.ui.learn.finding import find_control
from nnlab.ui.learn.lesson_player import LessonPlayer
from nnlab.ui.widgets.focus import holds
from nnlab.ui.window.main_window import MainWindow

KEY = Qt.Key
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
FEW = 20  # iterations that one trains one by one


class LessonKeys:
    """Hands on a keyboard: every key goes to whatever has the focus, and nothing else is done."""

    def __init__(self, window: MainWindow, player: LessonPlayer, qtbot: QtBot) -> None:
        self.window, self.player, self.qtbot = window, player, qtbot

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the keyboard"
        return widget

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus, key, modifiers)

    def tab_to(self, is_there: Callable[[QWidget], bool], what: str) -> None:
        for _ in range(120):
            if is_there(self.focus):
                return
            self.press(KEY.Key_F6 if self.focus is self.window.canvas.view else KEY.Key_Tab)
        raise AssertionError(f"Tab does not come to {what}")

    def answer(self) -> None:
        """The right answer of the question, as it is now."""
        play, form = self.player.play, self.player.column.question
        assert play is not None and play.step.question is not None
        question, facts = play.step.question, self.player._numbers.now()
        if question.kind == CHOICE:
            self.tab_to(lambda widget: widget in form.choices, "the choices")
            place = max(0, play.right_choice(facts))
            for _ in form.choices:
                if self.focus is form.choices[place]:
                    break
                self.press(KEY.Key_Down)
            self.press(KEY.Key_Space)
            assert form.choices[place].isChecked()
        elif question.kind == DRAG:
            self.tab_to(lambda widget: widget is form.picture, "the picture")
            for _ in range(200):
                away = play.right_number(facts) - form.picture.value
                if abs(away) <= question.slack:
                    break
                self.press(KEY.Key_Up if away > 0 else KEY.Key_Down)
        else:
            self.tab_to(lambda widget: widget is form.field, "the field")
            self.press(KEY.Key_A, CTRL)
            QTest.keyClicks(self.focus, repr(play.right_number(facts)))
        self.press(KEY.Key_Return)

    def do(self, gesture: ShownGesture) -> None:
        """What "show me" would do, by keys."""
        session = self.window.session
        if isinstance(self.focus, QLineEdit) and gesture.kind in ("run", "trigger"):  # whose keys are those of its text
            self.tab_to(lambda widget: widget is self.player.column.area, "the text")
        match gesture:
            case ShownGesture("run", count) if int(count) > FEW:
                play, aim = self.player.play, session.iteration + int(count)
                assert play is not None
                self.press(KEY.Key_Space)
                self.qtbot.waitUntil(lambda: session.is_playing)
                self.qtbot.waitUntil(lambda: session.iteration >= aim or not session.is_playing)
                self.qtbot.waitUntil(lambda: play.now.action_done or not session.is_playing)
                if session.is_playing:
                    self.press(KEY.Key_Space)
            case ShownGesture("run", count):
                for _ in range(int(count)):
                    self._trigger("run.step_iteration")
            case ShownGesture("trigger", name):
                self._trigger(name)
            case ShownGesture("enter", text, target):
                self._enter(text, target)
            case ShownGesture("press", words):
                self.tab_to(lambda widget: isinstance(widget, QPushButton) and words in (widget.text(), widget.accessibleName()), words)
                self.press(KEY.Key_Space)
            case _:
                raise AssertionError(f"no keys are known for {gesture}")
        self.qtbot.waitUntil(lambda: not session.is_playing)

    def _trigger(self, name: str) -> None:
        action, before = self.window.actions_by_id[name], self.window.session.iteration
        self.qtbot.waitUntil(action.isEnabled)
        QTest.keySequence(self.focus, QKeySequence(action.shortcut()))
        if name.startswith("run.") or name == "step.finish":
            self.qtbot.waitUntil(lambda: self.window.session.iteration > before)

    def _enter(self, text: str, target: str) -> None:
        self.qtbot.waitUntil(lambda: self._is_seen(target))  # the step brings it into view
        found = find_control(self.window, target)
        assert found is not None
        self.tab_to(lambda widget: holds(found.widget, widget), target)
        if not isinstance(self.focus, QLineEdit):
            self.press(KEY.Key_Return)
        self.press(KEY.Key_A, CTRL)
        QTest.keyClicks(self.focus, text)
        self.press(KEY.Key_Return)

    def _is_seen(self, target: str) -> bool:
        found = find_control(self.window, target)
        return found is not None and not found.widget.visibleRegion().isEmpty()

    def act(self) -> None:
        """What the step asks for."""
        play = self.player.play
        assert play is not None
        for gesture in play.step.show:
            self.do(gesture)
        self.qtbot.waitUntil(lambda: play.now.action_done)

    def go_on(self) -> None:
        self.press(KEY.Key_PageDown, ALT)
