"""Training a copy of a run for a few steps, with somebody who may want it to end asked often enough to be heard within a moment."""

from __future__ import annotations

import time
from collections.abc import Callable

from nnlab.engine.run import Run

LONG = 0.05  # seconds from which a step is done an instruction at a time
LARGE_ARENA = 1 << 20  # numbers from which that is done before anybody knows how long a step takes


class AskedSteps:
    """Steps of a run that nobody else uses. `check` may raise, also within a long step; then the run is good for nothing more."""

    def __init__(self, run: Run, check: Callable[[], None]) -> None:
        self._run, self._check = run, check
        self._is_long = run.program.arena_size >= LARGE_ARENA

    def step(self) -> None:
        """One step. Raises TrainingError as `Run.train` does."""
        self._check()
        begun = time.perf_counter()
        if self._is_long:
            self._run.step_asking(self._check)
        else:
            self._run.train(1)
        self._is_long = time.perf_counter() - begun > LONG
