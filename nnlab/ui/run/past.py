"""The past of the run as the window reaches it: going back to an iteration takes the document back to what was trained then."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from nnlab.training.change import Change, Version
from nnlab.training.commands import Pause
from nnlab.training.timeline import Reach
from nnlab.training.trainer import Trainer
from nnlab.ui.document.document import Document
from nnlab.ui.run.marks import Marks

GESTURE = "back to an iteration"  # journeys that follow one another are one step to undo


class Following(Protocol):
    """The session, as far as it is needed here."""

    @property
    def is_playing(self) -> bool: ...

    @property
    def latest(self) -> int: ...

    def synchronise(self) -> None: ...


class Past:
    """Goes back, and knows whether what is shown lies in the past. `marks` are the settings that were changed on the way."""

    def __init__(self, session: Following, trainer: Trainer, document: Document) -> None:
        self._session, self._trainer, self._document = session, trainer, document
        self.marks = Marks()
        self._goal: int | None = None  # while the document goes back
        self._cuts = 0

    @property
    def reach(self) -> Reach:
        """Where the run is, how far it ever came, and what was trained on the way."""
        return self._trainer.reach

    @property
    def is_shown(self) -> bool:
        reach = self.reach
        return reach.iteration < reach.latest and not self._session.is_playing

    def back_to(self, iteration: int) -> None:
        """Puts the run where it was after an iteration, to the bit; what lies ahead stays until training goes on from there.

        Where another project was trained then, the document goes back to that, as an undoable edit.
        """
        self._session.synchronise()
        reach = self.reach
        iteration = min(max(iteration, reach.earliest), self._session.latest)
        then = reach.project_at(iteration)
        if then is not None:  # going back in time changes what is trained, not what it is compared or debugged with
            now = self._document.project
            then = replace(then, comparison=now.comparison, debugging=now.debugging)
        if then is None or Version(0, then).computes_the_same_as(Version(0, self._document.project)):
            self._trainer.back_to(iteration)
            return
        self._trainer.send(Pause())
        self._goal = iteration
        try:
            self._document.edit(f"Back to iteration {iteration:,}", then, gesture=GESTURE)
            self._session.synchronise()
        finally:
            self._goal = None

    def of(self, change: Change) -> Change:
        """The same change, which goes back if that is what made it."""
        return replace(change, keep=True, back_to=self._goal) if self._goal is not None else change

    def forget_marks_of_what_was_dropped(self) -> None:
        """Training went on from the past: what was changed later has not been changed."""
        reach = self.reach
        if reach.cuts != self._cuts:
            self._cuts = reach.cuts
            self.marks.keep_until(reach.cut_at)
