"""Run control without a thread: what it does between two commands, and what it tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from networks import mlp
from variants import another_seed

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine import machine
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.program import BACKWARD, FORWARD, LOSS, UPDATE
from nnlab.training.breakpoint_counts import NONE_ON
from nnlab.training.change import Change, Version
from nnlab.training.commands import (
    Adjust,
    Event,
    Failed,
    Iterate,
    Load,
    Pause,
    Play,
    Refused,
    Rewind,
    SetBreakpoints,
    SetSpeed,
    StateChanged,
    StepBack,
    StepForward,
    Stepped,
    StepToBreakpoint,
)
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
    assert runs.phases.time(runs.group, steps) == timed == iteration(runs)


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


def test_a_run_that_is_added_at_rest_is_seen_at_once(runs: RunControl) -> None:
    """Whoever looks finds it with a new frame of the project's own run."""
    own = runs.group.main.run
    assert own is not None
    seen = own.mailbox.newest()
    assert seen is not None
    runs.carry_out(Load(Change.opening(another_seed(1).derive(PROJECT)), DATA, 1, run=1))
    other, newest = runs.group.members[1].run, own.mailbox.newest(seen.sequence)
    assert other is not None and newest is not None and other.mailbox.newest() is not None
    assert newest.iteration == 0 and newest.parameters.tobytes() == seen.parameters.tobytes()


def test_a_stepped_instruction_is_of_a_phase_until_the_iteration_ends(runs: RunControl, told: list[Event]) -> None:
    run = runs.group.main.run
    assert run is not None
    phases = [instruction.phase for instruction in run.program.instructions]
    for _ in phases:
        runs.carry_out(StepForward(1))
    assert [event.phase for event in told if isinstance(event, Stepped)] == [*phases[:-1], None]
    assert {FORWARD, LOSS, BACKWARD, UPDATE} == set(phases)


def run_to_breakpoint(runs: RunControl) -> None:
    runs.carry_out(StepToBreakpoint())
    while runs.seconds_until_due == 0.0:
        runs.train()


def test_stepping_runs_to_the_next_breakpoint_that_is_on_and_counts_all_of_them(runs: RunControl, told: list[Event]) -> None:
    neuron, off = Breakpoint("dense_1", "backward", unit=2), Breakpoint("dense_2", "forward", is_on=False)
    runs.carry_out(SetBreakpoints((off, neuron)))
    stops = []
    for _ in range(2):
        run_to_breakpoint(runs)
        stops.append(told[-1])
    assert all(isinstance(s, Stepped) and s.trace is not None and s.stopped_at == neuron for s in stops)
    assert [s.trace.instruction.node_id for s in stops] == ["dense_1"] * 2  # type: ignore[union-attr]
    assert [s.phase for s in stops] == [BACKWARD] * 2 and iteration(runs) == 1  # type: ignore[union-attr]
    assert runs.breakpoints.hits == {neuron: 2, off.place: 2}


def test_a_breakpoint_may_stop_from_a_later_time_on(runs: RunControl, told: list[Event]) -> None:
    runs.carry_out(SetBreakpoints((Breakpoint(phase="loss", times=3),)))
    seen = []
    for _ in range(2):
        run_to_breakpoint(runs)
        seen.append(iteration(runs))
    assert seen == [2, 3], "in the third iteration, and in every one from then on"
    runs.carry_out(Rewind())
    assert runs.breakpoints.hits == {Breakpoint(phase="loss"): 0}


def test_what_was_run_to_breakpoints_leaves_the_bits_of_a_run(runs: RunControl) -> None:
    """Three stops in every iteration, fifteen in all, then the rest of the fifth."""
    runs.carry_out(SetBreakpoints((Breakpoint("dense_1"), Breakpoint("dense_2", "backward"))))
    while iteration(runs) < 5:
        run_to_breakpoint(runs)
    run = runs.group.main.run
    assert run is not None
    while run.stepper.inside and run.stepper.back():
        pass
    straight = RunControl(np.zeros(machine.CONTROL_WORDS, dtype=np.int64), lambda event: None)
    straight.carry_out(Load(Change.opening(PROJECT), DATA, 1))
    straight_run = straight.group.main.run
    assert straight_run is not None
    straight_run.train(5)
    for name, values in straight_run.state.stored().items():
        assert np.array_equal(run.state.stored()[name], values), name


@pytest.mark.parametrize("breakpoints", [(), (Breakpoint("dense_1", is_on=False),), (Breakpoint("gone"),)])
def test_without_a_breakpoint_to_run_to_nothing_moves_and_it_is_said(
    runs: RunControl, told: list[Event], breakpoints: tuple[Breakpoint, ...]
) -> None:
    runs.carry_out(SetBreakpoints(breakpoints))
    runs.carry_out(StepToBreakpoint())
    assert told[-1] == Refused(NONE_ON) and iteration(runs) == 0


def test_running_to_a_breakpoint_ends_when_something_else_is_asked_for(runs: RunControl, told: list[Event]) -> None:
    runs.carry_out(SetBreakpoints((Breakpoint("dense_1", times=1_000_000),)))
    runs.carry_out(StepToBreakpoint())
    runs.train()
    there = runs.breakpoints.hits[Breakpoint("dense_1")]
    assert there > 0 and runs.seconds_until_due == 0.0
    runs.carry_out(Pause())
    assert runs.seconds_until_due is None and any(isinstance(event, Stepped) for event in told)
    runs.train()
    assert runs.breakpoints.hits[Breakpoint("dense_1")] == there


def test_slow_motion_runs_single_operations_and_leaves_the_bits_of_training(runs: RunControl, told: list[Event]) -> None:
    run = runs.group.main.run
    assert run is not None
    runs.carry_out(Iterate(2))
    runs.carry_out(SetSpeed(None, 2.0))
    operations = len(run.program.instructions)
    runs.train()
    due = runs.seconds_until_due
    assert due is not None and 0.1 < due <= 0.5, "operations are half a second apart"
    assert run.stepper.inside and run.iteration == 0 and isinstance(told[-1], Stepped)
    for _ in range(2 * operations - 1):
        runs.train()
    assert run.iteration == 2 and not runs.is_playing
    found = {name: values.tobytes() for name, values in run.state.stored().items()}
    run.reset(0)
    run.train(2)
    assert found == {name: values.tobytes() for name, values in run.state.stored().items()}


def test_from_slow_motion_to_full_speed_in_the_middle_of_an_iteration(runs: RunControl) -> None:
    runs.carry_out(Play())
    runs.carry_out(SetSpeed(None, 1.0))
    runs.train()
    runs.carry_out(SetSpeed(None))
    runs.train()
    run = runs.group.main.run
    assert run is not None and not run.stepper.inside and run.iteration >= 1 and runs.is_playing


def test_before_any_command_there_is_nothing_to_do() -> None:
    assert RunControl(np.zeros(machine.CONTROL_WORDS, dtype=np.int64), lambda event: None).seconds_until_due is None


def test_who_runs_to_a_breakpoint_while_it_plays_pauses_first(runs: RunControl) -> None:
    runs.carry_out(SetBreakpoints((Breakpoint("dense_1"),)))
    runs.carry_out(Play())
    runs.carry_out(StepToBreakpoint())
    assert not runs.is_playing and runs.seconds_until_due == 0.0
    runs.train()
    assert runs.seconds_until_due is None and iteration(runs) == 0


def test_a_failure_ends_playing_and_is_told(runs: RunControl, told: list[Event]) -> None:
    runs.carry_out(Play())
    told.clear()
    runs.report(ZeroDivisionError("a fault"))
    assert not runs.is_playing
    assert [event.playing for event in told if isinstance(event, StateChanged)] == [False]
    assert isinstance(told[-1], Failed)


def places(told: list[Event]) -> list[int]:
    return [event.pc for event in told if isinstance(event, Stepped)]


def test_several_steps_are_so_many_single_ones_forwards_and_back(runs: RunControl, told: list[Event]) -> None:
    for count in (1, 1, 1):
        runs.carry_out(StepForward(count))
    single = places(told)[-1]
    runs.carry_out(StepBack(2))
    back = places(told)[-1]
    runs.carry_out(StepForward(2))
    assert places(told)[-1] == single and back < single
    runs.carry_out(StepBack(10))
    assert places(told)[-1] == 0 and iteration(runs) == 0, "no further back than to the beginning"


def test_steps_in_the_past_end_where_something_else_was_trained(runs: RunControl, told: list[Event]) -> None:
    """Many at a time before the iteration after which the rate was changed, a search behind it, which is told."""
    faster = replace(PROJECT, training=replace(PROJECT.training, learning_rate=0.1))

    def train() -> None:
        runs.carry_out(Iterate(5))
        while runs.is_playing:
            runs.train()

    train()
    runs.carry_out(Adjust(Change(Version(0, PROJECT), Version(1, faster))))
    train()
    before = Change(Version(1, faster), Version(2, PROJECT), back_to=3)
    runs.carry_out(Adjust(before))
    length = len(runs.group.main.run.program.instructions)  # type: ignore[union-attr]
    runs.carry_out(StepForward(3 * length))
    assert (iteration(runs), places(told)[-1], runs.reach.latest) == (4, 0, 10)
    runs.carry_out(StepBack(length))
    assert iteration(runs) == 3
    runs.carry_out(SetBreakpoints((Breakpoint("dense_1", times=1_000_000),)))
    run_to_breakpoint(runs)
    assert iteration(runs) == 4 and runs.reach.latest == 10
    (refused,) = [event for event in told if isinstance(event, Refused)]
    assert refused.message == "Stopped where something was changed after iteration 5; the next step goes on from here as a branch."


def test_at_rest_an_iteration_that_was_begun_stays_begun_while_another_run_catches_up(runs: RunControl) -> None:
    runs.carry_out(Iterate(5))
    while runs.is_playing:
        runs.train()
    runs.carry_out(StepForward(2))
    own = runs.group.main.run
    assert own is not None
    place = own.stepper.pc
    runs.carry_out(Load(Change.opening(another_seed(1).derive(PROJECT)), DATA, 1, run=1))
    while runs.group.has_late:
        runs.train()
    assert own.stepper.inside and own.stepper.pc == place and not runs.is_playing
    other = runs.group.members[1].run
    assert other is not None and other.iteration == own.iteration
    runs.carry_out(Iterate(3))
    while runs.is_playing:
        runs.train()
    assert (iteration(runs), other.iteration) == (9, 9), "the rest of the one that was begun, and then three more"
    runs.group.close()


def test_another_rate_is_adjusted_without_a_word_and_another_seed_with_one(runs: RunControl, told: list[Event]) -> None:
    faster = replace(PROJECT, training=replace(PROJECT.training, learning_rate=0.1))
    runs.carry_out(Adjust(Change(Version(0, PROJECT), Version(1, faster))))
    assert told == []
    runs.carry_out(Adjust(Change(Version(1, faster), Version(2, faster.with_seed(5)), keep=False)))
    assert [type(event) for event in told if isinstance(event, (Stepped, StateChanged))] == [Stepped, StateChanged]
    told.clear()
    runs.carry_out(Load(Change.opening(another_seed(1).derive(PROJECT)), DATA, 1, run=1))
    told.clear()
    other = another_seed(1).derive(faster)
    runs.carry_out(Adjust(Change(Version(2, other), Version(3, other.with_seed(9)), keep=False), 1))
    assert not any(isinstance(event, StateChanged) for event in told), "the project's own run went on"
    runs.group.close()
