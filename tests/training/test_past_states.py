"""What was left comes back by the number of its state, the oldest goes first, and another project has no past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from networks import mlp

from nnlab.core.preparation import DataSettings, prepare
from nnlab.graph import edits
from nnlab.training.change import Change, Version
from nnlab.training.complete_run import prepare_run
from nnlab.training.past_states import PastStates
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

PROJECT = Project(mlp([2, 8, 8, 1], loss="binary_cross_entropy"), DataSettings("spiral"), TrainingSettings("adam", {}, 1e-2, 10))
DATA = prepare(PROJECT.data)


def version(number: int, seed: int = 0) -> Version:
    return Version(number, replace(PROJECT, training=replace(PROJECT.training, seed=seed)))


def run(project: Project = PROJECT, seed: int = 0):  # type: ignore[no-untyped-def]
    return prepare_run(project.graph, DATA, replace(project.training, seed=seed))


def ending(number: int) -> Change:
    return Change(version(number), version(number + 1, seed=number + 1), keep=False)


NARROW = replace(PROJECT, graph=edits.configure(PROJECT.graph, "dense_1", units=4))
WEIGHTS_OF_DENSE_1_AND_WHAT_READS_IT = {("dense_1.weight", (8, 2)), ("dense_1.bias", (8,)), ("dense_2.weight", (8, 8))}


def test_numbers_that_an_edit_took_away_come_back_for_its_state_alone() -> None:
    past, old = PastStates(), run(seed=3)
    past.keep_lost(old, run(NARROW), Change(Version(4, PROJECT), Version(5, NARROW)))
    kept = past.numbers_for([4])
    assert set(kept) == WEIGHTS_OF_DENSE_1_AND_WHAT_READS_IT
    assert (kept["dense_1.weight", (8, 2)] == old.state["dense_1.weight"]).all()
    assert past.numbers_for([5]) == {} and past.numbers_for([]) == {}


def test_a_change_from_a_state_to_itself_and_from_another_project_leaves_nothing() -> None:
    past = PastStates()
    past.keep_lost(run(), run(NARROW), Change(Version(4, PROJECT), Version(4, NARROW)))
    past.keep_lost(run(), run(NARROW), Change(None, Version(4, NARROW)))
    assert past.numbers_for(range(6)) == {}


def test_a_run_that_ended_comes_back_where_it_was() -> None:
    past, old = PastStates(), run()
    old.train(30)
    past.end(old, ending(0))
    old.train(10)
    kept = past.run_for([0])
    assert kept is not None and kept.context[1] == 30 and past.run_for([1]) is None
    again = run()
    again.train(30)
    assert all((kept.parameters[name] == again.state[name]).all() for name in kept.parameters)


def test_the_end_of_a_run_forgets_single_numbers_and_what_waited() -> None:
    past = PastStates()
    past.keep_lost(run(), run(NARROW), Change(Version(4, PROJECT), Version(5, NARROW)))
    past.end(run(), ending(5))
    past.waiting = past.run_for([5])
    past.end(None, ending(6))
    assert past.numbers_for([4]) == {} and past.waiting is None and past.run_for([5]) is not None and past.run_for([6]) is None


def test_another_project_has_no_past() -> None:
    past = PastStates()
    past.end(run(), ending(0))
    past.end(run(), Change.opening(PROJECT))
    assert past.run_for([0]) is None


def test_a_rewind_forgets_single_numbers_and_keeps_runs() -> None:
    past = PastStates()
    past.end(run(), ending(0))
    past.keep_lost(run(), run(NARROW), Change(Version(1, PROJECT), Version(2, NARROW)))
    past.begin_anew()
    assert past.numbers_for([1]) == {} and past.run_for([0]) is not None


@pytest.mark.parametrize(("room", "left"), [(3, {1, 2, 3}), (2.5, {2, 3}), (1, {3}), (0.5, set())])
def test_the_oldest_runs_go_when_memory_is_full(room: float, left: set[int]) -> None:
    parameters = 2 * 8 + 8 + 8 * 8 + 8 + 8 + 1
    numbers = parameters * 3 + 6  # Adam keeps two moments of each, and how many steps each of the six tensors has made
    past = PastStates(int(room * numbers * np.float32().nbytes))
    for number in (1, 2, 3):
        past.end(run(), ending(number))
    assert {number for number in (1, 2, 3) if past.run_for([number]) is not None} == left


def test_the_oldest_numbers_go_when_memory_is_full() -> None:
    size = (8 * 2 + 8 + 8 * 8) * np.float32().nbytes
    past = PastStates(2 * size)
    for number in (1, 2, 3):
        past.keep_lost(run(), run(NARROW), Change(Version(number, PROJECT), Version(9, NARROW)))
    assert [bool(past.numbers_for([number])) for number in (1, 2, 3)] == [False, True, True]
