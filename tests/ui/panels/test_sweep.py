"""The sweep panel: a sweep from the form to the best run; cancelled, gone on with, kept, and opened."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import prepare
from nnlab.training.complete_run import prepare_run, result_of, train
from nnlab.training.varied import suggestions
from nnlab.ui.panels.sweep import PARALLEL, SCATTER, SETTINGS, TABLE, SweepPanel
from nnlab.ui.sweep import guide

LONG = 200_000


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNLAB_HOME", str(tmp_path))
    return tmp_path


def opened(qtbot: QtBot, s, width: int = 900) -> SweepPanel:  # type: ignore[no-untyped-def]
    panel = s.panel("sweep", width, 400)
    qtbot.waitUntil(lambda: bool(panel.form.rows))
    return panel


def choose(panel: SweepPanel, *axes: str, seeds: int = 2, steps: int = 20, workers: int = 1) -> None:
    panel.form.show_choice(dict(axis.split("=") for axis in axes), None, seeds, steps)
    panel.form.settings.set_values({"workers": workers})


def run(qtbot: QtBot, panel: SweepPanel) -> None:
    panel.start.click()
    assert panel.run.is_running and panel.start.text() == "Cancel"
    qtbot.waitUntil(lambda: not panel.run.is_running, timeout=60_000)


def test_it_begins_with_what_is_worth_trying_and_says_how_much_that_is(qtbot: QtBot, studio: Callable) -> None:
    panel = opened(qtbot, studio())
    assert panel.form.choice.axes == ("units=2,4,8,16,64", "learning_rate=0.001,0.003,0.01,0.03,0.1")
    qtbot.waitUntil(lambda: panel.form.words.text() == "75 trials")
    panel.form.rows[0].values.setText("0,4")
    panel.form.rows[0].changed.emit()
    qtbot.waitUntil(lambda: "units is 0" in panel.form.words.text() and panel.form.words.color == "error")


def test_what_is_worth_trying_is_worked_out_once_for_a_project(qtbot: QtBot, studio: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every loss is tried on the network: 20 ms, four times whenever a project was opened."""
    asked: list[object] = []
    monkeypatch.setattr(guide, "suggestions", lambda project, data: (asked.append(project), suggestions(project, data))[1])
    s = studio()
    panel = opened(qtbot, s)
    panel.guide.offer()
    assert panel.guide.suggested("batch_size") == "1,8,16,32,128" and panel.guide.suggested("no such key") == ""
    assert asked == [s.document.project]
    training = replace(s.document.project.training, learning_rate=0.1)
    s.document.edit("Rate", replace(s.document.project, training=training))
    assert panel.guide.suggested("learning_rate") == "0.01,0.03,0.1,0.3,1"
    assert len(asked) == 2


def test_a_sweep_fills_the_table_and_names_the_best(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = opened(qtbot, s)
    choose(panel, "units=2,4", "learning_rate=0.01,0.1")
    run(qtbot, panel)
    columns = panel.run.columns
    assert len(columns) == 8 and panel.table_view.model_.rowCount() == 8 and columns.failed == 0
    qtbot.waitUntil(lambda: panel.status.text().startswith("8 of 8 trials · "))  # how long it took comes with the end of the job
    # Ranking is a job of its own, and one of fewer trials may still be on show.
    qtbot.waitUntil(lambda: panel._ranking is not None and sum(len(one.results) for one in panel._ranking.combinations) == 8)
    assert panel.best.text().startswith("Best: accuracy ") and "over 2 seeds" in panel.best.text()
    medians = {}
    for result in columns.results:
        key = (result.trial.settings["units"], result.trial.settings["learning_rate"])
        medians.setdefault(key, []).append(result.values["accuracy"])
    best = max(sum(values) / 2 for values in medians.values())
    assert panel._ranking is not None and panel._ranking.best.band.median == pytest.approx(best)
    assert multiprocessing.active_children() == []


def test_opening_a_run_is_one_edit_that_trains_to_the_same_numbers(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = opened(qtbot, s)
    before = s.document.project
    choose(panel, "units=3,5", "optimizer=adam,rmsprop", steps=30)
    run(qtbot, panel)
    chosen = next(r for r in panel.run.columns.results if r.trial.settings == {"units": 5, "optimizer": "rmsprop", "seed": 1})
    panel.table_view.choose(panel.run.columns.results.index(chosen))
    panel.open_run.click()
    project = s.document.project
    assert project.training.seed == 1 and project.training.optimizer == "rmsprop" and project.graph["dense_1"].settings["units"] == 5
    opened_run = prepare_run(project.graph, prepare(project.data), project.training)
    train(opened_run, 30, lambda done: None)
    assert result_of(opened_run, prepare(project.data)).loss == chosen.values["loss"]
    s.document.undo()
    assert s.document.project == before


def test_a_cancelled_sweep_goes_on_and_ends_as_if_it_had_not_stopped(qtbot: QtBot, studio: Callable) -> None:
    panel = opened(qtbot, studio())
    choose(panel, "units=2,3,4", seeds=4, steps=30_000, workers=2)  # long enough to be cancelled in the middle
    panel.start.click()
    qtbot.waitUntil(lambda: len(panel.run.columns) >= 2, timeout=60_000)
    panel.start.click()
    qtbot.waitUntil(lambda: not panel.run.is_running, timeout=10_000)
    kept = {r.trial.identity: r.values for r in panel.run.columns.results}
    assert 2 <= len(kept) < 12 and panel.go_on.isVisible() and panel.status.text().startswith(f"{len(kept)} of 12 trials")
    panel.go_on.click()
    qtbot.waitUntil(lambda: not panel.run.is_running, timeout=60_000)
    found = {r.trial.identity: r.values for r in panel.run.columns.results}
    assert len(found) == 12 and {key: found[key] for key in kept} == kept and not panel.go_on.isVisible()


def test_a_sweep_comes_back_in_the_next_window(qtbot: QtBot, studio: Callable) -> None:
    first = opened(qtbot, studio())
    choose(first, "units=2,3", steps=LONG, seeds=1)
    first.start.click()
    qtbot.waitUntil(lambda: first.run.total == 2 and bool(first.run.columns.names), timeout=60_000)
    second = opened(qtbot, studio())
    qtbot.waitUntil(lambda: second.run.total == 2)
    assert second.form.choice.axes == ("units=2,3",) and second.form.choice.steps == LONG
    second.go_on.click()  # while it runs in the first
    assert "runs in another window already" in second.form.words.text() and not second.run.is_running
    first.start.click()
    qtbot.waitUntil(lambda: not first.run.is_running, timeout=10_000)
    menu = second.earlier_menu()
    assert [action.text() for action in menu.actions()] == ["untitled: units, 0 of 2 trials"]


def test_what_cannot_be_swept_is_said_and_nothing_starts(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = opened(qtbot, s)
    choose(panel, "speed=1,2")
    with qtbot.waitSignal(s.session.failed) as failed:
        panel.start.click()
    assert failed.args[0].startswith("There is no 'speed'") and not panel.run.is_running
    assert panel.form.words.text() == failed.args[0] and panel.run.kept == []


def test_trials_that_fail_are_counted(qtbot: QtBot, studio: Callable) -> None:
    panel = opened(qtbot, studio())
    choose(panel, "momentum=0,0.9", "optimizer=adam,sgd", seeds=1)
    run(qtbot, panel)
    assert panel.status.text().startswith("4 of 4 trials · 2 failed")


def test_brushing_narrows_the_table(qtbot: QtBot, studio: Callable) -> None:
    panel = opened(qtbot, studio())
    choose(panel, "units=2,4", seeds=2)
    run(qtbot, panel)
    panel.pages.button(PARALLEL).click()
    assert panel.parallel.axes == ("units", "loss", "validation_loss", "accuracy")
    panel.parallel.set_range("units", 0.9, 1.0)
    assert panel.table_view.model_.rowCount() == 2
    panel.pages.button(SCATTER).click()
    assert sum(len(group.x) for group in panel.scatter.plot.points.groups) == 4


def test_it_is_two_columns_where_there_is_room_and_one_where_there_is_not(qtbot: QtBot, studio: Callable) -> None:
    panel = opened(qtbot, studio())
    assert panel.form.isVisible() and panel.table_view.isVisible()
    panel.resize(480, 260)
    assert not panel.form.isVisible() and panel.table_view.isVisible()
    panel.pages.button(SETTINGS).click()
    assert panel.form.isVisible() and not panel.table_view.isVisible()
    panel.resize(900, 400)
    assert panel.pages.current == TABLE and panel.form.isVisible()


def test_what_it_shows_can_be_taken_away(qtbot: QtBot, studio: Callable) -> None:
    panel = opened(qtbot, studio())
    assert panel.table() is None
    choose(panel, "units=2,4", seeds=1)
    run(qtbot, panel)
    table = panel.table()
    assert table is not None and table.names[:2] == ("units", "seed") and list(table.columns[0]) == [2, 4]
    assert panel.picture_widget() is panel.table_view
    menu = panel.context_menu()
    assert menu is not None and [a.text() for a in menu.actions() if a.text()] == [
        "Copy picture", "Save picture as PNG…", "Save picture as SVG…", "Copy data", "Save data as CSV…",
    ]  # fmt: skip


def test_a_window_that_closes_ends_its_processes(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = opened(qtbot, s)
    choose(panel, "units=2,3", steps=LONG, workers=2)
    panel.start.click()
    qtbot.waitUntil(lambda: len(multiprocessing.active_children()) == 2, timeout=60_000)
    s.session.close()
    qtbot.waitUntil(lambda: multiprocessing.active_children() == [])  # each is reaped as soon as it has ended
