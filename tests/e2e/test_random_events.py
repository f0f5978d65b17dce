"""Random mouse and keyboard events on the real window: no exception, no abort, and undo and redo of everything agree.

NNLAB_FUZZ_SECONDS sets how long (ten minutes before a release; a few seconds in the suite).
"""

from __future__ import annotations

import os
import random
import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from nnlab.ui.widgets.focus import widgets_within
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window
SECONDS = float(os.environ.get("NNLAB_FUZZ_SECONDS", "8"))
SEED = int(os.environ.get("NNLAB_FUZZ_SEED", "7"))
KEYS = (
    Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_F, Qt.Key.Key_F10, Qt.Key.Key_F11, Qt.Key.Key_1, Qt.Key.Key_9, Qt.Key.Key_Plus,
    Qt.Key.Key_Minus, Qt.Key.Key_A, Qt.Key.Key_D, Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_K, Qt.Key.Key_L, Qt.Key.Key_PageDown,
)  # fmt: skip
MODIFIERS = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip
BUTTONS = (
    Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
)  # fmt: skip


def close_popups() -> None:
    """Menus and dialogs that block would stop the test, not the program."""
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QMenu | QDialog) and widget.isVisible():
            widget.close()


def there(widget: QWidget) -> bool:
    """Whether a widget can still receive events: a press may have replaced the form it was in."""
    return isValid(widget) and widget.isVisible() and widget.width() > 0 and widget.height() > 0


def somewhere(widget: QWidget, generator: random.Random) -> QPoint:
    return QPoint(generator.randrange(widget.width()), generator.randrange(widget.height()))


def visible_children(window: MainWindow) -> list[QWidget]:
    return [w for w in widgets_within(window) if w is not window and w.isVisible() and w.width() > 2 and w.height() > 2]


def test_random_events_leave_no_exception(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a, **k: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: ("", ""))
    monkeypatch.setattr(QMessageBox, "question", lambda *a, **k: QMessageBox.StandardButton.Cancel)
    monkeypatch.setattr(QMessageBox, "about", lambda *a, **k: None)
    monkeypatch.setattr(QMenu, "exec", lambda *a, **k: None)
    from PySide6.QtGui import QDrag

    monkeypatch.setattr(QDrag, "exec", lambda *a, **k: Qt.DropAction.IgnoreAction)  # a real drag waits for a pointer that does not exist
    window.actions_by_id["file.quit"].setEnabled(False)
    window.actions_by_id["file.new"].setEnabled(False)
    generator = random.Random(SEED)
    start = window.document.graph
    end = time.perf_counter() + SECONDS
    lasting, events = [window.canvas.view.viewport(), window.canvas, window.transport.bar], 0
    while time.perf_counter() < end:
        targets = visible_children(window)
        widget = generator.choice([*targets, *[window.canvas.view.viewport()] * (len(targets) // 2)])
        point = somewhere(widget, generator)
        action = generator.random()
        button, modifier = generator.choice(BUTTONS), generator.choice(MODIFIERS)
        if action < 0.35:
            QTest.mouseClick(widget, button, modifier, point)
        elif action < 0.45:
            QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, modifier, point)
        elif action < 0.65:
            QTest.mousePress(widget, button, modifier, point)
            for _ in range(generator.randrange(1, 5)):
                if there(widget):
                    QTest.mouseMove(widget, somewhere(widget, generator))
            if there(widget):
                QTest.mouseRelease(widget, button, modifier, somewhere(widget, generator))
        else:
            QTest.keyClick(QApplication.focusWidget() or window, generator.choice(KEYS), modifier)
        events += 1
        if events % 20 == 0:
            QApplication.processEvents()
        close_popups()
        assert all(map(isValid, lasting)), "PySide counts as deleted what is not: see nnlab.ui.widgets.focus"
    assert events > 20
    window.session.pause()
    qtbot.waitUntil(lambda: not window.session.is_playing, timeout=10_000)
    document = window.document
    final = document.graph
    while document.can_undo:
        document.undo()
    assert document.graph == start
    while document.can_redo:
        document.redo()
    assert document.graph == final
