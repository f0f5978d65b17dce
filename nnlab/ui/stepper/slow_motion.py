"""Slow motion: operations, or the elements or terms of one, follow one another by themselves, slowly enough to be read; both ways."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from nnlab.training.commands import Stepped
from nnlab.ui.stepper.levels import OPERATION, StepLevels
from nnlab.ui.stepper.model import StepModel

PAUSE = 700  # milliseconds between the arrival of a moment and the next
FORWARDS, BACKWARDS, STILL = 1, -1, 0


class SlowMotion(QObject):
    """`direction` is how it runs. The next operation is asked for when the last has arrived and was shown for a while: none is passed over.

    It ends when training plays, where nothing can be taken back any more, and when the network cannot run. `changed` says so.
    """

    changed = Signal()

    def __init__(self, model: StepModel, levels: StepLevels, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._levels = model, levels
        self.direction = STILL
        self._next = QTimer(self, singleShot=True, interval=PAUSE)
        self._next.timeout.connect(self._step)
        model.session.stepped.connect(self._on_stepped)
        levels.moved.connect(self._on_stepped)
        model.session.state_changed.connect(self._on_state)

    def toggle(self, direction: int) -> None:
        """Runs that way, or stops if it does already."""
        self._run(STILL if direction == self.direction else direction)

    def stop(self) -> None:
        self._run(STILL)

    def _run(self, direction: int) -> None:
        if direction != self.direction:
            self.direction = direction
            self.changed.emit()
        self._next.stop()
        if direction:
            self._step()

    def _step(self) -> None:
        session = self._model.session
        if session.is_playing or not session.can_run or (self.direction == BACKWARDS and not self._can_go_back):
            self.stop()
        elif self.direction:
            self._levels.over() if self.direction == FORWARDS else self._levels.back()

    @property
    def _can_go_back(self) -> bool:
        return self._model.can_go_back or self._levels.level != OPERATION

    def _on_stepped(self, stepped: Stepped | None = None) -> None:
        if self.direction:
            self._next.start()

    def _on_state(self) -> None:
        if self._model.session.is_playing or not self._model.session.can_run:
            self.stop()
