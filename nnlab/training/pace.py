"""Pace: how many steps the next slice has, so that slices take the time they should and no more steps are done than were asked for.

In slow motion it deals out single operations.
"""

from __future__ import annotations

import time

PACED_SLICE_SECONDS = 1 / 60  # with a speed limit, steps are dealt out in portions of this length


class Pace:
    """`remaining` iterations until an automatic pause, or None; `limit` iterations a second, or None for as many as there can be.

    `operations` a second: slow motion, whatever the limit; None: whole iterations.
    """

    def __init__(self) -> None:
        self.limit: float | None = None
        self.operations: float | None = None
        self.remaining: int | None = None
        self.restart()

    def set(self, iterations: float | None, operations: float | None) -> None:
        """At most so many a second, of the ones or the others."""
        self.limit, self.operations = iterations, operations
        self.restart()

    def restart(self) -> None:
        """What was known of the speed holds no more."""
        self._due, self._slice = time.perf_counter(), 1
        self.has_time_over = False  # at the end of the last slice: the limit is kept with ease

    @property
    def seconds_until_due(self) -> float:
        """How long to wait for the next portion."""
        return self._due - time.perf_counter() if self.limit or self.operations else 0.0

    def next_slice(self, is_free: bool = False, times: int = 1) -> int:
        """Steps of the next slice, or of so many; a slice that `is_free` (a run that catches up) knows no limit and no end."""
        if is_free:
            return self._slice
        steps = max(1, int(self.limit * PACED_SLICE_SECONDS)) if self.limit else self._slice
        return steps * times if self.remaining is None else min(steps * times, self.remaining)

    def learn(self, done: int, seconds: float, wanted: float) -> None:
        """A slice of `done` steps took so many seconds; the next one is to take `wanted` seconds."""
        if done:
            self._slice = max(1, min(int(done / max(seconds, 1e-7) * wanted), self._slice * 8))

    def count(self, done: int, start: float) -> bool:
        """Steps that were asked for were done in a slice begun at `start`; whether that was the last of them."""
        if self.operations:
            self._due = max(self._due, start - PACED_SLICE_SECONDS) + 1 / self.operations
        elif self.limit:
            self._due = max(self._due, start - PACED_SLICE_SECONDS) + done / self.limit
        self.has_time_over = self.seconds_until_due > 0.0
        if self.remaining is None:
            return False
        self.remaining -= done
        return self.remaining <= 0
