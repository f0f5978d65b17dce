"""Several runs: at the same iteration after every slice, in the bits of each alone, and one that goes wrong stops alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from networks import mlp
from variants import another_seed

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine import machine
from nnlab.engine.stop_condition import StopCondition
from nnlab.graph import edits
from nnlab.training import runs
from nnlab.training.change import Change
from nnlab.training.commands import Event, Load, RunEnded
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import MOST_DIFFERENCES
from nnlab.training.project import Project
from nnlab.training.runs import MAIN, MOST_RUNS, RunGroup
from nnlab.training.settings import TrainingSettings

PROJECT = Project(mlp([2, 8, 8, 1], loss="mse"), DataSettings("plane"), TrainingSettings("adam", {}, 1e-2, 10))
DATA = prepare(PROJECT.data)
VARIANTS = {
    MAIN: PROJECT,
    1: another_seed(1).derive(PROJECT),
    2: replace(PROJECT, graph=edits.configure(PROJECT.graph, "dense_2", units=3)),
    3: replace(PROJECT, training=replace(PROJECT.training, optimizer="sgd", batch_size=7)),
}


def group_of(projects: dict[int, Project]) -> RunGroup:
    group = RunGroup(np.zeros(machine.CONTROL_WORDS, dtype=np.int64))
    for number, project in projects.items():
        group.add(number).load(Load(Change.opening(project), DATA, 1, number))
    return group


def iterations(group: RunGroup) -> list[int]:
    return [member.run.iteration for member in group.members.values() if member.run is not None]


def alone(project: Project, steps: int) -> bytes:
    run = prepare_run(project.graph, DATA, project.training)
    run.train(steps)
    return run.state.arena[: run.program.moments_end].tobytes()


def bits(group: RunGroup, number: int) -> bytes:
    run = group.members[number].run
    assert run is not None
    return run.state.arena[: run.program.moments_end].tobytes()


@pytest.mark.parametrize("threads", [1, 2], ids=["side by side", "by turns"])
def test_every_run_ends_in_the_bits_of_its_project_alone(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "threads_for", lambda operations: threads)
    group = group_of(VARIANTS)
    for steps in (1, 30, 7, 162):
        assert group.advance(steps) == (steps, {})
        assert len(set(iterations(group))) == 1
    assert iterations(group) == [200] * 4
    assert all(bits(group, number) == alone(project, 200) for number, project in VARIANTS.items())
    group.close()


def test_as_soon_as_one_run_wants_all_cores_they_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of threads holds for the process and decides the last bits."""
    beside: list[int] = []
    side_by_side = RunGroup._side_by_side

    def watched(self: RunGroup, tasks: Sequence[Callable[[], tuple[str, float]]]) -> list[tuple[str, float]]:
        beside.append(len(tasks))
        return side_by_side(self, tasks)

    monkeypatch.setattr(RunGroup, "_side_by_side", watched)
    group = group_of({k: VARIANTS[k] for k in (0, 2)})
    large = group.members[2].run
    assert large is not None
    for wanted, expected in (((1, 1), [2]), ((1, 2), []), ((2, 1), []), ((2, 2), [])):
        beside.clear()
        counts = {large.program.operations: wanted[1]}
        monkeypatch.setattr(runs, "threads_for", lambda operations, counts=counts, wanted=wanted: counts.get(operations, wanted[0]))
        group.advance(5)
        assert beside == expected, wanted
    group.close()


def test_a_project_is_compared_with_as_many_as_can_train_beside_it() -> None:
    assert MOST_DIFFERENCES == MOST_RUNS - 1


def test_requests_to_leave_and_for_frames_are_not_answered_within_a_slice() -> None:
    """The machine would leave one run after its step, and not the other."""
    group = group_of({k: VARIANTS[k] for k in (0, 1)})
    group._control[machine.LEAVE] = group._control[machine.FRAME] = 1
    group.advance(20)
    assert iterations(group) == [20, 20] and group._control[machine.FRAME] == 1
    group.remove(1)
    assert group.train_alone(20) < 20, "alone, it leaves when it is asked to"


def test_who_joins_late_catches_up_first() -> None:
    group = group_of({MAIN: PROJECT})
    group.train_alone(50)
    group.add(1).load(Load(Change.opening(VARIANTS[1]), DATA, 1, 1))
    assert group.has_late
    assert group.advance(30) == (30, {}) and iterations(group) == [50, 30]
    assert group.advance(30) == (20, {}) and iterations(group) == [50, 50] and not group.has_late
    group.advance(10)
    assert bits(group, MAIN) == alone(PROJECT, 60) and bits(group, 1) == alone(VARIANTS[1], 60)


def test_a_run_whose_numbers_go_wrong_stops_alone() -> None:
    wild = replace(PROJECT, training=replace(PROJECT.training, optimizer="sgd", learning_rate=500.0))
    group = group_of({MAIN: PROJECT, 1: wild, 2: VARIANTS[2]})
    _, stopped = group.advance(100)
    assert stopped.keys() == {1} and "Training stopped at iteration" in stopped[1]
    assert group.active.keys() == {MAIN, 2} and not group.has_late
    group.advance(20)
    assert bits(group, MAIN) == alone(PROJECT, 120) and bits(group, 2) == alone(VARIANTS[2], 120)
    assert iterations(group)[1] < 100
    group.retry()
    assert 1 not in group.active, "it would be behind for ever"
    group.rewind()
    assert iterations(group) == [0, 0, 0] and group.active.keys() == {MAIN, 1, 2}


def test_the_last_one_standing_may_be_tried_again() -> None:
    wild = replace(PROJECT, training=replace(PROJECT.training, optimizer="sgd", learning_rate=500.0))
    group = group_of({MAIN: wild, 1: PROJECT})
    assert group.advance(100)[1].keys() == {MAIN}
    group.retry()
    assert group.active.keys() == {1}
    group.remove(1)
    assert group.active.keys() == {MAIN}


def test_stepping_takes_the_others_along_and_back() -> None:
    group = group_of({k: VARIANTS[k] for k in (0, 1)})
    group.advance(5)
    main = group.main.run
    assert main is not None
    before = bits(group, 1)
    main.stepper.forward()
    group.follow_step()
    assert iterations(group) == [5, 5]
    main.stepper.finish()
    group.follow_step()
    assert iterations(group) == [6, 6] and bits(group, 1) == alone(VARIANTS[1], 6)
    main.stepper.back()
    group.follow_step()
    assert iterations(group) == [5, 5] and bits(group, 1) == before
    main.stepper.finish()
    group.follow_step()
    group.advance(4)
    assert bits(group, MAIN) == alone(PROJECT, 10) and bits(group, 1) == alone(VARIANTS[1], 10)


def test_a_fault_is_raised_when_all_have_come_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    group = group_of({k: VARIANTS[k] for k in (0, 1)})
    real = runs._train

    def faulty(run: object, steps: int) -> str:
        if run is group.main.run:
            raise ZeroDivisionError("a fault")
        return real(run, steps)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "_train", faulty)
    with pytest.raises(ZeroDivisionError):
        group.advance(10)
    assert iterations(group) == [0, 10]


def test_there_is_room_for_four() -> None:
    group = group_of(VARIANTS)
    with pytest.raises(NNLabError, match="4 runs train side by side already; remove one first"):
        group.add(MOST_RUNS)
    assert group.add(2) is group.members[2]


def test_in_company_frames_still_tell_how_far_the_last_update_moved_the_weights() -> None:
    group = group_of({k: VARIANTS[k] for k in (0, 1)})
    single = group_of({MAIN: PROJECT})
    single.train_alone(10)
    group.advance(10)
    company, by_itself = group.main.run, single.main.run
    assert company is not None and by_itself is not None
    assert np.isfinite(company.moved).all() and (company.moved == by_itself.moved).all()
    group.remove(1)
    group.train_alone(3)
    assert group._control[machine.MEASURE] == company.mailbox.holds_updates


def test_where_no_run_is_ready_no_step_is_done() -> None:
    """Before a network was loaded."""
    assert group_of({}).advance(5) == (0, {})


def test_whoever_is_removed_tells_what_it_had_learned() -> None:
    told: list[Event] = []
    group = RunGroup(np.zeros(machine.CONTROL_WORDS, dtype=np.int64), told.append)
    for number in (MAIN, 1):
        group.add(number).load(Load(Change.opening(VARIANTS[number]), DATA, 1, number))
    group.advance(7)
    group.remove(1)
    assert [(one.project, one.curve.iteration) for one in told if isinstance(one, RunEnded)] == [(VARIANTS[1], 7)]
    group.remove(1)  # that is gone already
    group.remove(MAIN)
    assert len(told) == 1 and group.members.keys() == {MAIN}


def test_runs_are_put_aside_and_back_as_they_are() -> None:
    group = group_of({k: VARIANTS[k] for k in (0, 1)})
    group.advance(5)
    group.main.watch(frozenset({"dense_1.y"}))
    before = group.members
    aside = group.exchange(None)
    assert group.is_alone and group.main.run is None and group.main.watched == {"dense_1.y"}
    assert group.exchange(aside) != before and group.members == before and iterations(group) == [5, 5]


def test_the_clock_counts_the_seconds_of_training_and_no_others() -> None:
    """However they are trained: alone, a phase at a time, side by side, in rounds and by turns."""
    group = group_of({MAIN: PROJECT})
    begun = time.perf_counter()
    group.train_alone(50)
    seconds = [group.main.clock.seconds]
    group.time_phases(3)
    seconds.append(group.main.clock.seconds)
    group.add(1).load(Load(Change.opening(VARIANTS[1]), DATA, 1, 1))
    for every in (None, None, 5):
        group.advance(60, every)
        seconds.append(group.main.clock.seconds)
    beside = group.members[1].clock.seconds
    assert 0 < seconds[0] < seconds[1] == seconds[2] < seconds[3] < seconds[4] < time.perf_counter() - begun
    assert 0 < beside < time.perf_counter() - begun
    group.close()


def patient(epochs: int) -> Project:
    return replace(PROJECT, training=replace(PROJECT.training, patience=epochs, learning_rate=0.5, batch_size=16))


def test_in_company_a_slice_ends_with_the_epoch_where_patience_looks() -> None:
    alone_, group = group_of({MAIN: patient(2)}), group_of({MAIN: patient(2), 1: VARIANTS[1]})
    epoch = -(-len(DATA.x) // 16)
    assert len(alone_.time_phases(1000)) and alone_.main.run is not None and alone_.main.run.iteration == epoch
    assert group.advance(1000) == (epoch, {}) and iterations(group) == [epoch, epoch]
    alone_.train_alone(100 * epoch)
    ended, main = alone_.main.run.stopped_by, group.main.run
    assert ended is not None and main is not None
    while main.stopped_by is None and main.iteration < 100 * epoch:
        group.advance(1000)
    assert main.stopped_by == ended and main.iteration == alone_.main.run.iteration
    assert bits(group, MAIN) == bits(alone_, MAIN)


def test_where_a_condition_stops_the_project_s_own_run_the_others_stop_too() -> None:
    group = group_of({k: VARIANTS[k] for k in (0, 1, 2)})
    group.main.stop_when((StopCondition("iteration == 7"),))
    assert group.advance(20) == (7, {}) and iterations(group) == [7, 7, 7]
    assert bits(group, 2) == alone(VARIANTS[2], 7)
    group.members[1].stopped = group.members[2].stopped = "for this test"
    group.rewind()
    group.members[1].stopped = group.members[2].stopped = "for this test"
    assert group.advance(20) == (7, {}), "also where it is the only one that goes on"


def test_who_catches_up_stops_where_the_rate_of_any_changed() -> None:
    group = group_of({MAIN: PROJECT})
    group.train_alone(30)
    for number, at in ((1, 10), (2, 20)):
        group.add(number).load(Load(Change.opening(VARIANTS[number]), DATA, 1, number, ((at, 0.1),)))
    assert [group.advance(50)[0] for _ in range(3)] == [10, 10, 10] and iterations(group) == [30, 30, 30]
    for number, at in ((1, 10), (2, 20)):
        run = prepare_run(VARIANTS[number].graph, DATA, VARIANTS[number].training)
        run.train(at)
        run.set_learning_rate(0.1)
        run.train(30 - at)
        assert bits(group, number) == run.state.arena[: run.program.moments_end].tobytes()


def test_frames_are_made_after_every_so_many_steps_if_one_is_wanted() -> None:
    group = group_of({k: VARIANTS[k] for k in (0, 1)})
    runs_ = [member.run for member in group.members.values() if member.run is not None]
    group.advance(7, 5)
    assert all(run.mailbox.newest() is None for run in runs_), "nobody looks"
    group._control[machine.FRAME] = 1
    group.advance(7, 5)
    assert group._control[machine.FRAME] == 0
    assert [frame.iteration if (frame := run.mailbox.newest()) is not None else None for run in runs_] == [12, 12]
    assert all(run.control[machine.FRAME] == run.control[machine.EVERY] == 0 for run in runs_)
    group.close()


def test_who_is_two_iterations_behind_is_not_stepped() -> None:
    group = group_of({MAIN: PROJECT})
    group.train_alone(2)
    group.add(1).load(Load(Change.opening(VARIANTS[1]), DATA, 1, 1))
    assert group.follow_step() == {} and iterations(group) == [2, 0]


def test_all_go_back_and_on_from_there() -> None:
    group = group_of({k: VARIANTS[k] for k in (0, 1)})
    group.advance(20)
    group.back_to(12, lambda: True)
    assert iterations(group) == [12, 12]
    assert bits(group, MAIN) == alone(PROJECT, 12) and bits(group, 1) == alone(VARIANTS[1], 12)
    assert all(member.timeline.is_in_the_past for member in group.members.values())
    group.members[1].timeline.branch(group.active[1], replace(VARIANTS[1], branch=1))
    group.add(2)  # which has no network yet
    group.go_on()
    group.follow_time()
    group.publish()
    assert not any(member.timeline.is_in_the_past for member in group.members.values())
    group.forget_branch(0)
    assert group.members[1].timeline.reach(group.active[1]).branches == ()
