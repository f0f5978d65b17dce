import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import nnlab.ui
from nnlab.ui.learn.welcome_parts import WelcomeRow
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.buttons import IconButton, MainButton, PressButton, plain_text, shortcut_text
from nnlab.ui.widgets.job_item import JobSummary


@pytest.fixture
def action(theme: Theme) -> QAction:
    made = QAction(icon(theme, "play", on="pause"), "&Play or pause")
    made.setCheckable(True)
    made.setShortcut("Shift+F11")
    return made


def test_texts_of_actions_as_people_read_them(action: QAction) -> None:
    assert plain_text(action) == "Play or pause"
    assert plain_text(QAction("R&&D && &co")) == "R&D & co"
    assert shortcut_text(action) == "Shift F11"
    assert shortcut_text(QAction("none")) == ""


@pytest.mark.parametrize("kind", [IconButton, MainButton])
def test_a_button_is_its_action(theme: Theme, qtbot: QtBot, action: QAction, kind: type[IconButton]) -> None:
    button = kind(theme)
    qtbot.addWidget(button)
    button.set_action(action)
    assert button.accessibleName() == "Play or pause"
    with qtbot.waitSignal(action.triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isChecked()
    action.setEnabled(False)
    assert not button.isEnabled()
    other = QAction("Other")
    button.set_action(other)
    assert button.defaultAction() is other
    assert action not in button.actions()


def test_the_main_button_is_accent_and_grey_when_disabled(theme: Theme, qtbot: QtBot, action: QAction) -> None:
    button = MainButton(theme)
    qtbot.addWidget(button)
    button.set_action(action)
    assert (button.width(), button.height()) == theme.metrics.main_button
    assert button.grab().toImage().pixelColor(4, 20) == theme.tokens.accent
    action.setEnabled(False)
    assert button.grab().toImage().pixelColor(4, 20) == theme.tokens.card


def test_focus_is_an_outline(theme: Theme, qtbot: QtBot) -> None:
    button = IconButton.of(theme, icon(theme, "close"), "Close")
    qtbot.addWidget(button)
    with qtbot.waitActive(button):
        button.show()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button.grab().toImage().pixelColor(button.width() // 2, 0) == theme.tokens.accent
    button.clearFocus()
    assert button.grab().toImage().pixelColor(button.width() // 2, 0) != theme.tokens.accent


def test_a_click_does_not_take_the_focus(theme: Theme, qtbot: QtBot) -> None:
    button = IconButton.of(theme, icon(theme, "close"), "Close")
    qtbot.addWidget(button)
    with qtbot.waitActive(button):
        button.show()
    button.clearFocus()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_space_and_enter_press_the_button_with_the_keyboard_not_a_shortcut_of_its_window(theme: Theme, qtbot: QtBot, key: Qt.Key) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    pressed: list[str] = []
    button = IconButton.of(theme, icon(theme, "close"), "Close", parent=window)
    button.clicked.connect(lambda: pressed.append("button"))
    shortcut = QAction("Play", window, shortcut=key)
    shortcut.triggered.connect(lambda: pressed.append("shortcut"))
    window.addAction(shortcut)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    button.setFocus()
    qtbot.keyClick(button, key)
    assert pressed == ["button"]


@pytest.mark.parametrize("make", [IconButton, lambda _: PressButton("Answer"), JobSummary, WelcomeRow], ids=["icon", "words", "job", "row"])
@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_space_and_enter_press_a_button_where_they_are_shortcuts_elsewhere(
    theme: Theme, qtbot: QtBot, make: Callable[[Theme], QAbstractButton], key: Qt.Key
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    button, other = make(theme), QWidget()
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    for widget in (button, other):
        (window.layout() or QVBoxLayout(window)).addWidget(widget)
    heard: list[str] = []
    QShortcut(key, window).activated.connect(lambda: heard.append("shortcut"))
    button.clicked.connect(lambda: heard.append("pressed"))
    with qtbot.waitActive(window):
        window.show()
    button.setFocus()
    qtbot.keyClick(button, key)
    assert heard == ["pressed"]
    other.setFocus()
    qtbot.keyClick(other, key)
    assert heard == ["pressed", "shortcut"]


def test_every_button_with_words_is_one_that_space_presses() -> None:
    """Tab leads to the buttons of panels: a plain one would leave Space to Play."""
    root = Path(nnlab.ui.__file__).parent
    made = [
        f"{path.relative_to(root)}:{call.lineno}"
        for path in root.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "QPushButton"
    ]
    assert made == []
