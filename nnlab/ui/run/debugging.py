"""What the project is debugged with, as the window's side of training passes it on to the thread that trains."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.frame import Frame
from nnlab.engine.watches import WatchSeries
from nnlab.training import commands
from nnlab.training.debugging import Debugging
from nnlab.training.trainer import ConditionCount, Trainer
from nnlab.training.watched_now import NOTHING_WATCHED, WatchedNow
from nnlab.ui.document.document import Document


class HasFrame(Protocol):
    """The session, as far as this needs it: without a frame, what was counted is of a network that is gone."""

    @property
    def frame(self) -> Frame | None: ...


class LiveDebugging(QObject):
    """Passes on what has changed, and knows how often what was set has been reached. `stopped(sentence)`: a condition has become true."""

    stopped = Signal(str)

    def __init__(self, trainer: Trainer, document: Document, session: HasFrame, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trainer, self._document, self._session = trainer, document, session
        self._sent = Debugging()

    def synchronise(self) -> None:
        """Passes on what has changed in the document since the last call."""
        wanted = self._document.project.debugging
        if wanted.breakpoints != self._sent.breakpoints:
            self._trainer.send(commands.SetBreakpoints(wanted.breakpoints))
        if wanted.conditions != self._sent.conditions:
            self._trainer.send(commands.SetConditions(wanted.conditions))
        if (watched := [each.text for each in wanted.watches]) != [each.text for each in self._sent.watches]:
            self._trainer.send(commands.SetWatches(tuple(watched)))
        self._sent = wanted

    def exchange(self, sent: Debugging | None) -> Debugging:
        """The runs were exchanged for others, which know `sent`, or nothing; returns what those that were there know."""
        before, self._sent = self._sent, sent or Debugging()
        return before

    @property
    def watched(self) -> WatchedNow:
        """What the watched formulas are; while training runs, a little earlier."""
        return self._trainer.watched if self._session.frame is not None else NOTHING_WATCHED

    def watch_series(self, text: str) -> WatchSeries | None:
        """What is known of a watched formula after every iteration that is kept; None for one that is not watched yet."""
        return self._trainer.watch_series(text) if self._session.frame is not None else None

    def hits(self, place: Breakpoint) -> int:
        """How often stepping has come to a breakpoint since the run began."""
        return self._trainer.breakpoint_hits.get(place.place, 0) if self._session.frame is not None else 0

    def condition(self, text: str) -> ConditionCount:
        """How often a condition has become true since the run began, and why it cannot be evaluated."""
        known = self._trainer.conditions if self._session.frame is not None else {}
        return known.get(text, ConditionCount(0, ""))
