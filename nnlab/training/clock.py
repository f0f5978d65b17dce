"""How many epochs and how many seconds of training a run had behind it at any iteration it has passed.

Nothing can be measured within a slice of training, which runs in compiled code: between the ends of slices both are taken to grow evenly.
Seconds are those in which the machine trained this run; what the display or other runs took is not counted, though they share the cores.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from nnlab.core.kernel.context import BATCH, EPOCH
from nnlab.engine.run import Run

MOST_MARKS = 4096


class ClockMark(NamedTuple):
    """A moment between two slices. `epochs` counts whole ones and the share of the batches of the one under way."""

    iteration: int
    epochs: float
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class TrainingProgress:
    """What a clock knew at a moment, by rising iterations."""

    marks: tuple[ClockMark, ...] = ()

    @cached_property
    def _columns(self) -> np.ndarray:
        """(iterations, epochs, seconds), float64: made when somebody looks, not with every frame."""
        return np.array(self.marks, dtype=np.float64).reshape(-1, 3).T

    def epochs_at(self, iterations: np.ndarray) -> np.ndarray:
        """Epochs after iterations; NaN before the first that is known."""
        return self._at(iterations, self._columns[1])

    def seconds_at(self, iterations: np.ndarray) -> np.ndarray:
        """Seconds of training after iterations; NaN before the first that is known."""
        return self._at(iterations, self._columns[2])

    def _at(self, iterations: np.ndarray, values: np.ndarray) -> np.ndarray:
        iterations = np.asarray(iterations, dtype=np.float64)
        if not self.marks:
            return np.where(iterations == 0, 0.0, np.nan)
        return np.interp(iterations, self._columns[0], values, left=np.nan)


NO_PROGRESS = TrainingProgress()


class Clock:
    """Written by the thread that trains, read by any."""

    def __init__(self) -> None:
        self._marks: list[ClockMark] = []

    @property
    def seconds(self) -> float:
        """Up to the last slice."""
        marks = self._marks
        return marks[-1].seconds if marks else 0.0

    def add(self, before: ClockMark, after: ClockMark, seconds: float) -> None:
        """A slice went from one moment to another in so many seconds; what lay ahead of where it began is dropped."""
        marks, passed = self._marks, self._seconds_at(before.iteration)
        if self._is_behind(before):
            marks = [mark for mark in marks if mark.iteration <= before.iteration]
        if not marks or marks[-1].iteration < before.iteration:
            marks.append(before._replace(seconds=passed))
        marks.append(after._replace(seconds=passed + seconds))
        if len(marks) > MOST_MARKS:
            marks = [marks[0], *marks[2::2]]
        self._marks = marks

    def _is_behind(self, mark: ClockMark) -> bool:
        return bool(self._marks) and self._marks[-1].iteration > mark.iteration

    def _seconds_at(self, iteration: int) -> float:
        marks = self._marks
        if not self._is_behind(ClockMark(iteration, 0.0)):
            return self.seconds
        return float(np.interp(iteration, [mark.iteration for mark in marks], [mark.seconds for mark in marks]))

    def read(self) -> TrainingProgress:
        return TrainingProgress(tuple(self._marks))


def now(run: Run) -> ClockMark:
    """Where a run stands between two steps."""
    context, batches = run.state.context, -(-len(run.order) // run.batch_size)
    return ClockMark(run.iteration, int(context[EPOCH]) + min(1.0, int(context[BATCH]) / batches))
