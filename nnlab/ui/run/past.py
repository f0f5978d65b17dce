"""The past of the run as the window reaches it: going back to an iteration takes the document back to what was trained then.

From there a new run can be branched; the one until now is kept and can be returned to. Both are undoable edits, see nnlab.training.branch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from nnlab.core.errors import NNLabError
from nnlab.training.branch import FIRST, MOST_BRANCHES, branch_name
from nnlab.training.change import Change, Version
from nnlab.training.commands import ForgetBranch, Pause
from nnlab.training.timeline import Reach
from nnlab.training.trainer import Trainer
from nnlab.ui.document.document import Document
from nnlab.ui.look.numbers import count
from nnlab.ui.run.marks import Marks, network_difference

GESTURE = "back to an iteration"  # journeys that follow one another are one step to undo


class Following(Protocol):
    """The session, as far as it is needed here."""

    @property
    def is_playing(self) -> bool: ...

    @property
    def reason(self) -> str: ...

    @property
    def iteration(self) -> int: ...

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
        self.shows_branches = True  # beside the present way, in plots of the loss
        self._branch, self._newest = FIRST, FIRST
        self._marks_of: dict[int, Marks] = {}  # of branches that were left
        document.replaced.connect(self.forget)

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
            then = replace(then, comparison=now.comparison, debugging=now.debugging, branch=now.branch)
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

    def branch(self) -> None:
        """A new run goes on from where the run is; the one until now is kept, with all that lies ahead. Raises NNLabError."""
        self._session.synchronise()
        if self._session.reason:
            raise NNLabError(f"No run can be branched: {self._session.reason.rstrip('.')}.")
        if not self._session.latest:
            raise NNLabError("No run can be branched yet; train first, then go back to where another should begin.")
        if len(self.reach.branches) >= MOST_BRANCHES:
            raise NNLabError(f"{MOST_BRANCHES} branches are kept already; remove one in the panel Branches first.")
        self._trainer.send(Pause())
        self._newest += 1
        project = replace(self._document.project, branch=self._newest)
        self._document.edit(f"Branch from iteration {count(self.reach.iteration)}", project)
        self._session.synchronise()

    def return_to(self, number: int) -> None:
        """Trains a branch again from where it was left; the one until now is kept. Raises NNLabError for one that is gone."""
        self._session.synchronise()
        kept = next((branch for branch in self.reach.branches if branch.number == number), None)
        then = kept.project_at(kept.left_at) if kept is not None else None
        if kept is None or then is None:
            raise NNLabError(f"Nothing is kept of {branch_name(number)} any more.")
        now = self._document.project
        self._trainer.send(Pause())
        project = replace(then, comparison=now.comparison, debugging=now.debugging, branch=number)
        self._document.edit(f"Return to {kept.name}", project)
        self._session.synchronise()

    def forget_branch(self, number: int) -> None:
        """Drops a branch that is kept."""
        self._trainer.send(ForgetBranch(number))
        self._marks_of.pop(number, None)

    def forget(self) -> None:
        """Another project is opened."""
        self._branch = self._newest = self._document.project.branch
        self._marks_of.clear()

    def of(self, change: Change) -> Change:
        """The same change, which goes back if that is what made it."""
        return replace(change, keep=True, back_to=self._goal) if self._goal is not None else change

    def note(self, change: Change, reason: str) -> None:
        """Marks a change at the present iteration, unless it goes elsewhere; `reason`: why nothing was trained before it."""
        if change.before is None or change.back_to is not None or change.changes_branch or reason:
            return
        before, after = change.before.project, change.after.project
        network = network_difference(before.graph, after.graph)
        self.marks.note(before.training, after.training, self._session.iteration, network)

    def forget_marks_of_what_was_dropped(self) -> None:
        """Training went on from the past: what was changed later has not been changed."""
        reach = self.reach
        if reach.branch != self._branch:
            self._marks_of[self._branch] = self.marks
            known = reach.branch in self._marks_of
            self.marks = self._marks_of.pop(reach.branch) if known else self.marks.copy(reach.origin)
            self._branch, self._cuts = reach.branch, reach.cuts
        if reach.cuts != self._cuts:
            self._cuts = reach.cuts
            self.marks.keep_until(reach.cut_at)
