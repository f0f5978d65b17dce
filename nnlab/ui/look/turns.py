"""Work on the window's thread in several turns of its event loop, so that what a person does meanwhile is not kept waiting by all of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer

LONG = 0.03  # seconds of other work, after which a turn is not made longer still


class LoopTurns(QObject):
    """Does the first step at once and every further one in a turn of its own: one in which something else took long is let pass, once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], None]] = deque()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._on_turn)
        self._ended, self._has_waited = 0.0, False  # when the step before ended, and whether a turn was let pass since

    def run(self, steps: Sequence[Callable[[], None]]) -> None:
        """What is left of an earlier run is done first."""
        self.finish()
        self._steps.extend(steps)
        self._timer.start()
        self._next()

    def finish(self) -> None:
        """All that is left, at once."""
        while self._steps:
            self._next()

    def drop(self) -> bool:
        """What is left is not done any more; whether anything was."""
        left = bool(self._steps)
        self._steps.clear()
        self._timer.stop()
        return left

    def _on_turn(self) -> None:
        if not self._has_waited and time.perf_counter() - self._ended > LONG:
            self._has_waited = True
        else:
            self._next()

    def _next(self) -> None:
        if self._steps:
            self._steps.popleft()()
        if not self._steps:
            self._timer.stop()
        self._ended, self._has_waited = time.perf_counter(), False
