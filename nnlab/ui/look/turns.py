"""Work on the window's thread in several turns of its event loop, so that what a person does meanwhile is not kept waiting by all of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer


class LoopTurns(QObject):
    """Does the first step at once and every further one in a turn of its own."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], None]] = deque()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._next)

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

    def _next(self) -> None:
        if self._steps:
            self._steps.popleft()()
        if not self._steps:
            self._timer.stop()
