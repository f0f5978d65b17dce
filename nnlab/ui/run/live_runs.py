"""The runs a project keeps, as the window has them: those that ended, the one under way, and which of them the loss plot shows.

What has a pin is shown; a click shows or hides any other. That is a way of looking and no part of the document.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.context import ITERATION, SEED
from nnlab.engine.history import Curves
from nnlab.jobs.context import JobContext
from nnlab.studies.seeds import train_seeds
from nnlab.training.commands import ConditionMet, Event, Loaded, RunEnded, Snapshot
from nnlab.training.kept_run import KeptRun, SeedCurve, thinned
from nnlab.training.kept_runs import KeptRuns
from nnlab.training.patience import PatienceEnded
from nnlab.training.project import Project
from nnlab.training.restored_run import restored, set_up_like
from nnlab.ui.document.document import Document
from nnlab.ui.look import numbers
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.live_view import LiveView, Mark
from nnlab.ui.run.session import LiveSession

MOST_SHOWN = 4  # lines beside the run under way: more dashes cannot be told apart


class LiveRuns(QObject):
    """`changed` when there is another run, one was edited, or others are shown; `refused(sentence)` for what cannot be done."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._document, self._session = document, session
        self._chosen: dict[int, bool] = {}  # what was shown or hidden by hand
        self.hovered: int | None = None
        self._view: LiveView | None = None
        self._is_opening = False
        self._job: LiveJob | None = None
        self._repeated: Project | None = None
        session.told.connect(self._on_event, Qt.ConnectionType.QueuedConnection)
        session.ticked.connect(self._on_ticked)
        document.replaced.connect(self._on_replaced)
        document.runs_changed.connect(self.changed)

    @property
    def all(self) -> KeptRuns:
        return self._document.runs

    def is_shown(self, run: KeptRun) -> bool:
        return self._chosen.get(run.number, run.is_pinned)

    @property
    def shown(self) -> tuple[KeptRun, ...]:
        """What the loss plot shows beside the run under way, as many as can be told apart, newest first; the hovered one among them."""
        found = [run for run in reversed(self.all.runs) if self.is_shown(run) or run.number == self.hovered]
        room = max(0, MOST_SHOWN - len(self._session.companions))
        return tuple(sorted(found, key=lambda run: run.number != self.hovered)[:room]) if len(found) > room else tuple(found)

    def toggle(self, run: KeptRun) -> None:
        """Shows or hides it in the loss plot."""
        self._chosen[run.number] = not self.is_shown(run)
        self.changed.emit()

    def hover(self, number: int | None) -> None:
        """Stands out in the loss plot."""
        if number != self.hovered:
            self.hovered = number
            self.changed.emit()

    # What one can do; each is an undoable edit

    def rename(self, run: KeptRun, name: str) -> None:
        self._edit(f"Rename {run.name} to {name.strip()}", run, lambda runs: runs.renamed(run.number, name))

    def pin(self, run: KeptRun) -> None:
        """Pins it, or takes the pin away; what is pinned is shown."""
        self._chosen.pop(run.number, None)
        self._edit(f"{'Unpin' if run.is_pinned else 'Pin'} {run.name}", run, lambda runs: runs.pinned(run.number, not run.is_pinned))

    def delete(self, run: KeptRun) -> None:
        self._edit(f"Delete {run.name}", run, lambda runs: runs.without(run.number))

    def _edit(self, label: str, run: KeptRun, change: Callable[[KeptRuns], KeptRuns]) -> None:
        try:
            self._document.edit_run(label, run.number, change)
        except NNLabError as error:
            self.refused.emit(str(error))
            self.changed.emit()

    def restore(self, run: KeptRun) -> None:
        """The project starts from the weights the run ended with."""
        try:
            project = restored(self._document.project, run)
        except NNLabError as error:
            self.refused.emit(str(error))
            return
        self._document.edit(f"Weights of {run.name}", project, begins_anew=True)
        self._session.synchronise()

    def set_up_like(self, run: KeptRun) -> None:
        """Network, data and settings of training are those of the run."""
        self._document.edit(f"Settings of {run.name}", set_up_like(self._document.project, run), begins_anew=True)
        self._session.synchronise()

    # Several seeds

    @property
    def is_repeating(self) -> bool:
        return self._job is not None

    def repeat(self, seeds: int) -> None:
        """Trains the project from several seeds in the background, for as many iterations as the run has come; kept as one run."""
        project, data, view = self._document.project, self._session.data, self._view
        steps = view.frame.iteration if view is not None else 0
        if data is None or not self._session.can_run or steps < 1:
            self.refused.emit("Train the network first: several seeds are trained for as many iterations as this run has come.")
            return

        def train(context: JobContext) -> tuple[SeedCurve, ...]:
            return train_seeds(project, data, seeds, steps, context)

        self.cancel()
        self._repeated = project
        self._job = self._session.jobs.start(f"{seeds} seeds, {numbers.count(steps)} iterations each", train)
        self._job.finished.connect(self._take_seeds)
        self._job.failed.connect(self._fail)
        self._job.ended.connect(self._end)
        self.changed.emit()

    def cancel(self) -> None:
        """Ends what trains in the background."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _take_seeds(self, seeds: tuple[SeedCurve, ...]) -> None:
        if self.sender() is self._job and self._repeated is not None:
            self._chosen[self.all.next_number] = True
            self._document.keep_run(self._repeated, seeds)

    def _fail(self, sentence: str, detail: str) -> None:
        self.refused.emit(sentence)

    def _end(self) -> None:
        if self.sender() is self._job:
            self._job = None
            self.changed.emit()

    # The run under way

    def present(self, snapshot: Snapshot | None) -> KeptRuns:
        """All runs with the one under way as it stands in a snapshot: what a project file holds."""
        view, runs = self._view, self.all
        if snapshot is None or view is None or not len(view.curves.mean):
            return runs
        iteration = int(snapshot.context[ITERATION])
        curves: Curves = view.curves.until(iteration)
        if not len(curves.mean):
            return runs
        seed = thinned(curves, int(snapshot.context[SEED]), iteration, snapshot.parameters)
        return runs.adding(self._document.project, (seed,))

    def _on_ticked(self, view: LiveView) -> None:
        self._view = view

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Loaded) and event.revision == self._session.revision:
            self._is_opening = False
        elif isinstance(event, ConditionMet) and isinstance(event.condition, PatienceEnded):
            self._session.past.marks.add(Mark(event.condition.best_iteration, "lowest val"))
            self._session.past.marks.add(Mark(event.iteration, "stopped early"))
        elif isinstance(event, RunEnded) and not self._is_opening:
            self._document.keep_run(event.project, (event.curve,))

    def _on_replaced(self) -> None:
        """What is told of until the new project is loaded is of the old one."""
        self._is_opening, self._view, self.hovered = True, None, None
        self._chosen.clear()
        self.cancel()
        self.changed.emit()
