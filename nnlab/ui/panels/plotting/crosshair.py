"""The crosshair that all plots over iterations share: the iteration the person is looking at."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Crosshair(QObject):
    """An iteration, or None. `changed` is emitted once for every real change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._iteration: int | None = None

    @property
    def iteration(self) -> int | None:
        return self._iteration

    def set(self, iteration: int | None) -> None:
        if iteration != self._iteration:
            self._iteration = iteration
            self.changed.emit()
