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
