"""The past of the run as the window reaches it: going back to an iteration takes the document back to what was trained then.

From there a new run is branched, by its action or as soon as training goes on or something is changed there; the one until now is kept with
all that lay ahead and can be returned to. All of them are undoable edits, see nnlab.training.branch. Looking and stepping branch nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import NNLabError
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.weight_change import WeightChange
from nnlab.training.branch import FIRST, MOST_BRANCHES, MOST_KEPT, branch_name, least_of
from nnlab.training.change import Change, Version
from nnlab.training.commands import ForgetBranch, Pause
from nnlab.training.excerpt import Excerpt, ReadExcerpt
from nnlab.training.project import Project
from nnlab.training.reach import Reach
from nnlab.training.trainer import Trainer
from nnlab.ui.document.document import Document
from nnlab.ui.look.numbers import count
from nnlab.ui.run.live_view import Mark
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

    def parameters(self, names: Iterable[str]) -> object: ...


class BranchOffers(QObject):
    """`made(sentence, words, remove)`: more branches are kept than is good; `remove` drops the one that `words` name."""

    made = Signal(str, str, object)


@dataclass(frozen=True, eq=False)
class PastAside:
    """What is known of a run's past while that is put aside."""

    marks: Marks
    cuts: int
    branch: int
    newest: int
    marks_of: dict[int, Marks]


class Past:
    """Goes back, and knows whether what is shown lies in the past. `marks` are the settings that were changed on the way."""

    def __init__(self, session: Following, trainer: Trainer, document: Document, tell: Callable[[str], None]) -> None:
        self._session, self._trainer, self._document, self._tell = session, trainer, document, tell
        self.offers = BranchOffers(document)
        self.marks = Marks()
        self._goal: int | None = None  # while the document goes back
        self._cuts = 0
        self.shows_branches = True  # beside the present way, in plots of the loss
        self._branch, self._newest = FIRST, FIRST
        self._marks_of: dict[int, Marks] = {}  # of branches that were left
        self._is_asked = False  # the trainer may still be on its way there
        document.replaced.connect(self.forget)
        document.adapt = self._adapted

    @property
    def reach(self) -> Reach:
        """Where the run is, how far it ever came, and what was trained on the way."""
        return self._trainer.reach

    def request_excerpt(self, iteration: int, since: int | None = None) -> Future[Excerpt]:
        """What it takes to have an iteration once more beside the run; the training thread answers between two steps, or with an error.

        It may be asked for on any thread: nothing of the window is read. `since`: all iterations after that are passed on the way.
        """
        answer: Future[Excerpt] = Future()
        self._trainer.send(ReadExcerpt(answer, iteration, iteration - 1 if since is None else since))
        return answer

    @property
    def is_shown(self) -> bool:
        reach = self.reach
        return reach.iteration < reach.latest and not self._session.is_playing

    def back_to(self, iteration: int) -> None:
        """Puts the run where it was after an iteration, to the bit; what lies ahead stays until training goes on from there.

        Where another project was trained then, the document goes back to that, as an undoable edit.
        """
        self._session.synchronise()
        self._is_asked = True
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
        self._arrive()
        kept = self.reach.branches
        if len(kept) >= MOST_KEPT:
            self._offer_to_remove(f"{MOST_KEPT} branches are kept, and there is no room for another until one is removed.")
            raise NNLabError(f"{MOST_KEPT} branches are kept already; remove one first. Nothing was changed.")
        if len(kept) >= MOST_BRANCHES:
            self._offer_to_remove(f"{len(kept) + 1} branches are kept, and all share the memory for going back.")
        self._trainer.send(Pause())
        self._newest += 1
        project = replace(self._document.project, branch=self._newest)
        self._document.edit(f"Branch from iteration {count(self.reach.iteration)}", project)
        self._session.synchronise()

    @property
    def lies_ahead(self) -> bool:
        """Whether the run is where it was before, with more ahead of it; waits for it to have been put there."""
        self._arrive()
        return self.reach.iteration < self.reach.latest

    def go_on(self) -> None:
        """Training is to go on from here: in the past as a branch, so that what lies ahead stays. Raises NNLabError when it cannot."""
        if self.lies_ahead and not self._session.reason:
            here, was = self.reach.iteration, branch_name(self.reach.branch)
            self.branch()
            name = branch_name(self._newest)
            self._tell(f"From iteration {count(here)} a new run goes on, {name}; {was} is kept with all that lay ahead.")

    def step_on(self) -> None:
        """An iteration is stepped through: in the past it is what it was; only from where something was changed then a branch goes on."""
        if self.lies_ahead and any(begins == self.reach.iteration + 1 for begins, _ in self.reach.projects):
            self.go_on()

    def _arrive(self) -> None:
        """Waits until the run is where it was last asked to be."""
        if self._is_asked:
            self._is_asked = False
            with suppress(NNLabError):
                self._session.parameters(())

    def _adapted(self, project: Project, weights: WeightChange | None) -> Project:
        """An edit as it is made: what is changed in the past goes on as a branch. One that begins a run anew leaves the past anyway."""
        now = self._document.project
        if self._goal is not None or project.branch != now.branch:
            return project
        begins_anew = (project.training.seed, project.initial, project.data.name) != (now.training.seed, now.initial, now.data.name)
        if begins_anew or (weights is None and project.computes_the_same_as(now)) or not self.lies_ahead:
            return project
        kept = self.reach.branches
        if len(kept) >= MOST_KEPT:
            self._offer_to_remove(
                f"{MOST_KEPT} branches are kept, so what lay ahead of iteration {count(self.reach.iteration)} gives way to this change; "
                "undo it, and remove one, to keep both."
            )
            return project
        if len(kept) >= MOST_BRANCHES:
            self._offer_to_remove(f"{len(kept) + 1} branches are kept, and all share the memory for going back.")
        self._newest += 1
        self._is_asked = True  # what follows at once, training or another edit, is to find the run on its new way and not branch again
        return replace(project, branch=self._newest)

    def _offer_to_remove(self, sentence: str) -> None:
        """Says that there are many, and offers to remove the one that came least far."""
        least = least_of(self.reach.branches)
        came = f"{least.name.capitalize()} came least far, from iteration {count(least.origin)} to {count(least.latest)}."
        self.offers.made.emit(f"{sentence} {came}", f"Remove {least.name}", lambda: self.forget_branch(least.number))

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

    def exchange(self, aside: PastAside | None) -> PastAside:
        """Puts the past of a run that was put aside in the place of the present one, or none; returns the present one."""
        before = PastAside(self.marks, self._cuts, self._branch, self._newest, self._marks_of)
        found = aside or PastAside(Marks(), 0, FIRST, FIRST, {})
        self.marks, self._cuts, self._branch, self._newest = found.marks, found.cuts, found.branch, found.newest
        self._marks_of = found.marks_of
        return before

    def of(self, change: Change) -> Change:
        """The same change, which goes back if that is what made it."""
        return replace(change, keep=True, back_to=self._goal) if self._goal is not None else change

    def note(self, change: Change, reason: str) -> None:
        """Marks a change at the present iteration, unless it goes elsewhere; `reason`: why nothing was trained before it."""
        if change.before is None or change.back_to is not None or reason:
            return
        if change.changes_branch:
            number = change.after.project.branch
            if number in self._marks_of or not change.keep:
                return
            self._marks_of[self._branch], self.marks = self.marks, self.marks.copy(self.reach.iteration)
            self._branch = number
        before, after = change.before.project, change.after.project
        network = network_difference(before.graph, after.graph)
        self.marks.note(before.training, after.training, self._session.iteration, network)

    def note_breakpoint(self, place: Breakpoint) -> None:
        """A breakpoint stopped the step that is under way."""
        self.note_stop(self.reach.iteration, f"breakpoint: {', '.join(filter(None, (place.node, place.phase)))}")

    def note_stop(self, iteration: int, text: str) -> None:
        """A breakpoint or a condition has stopped the run there: a mark, so that one sees it while scrubbing and gets back to it."""
        if iteration and Mark(iteration, text) not in self.marks.shown:
            self.marks.add(Mark(iteration, text))

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
