"""Threads of the matrix products: one for small networks, all processors this process may use for large ones; and who may use them when.

A second BLAS thread costs a small product more in waiting than it saves in work, and takes the core the window paints on. The
count is a function of the program alone, never of what else runs, so results stay the same bit for bit.

But it holds for the whole process, and it must not be changed while anybody computes. So whoever calls the machine takes a turn:

- `train_with(operations)`: turns that want one thread run side by side. One that wants all cores has the machine for itself. Who
  waits for `TURN_SECONDS` asks those inside to leave: their `asked` becomes 1, the machine returns after its step, and they queue up again.
- `look_with(operations)`: a picture or a prediction. It takes the count as it is when somebody is inside, or has trained a moment ago, so
  that the display neither waits nor interrupts training (runs in lock-step are outside sixty times a second), and sets its own when
  training rests. Only somebody who has waited for long goes first.

Who came first is served first.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from functools import cache

import numpy as np
import threadpoolctl

from nnlab.core.kernel import blas  # noqa: F401  (loads the library whose threads are set)
from nnlab.core.processors import usable_processors

LARGE = 1e8  # floating-point operations of one step's matrix products from which all cores are used
TURN_SECONDS = 0.02  # how long a turn is left alone when others wait
PATIENCE = 0.05  # seconds after which nobody goes before one who waits
REST = 0.05  # seconds without training after which it rests, and is not only between two slices


_most = usable_processors()


def threads_for(operations: float) -> int:
    """How many threads steps of so many floating-point operations are worth."""
    return _most if operations >= LARGE else 1


def most_threads() -> int:
    """How many threads may compute for this process at once."""
    return _most


def use_one_thread() -> None:
    """From now on every turn of this process is worth one thread, however large the steps: other processes have the other cores."""
    global _most
    _most = 1
    with train_with(0.0):  # sets it
        pass


@cache
def _controller() -> threadpoolctl.ThreadpoolController:
    return threadpoolctl.ThreadpoolController()


class Turn:
    """A stay inside the machine, for `with`. `asked` is one int64 word, 1 when others wait: the machine reads it after every step."""

    def __init__(self, turns: Turns, count: int, is_look: bool, patience: float) -> None:
        self.asked = np.zeros(1, dtype=np.int64)
        self.count = count
        self.is_look = is_look
        self.patience = patience
        self.since = 0.0  # it waits, or is inside
        self._turns = turns

    def __enter__(self) -> Turn:
        self._turns.enter(self)
        return self

    def __exit__(self, *error: object) -> None:
        self._turns.leave(self)


class Turns:
    """Who is inside, and who waits to be."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: list[Turn] = []
        self._waiting: deque[Turn] = deque()
        self._count = 0  # what was set last
        self._trained = -math.inf  # when training was inside last
        self._own = threading.local()  # how many turns this thread is inside

    def enter(self, turn: Turn) -> None:
        """Waits until the turn may begin, and sets its number of threads. Within a turn of the same thread it begins at once."""
        depth = getattr(self._own, "depth", 0)
        if depth == 0:
            with self._changed:
                self._wait(turn)
                self._inside.append(turn)
                turn.since = time.monotonic()
                self._set_count(turn)
                self._changed.notify_all()  # the next in the queue may fit beside it
        self._own.depth = depth + 1

    def leave(self, turn: Turn) -> None:
        self._own.depth -= 1
        if self._own.depth == 0:
            with self._changed:
                self._inside.remove(turn)
                if not turn.is_look:
                    self._trained = time.monotonic()
                self._changed.notify_all()

    def _wait(self, turn: Turn) -> None:
        turn.since = time.monotonic()
        if turn.is_look:
            while self._is_behind_the_patient(turn):
                self._changed.wait()
            return
        self._waiting.append(turn)
        try:
            while self._waiting[0] is not turn or self._in_the_way(turn):
                self._changed.wait(self._ask_to_leave(turn) if self._waiting[0] is turn else None)
        finally:
            self._waiting.remove(turn)
            self._changed.notify_all()

    def _in_the_way(self, turn: Turn) -> list[Turn]:
        """Who inside must leave before a turn of training can begin."""
        if turn.count == 1 == self._count:
            return []
        return [other for other in self._inside if not other.is_look or self._count != turn.count]

    def _is_behind_the_patient(self, look: Turn) -> bool:
        """Whether the first in the queue has waited so long that it goes before a look."""
        return bool(self._waiting) and look.since - self._waiting[0].since > PATIENCE

    def _ask_to_leave(self, turn: Turn) -> float | None:
        """Asks those whose time is up; returns the seconds until that of the next."""
        now, soonest = time.monotonic(), None
        for other in self._in_the_way(turn):
            left = max(other.since, turn.since) + turn.patience - now
            if left <= 0:
                other.asked[0] = 1
            else:
                soonest = left if soonest is None else min(soonest, left)
        return soonest

    def _set_count(self, turn: Turn) -> None:
        if turn.is_look and (len(self._inside) > 1 or time.monotonic() - self._trained < REST):
            return
        # OpenBLAS rearranges its buffers when it is told, even the same count again, while another thread may be computing.
        if turn.count != self._count:
            # threadpoolctl obeys the first thread that ever asked and ignores all others, lest they change the count under one another.
            # Here nobody is inside who computes with another count.
            threadpoolctl.OpenBLASController.clear_controlling_thread(force=True)
            _controller().limit(limits=turn.count, user_api="blas")
            self._count = turn.count


_turns = Turns()


def train_with(operations: float, patience: float = TURN_SECONDS) -> Turn:
    """A turn for steps of so many operations. `patience`: how long others are left alone; 0 for a single instruction."""
    return Turn(_turns, threads_for(operations), False, patience)


def look_with(operations: float) -> Turn:
    """A turn for evaluating a network."""
    return Turn(_turns, threads_for(operations), True, 0.0)
