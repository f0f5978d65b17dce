"""Another project is opened: nothing of the one before is shown as if it were the new one's, even where that cannot train."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot
from worlds import spiral_project

from nnlab.files.project import Project, SavedProject, View
from nnlab.graph import edits
from nnlab.ui.look.numbers import NOTHING
from nnlab.ui.window.main_window import MainWindow


@pytest.fixture
def blocked() -> Project:
    """A network in two pieces, whose first layer has the name and the width it has in the spiral example."""
    project = spiral_project()
    return replace(project, graph=edits.remove_nodes(project.graph, ["dense_2", "tanh_2"]))


@pytest.fixture
def trained(window: MainWindow, qtbot: QtBot) -> MainWindow:
    session = window.session
    session.run_iterations(20)
    qtbot.waitUntil(lambda: not session.is_playing and session.frame is not None and session.frame.iteration >= 20, timeout=20_000)
    return window


def show(window: MainWindow, project: Project, workspace: str = "build") -> None:
    """Opens it as a file is opened, without one."""
    window.files._show(SavedProject(project, None, b"", View(workspace=workspace)), "other", None)


def test_the_inspector_forgets_the_numbers_of_before(trained: MainWindow, blocked: Project, qtbot: QtBot) -> None:
    window = trained
    window.show_workspace("build")
    window.selection.set(["dense_1"])
    numbers = window.inspector.node.numbers
    qtbot.waitUntil(lambda: any(row.first != NOTHING for row in numbers.table.rows))
    show(window, blocked)
    qtbot.waitUntil(lambda: bool(window.session.reason))
    window.selection.set(["dense_1"])
    qtbot.wait(50)
    assert {(row.first, row.second) for row in numbers.table.rows} == {(NOTHING, NOTHING)}
    assert numbers.caption.text() == "At iteration 0"
    assert not len(numbers.weights._counts)
    window.selection.set(["dense_1", "dense_3"])
    assert {(row.first, row.second) for row in window.inspector.several.norms.rows} == {(NOTHING, NOTHING)}


def test_the_canvas_forgets_weights_pictures_and_insides(trained: MainWindow, blocked: Project, qtbot: QtBot) -> None:
    window = trained
    window.show_workspace("train")
    card = window.canvas.scene.items_by_card["dense_1"]
    qtbot.waitUntil(lambda: card.shows_plane)
    show(window, blocked, "train")
    qtbot.waitUntil(lambda: bool(window.session.reason))
    card = window.canvas.scene.items_by_card["dense_1"]
    assert card.pictures.is_empty
    assert card.biases is None
    assert window.canvas._live.value("dense_1.weight") is None
    assert all(getattr(item, "values", None) is None for item in window.canvas.scene.edges.items.values())
    assert window.canvas._live.neurons.neuron("dense_1", 0) is None


def test_the_stepper_forgets_the_moment(trained: MainWindow, blocked: Project, qtbot: QtBot) -> None:
    window = trained
    window.show_workspace("step")
    with qtbot.waitSignal(window.session.stepped):
        window.session.step_forward(3)
    assert window.stepper.model.instruction is not None
    show(window, blocked, "step")
    qtbot.waitUntil(lambda: bool(window.session.reason))
    assert window.stepper.model.instruction is None
    assert window.session.last_step is None


def test_why_training_failed_is_taken_back(trained: MainWindow, blocked: Project) -> None:
    trained.session.failed.emit("The loss is not a number since iteration 7.", "")
    assert trained.message_bar.current is not None
    show(trained, blocked)
    assert trained.message_bar.current is None


def test_a_project_that_can_train_shows_its_own_numbers(trained: MainWindow, qtbot: QtBot) -> None:
    trained.show_workspace("train")
    before = trained.session.frame
    show(trained, spiral_project(), "train")
    qtbot.waitUntil(lambda: trained.session.frame is not None and trained.session.frame is not before)
    frame = trained.session.frame
    assert frame is not None and frame.iteration == 0
    trained.selection.set(["dense_1"])
    qtbot.waitUntil(lambda: trained.canvas.scene.items_by_card["dense_1"].shows_plane)
    assert trained.canvas._live.value("dense_1.weight") is not None
