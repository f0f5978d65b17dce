"""The way a run has gone through the space of its weights: its parameters at some of the iterations it has passed, read from keyframes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnlab.core.sizes import MEGABYTE

if TYPE_CHECKING:  # the engine compiles when it is imported; a path is only a value
    from nnlab.engine.run import Run

BUDGET = 64 * MEGABYTE  # bytes that a path may take
FEWEST_POINTS, MOST_POINTS = 3, 128


@dataclass(frozen=True, eq=False)
class WeightPath:
    """`iterations` (n,), rising; `weights` (n, numbers): parameters and buffers as they lie at the start of the arena, in its type.

    `now` is the row where the run stands: the last one, unless it was put back into its past. `revision` is that of the network.
    """

    iterations: np.ndarray
    weights: np.ndarray
    now: int
    revision: int = 0

    @staticmethod
    def of_states(run: Run, states: Mapping[int, np.ndarray]) -> WeightPath:
        """A path through what was learned at some iterations, thinned to what `BUDGET` holds, with the run as it stands."""
        width, size = run.program.parameters_end, run.program.dtype.itemsize
        most = min(max(BUDGET // max(1, width * size), FEWEST_POINTS), MOST_POINTS)
        learned = run.stepper.learned_before
        known = {**states, run.iteration: learned}
        iterations = np.array(sorted(known), dtype=np.int64)
        if len(iterations) > most:
            kept = np.unique(np.linspace(0, len(iterations) - 1, most).round().astype(int))
            iterations = np.union1d(iterations[kept], [run.iteration])
        weights = np.stack([known[at][:width] for at in iterations.tolist()])
        return WeightPath(iterations, weights, int(np.searchsorted(iterations, run.iteration)), run.revision)
