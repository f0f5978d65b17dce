"""In the real window: the comparison is part of the document. Its runs come and go with undo, with files, and with what is edited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from projects import entries_of, write_zip
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import prepare
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.graph import edits
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.project import Project
from nnlab.training.varied import varied
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.window.main_window import MainWindow

Opener = Callable[..., MainWindow]
MSE = Difference("loss", "mse")


@pytest.fixture
def views() -> list[LiveView]:
    return []


@pytest.fixture
def window(fresh: Opener, views: list[LiveView]) -> Iterator[MainWindow]:
    """Above a curve, in Compare, nothing compared yet."""
    found = fresh("points_above_curve")
    found.show_workspace("compare")
    found.session.ticked.connect(views.append)
    yield found
    found.session.ticked.disconnect(views.append)


def names(window: MainWindow) -> list[str]:
    return [companion.name for companion in window.session.companions.values()]


def train(window: MainWindow, qtbot: QtBot, steps: int) -> None:
    target = window.session.iteration + steps
    window.session.run_iterations(steps)
    qtbot.waitUntil(lambda: window.session.iteration == target and not window.session.is_playing, timeout=20_000)


def together(qtbot: QtBot, views: list[LiveView], iteration: int, runs: int) -> LiveView:
    """The view in which all runs stand at this iteration."""
    qtbot.waitUntil(
        lambda: bool(views) and views[-1].frame.iteration == iteration and not views[-1].playing and len(views[-1].others) == runs
        and all(other.frame.iteration == iteration for other in views[-1].others),
        timeout=20_000,
    )  # fmt: skip
    return views[-1]


def alone(project: Project, steps: int) -> bytes:
    run = prepare_run(project.graph, prepare(project.data), project.training, start=project.initial)
    run.train(steps)
    return run.state.arena[: run.program.parameters_end].tobytes()


def said(window: MainWindow) -> str:
    message = window.message_bar.current
    return message.text if message is not None else ""


def test_a_run_that_is_added_is_a_step_that_undo_takes_back_with_what_was_learned(
    window: MainWindow, qtbot: QtBot, views: list[LiveView]
) -> None:
    document, project = window.document, window.document.project
    train(window, qtbot, 30)
    window.comparison._choose("loss", ["binary_cross_entropy", "mse"])
    assert document.step(0).name == "Add run: loss = mse" and document.project == replace(project, comparison=(MSE,))
    together(qtbot, views, 0, 1)
    train(window, qtbot, 50)
    together(qtbot, views, 50, 1)
    window.comparison._choose("loss", ["binary_cross_entropy", "mse", "hinge"])
    assert document.step(1).name == "Add run: loss = hinge" and names(window) == ["mse", "hinge"]
    together(qtbot, views, 0, 2)
    document.undo()
    assert names(window) == ["mse"]
    view = together(qtbot, views, 50, 1)
    assert view.frame.parameters.tobytes() == alone(project, 50)
    assert view.others[0].frame.parameters.tobytes() == alone(varied(project, MSE), 50), "the other run is where it was, too"
    document.undo()
    assert names(window) == [] and document.project == project
    assert together(qtbot, views, 30, 0).frame.parameters.tobytes() == alone(project, 30)
    document.redo()
    view = together(qtbot, views, 50, 1)
    assert view.frame.parameters.tobytes() == alone(project, 50) and names(window) == ["mse"]


def test_a_run_that_is_taken_away_comes_back_by_undo_and_catches_up(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    window.comparison._choose("loss", ["binary_cross_entropy", "mse", "hinge"])
    train(window, qtbot, 40)
    together(qtbot, views, 40, 2)
    window.comparison._choose("loss", ["binary_cross_entropy", "hinge"])
    assert names(window) == ["hinge"] and window.document.step(1).name == "Remove run: loss = mse"
    window.comparison.end()
    assert names(window) == [] and window.document.step(2).name == "End the comparison"
    window.document.go_to(1)
    assert names(window) == ["mse", "hinge"]
    view = together(qtbot, views, 40, 2)
    assert view.others[0].frame.parameters.tobytes() == alone(varied(window.document.project, MSE), 40)


def test_a_file_brings_its_runs_back(window: MainWindow, qtbot: QtBot, views: list[LiveView], opened: Opener, tmp_path: Path) -> None:
    window.comparison._choose("", ["units=8,3,5"])
    train(window, qtbot, 60)
    path = tmp_path / "compared.nnlab"
    assert window.files._write(path)
    assert load_project(path).project.comparison == (Difference("units", "3"), Difference("units", "5"))
    window.comparison.end()
    window.files.give_up()
    views.clear()
    window.files.open_source(str(path))
    view = together(qtbot, views, 60, 2)
    assert window.comparison.compared == ("units", ("8", "3", "5"))
    project = window.document.project
    for run, difference in zip(view.others, project.comparison, strict=True):
        assert run.frame.parameters.tobytes() == alone(varied(project, difference), 60)
    assert not window.document.is_edited and not window.document.can_undo
    window.files.open_source("spiral")
    assert not window.session.companions


def test_what_a_file_compares_with_and_the_network_does_not_have_is_one_sentence(
    fresh: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    window = fresh("points_above_curve")
    project = window.document.project
    bad = (Difference("dense_9.units", "4"), Difference("dense_1.units", "3"), MSE)
    path = tmp_path / "edited.nnlab"
    save_project(path, SavedProject(replace(project, comparison=bad)))
    window.files.open_source(str(path))
    window.show_workspace("compare")
    sentence = (
        "2 runs cannot train beside this one: dense_9.units=4 (dense_9.units=4: there is no node 'dense_9' (did you mean dense_2?); "
        "the network has binary_cross_entropy_1, dense_1, dense_2, input_1, tanh_1); "
        "loss=mse (the others differ in dense_1.units, and nobody could tell which of the two matters)."
    )
    assert said(window) == sentence
    assert names(window) == ["3"], "the other run goes on"
    assert window.document.project.comparison == bad, "nothing is lost"
    train(window, qtbot, 5)
    assert said(window) == sentence
    again = tmp_path / "again.nnlab"
    assert window.files._write(again) and load_project(again).project.comparison == bad
    window.comparison.end()
    assert said(window) == ""


def test_a_file_whose_comparison_is_no_comparison_is_refused(fresh: Opener, tmp_path: Path) -> None:
    window = fresh("points_above_curve")
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(window.document.project))
    raw = json.loads(entries_of(path)["project.json"])
    bad = write_zip(tmp_path / "bad.nnlab", {"project.json": json.dumps({**raw, "comparison": [{"key": "loss"}]}).encode()})
    assert not window.files.open_source(str(bad), ask=False)
    assert "bad.nnlab: project.json, comparison, entry 1: object missing required field `text`" in said(window)


def test_an_edit_that_a_run_cannot_follow_ends_it_and_undo_brings_it_back(
    window: MainWindow, qtbot: QtBot, views: list[LiveView]
) -> None:
    document = window.document
    window.comparison._choose("", ["dense_1.units=8,3,5"])
    train(window, qtbot, 20)
    document.attempt("Delete", lambda graph: edits.bypass_node(edits.bypass_node(graph, "tanh_1"), "dense_1"))
    assert names(window) == [] and said(window).startswith("2 runs cannot train beside this one: dense_1.units=3 (")
    assert len(document.project.comparison) == 2
    train(window, qtbot, 5)
    document.undo()
    assert names(window) == ["3", "5"]
    assert said(window) == "3 and 5 joined later and are trained as this run is now; before iteration 25 this one was trained otherwise."
    together(qtbot, views, 25, 2)


def test_to_go_on_with_a_run_is_one_step_that_begins_anew_and_brings_all_back(
    window: MainWindow, qtbot: QtBot, views: list[LiveView]
) -> None:
    document, project = window.document, window.document.project
    window.comparison._choose("loss", ["binary_cross_entropy", "mse"])
    train(window, qtbot, 25)
    before = document.project
    steps = document.undo_stack.count()
    window.comparison.go_on_with(1)
    assert document.undo_stack.count() == steps + 1 and document.step(steps).name == "Go on with loss MSE"
    assert document.project == varied(project, MSE) and not window.session.companions
    assert together(qtbot, views, 0, 0).frame.parameters.tobytes() == alone(varied(project, MSE), 0)
    train(window, qtbot, 5)
    document.undo()
    assert document.project == before and names(window) == ["mse"]
    view = together(qtbot, views, 25, 1)
    assert view.frame.parameters.tobytes() == alone(project, 25)
    assert view.others[0].frame.parameters.tobytes() == alone(varied(project, MSE), 25)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("units=" + ",".join(str(k) for k in range(1, 51)), "variants are too many; at most 4 train side by side."),
        ("speed=1,2", "There is no 'speed' that could differ"),
        ("loss=mse,moose", "loss=moose is not known"),
        ("loss=mse,cross_entropy", "loss=cross_entropy is no network that can be trained"),
        ("batch_size=80,0", "batch_size is 0"),
        ("learning_rate=0.02", "alone cannot be compared"),
        ("units=3,3.0", "units=3 and units=3.0 are the same network and training"),
        ("dense_1.units=8,70000", "dense_1: units is 70,000"),
        ("loss", "is not understood"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence_and_the_runs_go_on(window: MainWindow, qtbot: QtBot, typed: str, words: str) -> None:
    window.comparison._choose("loss", ["binary_cross_entropy", "mse"])
    count = window.document.undo_stack.count()
    window.comparison._choose("", [typed])
    assert words in said(window) and said(window).count(". ") <= 1
    assert names(window) == ["mse"] and window.document.undo_stack.count() == count


def test_another_seed_beside_runs_that_differ_in_something_else_is_refused(window: MainWindow) -> None:
    window.comparison._choose("loss", ["binary_cross_entropy", "mse"])
    window.actions_by_id["run.add_seed"].trigger()
    assert said(window) == "The runs beside this one differ in loss, not in the seed; end the comparison first."
    window.actions_by_id["run.remove_runs"].trigger()
    assert window.document.project.comparison == ()
    window.actions_by_id["run.add_seed"].trigger()
    assert window.document.project.comparison == (Difference("seed", "+1"),)
    window.document.undo()
    assert not window.session.companions


def test_going_back_in_time_leaves_the_comparison(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    """The timeline remembers the project that was trained then, which was compared with something else."""
    window.document.edit("Rate", replace(window.document.project, training=replace(window.document.project.training, learning_rate=0.01)))
    train(window, qtbot, 20)
    window.document.edit("Batch", replace(window.document.project, training=replace(window.document.project.training, batch_size=40)))
    train(window, qtbot, 20)
    window.actions_by_id["run.add_seed"].trigger()
    together(qtbot, views, 40, 1)
    window.session.back_to(10)
    qtbot.waitUntil(lambda: window.session.iteration == 10, timeout=20_000)
    assert window.document.project.training.batch_size == 80 and names(window) == ["seed 1"]
