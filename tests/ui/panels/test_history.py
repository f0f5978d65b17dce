"""The history panel, by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.graph.layout import arrange
from nnlab.ui.document.document import Document, HistoryStep
from nnlab.ui.look.theme import Mode
from nnlab.ui.panels.history import _IS_SAVED, _STATE, EMPTY, OPENED, PAST, PRESENT, UNDONE, kind_of_change


def three_steps(document: Document) -> None:
    document.attempt("Add Dense", lambda graph: edits.add_node(graph, "dense"))
    document.attempt("Connect tanh_1 to dense_3", lambda graph: edits.connect(graph, "tanh_1", "dense_3"))
    document.attempt("Rename dense_3", lambda graph: edits.rename_node(graph, "dense_3", "branch"))


def names(panel) -> list[str]:  # type: ignore[no-untyped-def]
    return [panel.model.index(row).data() for row in range(panel.model.rowCount())]


def states(panel) -> list[str]:  # type: ignore[no-untyped-def]
    return [panel.model.index(row).data(_STATE) for row in range(panel.model.rowCount())]


def place(panel, row: int) -> QPoint:  # type: ignore[no-untyped-def]
    return panel.list.visualRect(panel.model.index(row)).center()


def click(qtbot: QtBot, panel, row: int) -> None:  # type: ignore[no-untyped-def]
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place(panel, row))


def active(qtbot: QtBot, panel: QWidget) -> None:
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)


def test_an_untouched_project_says_what_will_be_here(studio: Callable) -> None:
    panel = studio().panel("history")
    assert panel.is_empty and EMPTY.startswith("Every change")


def test_steps_are_listed_by_name_and_a_click_goes_there(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("history")
    start = s.document.graph
    three_steps(s.document)
    assert names(panel) == [OPENED, "Add Dense", "Connect tanh_1 to dense_3", "Rename dense_3"]
    assert states(panel) == [PAST, PAST, PAST, PRESENT]
    assert panel.summary.text() == "3 of 3"
    click(qtbot, panel, 1)
    assert "dense_3" in s.document.graph and not s.document.graph.incoming("dense_3")
    assert states(panel) == [PAST, PRESENT, UNDONE, UNDONE]
    click(qtbot, panel, 0)
    assert s.document.graph == start and not s.document.can_undo
    click(qtbot, panel, 3)
    assert "branch" in s.document.graph and not s.document.can_redo


def test_arrow_keys_walk_through_it(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("history")
    three_steps(s.document)
    active(qtbot, panel)
    panel.setFocus()
    assert panel.list.hasFocus()
    qtbot.waitUntil(lambda: panel.list.currentIndex().row() == 3)
    for key, index in ((Qt.Key.Key_Up, 2), (Qt.Key.Key_Up, 1), (Qt.Key.Key_Down, 2), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 3)):
        qtbot.keyClick(panel.list, key)
        assert s.document.undo_stack.index() == index
    assert panel.list.hasFocus()


def test_it_follows_undo_redo_and_new_steps_in_the_middle(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("history")
    three_steps(s.document)
    s.document.undo()
    s.document.undo()
    qtbot.waitUntil(lambda: panel.list.currentIndex().row() == 1)
    s.document.attempt("Add ReLU", lambda graph: edits.add_node(graph, "relu"))
    assert names(panel) == [OPENED, "Add Dense", "Add ReLU"]
    assert states(panel)[-1] == PRESENT


def test_the_saved_state_is_marked(studio: Callable) -> None:
    s = studio()
    panel = s.panel("history")
    three_steps(s.document)
    s.document.undo()
    s.document.mark_saved()
    assert [panel.model.index(row).data(_IS_SAVED) for row in range(4)] == [False, False, True, False]
    assert panel.model.index(2).data(Qt.ItemDataRole.AccessibleTextRole) == "Connect tanh_1 to dense_3, the current state, saved"
    assert panel.model.index(3).data(Qt.ItemDataRole.AccessibleTextRole) == "Rename dense_3, undone"


def test_another_project_starts_afresh(studio: Callable) -> None:
    s = studio()
    panel = s.panel("history")
    three_steps(s.document)
    s.document.replace(Project(), "other")
    assert panel.is_empty and panel.model.rowCount(QModelIndex()) == 1


def test_the_icon_says_what_changed() -> None:
    def step(before: Project, after: Project, weights: bool = False) -> str:
        return kind_of_change(HistoryStep("", 0.0, before, after, weights))

    from networks import mlp

    one = Project(arrange(mlp([2, 4, 1])), DataSettings("spiral"))
    graph = one.graph

    def changed(after) -> str:  # type: ignore[no-untyped-def]
        return step(one, replace(one, graph=after))

    assert changed(edits.add_node(graph, "dense")) == "plus"
    assert changed(edits.remove_nodes(graph, ["tanh_1"])) == "delete"
    assert changed(edits.disconnect(graph, graph.edges[0])) == "refused"
    assert changed(edits.configure(graph, "dense_1", units=7)) == "settings"
    assert changed(edits.move_nodes(graph, {"dense_1": (9, 9)})) == "move"
    assert changed(edits.rename_node(graph, "dense_1", "hidden")) == "rename"
    assert step(one, replace(one, data=DataSettings("circle"))) == "data"
    assert step(one, replace(one, training=replace(one.training, batch_size=7))) == "settings"
    assert step(one, one, weights=True) == "pick"


def test_five_thousand_steps_are_no_burden(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("history")
    for i in range(5000):
        s.document.attempt(f"Move {i}", lambda graph, i=i: edits.move_nodes(graph, {"tanh_1": (float(i), 1.0)}))
    assert panel.model.rowCount() == 5001 and s.document.undo_stack.count() == 5000
    qtbot.waitUntil(lambda: panel.list.currentIndex().row() == 5000)
    told: list[object] = []
    s.document.changed.connect(told.append)
    panel.list.setCurrentIndex(panel.model.index(0))
    panel.list.setCurrentIndex(panel.model.index(5000))
    assert len(told) == 2, "views are told once of a journey"
    panel.grab()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("scale", [1.0, 1.6])
def test_it_follows_theme_and_scale(studio: Callable, mode: Mode, scale: float) -> None:
    s = studio()
    panel = s.panel("history", 264, 300)
    three_steps(s.document)
    s.services.theme.set_mode(mode)
    s.services.theme.set_scale(scale)
    heights = [panel.list.visualRect(panel.model.index(row)).height() for row in range(4)]
    assert heights == [round(28 * scale)] * 4, "a row is 28 pixels high"
    image = panel.list.viewport().grab().toImage()
    present = panel.list.visualRect(panel.model.index(3))
    assert image.pixelColor(present.left() + 1, present.center().y()) == s.services.theme.tokens.accent
