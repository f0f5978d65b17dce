"""The phase clock: the first few steps of a slice are done a phase at a time, and it is known how the time divides among the phases."""

from __future__ import annotations

from nnlab.engine.phase_times import PhaseTimes
from nnlab.training.runs import RunGroup

TIMED_STEPS, TIMED_SHARE = 8, 16  # of a slice are timed: so many, and one in so many at most


class PhaseClock:
    """Of the project's own run. `shares` may be read from any thread: it is replaced, never changed; None while it is not known."""

    def __init__(self) -> None:
        self._times = PhaseTimes()
        self.shares: tuple[float, ...] | None = None

    def time(self, group: RunGroup, steps: int) -> int:
        """Times the first few of the next steps; never the last, for the machine measures that. Returns how many were done."""
        if steps < 2:
            return 0
        found = group.time_phases(min(TIMED_STEPS, -(-steps // TIMED_SHARE)))
        for seconds in found:
            self._times.add(seconds)
        self.shares = self._times.shares
        return len(found)

    def forget(self) -> None:
        """Another network is trained."""
        self._times.forget()
        self.shares = None
