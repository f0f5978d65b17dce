from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.ui.panels.problems import NO_PROBLEMS


def broken() -> Project:
    """Five logits for three classes, and a layer nobody reads."""
    b = GraphBuilder()
    hidden = b.relu(b.dense(b.input(features=4), units=6))
    b.cross_entropy(b.dense(hidden, units=5))
    graph = edits.add_node(b.build(), "dense", {"units": 3})
    return Project(edits.connect(graph, "relu_1", "dense_3"), DataSettings("iris"))


def active(qtbot: QtBot, panel: QWidget) -> None:
    """Gives the panel's window the keyboard."""
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)


def test_a_sound_network_has_none(studio: Callable) -> None:
    panel = studio().panel("problems")
    assert panel.is_empty and not panel.rows and not panel.summary.text()
    assert NO_PROBLEMS == "No problems: this network can train."


def test_each_is_listed_with_its_node_and_sentence_errors_first(studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems")
    assert [(row.problem.severity, row.problem.node_id) for row in panel.rows] == [("error", "dense_2"), ("warning", "dense_3")]
    assert panel.summary.text() == "1 error   1 warning"
    assert panel.rows[0].problem in s.session.diagnostics
    assert panel.rows[0].accessibleName().startswith("Error in dense_2: 5 outputs")
    assert panel.rows[1].button.text() == "Remove dense_3"


def test_the_button_mends_it_and_can_be_undone(qtbot: QtBot, studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems", 900, 160)
    assert panel.rows[0].button.text() == "Set units to 3"
    qtbot.mouseClick(panel.rows[0].button, Qt.MouseButton.LeftButton)
    assert s.document.graph["dense_2"].settings["units"] == 3
    qtbot.waitUntil(lambda: [row.problem.severity for row in panel.rows] == ["warning"])
    assert s.session.can_run
    s.document.undo()
    assert s.document.graph["dense_2"].settings["units"] == 5
    qtbot.waitUntil(lambda: len(panel.rows) == 2)


def test_a_click_or_space_selects_the_node_and_asks_to_see_it(qtbot: QtBot, studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems", 800, 160)
    with qtbot.waitSignal(panel.node_wanted) as wanted:
        qtbot.mouseClick(panel.rows[0], Qt.MouseButton.LeftButton)
    assert wanted.args == ["dense_2"]
    assert s.services.selection.nodes == ("dense_2",)
    assert [row.is_current for row in panel.rows] == [True, False]
    qtbot.keyClick(panel.rows[1], Qt.Key.Key_Space)
    assert s.services.selection.nodes == ("dense_3",)
    panel.grab()


def test_arrows_walk_over_the_rows_and_show_each_node(qtbot: QtBot, studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems", 900, 160)
    active(qtbot, panel)
    panel.rows[0].setFocus()
    qtbot.keyClick(panel.rows[0], Qt.Key.Key_Down)
    assert panel.rows[1].hasFocus()
    assert s.services.selection.nodes == ("dense_3",)
    qtbot.keyClick(panel.rows[1], Qt.Key.Key_Down)
    assert panel.rows[1].hasFocus(), "the last row stays"
    qtbot.keyClick(panel.rows[1], Qt.Key.Key_Home)
    assert panel.rows[0].hasFocus()
    assert s.services.selection.nodes == ("dense_2",)


def test_enter_applies_the_first_fix_and_the_focus_stays_in_the_list(qtbot: QtBot, studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems", 900, 160)
    active(qtbot, panel)
    panel.rows[0].setFocus()
    qtbot.keyClick(panel.rows[0], Qt.Key.Key_Return)
    assert s.document.graph["dense_2"].settings["units"] == 3
    assert s.document.undo_stack.undoText() == "Set units of dense_2 to 3"
    qtbot.waitUntil(lambda: len(panel.rows) == 1)
    assert panel.rows[0].hasFocus()
    qtbot.keyClick(panel.rows[0], Qt.Key.Key_Return)
    assert "dense_3" not in s.document.graph
    assert panel.is_empty
    assert len(s.document.undo_stack.undoText()) > 0 and s.document.undo_stack.count() == 2


def test_every_fix_is_reached_by_right_and_tab(qtbot: QtBot, studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems", 1200, 160)
    active(qtbot, panel)
    row = panel.rows[0]
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Right)
    first, second = row.buttons[:2]
    assert first.hasFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    assert second.text() == "Add a dense layer of 3"
    qtbot.keyClick(second, Qt.Key.Key_Up)
    assert row.hasFocus()
    qtbot.keyClick(row, Qt.Key.Key_Right)
    qtbot.keyClick(first, Qt.Key.Key_Right)
    qtbot.keyClick(second, Qt.Key.Key_Return)
    assert s.document.graph["dense_4"].settings["units"] == 3


def test_a_fix_says_beforehand_what_it_does(qtbot: QtBot, studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems", 1200, 160)
    active(qtbot, panel)
    row = panel.rows[0]
    row.button.setFocus()
    assert row._sentence.text() == "Sets units of dense_2 from 5 to 3. 1 warning remains."
    assert "Can be undone" in row.button.accessibleDescription()
    row.setFocus()
    assert row._sentence.text() == row.problem.message


def test_fixes_without_room_are_in_a_menu(qtbot: QtBot, studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems", 620, 160)
    row = panel.rows[0]
    row.show_fixes()
    assert [button.isVisible() for button in row.buttons] == [True, False]
    assert row._more.isVisible()
    assert row._sentence.width() >= 120
    qtbot.mouseClick(row._more, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["Add a dense layer of 3"]
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert s.document.graph["dense_4"].settings["units"] == 3
    panel.resize(1200, 160)
    qtbot.waitUntil(lambda: not row._more.isVisible())


def test_the_tab_says_how_many(qtbot: QtBot, studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems")
    assert panel.windowTitle() == "Problems (2)"
    assert panel.accessibleDescription() == "1 error, 1 warning"
    panel.apply_fix(panel.rows[0].problem.fixes[0])
    panel.apply_fix(panel.rows[0].problem.fixes[0])
    assert panel.windowTitle() == "Problems"


def test_fixes_are_sought_for_the_rows_in_sight_only(qtbot: QtBot, studio: Callable) -> None:
    b = GraphBuilder()
    x = b.input(features=4)
    b.cross_entropy(b.dense(x, units=3))
    graph = b.build()
    for i in range(40):
        graph = edits.connect(edits.add_node(graph, "dense"), "input_1", f"dense_{i + 2}")
    panel = studio(Project(graph, DataSettings("iris"))).panel("problems", 900, 160)
    qtbot.waitUntil(lambda: bool(panel.rows[0].buttons))
    assert sum(bool(row.buttons) for row in panel.rows) < 10 < len(panel.rows) == 40
    panel._area.verticalScrollBar().setValue(panel._area.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: bool(panel.rows[-1].buttons))


def test_data_that_cannot_be_read_is_a_problem_too(studio: Callable) -> None:
    project = broken()
    s = studio(Project(project.graph, DataSettings("csv_file", {"path": "nowhere.csv"})))
    panel = s.panel("problems")
    assert "nowhere.csv" in panel.rows[0].problem.message


def test_a_failed_run_says_why_until_training_goes_on(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("problems")
    s.session.failed.emit("Training stopped at iteration 12: dense_1.y became NaN.", "")
    assert [row.problem.message for row in panel.rows] == ["Training stopped at iteration 12: dense_1.y became NaN."]
    assert not panel.is_empty
    s.session.play()
    qtbot.waitUntil(lambda: panel.is_empty)
    s.session.pause()


def test_it_survives_theme_and_sizes(studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems", 900, 160)
    s.services.theme.set_mode("light")
    s.services.theme.set_scale(1.6)
    panel.grab()
    assert panel.table().names == ("severity", "node", "problem")
