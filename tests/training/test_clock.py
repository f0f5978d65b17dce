"""How many epochs and seconds of training a run had behind it, at any iteration it has passed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nnlab.core.kernel.context import BATCH, EPOCH
from nnlab.core.preparation import prepare
from nnlab.files.examples import load_example
from nnlab.training.clock import MOST_MARKS, Clock, ClockMark, now
from nnlab.training.complete_run import prepare_run


def test_between_the_ends_of_slices_time_passes_evenly() -> None:
    clock = Clock()
    clock.add(ClockMark(0, 0.0), ClockMark(10, 1.0), 2.0)
    clock.add(ClockMark(10, 1.0), ClockMark(30, 3.0), 1.0)
    progress = clock.read()
    assert progress.seconds_at(np.array([0, 5, 10, 20, 30])).tolist() == [0.0, 1.0, 2.0, 2.5, 3.0]
    assert progress.epochs_at(np.array([0, 5, 20])).tolist() == [0.0, 0.5, 2.0]
    assert clock.seconds == 3.0


def test_what_lay_ahead_is_dropped_when_training_goes_on_from_the_past() -> None:
    clock = Clock()
    clock.add(ClockMark(0, 0.0), ClockMark(100, 10.0), 10.0)
    clock.add(ClockMark(50, 5.0), ClockMark(60, 6.0), 3.0)
    assert [mark.iteration for mark in clock.read().marks] == [0, 50, 60]
    assert clock.read().seconds_at(np.array([50, 60])).tolist() == [5.0, 8.0]


def test_iterations_gone_through_by_hand_take_no_seconds_but_count_as_epochs() -> None:
    clock = Clock()
    clock.add(ClockMark(0, 0.0), ClockMark(10, 1.0), 2.0)
    clock.add(ClockMark(12, 1.5), ClockMark(20, 2.0), 1.0)
    assert clock.read().seconds_at(np.array([12, 20])).tolist() == [2.0, 3.0]
    assert clock.read().epochs_at(np.array([12])).tolist() == [1.5]


def test_nothing_is_claimed_of_what_came_before_the_clock_began() -> None:
    clock = Clock()
    assert clock.read().seconds_at(np.array([0]))[0] == 0.0 and np.isnan(clock.read().seconds_at(np.array([1]))[0])
    clock.add(ClockMark(500, 5.0), ClockMark(600, 6.0), 1.0)
    assert np.isnan(clock.read().seconds_at(np.array([499]))[0]) and clock.read().seconds_at(np.array([600]))[0] == 1.0


def test_memory_is_bounded_and_ends_are_kept() -> None:
    clock = Clock()
    for k in range(3 * MOST_MARKS):
        clock.add(ClockMark(k, k / 10), ClockMark(k + 1, (k + 1) / 10), 0.25)
        assert clock.seconds == 0.25 * (k + 1), "the last one is never thinned out"
    progress = clock.read()
    assert len(progress.marks) <= MOST_MARKS
    assert progress.marks[0].iteration == 0 and progress.marks[-1].iteration == 3 * MOST_MARKS
    assert progress.seconds_at(np.array([1000]))[0] == pytest.approx(250.0)


def test_epochs_count_batches_so_that_a_smaller_last_one_weighs_as_much() -> None:
    """400 samples in batches of 150 are three batches an epoch."""
    project = load_example("circle")
    run = prepare_run(project.graph, prepare(project.data), replace(project.training, batch_size=150))
    found = []
    for _ in range(4):
        run.train(1)
        found.append(now(run).epochs)
    assert found == pytest.approx([1 / 3, 2 / 3, 1.0, 4 / 3])


@pytest.mark.parametrize(("batch", "batch_size", "epochs"), [(0, 5, 3.0), (1, 5, 3.5), (1, 4, 3 + 1 / 3), (3, 5, 4.0)])
def test_the_batches_of_an_epoch_are_at_most_all_of_it(batch: int, batch_size: int, epochs: float) -> None:
    """10 samples in batches of 5 are 2, of 4 are 3; where larger batches came into use, more were done than there are now."""
    context = np.zeros(64, dtype=np.int64)
    context[EPOCH], context[BATCH] = 3, batch
    run: Any = SimpleNamespace(state=SimpleNamespace(context=context), order=np.arange(10), batch_size=batch_size, iteration=7)
    assert now(run) == ClockMark(7, pytest.approx(epochs))


def test_of_too_many_marks_every_second_goes_but_the_first_and_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnlab.training.clock.MOST_MARKS", 8)
    clock = Clock()
    for k in range(8):
        clock.add(ClockMark(k, 0.0), ClockMark(k + 1, 0.0), 1.0)
    assert [mark.iteration for mark in clock.read().marks] == [0, 2, 4, 6, 8]


def test_who_goes_back_by_less_than_a_slice_drops_what_lay_ahead() -> None:
    clock = Clock()
    for at in (0, 10, 20):
        clock.add(ClockMark(at, 0.0), ClockMark(at + 10, 0.0), 1.0)
    clock.add(ClockMark(25, 0.0), ClockMark(28, 0.0), 2.0)
    assert [(mark.iteration, mark.seconds) for mark in clock.read().marks] == [(0, 0.0), (10, 1.0), (20, 2.0), (25, 2.5), (28, 4.5)]
    clock.add(ClockMark(5, 0.0), ClockMark(10, 0.0), 1.0)
    assert [(mark.iteration, mark.seconds) for mark in clock.read().marks] == [(0, 0.0), (5, 0.5), (10, 1.5)]
