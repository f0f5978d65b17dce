"""Every number in the window belongs to the network, the data and the iteration that are shown, or is absent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.files.project import SavedProject
from nnlab.files.project_file import save_project
from nnlab.graph import edits
from nnlab.ui.canvas.edges.tensor_edge import TensorEdge
from nnlab.ui.document.debugging_edits import add_watch, set_condition, set_condition_times
from nnlab.ui.inspector.node_page import NodePage
from nnlab.ui.look import numbers
from nnlab.ui.look.numbers import NOTHING
from nnlab.ui.panels.base import LivePanel
from nnlab.ui.panels.branches import BranchesPanel
from nnlab.ui.panels.breakpoints import BreakpointsPanel
from nnlab.ui.panels.loss import LossPanel
from nnlab.ui.panels.problems import ProblemsPanel
from nnlab.ui.panels.watches import WatchesPanel
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.window.main_window import MainWindow

DIVERGES = 900.0  # a learning rate


def train(window: MainWindow, qtbot: QtBot, steps: int) -> None:
    target = window.session.iteration + steps
    window.session.run_iterations(steps)
    qtbot.waitUntil(lambda: window.session.iteration == target and not window.session.is_playing, timeout=20_000)
    settle(window, qtbot)


def settle(window: MainWindow, qtbot: QtBot) -> None:
    """Until what is shown is the newest frame of the present network."""
    session = window.session

    def is_shown() -> bool:
        frame = session.frame
        if frame is None or frame.iteration != session.iteration or frame.program.graph != window.document.graph:
            return False
        # A new network is shown when what panels want of it is there, a moment after its first frame.
        return all(panel.view is not None and panel.view.frame is frame for panel in panels_with_numbers(window).values())

    qtbot.waitUntil(is_shown, timeout=10_000)
    qtbot.waitUntil(lambda: window.transport.bar.counters["iteration"].text.split(" / ")[0] == numbers.count(session.iteration))


def panels_with_numbers(window: MainWindow) -> dict[str, LivePanel]:
    """The panels that show what was computed: they say something where there is nothing to show. Runs keeps what has ended, too."""
    return {name: panel for name, panel in window.panels.items() if isinstance(panel, LivePanel) and panel._empty_text and name != "runs"}


def words_of(panel: LivePanel) -> list[str]:
    """What can be read in a panel and its header, and what a screen reader is told of it."""
    read = [each for whole in (panel.header, panel) for each in whole.findChildren(QWidget) if each.isVisibleTo(whole)]
    labels = [each.text() for each in read if isinstance(each, QLabel | QLineEdit)]
    choices = [each.currentText() for each in read if isinstance(each, QComboBox)]
    return [*labels, *choices, panel.accessibleDescription()]


def counters(window: MainWindow) -> dict[str, str]:
    return {name: counter.text for name, counter in window.transport.bar.counters.items()}


def inspected(window: MainWindow, node_id: str) -> NodePage:
    window.selection.set([node_id])
    window.inspector.refresh()
    page = window.inspector.page
    assert isinstance(page, NodePage)
    return page


def texts_of(page: NodePage) -> list[str]:
    live = page.numbers
    cells = [cell for row in live.table.rows for cell in (row.first, row.second)] if live.table.isVisibleTo(page) else []
    return [row.text for row in live.rows] + cells


def said(window: MainWindow) -> str:
    """What the message bar and the list of problems say."""
    problems = window.panels["problems"]
    assert isinstance(problems, ProblemsPanel)
    messages = [message.text for message in window.message_bar._messages]
    return "\n".join([*messages, *(row.problem.message for row in problems.rows)])


def assert_says_no_number(panel: LivePanel) -> None:
    read = [text for text in words_of(panel) if text not in (panel._empty.text(), panel.title)]
    claims = [re.sub(r"\b[a-z]\w*_\d+\b", "", text) for text in read]  # the name of a node is none
    assert not any(character.isdigit() for text in claims for character in text), (panel.name, read)


def assert_nothing_is_claimed(window: MainWindow) -> None:
    assert set(counters(window).values()) == {NOTHING}
    assert window.transport.bar.time.accessibleDescription() == "Iteration 0 of 0"
    for name, panel in panels_with_numbers(window).items():
        assert panel.view is None and panel.is_empty, name
        assert_says_no_number(panel)
    assert "%" not in window.header.phases.accessibleDescription()
    scene = window.canvas.scene
    for name, card in scene.items_by_card.items():
        assert card.loss is None and card.samples is None and card.biases is None, name
        assert card.pictures.is_empty, name
    for edge, item in scene.edges.items.items():
        assert isinstance(item, TensorEdge) or item.values is None, edge
    for node in window.document.graph:
        page = inspected(window, node.id)
        assert set(texts_of(page)) <= {NOTHING, ""}, node.id
        assert page.numbers.caption.text() == "At iteration 0"
    assert window.stepper.model.instruction is None
    assert "stopped at iteration" not in said(window)


def assert_all_is_of_the_frame(window: MainWindow) -> None:
    session, frame = window.session, window.session.frame
    assert frame is not None and frame.program.graph == window.document.graph and session.data is not None
    passed = session._trainer.passed()
    assert passed is not None
    losses = passed.losses_at(frame.iteration)

    def written(value: float) -> str:
        return NOTHING if np.isnan(value) else numbers.number(value)

    shown = counters(window)
    assert shown["iteration"].split(" / ")[0] == numbers.count(frame.iteration)
    assert (shown["epoch"], shown["batch_loss"]) == (numbers.count(frame.epoch), written(frame.loss))
    assert (shown["smoothed"], shown["validation"]) == (written(losses.smoothed), written(losses.validation))
    assert f"Iteration {numbers.count(frame.iteration)} of" in window.transport.bar.time.accessibleDescription()
    (loss,) = window.document.graph.losses
    assert losses.window == 0 or losses.window <= frame.iteration
    panel = window.panels["loss"]
    assert isinstance(panel, LossPanel)
    if frame.iteration:
        labels = {label.name: label.text for label in panel.plot.end_labels()}
        assert labels["smoothed"] == written(losses.smoothed)
        assert labels.get("val", NOTHING) == written(losses.validation) and labels.get("train", NOTHING) == written(losses.training)
    else:
        assert panel.is_empty and panel.chip.text() == "" and not panel.chip.isVisibleTo(panel.header)
    values = frame.get(f"{loss.id}.loss")
    card = window.canvas.scene.items_by_card[window.canvas.scene.owner[loss.id]]
    assert card.loss == (None if values is None else float(values[0]))
    for edge, item in window.canvas.scene.edges.items.items():
        weights = window.canvas.scene.edges.weights[edge]
        if weights is not None and not isinstance(item, TensorEdge):
            assert np.array_equal(item.values, frame.get(weights.parameter)), edge
    page = inspected(window, loss.id)
    assert page.numbers.caption.text() == f"At iteration {numbers.count(frame.iteration)}"
    assert (page.numbers.loss.text, page.numbers.smoothed.text) == (written(frame.loss), written(losses.smoothed))
    assert "stopped at iteration" not in said(window)


@pytest.fixture
def trained(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Trained for 60 iterations, every display of the Train workspace filled."""
    window.show_workspace("train")
    train(window, qtbot, 60)
    for name in ("loss", "gradient_flow", "prediction"):
        panel = window.panels[name]
        qtbot.waitUntil(lambda panel=panel: not panel.is_empty)  # type: ignore[misc]
    assert_all_is_of_the_frame(window)
    return window


def test_on_an_empty_canvas_nothing_is_left(trained: MainWindow, qtbot: QtBot) -> None:
    window, graph = trained, trained.document.graph
    assert counters(window)["batch_loss"] != NOTHING
    window.document.apply("Delete everything", edits.remove_nodes(graph, [node.id for node in graph]))
    assert not window.document.graph.nodes
    assert_nothing_is_claimed(window)
    window.document.undo()
    settle(window, qtbot)
    assert_all_is_of_the_frame(window)


def test_on_an_empty_canvas_no_panel_says_a_number_of_the_network_that_is_gone(window: MainWindow, qtbot: QtBot) -> None:
    """Every panel there is, each shown before; Watches and Breakpoints know what was counted."""
    add_watch(window.document, "norm(dense_1.weight)")
    set_condition(window.document, "loss > 0")
    set_condition_times(window.document, "loss > 0", 1000)
    window.show_workspace("train")
    train(window, qtbot, 60)
    panels = [name for name in panels_with_numbers(window) if name in window.area.docks]
    for name in panels:
        window.area.reveal(name)
        QApplication.processEvents()
    window.header.phases.set_shares((0.4, 0.3, 0.2, 0.1))
    graph = window.document.graph
    window.document.apply("Delete everything", edits.remove_nodes(graph, [node.id for node in graph]))
    assert_nothing_is_claimed(window)
    branches, watches, breakpoints = (window.panels[name] for name in ("branches", "watches", "breakpoints"))
    assert isinstance(branches, BranchesPanel) and isinstance(watches, WatchesPanel) and isinstance(breakpoints, BreakpointsPanel)
    assert "60" not in " ".join(words_of(branches))
    assert watches.rows[0].value.text() == NOTHING
    assert breakpoints.conditions[0].accessibleName() == "Stop when loss > 0, on, 0 hits"


def test_without_a_loss_there_are_no_losses(trained: MainWindow, qtbot: QtBot) -> None:
    window, graph = trained, trained.document.graph
    window.document.apply("Delete the loss", edits.remove_nodes(graph, [graph.losses[0].id]))
    assert_nothing_is_claimed(window)
    window.document.undo()
    settle(window, qtbot)
    assert window.session.iteration == 60, "what was learned stays"
    assert_all_is_of_the_frame(window)


def test_other_data_begin_anew(trained: MainWindow, qtbot: QtBot) -> None:
    window = trained
    project = window.document.project
    window.document.edit("Another data set", replace(project, data=DataSettings("circle")))
    qtbot.waitUntil(lambda: window.session.iteration == 0)
    settle(window, qtbot)
    assert_all_is_of_the_frame(window)
    train(window, qtbot, 12)
    assert_all_is_of_the_frame(window)
    window.document.edit("A file that is not there", replace(project, data=DataSettings("csv_file", {"path": "/nowhere.csv"})))
    assert_nothing_is_claimed(window)


def diverge(window: MainWindow, qtbot: QtBot) -> None:
    project = window.document.project
    graph = edits.replace_operator(edits.replace_operator(project.graph, "tanh_1", "relu"), project.graph.losses[0].id, "mse")
    training = replace(project.training, optimizer="sgd", optimizer_settings={}, learning_rate=DIVERGES)
    window.document.edit("Too fast", replace(project, graph=graph, training=training))
    settle(window, qtbot)
    window.session.play()
    qtbot.waitUntil(lambda: "Training stopped at iteration" in said(window), timeout=20_000)
    qtbot.waitUntil(lambda: not window.session.is_playing)


@pytest.mark.parametrize("way", ["rewind", "back in time", "slower", "undo", "another project"])
def test_what_stopped_a_run_is_not_said_of_another(trained: MainWindow, qtbot: QtBot, way: str) -> None:
    window = trained
    diverge(window, qtbot)
    project = window.document.project
    loss = window.panels["loss"]
    assert isinstance(loss, LossPanel)
    qtbot.waitUntil(lambda: "Diverging" in loss.chip.text(), timeout=10_000)
    if way == "rewind":
        window.session.rewind()
        qtbot.waitUntil(lambda: window.session.iteration == 0)
    elif way == "back in time":
        window.session.back_to(60)
        qtbot.waitUntil(lambda: window.session.iteration == 60)
    elif way == "slower":
        window.document.edit("Slower", replace(project, training=replace(project.training, learning_rate=1e-3)))
    elif way == "undo":
        window.document.undo()
    else:
        window.files.open_source("xor", ask=False)
    settle(window, qtbot)
    assert "stopped at iteration" not in said(window)
    if way != "slower":
        assert_all_is_of_the_frame(window)


@pytest.mark.parametrize("iteration", [0, 1, 17, 59])
def test_in_the_past_every_number_is_of_then(trained: MainWindow, qtbot: QtBot, iteration: int) -> None:
    window = trained
    window.session.back_to(iteration)
    qtbot.waitUntil(lambda: window.session.frame is not None and window.session.frame.iteration == iteration)
    settle(window, qtbot)
    assert counters(window)["iteration"] == f"{iteration} / 60"
    if iteration:
        assert_all_is_of_the_frame(window)


def test_a_new_project_and_one_that_is_opened_again(
    trained: MainWindow, qtbot: QtBot, tmp_path: Path, opened: Callable[..., MainWindow]
) -> None:  # fmt: skip
    window = trained
    save_project(tmp_path / "trained.nnlab", SavedProject(window.document.project, window.session.snapshot()))
    window.files.open_source("xor", ask=False)
    settle(window, qtbot)
    assert window.session.iteration == 0
    assert_all_is_of_the_frame(window)
    again = opened(str(tmp_path / "trained.nnlab"))
    again.show_workspace("train")
    qtbot.waitUntil(lambda: again.session.iteration == 60)
    settle(again, qtbot)
    assert counters(again)["batch_loss"] == counters(again)["smoothed"] == NOTHING, "nothing was measured since it was opened"
    train(again, qtbot, 12)
    assert_all_is_of_the_frame(again)


@pytest.mark.parametrize("size", [1, 7, 20, 5000])
def test_another_batch_size_within_an_epoch_counts_the_batches_that_come(trained: MainWindow, qtbot: QtBot, size: int) -> None:
    """Counted by training to the end of the epoch."""
    window = trained
    before = window.document.project.training.batch_size
    session = window.session
    assert session.frame is not None and session.data is not None
    if not session.frame.batch:
        train(window, qtbot, 1)
    project = window.document.project
    shown: list[LiveView] = []
    session.ticked.connect(shown.append)
    window.document.edit("Batch size", replace(project, training=replace(project.training, batch_size=size)))
    assert size != before
    qtbot.waitUntil(lambda: bool(shown) and shown[-1].frame.revision == session.revision, timeout=10_000)
    done, of = (int(text.replace(",", "")) for text in counters(window)["batch"].split(" / "))
    start = session.iteration
    session.step_epoch()
    qtbot.waitUntil(lambda: session.iteration > start and not session.is_playing, timeout=20_000)
    settle(window, qtbot)
    assert session.iteration - start == of - done


def test_within_an_iteration_no_loss_is_shown_before_it_is_computed(window: MainWindow, qtbot: QtBot) -> None:
    """The card said 0 of a batch whose samples had not reached it."""
    window.show_workspace("train")
    (loss,) = window.document.graph.losses
    card = window.canvas.scene.items_by_card[window.canvas.scene.owner[loss.id]]
    for iteration in range(2):
        window.session.step_forward(2)
        qtbot.waitUntil(lambda: window.session.last_step is not None and window.session.last_step.pc == 2)
        qtbot.waitUntil(lambda: window.session.frame is not None and window.session.frame.is_inside)
        qtbot.waitUntil(lambda: card.loss is None and card.samples is None, timeout=2000)
        window.session.finish_step()
        qtbot.waitUntil(lambda: window.session.iteration == iteration + 1)  # noqa: B023  # within this turn of the loop
        settle(window, qtbot)
        assert card.loss == pytest.approx(float(window.session.frame.loss)), iteration
