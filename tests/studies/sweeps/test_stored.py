"""Sweeps that are kept on the disk, for when the program was closed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nnlab.core.errors import FileError, NNLabError
from nnlab.core.preparation import prepare
from nnlab.files.examples import open_any
from nnlab.jobs.workers import LocalWorkers
from nnlab.studies.sweeps.axes import read_axis
from nnlab.studies.sweeps.stored import SWEEP, store_sweep, stored_sweeps
from nnlab.studies.sweeps.sweep import Sweep, plan, run_sweep
from nnlab.studies.sweeps.trial_file import TrialFile


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    project = open_any("spiral")[0].project
    texts = ("units=2,4", "learning_rate=0.001..0.1:log", "shuffle=true,false")
    return Sweep(project, tuple(read_axis(text, project) for text in texts), seeds=2, random=3, steps=5, random_seed=7)


def test_a_sweep_comes_back_as_it_was(tmp_path: Path, sweep: Sweep) -> None:
    stored = store_sweep(tmp_path, sweep, "spiral", 6)
    (found,) = stored_sweeps(tmp_path)
    assert (found.name, found.total, found.finished, found.folder) == ("spiral", 6, 0, stored.folder)
    again, data = found.load(), prepare(sweep.project.data)
    assert (again.axes, again.seeds, again.random, again.steps, again.random_seed) == (sweep.axes, 2, 3, 5, 7)
    assert plan(again, data).trials == plan(sweep, data).trials  # the same identities, so its results are found again


def test_it_says_how_far_it_is(tmp_path: Path, sweep: Sweep) -> None:
    stored, data = store_sweep(tmp_path, sweep, "spiral", 6), prepare(sweep.project.data)
    planned = plan(sweep, data)
    assert stored.words == "spiral: units, learning_rate, shuffle, 0 of 6 trials" and not stored.is_whole
    with TrialFile.open(stored.trials, planned.settings, planned.values) as file:
        results = run_sweep(sweep, data, planned, LocalWorkers(0), file=file)
        next(results)
        next(results)
        assert stored.finished == 2 and stored.words.endswith("2 of 6 trials")
        list(results)
    assert stored.is_whole and stored.words.endswith("shuffle, 6 trials")


def test_the_newest_is_first_and_what_cannot_be_read_is_left_out(tmp_path: Path, sweep: Sweep) -> None:
    first, second, third = (store_sweep(tmp_path, sweep, name, 6) for name in ("one", "two", "three"))
    assert [stored.name for stored in stored_sweeps(tmp_path)] == ["three", "two", "one"]
    (second.folder / SWEEP).write_text('{"format": 1}', encoding="utf-8")
    (third.folder / SWEEP).write_bytes((third.folder / SWEEP).read_bytes().replace(b'"format":1', b'"format":99'))
    assert [stored.name for stored in stored_sweeps(tmp_path)] == ["one"]
    first.remove()
    assert stored_sweeps(tmp_path) == [] and not first.folder.exists()


def test_a_damaged_project_is_said(tmp_path: Path, sweep: Sweep) -> None:
    stored = store_sweep(tmp_path, sweep, "spiral", 6)
    (stored.folder / "project.nnlab").write_bytes(b"nothing")
    with pytest.raises(NNLabError):
        stored.load()


def test_a_place_that_cannot_be_written_to_leaves_nothing(tmp_path: Path, sweep: Sweep) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="so this sweep would not be kept"):
        store_sweep(tmp_path / "file", sweep, "spiral", 6)
    wrong = replace(sweep, project=replace(sweep.project, data=replace(sweep.project.data, name="no such set")))
    with pytest.raises(NNLabError):
        store_sweep(tmp_path / "sweeps", wrong, "spiral", 6).load()
