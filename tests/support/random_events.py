"""Random events on a real window: clicks, double clicks, drags and keys on anything that can be seen, as a seed has it."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QMessageBox, QWidget
from shiboken6 import isValid

from nnlab.ui.widgets.focus import widgets_within
from nnlab.ui.window.main_window import MainWindow

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
WAITS = 50  # milliseconds a menu or a dialog that blocks is left alone


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


def tame(window: MainWindow, patch: pytest.MonkeyPatch) -> None:
    """Whatever would wait for a person, or end the window, does not."""
    patch.setattr(QFileDialog, "getOpenFileName", lambda *a, **k: ("", ""))
    patch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: ("", ""))
    patch.setattr(QFileDialog, "getExistingDirectory", lambda *a, **k: "")
    patch.setattr(QMessageBox, "question", lambda *a, **k: QMessageBox.StandardButton.Cancel)
    patch.setattr(QMessageBox, "about", lambda *a, **k: None)
    patch.setattr(QDrag, "exec", lambda *a, **k: Qt.DropAction.IgnoreAction)  # a real drag waits for a pointer that does not exist
    window.actions_by_id["file.quit"].setEnabled(False)
    window.actions_by_id["file.new"].setEnabled(False)
    close_what_waits(window)


def close_what_waits(window: QWidget) -> None:
    """From now on no menu or dialog waits for a person, as long as `window` lives.

    Such a menu runs a loop of its own within the press that opened it: that of a QToolButton in Qt's code, and `QMenu.exec` cannot be
    replaced (PySide 6.11 takes its own whatever the class has). A timer runs in that loop, too.
    """
    timer = QTimer(window, interval=WAITS)
    timer.timeout.connect(close_popups)
    timer.start()


def random_event(window: MainWindow, generator: random.Random) -> str:
    """Sends one event, or press, moves and release, and says what it was."""
    targets = visible_children(window)
    widget = generator.choice([*targets, *[window.canvas.view.viewport()] * (len(targets) // 2)])
    name = f"{type(widget).__name__} {widget.objectName()}"
    point = somewhere(widget, generator)
    action = generator.random()
    button, modifier = generator.choice(BUTTONS), generator.choice(MODIFIERS)
    if action < 0.35:
        QTest.mouseClick(widget, button, modifier, point)
        return f"{button.name} click, {modifier}, on {name}"
    if action < 0.45:
        QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, modifier, point)
        return f"double click, {modifier}, on {name}"
    if action < 0.65:
        QTest.mousePress(widget, button, modifier, point)
        for _ in range(generator.randrange(1, 5)):
            if there(widget):
                QTest.mouseMove(widget, somewhere(widget, generator))
        if there(widget):
            QTest.mouseRelease(widget, button, modifier, somewhere(widget, generator))
        return f"{button.name} drag, {modifier}, on {name}"
    key, focused = generator.choice(KEYS), QApplication.focusWidget() or window
    name = f"{type(focused).__name__} {focused.objectName()}"
    QTest.keyClick(focused, key, modifier)
    return f"{key.name}, {modifier}, on {name}"
