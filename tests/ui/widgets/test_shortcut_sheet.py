from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.shortcut_sheet import Shortcut, ShortcutSheet, columns, key_caps, shortcuts

MANUAL = (("Canvas by mouse", "Alt+Drag", "Take a node out"), ("Canvas by keys", "Tab", "Add an operator"))


def make_action(parent: QWidget, name: str, text: str, *keys: str) -> QAction:
    action = QAction(text, parent)
    action.setObjectName(name)
    action.setShortcuts([QKeySequence(key) for key in keys])
    parent.addAction(action)
    return action


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    layout = QVBoxLayout(window)
    window.edit = QLineEdit()  # type: ignore[attr-defined]
    layout.addWidget(window.edit)  # type: ignore[attr-defined]
    window.canvas = QWidget()  # type: ignore[attr-defined]
    window.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # type: ignore[attr-defined]
    layout.addWidget(window.canvas, 1)  # type: ignore[attr-defined]
    window.acts = [  # type: ignore[attr-defined]
        make_action(window, "file.open", "&Open…", "Ctrl+O"),
        make_action(window, "edit.redo", "Redo", "Ctrl+Shift+Z", "Ctrl+Y"),
        make_action(window, "file.about", "No key"),
        make_action(window, "view.larger", "Larger", "Ctrl++"),
    ]
    window.sheet = ShortcutSheet(theme, window, MANUAL)  # type: ignore[attr-defined]
    ask = make_action(window, "help.shortcuts", "Keyboard shortcuts", "?", "F1")
    ask.triggered.connect(lambda: window.sheet.open_sheet([*window.acts, ask]))  # type: ignore[attr-defined]
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.canvas.setFocus()  # type: ignore[attr-defined]
    return window


def test_it_lists_every_action_with_a_key_and_the_manual(window: QWidget, qtbot: QtBot) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_F1)
    sheet = window.sheet
    assert sheet.isVisible() and sheet.field.hasFocus()
    assert [(line.group, line.text, line.keys) for line in sheet.found] == [
        ("File", "Open", ("Ctrl+O",)), ("Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y")), ("View", "Larger", ("Ctrl++",)),
        ("Help", "Keyboard shortcuts", ("?", "F1")),
        ("Canvas by mouse", "Take a node out", ("Alt+Drag",)), ("Canvas by keys", "Add an operator", ("Tab",)),
    ]  # fmt: skip
    assert "Redo: Ctrl+Shift+Z or Ctrl+Y" in sheet.page.accessibleDescription()
    sheet.grab()


def test_typing_searches_words_keys_and_groups(window: QWidget, qtbot: QtBot) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_F1)
    sheet = window.sheet
    for typed, found in (
        ("redo", ["Redo"]),
        ("ctrl+y", ["Redo"]),
        ("ctrl o", ["Open", "Redo"]),
        ("canvas tab", ["Add an operator"]),
        ("zzz", []),
    ):
        sheet.field.clear()
        qtbot.keyClicks(sheet.field, typed)
        texts = [line.text for line in sheet.found]
        assert set(found) <= set(texts) and (found or not texts), (typed, texts)
    assert not sheet._area.isVisible() and sheet._nothing.isVisible()
    sheet.grab()


@pytest.mark.parametrize("close", ["?", "Esc", "click", "again"])
def test_it_closes_and_gives_the_focus_back(window: QWidget, qtbot: QtBot, close: str) -> None:
    window.edit.setFocus()
    window.sheet.open_sheet(window.acts)
    assert window.sheet.field.hasFocus()
    if close == "?":
        qtbot.keyClicks(window.sheet.field, "?")
    elif close == "Esc":
        qtbot.keyClick(window.sheet.field, Qt.Key.Key_Escape)
    elif close == "click":
        qtbot.mouseClick(window.sheet, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    else:
        window.sheet.open_sheet(window.acts)
    assert not window.sheet.isVisible()
    assert window.edit.hasFocus()


def test_a_question_mark_is_a_letter_in_a_field(window: QWidget, qtbot: QtBot) -> None:
    window.edit.setFocus()
    qtbot.keyClicks(window.edit, "why?")
    assert window.edit.text() == "why?" and not window.sheet.isVisible()
    window.canvas.setFocus()
    qtbot.keyClicks(window.canvas, "?")
    assert window.sheet.isVisible()


def test_tab_stays_within(window: QWidget, qtbot: QtBot) -> None:
    window.sheet.open_sheet(window.acts)
    qtbot.keyClick(window.sheet.field, Qt.Key.Key_Tab)
    assert window.sheet.field.hasFocus() and window.sheet.isVisible()


def test_keys_are_taken_apart() -> None:
    assert key_caps("Ctrl+Shift+Z") == ["Ctrl", "Shift", "Z"]
    assert key_caps("Ctrl++") == ["Ctrl", "+"]
    assert key_caps("+") == ["+"]
    assert key_caps("?") == ["?"]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_columns_hold_every_line_once_and_are_about_equal(count: int) -> None:
    lines = [
        Shortcut(name, f"{name} {i}", ("F1",)) for name, size in (("A", 6), ("B", 24), ("C", 1), ("D", 9), ("E", 3)) for i in range(size)
    ]
    filled = columns(lines, count)
    assert len(filled) <= count
    assert [part for column in filled for part in column if isinstance(part, Shortcut)] == lines
    for column in filled:
        assert isinstance(column[0], str) and isinstance(column[-1], Shortcut), "a heading does not stand alone"
    heights = [len(column) for column in filled]
    assert max(heights) - min(heights[:-1] or heights) <= 6


def test_what_was_found_is_not_filled_out_thinly() -> None:
    lines = [Shortcut("Edit", f"Align {i}", ("F1",)) for i in range(6)]
    assert [len(column) for column in columns(lines, 3)] == [3, 3, 3]
    assert [len(column) for column in columns(lines, 3, least=40)] == [7]


def test_actions_are_read_when_it_opens(window: QWidget) -> None:
    assert [line.text for line in shortcuts(window.acts)] == ["Open", "Redo", "Larger"]
    window.acts[0].setShortcut("F9")
    assert shortcuts(window.acts)[0].keys == ("F9",)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 700), (2560, 1440)])
def test_it_stays_within_the_window(window: QWidget, theme: Theme, width: int, height: int) -> None:
    window.resize(width, height)
    theme.set_window_width(width)
    window.sheet.open_sheet(window.acts)
    assert window.rect().contains(window.sheet.box.geometry())
    theme.set_mode("light")
    window.sheet.grab()
    theme.set_window_width(1280)
