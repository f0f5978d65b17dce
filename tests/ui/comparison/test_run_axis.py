"""The same iteration lies at another place of the axis for runs with other batches or speeds."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.training.clock import Clock, ClockMark, TrainingProgress
from nnlab.ui.comparison.run_axis import EPOCHS, ITERATIONS, SECONDS, RunAxis


def progress(per_epoch: int, speed: float) -> TrainingProgress:
    clock = Clock()
    clock.add(ClockMark(0, 0.0), ClockMark(100, 100 / per_epoch), 100 / speed)
    return clock.read()


@pytest.mark.parametrize(("kind", "own", "other"), [(ITERATIONS, 50.0, 50.0), (EPOCHS, 5.0, 10.0), (SECONDS, 0.5, 0.25)])
def test_positions(kind: str, own: float, other: float) -> None:
    axis = RunAxis(kind, progress(10, 100.0))
    assert axis.position(50) == pytest.approx(own) and axis.iteration(own) == pytest.approx(50)
    assert axis.positions(progress(5, 200.0), np.array([50])).tolist() == pytest.approx([other])


def test_positions_in_words() -> None:
    known = progress(10, 100.0)
    assert [RunAxis(kind, known).written_after(value) for kind, value in ((ITERATIONS, 1458.0), (EPOCHS, 11.42), (SECONDS, 0.831))] == [
        "1,458", "epoch 11.4", "0.831 s",
    ]  # fmt: skip


def test_an_axis_is_called_by_what_it_counts() -> None:
    assert [RunAxis(kind).title for kind in (ITERATIONS, EPOCHS, SECONDS)] == ["iteration", "epochs", "seconds"]
    assert RunAxis().kind == ITERATIONS
    assert [RunAxis(EPOCHS).written(11.42), RunAxis(SECONDS).written(0.8314), RunAxis().written(457.6)] == ["11.4", "0.831 s", "458"]


@pytest.mark.parametrize(("kind", "usual"), [(ITERATIONS, 123_456.0), (EPOCHS, 12.3), (SECONDS, 0.123)])
def test_the_room_of_a_position_is_that_of_a_usual_one(kind: str, usual: float) -> None:
    assert len(RunAxis(kind).widest) == len(RunAxis(kind).written_after(usual))


def test_before_anything_is_known_a_position_is_an_iteration() -> None:
    assert [RunAxis(kind).iteration(7.5) for kind in (ITERATIONS, EPOCHS, SECONDS)] == [7.5] * 3


def test_only_iterations_are_whole() -> None:
    """One pixel in a hundred for a number: 0 to 2 in 400 pixels has room for halves."""
    assert [tick.text for tick in RunAxis(ITERATIONS).ticks(0, 2, 400, 100)] == ["0", "1", "2"]
    assert [tick.text for tick in RunAxis(EPOCHS).ticks(0, 2, 400, 100)] == ["0", "0.5", "1.0", "1.5", "2.0"]
