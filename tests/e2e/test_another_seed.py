"""In the real window: a second run with another seed trains in lock-step beside the first and is overlaid in the loss plot."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import prepare
from nnlab.graph import edits
from nnlab.training.complete_run import prepare_run
from nnlab.training.project import Project
from nnlab.ui.look import numbers
from nnlab.ui.panels.loss import LossPanel
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.window.main_window import MainWindow


@pytest.fixture
def views(window: MainWindow, qtbot: QtBot) -> list[LiveView]:
    """What the window has shown since a second run was added, at iteration 40."""
    window.show_workspace("train")
    train(window, qtbot, 40)
    shown: list[LiveView] = []
    window.session.ticked.connect(shown.append)
    window.actions_by_id["run.add_seed"].trigger()
    qtbot.waitUntil(lambda: bool(shown) and bool(shown[-1].others), timeout=10_000)
    return shown


def train(window: MainWindow, qtbot: QtBot, steps: int) -> None:
    target = window.session.iteration + steps
    window.session.run_iterations(steps)
    qtbot.waitUntil(lambda: window.session.iteration == target and not window.session.is_playing, timeout=20_000)


def settled(qtbot: QtBot, views: list[LiveView], iteration: int) -> LiveView:
    qtbot.waitUntil(lambda: views[-1].frame.iteration == iteration and views[-1].is_exact and not views[-1].playing, timeout=10_000)
    return views[-1]


def alone(project: Project, seed: int, steps: int) -> tuple[bytes, float]:
    """Weights and smoothed loss of the project with this seed, trained by itself."""
    run = prepare_run(project.graph, prepare(project.data), replace(project.training, seed=seed))
    run.train(steps)
    return run.state["dense_2.weight"].tobytes(), run.history.losses.smoothed


def loss_panel(window: MainWindow) -> LossPanel:
    panel = window.panels["loss"]
    assert isinstance(panel, LossPanel)
    return panel


def test_two_seeds_train_in_lock_step_with_the_bits_of_each_alone(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    project = window.document.project
    seed = project.training.seed
    window.session.play()
    qtbot.waitUntil(lambda: window.session.iteration > 400, timeout=20_000)
    window.session.pause()
    qtbot.waitUntil(lambda: not window.session.is_playing)
    view = settled(qtbot, views, window.session.iteration)
    assert all(other.frame.iteration == shown.frame.iteration for shown in views for other in shown.others)
    assert (view.name, [other.name for other in view.others]) == (f"seed {seed}", [f"seed {seed + 1}"])
    for frame, smoothed, which in (
        (view.frame, view.losses.smoothed, seed),
        (view.others[0].frame, view.others[0].losses.smoothed, seed + 1),
    ):
        weights = frame.get("dense_2.weight")
        assert weights is not None
        assert (weights.tobytes(), smoothed) == alone(project, which, frame.iteration)


def test_the_plot_shows_and_says_both_and_one_action_ends_it(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    plot, project = loss_panel(window).plot, window.document.project
    seed = project.training.seed
    train(window, qtbot, 60)
    settled(qtbot, views, 100)
    mine, theirs = alone(project, seed, 100)[1], alone(project, seed + 1, 100)[1]
    labels = {label.name: label.text for label in plot.end_labels() if label.name not in ("train", "val")}
    assert labels == {f"seed {seed}": numbers.number(mine), f"seed {seed + 1}": numbers.number(theirs)}
    description = plot.accessibleDescription()
    assert description.startswith(f"Iteration 100: seed {seed}: smoothed batch loss {numbers.number(mine)}, training ")
    assert description.endswith(f"; seed {seed + 1}: smoothed batch loss {numbers.number(theirs)}")
    x, _ = plot.other_lines[0].getData()
    assert len(x) and len(x) % 2 == 0, "drawn in dashes, which are pairs of points"
    dash_pixels = np.diff(x.reshape(-1, 2), axis=1).max() / (plot.x_range[1] - plot.x_range[0]) * plot.picture.width()
    assert dash_pixels <= 9.0 + 1e-6
    table = loss_panel(window).table()
    assert table is not None and table.names[-1] == f"smoothed_loss_seed_{seed + 1}"
    assert table.columns[-1][-1] == theirs
    assert window.actions_by_id["run.remove_runs"].isEnabled()
    window.actions_by_id["run.remove_runs"].trigger()
    assert not window.actions_by_id["run.remove_runs"].isEnabled()
    assert [label.name for label in plot.end_labels()][-1] == "smoothed" and not len(plot.other_lines[0].getData()[0])
    assert "seed" not in plot.accessibleDescription()
    train(window, qtbot, 10)


def test_it_follows_edits_undo_and_a_rewind(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    document, seed = window.document, window.document.project.training.seed
    document.attempt("Units", lambda graph: edits.configure(graph, "dense_1", units=5))
    train(window, qtbot, 20)
    other = settled(qtbot, views, 60).others[0]
    assert other.frame.get("dense_1.weight").shape == (5, 2)  # type: ignore[union-attr]
    assert other.project == replace(document.project, training=replace(document.project.training, seed=seed + 1), comparison=())
    before = other.frame.get("dense_1.weight").copy()  # type: ignore[union-attr]
    window.session.dice()
    qtbot.waitUntil(lambda: window.session.iteration == 0)
    assert settled(qtbot, views, 0).others[0].name == f"seed {document.project.training.seed + 1}"
    train(window, qtbot, 5)
    document.undo()
    view = settled(qtbot, views, 60)
    assert view.others[0].name == f"seed {seed + 1}" and view.others[0].frame.iteration == 60
    assert np.array_equal(view.others[0].frame.get("dense_1.weight"), before)  # type: ignore[arg-type]
    window.session.rewind()
    assert settled(qtbot, views, 0).others[0].frame.iteration == 0


def test_while_the_network_is_incomplete_it_waits_and_then_goes_on(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    window.document.attempt("Delete", lambda graph: edits.remove_nodes(graph, ["dense_2"]))
    assert not window.session.can_run and not window.actions_by_id["run.add_seed"].isEnabled()
    window.document.undo()
    qtbot.waitUntil(lambda: window.session.can_run and window.actions_by_id["run.add_seed"].isEnabled(), timeout=20_000)
    train(window, qtbot, 10)
    view = settled(qtbot, views, 50)
    weights = view.others[0].frame.get("dense_2.weight")
    assert weights is not None and weights.tobytes() == alone(window.document.project, view.others[0].project.training.seed, 50)[0]


def test_four_runs_are_the_most_and_another_project_has_one(
    window: MainWindow, qtbot: QtBot, views: list[LiveView], opened: Callable[..., MainWindow]
) -> None:
    add = window.actions_by_id["run.add_seed"]
    add.trigger()
    add.trigger()
    assert not add.isEnabled()
    train(window, qtbot, 10)
    view = settled(qtbot, views, 50)
    assert [int(re.findall(r"\d+", other.name)[0]) - view.project.training.seed for other in view.others] == [1, 2, 3]
    dashes = {label.dash for label in loss_panel(window).plot.end_labels()}
    assert len(dashes) == 5, "each line has a dash of its own"
    window.files.give_up()
    window.files.open_source("sine")
    assert not window.session.companions and add.isEnabled()


def test_stepping_an_iteration_takes_it_along(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    window.session.step_forward(3)
    window.session.finish_step()
    qtbot.waitUntil(lambda: window.session.iteration == 41)
    assert settled(qtbot, views, 41).others[0].frame.iteration == 41
