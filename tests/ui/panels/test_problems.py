from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
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
    panel = s.panel("problems")
    assert panel.rows[0].button.text() == "Set units to 3"
    qtbot.mouseClick(panel.rows[0].button, Qt.MouseButton.LeftButton)
    assert s.document.graph["dense_2"].settings["units"] == 3
    qtbot.waitUntil(lambda: [row.problem.severity for row in panel.rows] == ["warning"])
    assert s.session.can_run
    s.document.undo()
    assert s.document.graph["dense_2"].settings["units"] == 5
    qtbot.waitUntil(lambda: len(panel.rows) == 2)


def test_a_click_or_enter_selects_the_node(qtbot: QtBot, studio: Callable) -> None:
    s = studio(broken())
    panel = s.panel("problems", 800, 160)
    qtbot.mouseClick(panel.rows[0], Qt.MouseButton.LeftButton)
    assert s.services.selection.nodes == ("dense_2",)
    assert [row.is_current for row in panel.rows] == [True, False]
    qtbot.keyClick(panel.rows[1], Qt.Key.Key_Return)
    assert s.services.selection.nodes == ("dense_3",)
    panel.grab()


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
