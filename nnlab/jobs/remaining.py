"""How long a job will still take: what is left, at the pace of its recent past.

The pace is measured over the later half of the time so far (at least five seconds), so that an estimate follows tasks that grow more
expensive, as in a sweep over widths, without jumping with every one of them.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

SOONEST = 0.5  # seconds before which nothing is estimated
PATIENCE, LITTLE = 10.0, 0.005  # nor in these seconds, while no more than this fraction is done: starting up is no pace
RECENT = 5.0  # seconds over which the pace is measured at least
KEPT = 256  # observations


class RemainingTime:
    """Takes observations of the finished fraction, which never falls; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._observed: deque[tuple[float, float]] = deque([(clock(), 0.0)])

    def observe(self, fraction: float) -> None:
        """`fraction` of the work, from 0 to 1, is done now. May be called from another thread than `seconds`."""
        now = self._clock()
        if fraction <= self._observed[-1][1]:
            return
        self._observed.append((now, fraction))
        if len(self._observed) > KEPT:  # every second one says as much; replaced in one step, as another thread may read
            kept = list(self._observed)
            self._observed = deque([*kept[:-1:2], kept[-1]])

    def seconds(self) -> float | None:
        """Seconds left; None while it is too early to tell."""
        observed = list(self._observed)
        (begin, _), (last, fraction) = observed[0], observed[-1]
        now = self._clock()
        if now - begin < SOONEST or fraction == 0.0 or last == begin or (now - begin < PATIENCE and fraction <= LITTLE):
            return None
        since = now - max(RECENT, (now - begin) / 2)
        start, before = max((pair for pair in observed[:-1] if pair[0] <= since), default=observed[0])
        return max(0.0, (1 - fraction) * (last - start) / (fraction - before) - (now - last))


def remaining_words(seconds: float | None) -> str:
    """The time left as one says it: "about 12 s left"; empty when it is not known."""
    if seconds is None:
        return ""
    if seconds < 57.5:
        return f"about {max(1, math.ceil(seconds) if seconds <= 20 else 5 * round(seconds / 5))} s left"
    if seconds < 3570:
        return f"about {max(1, round(seconds / 60))} min left"
    return f"about {max(1, round(seconds / 3600))} h left"
