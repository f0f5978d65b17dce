"""How the time of a training step divides among its phases: forward, loss, backward, update.

The machine runs slices of steps without looking at a clock. Now and then a step is done a phase at a time instead
(`TrainingStep.timed`), through the same compiled functions in the same order, so that it leaves the same bits; the times of the last such
steps are kept here. A call from Python costs as much as a small network's phase, so what a call takes by itself is taken off each.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

KEPT = 96  # steps that shares are the middle of
FEWEST = 8


@dataclass(frozen=True)
class PhaseSeconds:
    """What the instructions of each phase took in one step, called from Python, and what a call takes that runs none."""

    phases: tuple[float, ...]  # by FORWARD … UPDATE
    empty: float


class PhaseTimes:
    """Of one network; `forget` when another is trained."""

    def __init__(self) -> None:
        self._kept: deque[PhaseSeconds] = deque(maxlen=KEPT)

    def add(self, seconds: PhaseSeconds) -> None:
        self._kept.append(seconds)

    def forget(self) -> None:
        self._kept.clear()

    @property
    def shares(self) -> tuple[float, ...] | None:
        """The share of every phase, 1 together: of the median of each over the last steps. None until there are enough."""
        if len(self._kept) < FEWEST:
            return None
        empty = float(np.median([each.empty for each in self._kept]))
        middle = np.median([each.phases for each in self._kept], axis=0)
        own = np.maximum(middle - empty, 0.0)
        return tuple((own / own.sum()).tolist()) if own.sum() > 0 else None

    @property
    def seconds(self) -> float | None:
        """What a step takes by itself, all phases together: of the median of each over the last steps. None until there are enough."""
        if len(self._kept) < FEWEST:
            return None
        empty = float(np.median([each.empty for each in self._kept]))
        middle = np.median([each.phases for each in self._kept], axis=0)
        return float(np.maximum(middle - empty, 0.0).sum())
