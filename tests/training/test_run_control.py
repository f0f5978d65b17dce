"""Run control without a thread: what it does between two commands, and what it tells."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp
from variants import another_seed

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine import machine
from nnlab.engine.program import BACKWARD, FORWARD, LOSS, UPDATE
from nnlab.training.change import Change
from nnlab.training.commands import Event, Iterate, Load, Pause, Play, SetSpeed, StateChanged, StepForward, Stepped
from nnlab.training.project import Project
from nnlab.training.run_control import RunControl
from nnlab.training.settings import TrainingSettings

PROJECT = Project(mlp([2, 4, 1], loss="binary_cross_entropy"), DataSettings("spiral"), TrainingSettings("adam", {}, 1e-2, 10))
DATA = prepare(PROJECT.data)


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def runs(told: list[Event]) -> RunControl:
    found = RunControl(np.zeros(machine.CONTROL_WORDS, dtype=np.int64), told.append)
    found.carry_out(Load(Change.opening(PROJECT), DATA, 1))
    told.clear()
    return found


def iteration(runs: RunControl) -> int:
    run = runs.group.main.run
    assert run is not None
    return run.iteration


@pytest.mark.parametrize(("steps", "timed"), [(1, 0), (2, 1), (16, 1), (17, 2), (128, 8), (129, 8), (4000, 8)])
def test_one_step_in_sixteen_is_timed_and_eight_at_most_but_never_the_last(runs: RunControl, steps: int, timed: int) -> None:
    runs.carry_out(Play())
    assert runs._time_phases(steps) == timed == iteration(runs)


def test_nothing_is_timed_at_rest(runs: RunControl) -> None:
    assert runs._time_phases(100) == 0 and iteration(runs) == 0


def test_there_is_nothing_to_wait_for_at_rest_and_no_time_at_full_speed(runs: RunControl) -> None:
    assert runs.seconds_until_due is None
    runs.carry_out(Play())
    assert runs.seconds_until_due == 0.0
    runs.carry_out(SetSpeed(0.25))
    runs.train()
    due = runs.seconds_until_due
    assert due is not None and 1.0 < due <= 4.0, "steps are four seconds apart"
    runs.carry_out(Pause())
    assert runs.seconds_until_due is None


def test_as_many_iterations_as_were_asked_for_and_then_a_word(runs: RunControl, told: list[Event]) -> None:
    runs.carry_out(Iterate(12))
    for _ in range(6):
        runs.train()
    assert iteration(runs) == 12 and not runs.is_playing
    assert [event.playing for event in told if isinstance(event, StateChanged)] == [True, False]
    assert (runs.reach.iteration, runs.reach.latest) == (12, 12)


def test_to_halt_is_without_a_word(runs: RunControl, told: list[Event]) -> None:
    runs.carry_out(Iterate(5))
    told.clear()
    runs.halt()
    runs.train()
    assert not runs.is_playing and told == [] and iteration(runs) == 0


def test_a_run_that_has_to_catch_up_is_due_at_once_also_at_rest(runs: RunControl) -> None:
    runs.carry_out(Iterate(20))
    for _ in range(6):
        runs.train()
    assert iteration(runs) == 20 and runs.seconds_until_due is None
    runs.carry_out(Load(Change.opening(another_seed(1).derive(PROJECT)), DATA, 1, run=1))
    assert runs.group.has_late and runs.seconds_until_due == 0.0
    for _ in range(6):
        runs.train()
    other = runs.group.members[1].run
    assert other is not None and other.iteration == 20 and runs.seconds_until_due is None
    runs.group.close()


def test_a_stepped_instruction_is_of_a_phase_until_the_iteration_ends(runs: RunControl, told: list[Event]) -> None:
    run = runs.group.main.run
    assert run is not None
    phases = [instruction.phase for instruction in run.program.instructions]
    for _ in phases:
        runs.carry_out(StepForward(1))
    assert [event.phase for event in told if isinstance(event, Stepped)] == [*phases[:-1], None]
    assert {FORWARD, LOSS, BACKWARD, UPDATE} == set(phases)
