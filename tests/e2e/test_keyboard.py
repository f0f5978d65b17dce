"""Everything without a mouse: a whole network built, connected, set, trained and taken back by keys alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnlab.graph import edits
from nnlab.ui.widgets.focus import widgets_within
from nnlab.ui.widgets.segmented import Segmented
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.regions import focusable

pytestmark = pytest.mark.window
KEY, NONE, SHIFT, CTRL = Qt.Key, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class Keyboard:
    """Hands on a keyboard: keys go to whatever has the focus."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the keyboard"
        return widget

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        for key in keys:
            QTest.keyClick(self.focus, key, modifiers)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)

    def command(self, name: str) -> None:
        """Finds an action in the command palette and runs it."""
        self.press(KEY.Key_K, modifiers=CTRL)
        self.type(name)
        self.press(KEY.Key_Return)

    def add(self, operator: str) -> str:
        """Adds an operator by the search that Tab opens on the canvas; its node."""
        before = set(self.window.document.graph.by_id)
        self.to_canvas()
        self.press(KEY.Key_Tab)
        self.type(operator)
        self.press(KEY.Key_Return)
        (new,) = set(self.window.document.graph.by_id) - before
        return new

    def to_canvas(self) -> None:
        for _ in range(12):
            if self.focus is self.window.canvas.view:
                return
            self.press(KEY.Key_F6)
        raise AssertionError("F6 does not come to the canvas")

    def to(self, name: str) -> None:
        """Tabs to the control a screen reader would call so."""
        for _ in range(80):
            if self.focus.accessibleName() == name:
                return
            self.press(KEY.Key_F6 if self.focus is self.window.canvas.view else KEY.Key_Tab)
        raise AssertionError(f"Tab does not come to {name!r}")

    def go_to(self, node: str) -> None:
        """Walks over the cards in the order of the network."""
        self.to_canvas()
        for _ in range(len(self.window.document.graph) + 1):
            if node in self.window.selection.nodes:
                return
            self.press(KEY.Key_PageDown)
        raise AssertionError(f"Page Down does not come to {node}")


@pytest.fixture
def keyboard(opened: Callable[..., MainWindow], qtbot: QtBot) -> Keyboard:
    """An empty project in the Build workspace."""
    window = opened()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_workspace("build")
    window.canvas.setFocus()
    qtbot.wait(30)
    return Keyboard(window, qtbot)


def test_a_whole_network_by_keys_alone(keyboard: Keyboard, qtbot: QtBot) -> None:
    window, document, session = keyboard.window, keyboard.window.document, keyboard.window.session
    # 2-8-1 on the spiral: each new operator stands behind the one that is selected.
    for operator in ("input", "dense", "tanh", "dense", "binary cross"):
        keyboard.add(operator)
    graph = document.graph
    assert [node.operator for node in graph] == ["input", "dense", "tanh", "dense", "binary_cross_entropy"]
    assert {(e.source, e.target) for e in graph.edges} == {
        ("input_1", "dense_1"), ("dense_1", "tanh_1"), ("tanh_1", "dense_2"), ("dense_2", "binary_cross_entropy_1"),
    }  # fmt: skip
    keyboard.go_to("dense_2")
    keyboard.to("Units")
    keyboard.press(KEY.Key_A, modifiers=CTRL)
    keyboard.type("1")
    keyboard.press(KEY.Key_Return)
    assert document.graph["dense_2"].settings["units"] == 1
    qtbot.waitUntil(lambda: session.can_run, timeout=10_000)
    assert document.graph["dense_1"].settings["units"] == 8
    keyboard.to_canvas()
    keyboard.press(KEY.Key_Space)
    qtbot.waitUntil(lambda: session.iteration > 50, timeout=20_000)
    keyboard.press(KEY.Key_Space)
    qtbot.waitUntil(lambda: not session.is_playing, timeout=10_000)
    steps = document.undo_stack.count()
    for _ in range(steps):
        keyboard.press(KEY.Key_Z, modifiers=CTRL)
    assert len(document.graph) == 0 and not document.can_undo
    for _ in range(steps):
        keyboard.press(KEY.Key_Z, modifiers=CTRL | SHIFT)
    assert document.graph["dense_2"].settings["units"] == 1 and not document.can_redo
    assert window.isActiveWindow()


def test_connect_disconnect_and_rename_by_keys(keyboard: Keyboard, qtbot: QtBot) -> None:
    document = keyboard.window.document
    start = edits.add_node(edits.add_node(document.graph, "input"), "dense", position=(300.0, 0.0))
    document.apply("Two nodes", start)
    keyboard.to_canvas()
    keyboard.press(KEY.Key_A, modifiers=CTRL)
    keyboard.press(KEY.Key_J)
    assert [(e.source, e.target) for e in document.graph.edges] == [("input_1", "dense_1")]
    keyboard.press(KEY.Key_J, modifiers=SHIFT)
    assert document.graph.edges == ()
    keyboard.go_to("dense_1")
    keyboard.press(KEY.Key_F2)
    keyboard.press(KEY.Key_A, modifiers=CTRL)
    keyboard.type("hidden")
    keyboard.press(KEY.Key_Return)
    assert "hidden" in document.graph
    keyboard.to_canvas()
    keyboard.press(KEY.Key_Z, modifiers=CTRL)
    assert document.graph.by_id.keys() == start.by_id.keys()


def test_problems_are_mended_and_the_history_is_walked_by_keys(keyboard: Keyboard, qtbot: QtBot) -> None:
    window, document = keyboard.window, keyboard.window.document
    keyboard.add("dense")
    problems = window.panels["problems"]
    for _ in range(12):
        if problems.isAncestorOf(keyboard.focus):
            break
        keyboard.press(KEY.Key_F6)
    while problems.rows:
        assert problems.isAncestorOf(keyboard.focus), "fixing keeps the keyboard in the list"
        rows = [(row.problem.kind, row.problem.node_id) for row in problems.rows]
        keyboard.press(KEY.Key_Return)
        qtbot.waitUntil(lambda rows=rows: [(row.problem.kind, row.problem.node_id) for row in problems.rows] != rows)
    qtbot.waitUntil(lambda: window.session.can_run, timeout=10_000)
    keyboard.press(KEY.Key_H, modifiers=CTRL)
    history = window.panels["history"]
    assert keyboard.focus is history.list
    steps = document.undo_stack.count()
    keyboard.press(KEY.Key_Up)
    assert document.undo_stack.index() == steps - 1
    keyboard.press(KEY.Key_Home)
    assert len(document.graph) == 0
    keyboard.press(KEY.Key_End)
    assert document.undo_stack.index() == steps


def test_the_sheet_opens_on_a_question_mark_but_not_while_writing(keyboard: Keyboard) -> None:
    window = keyboard.window
    keyboard.to_canvas()
    keyboard.type("?")
    assert window.shortcuts.isVisible()
    keyboard.type("undo")
    assert [line.text for line in window.shortcuts.found] == ["Undo"]
    keyboard.press(KEY.Key_Escape)
    keyboard.press(KEY.Key_Escape)
    assert not window.shortcuts.isVisible() and keyboard.focus is window.canvas.view
    keyboard.press(KEY.Key_K, modifiers=CTRL)
    keyboard.type("?")
    assert not window.shortcuts.isVisible() and window.commands.field.text() == "?"
    keyboard.press(KEY.Key_Escape, KEY.Key_Escape)
    keyboard.press(KEY.Key_F1)
    assert window.shortcuts.isVisible()


def test_every_action_can_be_run_from_the_command_palette(keyboard: Keyboard) -> None:
    keyboard.to_canvas()
    keyboard.command("train workspace")
    assert keyboard.window.area.workspace is not None and keyboard.window.area.workspace.name == "train"
    keyboard.command("keyboard shortcuts")
    assert keyboard.window.shortcuts.isVisible()


def test_f6_and_tab_lead_into_a_floating_panel_and_out_again(keyboard: Keyboard, qtbot: QtBot) -> None:
    active = keyboard.window
    dock = active.area.docks["inspector"]
    dock.setFloating(True)
    qtbot.waitUntil(dock.isVisible)
    active.activateWindow()
    active.canvas.view.setFocus()
    reached = []
    for _ in range(12):
        before = QApplication.focusWidget()
        active.regions.go(1)
        qtbot.waitUntil(lambda before=before: QApplication.focusWidget() not in (before, None))
        reached.append(QApplication.focusWidget())
    assert any(widget is dock or dock.isAncestorOf(widget) for widget in reached)
    assert active.transport.bar.isAncestorOf(reached[-1]) or any(active.transport.bar.isAncestorOf(widget) for widget in reached)
    assert len(set(reached)) >= 4
    stops = set()
    for _ in range(120):
        before = QApplication.focusWidget()
        active.regions.tab(True)
        qtbot.waitUntil(lambda before=before: QApplication.focusWidget() not in (before, None))
        stops.add(QApplication.focusWidget())
    assert any(dock.isAncestorOf(widget) for widget in stops)
    assert any(active.transport.bar.isAncestorOf(widget) for widget in stops)


def test_of_words_to_choose_from_the_chosen_one_is_the_stop(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    words = next(found for found in opened("spiral").findChildren(Segmented) if found.accessibleName() == "What edges show")
    qtbot.waitUntil(words.isVisible)
    chosen = words.button(words.current)
    others = [child for child in words.children() if isinstance(child, QAbstractButton) and child is not chosen]
    others[0].setFocus(Qt.FocusReason.BacktabFocusReason)
    assert [widget for widget in widgets_within(words) if widget in focusable(words)] == [chosen]
