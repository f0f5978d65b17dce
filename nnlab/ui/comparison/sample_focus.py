"""The sample a person points at, which every picture and plot of a comparison rings."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class SampleFocus(QObject):
    """Its number among the training samples, or None. `changed` is emitted once for every real change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sample: int | None = None

    @property
    def sample(self) -> int | None:
        return self._sample

    def set(self, sample: int | None) -> None:
        if sample != self._sample:
            self._sample = sample
            self.changed.emit()
