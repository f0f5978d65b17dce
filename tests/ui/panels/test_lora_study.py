"""The study of a scenario is kept beside the program's files: shown again in another window, and gone on with where it stood."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.studies.lora.study import SETTINGS, VALUES, StudyRow, row_of, study_trials
from nnlab.studies.sweeps.trial_file import TrialFile, file_named_after
from nnlab.studies.sweeps.trials import Trial, TrialResult
from nnlab.ui.lora import scenario_run
from nnlab.ui.panels.lora_study import LoraStudyPanel

FOUND = {"new_accuracy": 0.9, "old_accuracy": 0.25, "parameters": 650, "optimizer_bytes": 5200, "file_bytes": 2700}


def result(trial: Trial) -> TrialResult:
    return TrialResult(trial, FOUND, 1.5)


def test_what_was_found_is_there_again_and_a_killed_study_goes_on(
    studio: Callable[..., Any], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(scenario_run, "home", lambda: tmp_path)
    trials = study_trials("rotated-digits")
    path = file_named_after(tmp_path / scenario_run.FOLDER, trials)
    path.parent.mkdir()
    with TrialFile.open(path, SETTINGS, VALUES) as file:
        for trial in trials[:-2]:
            file.append(result(trial))
    with path.open("ab") as torn:
        torn.write(b"half a li")  # what a kill leaves
    ran: list[Trial] = []

    def run(trials: Sequence[Trial], workers: object, context: object, file: TrialFile) -> Generator[StudyRow, None, None]:
        known = file.found(trials)
        for trial in trials:
            if trial.identity not in known:
                ran.append(trial)
                file.append(result(trial))
            yield row_of(result(trial))

    monkeypatch.setattr(scenario_run, "run_study", run)
    panel = studio().panel("lora_study")
    assert isinstance(panel, LoraStudyPanel)
    qtbot.waitUntil(lambda: len(panel.run.rows) == len(trials) - 2)
    assert panel.start.text() == "Go on" and panel.start.toolTip() == f"Goes on with the 2 runs that are left of {len(trials)}"
    assert panel.plot.shown[0].title == "base" and panel.plot.shown[0].new_accuracy == 0.9
    assert panel.plot.isVisible() and not panel.before.isVisible()
    panel.run.choose("other-digits")  # of which nothing is known
    assert panel.before.isVisible() and "all parameters, the last layer and LoRA of r = 1, 2, 4, 8, 3 seeds each" in panel.before.text()
    panel.run.choose("rotated-digits")
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.run.is_whole)
    assert ran == trials[-2:] and panel.start.text() == "Again"
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.run.is_whole)
    assert ran == [*trials[-2:], *trials]
