"""Work on the window's thread in several turns of its event loop, so that what a person does meanwhile is not kept waiting by all of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

LONG = 0.03  # seconds of other work, after which a turn is not made longer still
SHORT = 0.02  # seconds of work in one turn, where it can be parted

T = TypeVar("T")


def in_short_steps(do: Callable[[T], object], items: Iterable[T]) -> Iterator[None]:
    """Does something with each of many items; stops whenever it has lasted `SHORT`, to go on in another turn of the event loop.

    An item that Qt has deleted meanwhile is left out. One that fails keeps no other from its turn, and is told as a slot that fails.
    """
    left, began = list(items)[::-1], time.perf_counter()
    while left:  # none is held any longer than it has to be
        item = left.pop()
        try:
            if isValid(item):
                do(item)
        except Exception:
            sys.excepthook(*sys.exc_info())
        del item
        if time.perf_counter() - began > SHORT:
            yield
            began = time.perf_counter()


class LoopTurns(QObject):
    """Does the first step at once and every further one in a turn of its own: one in which something else took long is let pass, once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: Iterator[object] | None = None
        self._is_within = False  # a step, which may ask for anything
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._on_turn)
        self._ended, self._has_waited = 0.0, False  # when the step before ended, and whether a turn was let pass since

    def run(self, steps: Iterator[object]) -> None:
        """Each `next` is a step. What is left of an earlier run is done first."""
        self.finish()
        self._steps = steps
        self._timer.start()
        self._next()

    def finish(self) -> None:
        """All that is left, at once; for a step of the run itself, in its turns."""
        while self._steps is not None and not self._is_within:
            self._next()

    def drop(self) -> bool:
        """What is left is not done any more; whether anything was."""
        left = self._steps is not None
        self._end()
        return left

    def _end(self) -> None:
        self._steps = None
        self._timer.stop()

    def _on_turn(self) -> None:
        if not self._has_waited and time.perf_counter() - self._ended > LONG:
            self._has_waited = True
        else:
            self._next()

    def _next(self) -> None:
        steps = self._steps
        if steps is not None and not self._is_within:
            self._is_within = True
            try:
                next(steps)
            except BaseException as error:
                if self._steps is steps:  # or a step began another run
                    self._end()
                if not isinstance(error, StopIteration):
                    raise
            finally:
                self._is_within = False
        self._ended, self._has_waited = time.perf_counter(), False
