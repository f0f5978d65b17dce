"""Laying out and drawing are two turns of the event loop."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.window.later_drawing import LaterDrawing


class Painted(QObject):
    """Counts how often a widget is drawn."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += isinstance(event, QPaintEvent)
        return False


def shown(qtbot: QtBot) -> tuple[QWidget, QLabel, Painted]:
    window = QWidget()
    qtbot.addWidget(window)
    label = QLabel("before")
    QVBoxLayout(window).addWidget(label)
    window.show()
    painted = Painted(label)
    qtbot.waitUntil(lambda: painted.times > 0)
    return window, label, painted


def test_what_changes_is_drawn_one_turn_later(qtbot: QtBot) -> None:
    window, label, painted = shown(qtbot)
    drawing = LaterDrawing(window)
    before = painted.times
    drawing.later()
    label.setText("after")
    QApplication.sendPostedEvents()  # what would have drawn it
    assert painted.times == before
    qtbot.waitUntil(lambda: painted.times > before)
    assert window.updatesEnabled()


def test_a_look_that_comes_in_several_turns_is_shown_when_it_is_whole(qtbot: QtBot) -> None:
    window, _, _ = shown(qtbot)
    drawing = LaterDrawing(window)
    drawing.hold(True)
    drawing.later()
    with qtbot.waitSignal(drawing._timer.timeout):
        pass
    assert not window.updatesEnabled()
    drawing.hold(False)
    assert window.updatesEnabled()


def test_a_window_that_is_arranged_twice_in_a_row_is_drawn(qtbot: QtBot) -> None:
    """A double click on a lesson left the welcome page on the screen for ever, with the lesson under it.

    Qt posts one request to draw what is dirty. One that comes while updates are disabled is used up, and what is dirty already is never
    asked for again.
    """
    window, _, painted = shown(qtbot)
    drawing = LaterDrawing(window)
    drawing.later()
    drawing._draw()  # the turn after it: everything is dirty, and the request to draw it posted
    drawing.later()  # before it was delivered
    before = painted.times
    QApplication.sendPostedEvents()
    assert painted.times == before
    qtbot.waitUntil(lambda: painted.times > before)
