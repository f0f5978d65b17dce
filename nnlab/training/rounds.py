"""Rounds: runs that train side by side need not wait for one another after every few steps to be seen at the same iteration.

All make frames at the same iterations, without leaving the machine, and whoever looks pairs them. A stretch of steps is cut into rounds:
only who is `LEAD` rounds ahead waits. At its end all stand at the same iteration: so many steps were asked for, or somebody wants the runs
to leave, and then the round is the last that any of them has begun.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

LEAD = 1  # how many rounds a run may have finished that another has not


class Rounds:
    """One stretch of `steps` in rounds of `size`; its methods are called by the threads of the runs, which are numbered from 0.

    `leave` says whether the runs should come to an end.
    """

    def __init__(self, runs: int, steps: int, size: int, leave: Callable[[], bool]) -> None:
        self._sizes = [min(size, steps - at) for at in range(0, steps, size)]
        self._leave = leave
        self._changed = threading.Condition()
        self._begun = [0] * runs
        self._ended: list[int | None] = [0] * runs  # None: that run has left
        self._last = len(self._sizes)

    def begin(self, run: int) -> int:
        """The steps of the run's next round, after waiting for those behind; 0 when there is none."""
        with self._changed:
            while self._is_ahead(run):
                self._changed.wait()
            round_ = self._begun[run]
            if self._last > round_ == max(self._begun) and round_ and self._leave():
                self._last = round_
                self._changed.notify_all()
            if round_ >= self._last:
                return 0
            self._begun[run] += 1
            return self._sizes[round_]

    def _is_ahead(self, run: int) -> bool:
        done = self._begun[run]
        return done < self._last and any(ended is not None and done - ended > LEAD for ended in self._ended)

    def end(self, run: int) -> None:
        """The round that the run has begun is done."""
        with self._changed:
            self._ended[run] = self._begun[run]
            self._changed.notify_all()

    def leave(self, run: int) -> None:
        """The run has stopped; nobody waits for it."""
        with self._changed:
            self._ended[run] = None
            self._changed.notify_all()

    @property
    def steps(self) -> int:
        """How many steps the runs that went on to the end have done."""
        return sum(self._sizes[: self._last])
