"""What plots of runs count along their x axis: iterations, epochs, or seconds of training.

The same iteration lies at another place for every run where batch sizes or speeds differ. The crosshair, which all plots share, stands at
an iteration of the project's own run; the others are read at the same place of the axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.training.clock import NO_PROGRESS, TrainingProgress
from nnlab.ui.look import numbers
from nnlab.ui.panels.plotting.ticks import Tick, iteration_ticks, linear_ticks
from nnlab.ui.widgets.segmented import Option

ITERATIONS, EPOCHS, SECONDS = "iteration", "epoch", "second"
CHOICES = (
    Option(ITERATIONS, "iteration", "Against iterations: updates of the weights"),
    Option(EPOCHS, "epoch", "Against epochs: passes over the training samples, so that runs with other batches have seen as many"),
    Option(SECONDS, "second", "Against the seconds in which the machine trained each run; runs side by side share its cores"),
)


@dataclass(frozen=True, eq=False)
class RunAxis:
    """`progress` is that of the project's own run."""

    kind: str = ITERATIONS
    progress: TrainingProgress = NO_PROGRESS

    @property
    def title(self) -> str:
        return self.kind if self.kind == ITERATIONS else f"{self.kind}s"

    def positions(self, progress: TrainingProgress, iterations: np.ndarray) -> np.ndarray:
        """Where iterations of a run lie, NaN where that is not known."""
        if self.kind == ITERATIONS:
            return np.asarray(iterations, dtype=np.float64)
        return progress.epochs_at(iterations) if self.kind == EPOCHS else progress.seconds_at(iterations)

    def position(self, iteration: float) -> float:
        """Where an iteration of the project's own run lies."""
        return float(self.positions(self.progress, np.array([iteration]))[0])

    def iteration(self, position: float) -> float:
        """The iteration of the project's own run that lies at a position."""
        marks = np.array([mark.iteration for mark in self.progress.marks], dtype=np.float64)
        if self.kind == ITERATIONS or not len(marks):
            return position
        return float(np.interp(position, self.positions(self.progress, marks), marks))

    def written(self, position: float) -> str:
        """A position for people: 458, 11.4, 0.83 s."""
        if self.kind == ITERATIONS:
            return numbers.count(round(position))
        return numbers.number(position, 3) + (" s" if self.kind == SECONDS else "")

    def written_after(self, position: float) -> str:
        """As the end of a sentence: 458, epoch 11.4, 0.83 s."""
        return f"epoch {self.written(position)}" if self.kind == EPOCHS else self.written(position)

    @property
    def widest(self) -> str:
        """The longest that `written_after` is expected to be."""
        return {ITERATIONS: "000,000", EPOCHS: "epoch 00.0", SECONDS: "0.000 s"}[self.kind]

    def ticks(self, low: float, high: float, length: float, spacing: float) -> list[Tick]:
        if self.kind == ITERATIONS:
            return iteration_ticks(low, high, length, spacing)
        return linear_ticks(low, high, length, spacing)
