"""Several runs: at the same iteration after every slice, in the bits of each alone, and one that goes wrong stops alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from networks import mlp
from variants import another_seed

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine import machine
from nnlab.graph import edits
from nnlab.training import runs
from nnlab.training.change import Change
from nnlab.training.commands import Load
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
