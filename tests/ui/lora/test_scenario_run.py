"""The study of a scenario: kept between looks, cancelled with what has ended, and a project from any of its runs in one undoable step."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot
from worlds import World

from nnlab.core.errors import NNLabError
from nnlab.graph.adapters import adapted as names_of
from nnlab.jobs.context import JobContext
from nnlab.studies.lora.study import StudyRow, row_of
from nnlab.studies.sweeps.trial_file import TrialFile
from nnlab.studies.sweeps.trials import Trial, TrialResult
from nnlab.ui.lora import scenario_run
from nnlab.ui.lora.scenario_run import ScenarioRun

FOUND = {"new_accuracy": 0.9, "old_accuracy": 0.25, "parameters": 650, "optimizer_bytes": 5200, "file_bytes": 2700}


@pytest.fixture
def run(adapted: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ScenarioRun:
    monkeypatch.setattr(scenario_run, "home", lambda: tmp_path)
    made = ScenarioRun(adapted.document, adapted.session, adapted.session)
    made.choose("shifted-sine")
    return made


def test_a_study_is_cancelled_with_what_has_ended_and_goes_on_from_there(
    run: ScenarioRun, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[Trial] = []
    third = Event()

    def study(trials: Sequence[Trial], workers: object, context: JobContext, file: TrialFile) -> Generator[StudyRow, None, None]:
        known = file.found(trials)
        for k, trial in enumerate(trials):
            if k == 2 and not third.is_set():
                third.wait(20)
                context.check()
            found = TrialResult(trial, FOUND, 1.5)
            if trial.identity not in known:
                computed.append(trial)
                file.append(found)
            yield row_of(found)

    monkeypatch.setattr(scenario_run, "run_study", study)
    run.start()
    run.start()  # a second click does nothing
    assert run.job is not None and run.is_busy and not run.is_whole
    qtbot.waitUntil(lambda: len(run.rows) == 2)
    run.choose("other-digits")
    assert run.job is None and run.is_busy and run.rows == ()  # it runs on, out of sight
    run.choose("shifted-sine")
    run.cancel()
    third.set()
    qtbot.waitUntil(lambda: not run.is_busy)
    assert len(run.rows) == 2 and len(computed) == 2 and not run.is_whole
    run.start()
    qtbot.waitUntil(lambda: run.is_whole)
    assert len(computed) == run.total == len(run.rows), "those of before the cancel are not computed again"
    assert run.summaries[0].title == "base"


def test_a_file_that_cannot_be_read_is_said(run: ScenarioRun, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / scenario_run.FOLDER).write_text("a file where a folder belongs")
    with qtbot.waitSignal(run.failed) as caught:
        run.start()
    assert str(caught.args[0]) and not run.is_whole
    qtbot.waitUntil(lambda: not run.is_busy)


def test_a_scenario_and_a_run_of_it_become_the_project_in_one_step(
    run: ScenarioRun, adapted: World, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = adapted.document.project
    run.open_scenario()
    assert run.is_loading
    run.open_scenario()  # while it is on its way
    qtbot.waitUntil(lambda: not run.is_loading, timeout=60_000)
    assert adapted.document.undo_stack.count() == 1 and adapted.document.undo_stack.undoText().startswith("Open ")
    assert names_of(adapted.document.graph) and adapted.document.project.initial is not None
    adapted.document.undo_stack.undo()
    assert adapted.document.project == before

    def refuse(*_: object) -> None:
        raise NNLabError("There is no room for it.")

    monkeypatch.setattr(scenario_run, "trained_base", refuse)
    with qtbot.waitSignal(run.failed) as caught:
        run.open_scenario()
    assert caught.args == ["There is no room for it."] and adapted.document.project == before
