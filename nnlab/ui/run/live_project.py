"""The project as it is trained: what changes in the document becomes commands, and what it is compared with begins and ends.

It also knows whether the network can be trained, and why not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import Data
from nnlab.graph.validation import Diagnostic
from nnlab.training import commands
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Block, Command, Load, NotLoaded
from nnlab.training.companions import Companions, CompanionsAside
from nnlab.training.difference import Difference
from nnlab.training.follower import Follower
from nnlab.training.plan import Prepared, plan
from nnlab.training.trainer import Trainer
from nnlab.ui.document.document import Document
from nnlab.ui.run.live_display import LiveDisplay
from nnlab.ui.run.past import Past, PastAside


@dataclass(frozen=True, eq=False)
class ProjectAside:
    """What is known of a project as it is trained, while it is put aside."""

    revision: int
    reason: str
    diagnostics: tuple[Diagnostic, ...]
    prepared: Prepared | None
    follower: Follower
    compared: tuple[Difference, ...]
    companions: CompanionsAside
    past: PastAside


class LiveProject(QObject):
    """Follows `document` whenever it is told to.

    `revision` counts the networks that were trained and how often they began again, `reason` says why the present one cannot be, in one
    sentence, empty when it can.
    `changed` when what is known of the project changed; `sent` when the trainer was given another project, or another state of it;
    `blocked` when it got none to train; `ended(sentence)` for a run that ended by that; `left_out(sentence)`: what the project is compared
    with and cannot be trained, empty when nothing is.
    """

    changed = Signal()
    sent = Signal()
    blocked = Signal()
    ended = Signal(str)
    left_out = Signal(str)

    def __init__(
        self, document: Document, trainer: Trainer, companions: Companions, past: Past, display: LiveDisplay, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._trainer, self._companions = document, trainer, companions
        self._past, self._display = past, display
        self.revision = self._newest = 0  # the newest there ever was: one that comes back brings its own
        self._loaded = 0  # the revision of the network; one that began again has had others since
        self.reason = ""
        self.diagnostics: tuple[Diagnostic, ...] = ()
        self._prepared: Prepared | None = None
        self._follower = Follower()
        self._compared: tuple[Difference, ...] = ()  # what the companions were made for

    @property
    def data(self) -> Data | None:
        return self._prepared.data if self._prepared is not None else None

    @property
    def _version(self) -> Version:
        return Version(self._document.state, self._document.project)

    def reload(self) -> None:
        """Loads the document afresh: initial weights, no history."""
        self._display.empty()
        self._trainer.send(commands.Pause())  # what is opened is not trained before somebody says so
        self._prepared = None
        self._carry_out(self._follower.open(self._version))
        self._complete_comparison()

    def exchange(self, aside: ProjectAside | None) -> ProjectAside:
        """Puts what is known of a project that was put aside in the place of what is known of this one, or nothing."""
        before = ProjectAside(
            self.revision, self.reason, self.diagnostics, self._prepared, self._follower, self._compared, self._companions.exchange(
                aside.companions if aside is not None else None), self._past.exchange(aside.past if aside is not None else None),
        )  # fmt: skip
        if aside is None:
            self._prepared, self._follower, self._compared = None, Follower(), ()
            return before
        self._loaded = aside.revision
        self.revision, self.reason, self.diagnostics = aside.revision, aside.reason, aside.diagnostics
        self._prepared, self._follower, self._compared = aside.prepared, aside.follower, aside.compared
        self.sent.emit()
        self.left_out.emit(self._companions.told)
        self.changed.emit()
        return before

    def synchronise(self) -> None:
        """Passes on what has changed in the document since the last call."""
        document = self._document
        wanted = document.project.comparison
        if is_other := wanted != self._compared:
            self._remove(self._companions.keep(wanted))
        change = self._follower.change_to(self._version, document.recall, document.is_returning, document.begins_anew)
        if change is not None:
            self._carry_out(self._past.of(change))
        if change is not None or is_other:
            self._complete_comparison()

    def note_not_loaded(self, event: NotLoaded) -> None:
        if event.revision == self._loaded:
            self.reason = event.reason

    def _remove(self, commands: Sequence[Command]) -> None:
        for command in commands:
            self._trainer.send(command)
        if commands:
            self._display.show_rest()
            self.changed.emit()

    def _complete_comparison(self) -> None:
        """Runs that the project is compared with begin, and catch up."""
        wanted = self._compared = self._document.project.comparison
        ready = self._prepared if wanted and not self.reason else None
        commands = self._companions.complete(wanted, self._version, ready, self.revision, self._trainer.reach) if ready is not None else []
        for command in commands:
            self._trainer.send(command)
        self.left_out.emit(self._companions.told)
        if commands:
            self.changed.emit()

    def _carry_out(self, change: Change) -> None:
        self._prepared = Prepared.of(change.after.project.data, self._prepared)
        is_waiting = bool(self.reason)
        planned = plan(change, self._prepared, self._newest + 1, is_waiting)
        if not isinstance(planned.command, Adjust) or planned.command.revision is not None:
            # Frames of the network or the run before are not shown as if they were this one's.
            self.revision = self._newest = self._newest + 1
            self._display.be_patient()
        if isinstance(planned.command, Load):
            self._loaded = self.revision
        if not change.keep:
            self._past.marks.forget()
            self._document.forget_weights()
        else:
            self._past.note(change, self.reason)
        has_news = self.diagnostics != planned.diagnostics
        self.diagnostics, self.reason = planned.diagnostics, planned.reason
        others, ended = self._companions.follow(change, planned, self.revision, is_waiting)
        self._trainer.send(commands.Together((planned.command, *others)) if others else planned.command)
        self.sent.emit()
        for sentence in ended:
            self.ended.emit(sentence)
        if isinstance(planned.command, Block):
            self.blocked.emit()
            self._display.empty()
        else:
            self._follower.is_trained(change)
        if has_news or not isinstance(planned.command, Adjust):
            self.changed.emit()
