"""Patience: how long training goes on without a lower validation loss, and the best weights so far.

The loss on held-out samples is looked at where training begins and after every epoch. Once `epochs` epochs have passed without one that is
lower by more than `min_delta` than the lowest so far, nothing better is expected (Prechelt, Early stopping - but when?, 1998; parameters as
in Keras). What was seen at the last few epochs is kept, so that a step taken back over the end of an epoch takes the look back, too.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.kernel.recording import CHECK_ITERATION, CHECK_VALIDATION, VALIDATIONS
from nnlab.core.written import rounded
from nnlab.engine.run import Run
from nnlab.engine.stop_condition import StopCondition

REMEMBERED = 4  # looks that can be taken back; each may hold weights of its own


@dataclass(frozen=True, eq=False)
class Look:
    """What was known after `iteration`. `best`: parameters and buffers by name, as they were after `best_iteration`."""

    iteration: int
    best: Mapping[str, np.ndarray]
    best_loss: float
    best_iteration: int
    waited: int = 0  # epochs since


@dataclass(frozen=True)
class PatienceEnded(StopCondition):
    """What stopped training, in the place of a condition."""

    best_iteration: int = 0

    def __post_init__(self) -> None:
        """Its text is no formula."""


class Patience:
    """Of one run. Raises nothing: a run without validation samples is never stopped."""

    def __init__(self, epochs: int, min_delta: float = 0.0) -> None:
        self.epochs, self._min_delta = epochs, min_delta
        self._looks: deque[Look] = deque(maxlen=REMEMBERED)

    @property
    def last(self) -> Look | None:
        return self._looks[-1] if self._looks else None

    def forget(self) -> None:
        """Another run begins, or other weights were put in place."""
        self._looks.clear()

    def begin(self, run: Run) -> None:
        """Training begins here, unless it goes on from a look: these weights are the best so far."""
        self._forget_after(run.iteration)
        if self.last is None:
            self._looks.append(Look(run.iteration, run.state.stored(), validation_loss(run), run.iteration))

    def look(self, run: Run) -> PatienceEnded | None:
        """After an epoch: what ends training, if patience has run out now; it begins anew then."""
        self._forget_after(run.iteration)
        last = self.last
        if last is not None and last.iteration == run.iteration:
            return None
        loss = validation_loss(run)
        if last is None or loss < last.best_loss - self._min_delta or not math.isfinite(last.best_loss):
            self._looks.append(Look(run.iteration, run.state.stored(), loss, run.iteration))
            return None
        has_ended = last.waited + 1 >= self.epochs
        self._looks.append(Look(run.iteration, last.best, last.best_loss, last.best_iteration, 0 if has_ended else last.waited + 1))
        if not has_ended:
            return None
        epochs = f"{self.epochs:,} epochs" if self.epochs > 1 else "an epoch"
        return PatienceEnded(
            f"no lower validation loss for {epochs}. The weights are those of iteration {last.best_iteration:,}, "
            f"where it was {rounded(last.best_loss)}.", best_iteration=last.best_iteration,
        )  # fmt: skip

    def _forget_after(self, iteration: int) -> None:
        """The run stands at an earlier iteration than it was looked at."""
        while self._looks and self._looks[-1].iteration > iteration:
            self._looks.pop()


def validation_loss(run: Run) -> float:
    """At the present weights: what the machine has measured at this iteration, or measured now; NaN without validation samples."""
    curves = run.history.arrays
    count = int(curves.marks[VALIDATIONS])
    if count and int(curves.validations[count - 1, CHECK_ITERATION]) == run.iteration:
        return float(curves.validations[count - 1, CHECK_VALIDATION])
    return run.validate()[0]
