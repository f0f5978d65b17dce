"""Rates over the last second or so: ticks of the display, iterations of training."""

from __future__ import annotations

from collections import deque


class Rates:
    """Told of ticks and frames with their times in seconds."""

    def __init__(self) -> None:
        self._ticks: deque[float] = deque(maxlen=90)
        self._progress: deque[tuple[float, int]] = deque(maxlen=60)

    def tick(self, now: float) -> None:
        self._ticks.append(now)

    def progress(self, now: float, iteration: int) -> None:
        self._progress.append((now, iteration))

    def restart(self) -> None:
        """Training was paused, or goes on at another speed."""
        self._progress.clear()

    @property
    def ticks_per_second(self) -> float:
        if len(self._ticks) < 2:
            return 0.0
        return (len(self._ticks) - 1) / max(self._ticks[-1] - self._ticks[0], 1e-9)

    @property
    def iterations_per_second(self) -> float:
        if len(self._progress) < 2:
            return 0.0
        (t0, n0), (t1, n1) = self._progress[0], self._progress[-1]
        return max(0.0, (n1 - n0) / max(t1 - t0, 1e-9))
