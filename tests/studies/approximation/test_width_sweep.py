"""Width sweeps: the trials and their order, the same values on any workers and after a stop, and equal parameters at any depth."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.core.errors import NNLabError
from nnlab.core.kernel import Adapter
from nnlab.core.operator import operators
from nnlab.core.preparation import DataSettings
from nnlab.jobs.context import Cancelled, Progress, TaskContext
from nnlab.jobs.workers import LocalWorkers
from nnlab.studies.approximation import width_sweep
from nnlab.studies.approximation.target_fit import formula_data
from nnlab.studies.approximation.width_sweep import (
    SETTINGS,
    VALUES,
    WidthSweep,
    as_handed_over,
    parameters_of,
    run_width_sweep,
    trial_function,
    trials_of,
    width_for,
    work_of,
)  # fmt: skip
from nnlab.studies.sweeps.trial_file import TrialFile
from nnlab.training.project import Project

SMALL = WidthSweep(formula_data("sin(x)", (-3.0, 3.0)), widths=(1, 4), activations=("tanh", "relu"), seeds=2, updates=50)
HERE = LocalWorkers(0)


def test_trials_come_from_small_to_large_and_each_once() -> None:
    trials = trials_of(replace(SMALL, widths=(4, 1, 4)))
    settings = [tuple(trial.settings[name] for name in SETTINGS) for trial in trials]
    assert settings == [(a, w, 1, s) for w in (1, 4) for s in (0, 1) for a in ("tanh", "relu")]
    assert len({trial.identity for trial in trials}) == 8
    assert trials_of(replace(SMALL, data=formula_data("cos(x)", (-3.0, 3.0))))[0].identity != trials[0].identity
    assert trials_of(replace(SMALL, updates=51))[0].identity != trials[0].identity
    assert trials_of(replace(SMALL, seeds=5))[:2] == trials[:2]  # a sweep that is extended keeps its trials
    assert [work_of(trial) for trial in trials] == sorted(work_of(trial) for trial in trials)


def test_a_trial_finds_errors_of_the_network_it_trained() -> None:
    results = list(run_width_sweep(SMALL, HERE))
    assert len(results) == 8 and not any(result.error for result in results)
    for result in results:
        assert set(result.values) == set(VALUES)
        assert 0 < result.values["rms"] < result.values["sup"] < 10  # type: ignore[operator]
        assert result.values["parameters"] == 3 * int(result.trial.settings["width"]) + 1 and result.values["steps"] == 50
    last = results[-1]
    found = trial_function(SMALL).fitted(last.trial.settings)  # what a click on its point loads
    assert found.errors.sup == last.values["sup"]
    project = found.loaded_into(Project(data=SMALL.data))
    assert project.initial is not None and not project.initial.misfits(project.graph)


def test_processes_find_the_same_values() -> None:
    here = {result.trial.identity: result.values for result in run_width_sweep(SMALL, HERE)}
    there = {result.trial.identity: result.values for result in run_width_sweep(SMALL, LocalWorkers(2))}
    assert there == here


def test_a_stopped_sweep_goes_on_where_it_stood(tmp_path: Path) -> None:
    path, cancelled = tmp_path / "widths.csv", threading.Event()
    whole = list(run_width_sweep(SMALL, HERE))
    with TrialFile.open(path, SETTINGS, VALUES) as file:
        results = run_width_sweep(SMALL, HERE, TaskContext(is_cancelled=cancelled.is_set), file)
        first = [next(results) for _ in range(3)]
        cancelled.set()
        with pytest.raises(Cancelled):
            next(results)
    with TrialFile.open(path, SETTINGS, VALUES, resume=True) as file:
        again = list(run_width_sweep(SMALL, HERE, file=file))
    assert 3 <= len(first) < 8 and file.finished() == 8
    assert {r.trial.identity: r.values for r in again} == {r.trial.identity: r.values for r in whole}


def test_progress_is_weighted_by_work() -> None:
    told: list[Progress] = []
    list(run_width_sweep(replace(SMALL, activations=("tanh",), seeds=1), HERE, TaskContext(told.append)))
    assert [progress.words for progress in told] == ["", "1 of 2 networks", "2 of 2 networks"]
    assert told[0].fraction == 0.0 and told[1].fraction == pytest.approx(32 / (32 + 38)) and told[2].fraction == 1.0


@given(st.integers(1, 8), st.integers(1, 100_000))
def test_as_wide_as_the_parameters_allow(depth: int, parameters: int) -> None:
    width = width_for(depth, parameters)
    assert parameters_of((width or 0) + 1, depth) > parameters
    assert width is None or parameters_of(width, depth) <= parameters


def test_depth_against_width_at_equal_parameters() -> None:
    assert parameters_of(64) == 193 and parameters_of(5, 3) == 10 + 2 * 30 + 6
    trials = trials_of(replace(SMALL, widths=(64,), depths=(1, 2, 3), seeds=1, activations=("tanh",)))
    assert [(trial.settings["depth"], trial.settings["width"]) for trial in trials] == [(1, 64), (2, 12), (3, 8)]
    for result in run_width_sweep(replace(SMALL, widths=(64,), depths=(2, 3), seeds=1, activations=("tanh",)), HERE):
        depth, width = int(result.trial.settings["depth"]), int(result.trial.settings["width"])
        assert result.values["parameters"] == parameters_of(width, depth) <= 193


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"widths": ()}, "The sweep has no widths; name at least one"),
        ({"widths": (0, 4)}, "units is 0; choose a whole number from 1"),
        ({"activations": ("swirl",)}, "There is no activation 'swirl'"),
        ({"seeds": 0}, "seeds is 0; choose a whole number from 1"),
        ({"depths": (0,)}, "depth is 0; choose a whole number from 1 to 8"),
        ({"data": DataSettings("function", {"formula": "sqrt(x)"})}, "has no finite value at x = -6"),
        ({"data": DataSettings("spiral")}, "The data set Spiral is not one number as a function of one feature"),
    ],
)
def test_what_cannot_be_swept_is_said(changed: dict[str, object], words: str) -> None:
    with pytest.raises(NNLabError, match=words):
        trials_of(replace(SMALL, **changed))  # type: ignore[arg-type]


def test_half_of_the_work_is_handed_over_from_small_to_large_and_the_rest_from_large_to_small() -> None:
    trials = trials_of(replace(SMALL, widths=(1, 2, 4, 8, 16, 32, 64), activations=("tanh",), seeds=1))
    # Work 30 + 2 N: 32, 34, 38, 46, 62, 94 and 158, 464 in all; the first five are 212, the sixth makes it more than half.
    assert [trial.settings["width"] for trial in as_handed_over(trials)] == [1, 2, 4, 8, 16, 32, 64]
    trials = trials_of(replace(SMALL, widths=(1, 2, 4, 8), activations=("tanh",), seeds=2))
    # 64 + 68 of 300 are less than half, one of the two of width 4 makes it more: the last to end is the other one.
    assert [trial.settings["width"] for trial in as_handed_over(trials)] == [1, 1, 2, 2, 4, 8, 8, 4]


def test_where_all_kernels_are_compiled_no_process_is_started_before_the_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measuring needs no gradients, so nobody waits for their kernels in double precision, which no trial would ever compile."""
    needed_by_gradients = {operators[name].backward_adapter for name in ("dense", "tanh", "mse")}
    monkeypatch.setattr(Adapter, "is_cached", lambda self, real: real == "float32" or self not in needed_by_gradients)
    monkeypatch.setattr(width_sweep, "map_tasks", lambda *arguments: pytest.fail("a process was started"))
    width_sweep._warm(WidthSweep(DataSettings("function"), widths=(1,), activations=("tanh",)), TaskContext())
