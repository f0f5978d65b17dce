"""Runs of a sweep of widths are written down as they come: whoever shows the same sweep has them at once, and only the rest is trained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.jobs.context import TaskContext
from nnlab.jobs.workers import LocalWorkers, Workers
from nnlab.studies.approximation.width_sweep import WidthSweep, run_width_sweep, trials_of
from nnlab.studies.sweeps.trial_file import TrialFile
from nnlab.studies.sweeps.trials import TrialResult
from nnlab.ui.approximation import width_runs
from nnlab.ui.approximation.width_runs import BuiltNetworks, WidthRuns, file_of
from tests.support.worlds import World, spiral_project, world

DATA = DataSettings("function", {"formula": "sin(x)", "samples": 64}, validation_share=0.0)
SWEEP = WidthSweep(DATA, widths=(1, 2), activations=("tanh",), seeds=2, updates=20)


def in_process(sweep: WidthSweep, workers: Workers | None, context: TaskContext, file: TrialFile) -> Iterator[TrialResult]:
    """The sweep on the thread of its job: processes take seconds to start."""
    return run_width_sweep(sweep, LocalWorkers(0), context, file)


@pytest.fixture
def made(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(width_runs, "home", lambda: tmp_path)
    monkeypatch.setattr(width_runs, "run_width_sweep", in_process)
    with world(spiral_project(), qtbot) as found:
        yield found


def write_down(sweep: WidthSweep, count: int) -> list[str]:
    """The first `count` runs, as a sweep that was killed leaves them; the lines of the table."""
    path = file_of(trials_of(sweep))
    path.parent.mkdir(parents=True)
    with TrialFile.open(path, width_runs.SETTINGS, width_runs.VALUES, resume=True) as file:
        for _, _ in zip(range(count), run_width_sweep(sweep, LocalWorkers(0), None, file), strict=False):
            pass
    return path.read_text().splitlines()


def test_what_is_written_down_is_shown_and_only_the_rest_is_trained(made: World, qtbot: QtBot) -> None:
    before = write_down(SWEEP, 2)
    runs = WidthRuns(made.session, made.session)
    runs.show(SWEEP)
    qtbot.waitUntil(lambda: len(runs.results) >= 2, timeout=20_000)
    kept = len(before) - 1
    assert (runs.trial_count, len(runs.results), runs.job) == (4, kept, None)
    runs.start()
    runs.start()  # it is running
    qtbot.waitUntil(lambda: runs.job is None and len(runs.results) == 4, timeout=60_000)
    lines = file_of(trials_of(SWEEP)).read_text().splitlines()
    assert lines[: len(before)] == before and len(lines) == 5, "no run was trained twice"
    assert {(result.trial.settings["width"], result.trial.settings["seed"]) for result in runs.results} == {(1, 0), (1, 1), (2, 0), (2, 1)}


def test_another_sweep_ends_the_one_that_runs_and_nothing_of_it_is_shown(made: World, qtbot: QtBot) -> None:
    runs = WidthRuns(made.session, made.session)
    runs.show(replace(SWEEP, updates=2_000_000))
    runs.start()
    qtbot.waitUntil(lambda: runs.trial_count == 4, timeout=60_000)
    runs.show(replace(SWEEP, seeds=1))
    assert (runs.results, runs.trial_count) == ((), 0)
    qtbot.waitUntil(lambda: runs.job is None and runs.trial_count == 2, timeout=60_000)
    assert runs.results == ()
    runs.show(None)
    assert (runs.sweep, runs.trial_count) == (None, 0)


def test_why_a_sweep_cannot_be_is_said(made: World, qtbot: QtBot, tmp_path: Path) -> None:
    runs, said = WidthRuns(made.session, made.session), []
    runs.refused.connect(said.append)
    (tmp_path / "widths").write_text("a file where the folder of results should be")
    runs.show(SWEEP)
    runs.start()
    qtbot.waitUntil(lambda: bool(said) and runs.job is None, timeout=60_000)
    assert "widths" in said[0] and said[0].count(". ") == 0


def test_built_networks_are_measured_for_the_target_shown_last(made: World, qtbot: QtBot) -> None:
    built = BuiltNetworks(made.session, made.session)
    built.show(DATA, (4, 8))
    built.show(DATA, (8, 16))  # before the first has been measured
    qtbot.waitUntil(lambda: bool(built.points), timeout=60_000)
    assert {point.width for point in built.points} == {8, 16}
    built.show(DataSettings("iris"), (8,))
    assert built.points == (), "nothing can be constructed for a table"
