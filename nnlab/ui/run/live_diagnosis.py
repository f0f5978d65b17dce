"""The diagnosis of the project's run, kept up to date while somebody looks.

It trains copies of the network for a few steps, so it is a job beside the display and takes a twentieth of the time at most; when training
comes to rest the last one is of exactly what is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.engine.convergence import Convergence
from nnlab.engine.history import Curves
from nnlab.jobs.context import JobContext
from nnlab.training.diagnosis import Diagnosis, Remedy, diagnose
from nnlab.training.initial_weights import values_of
from nnlab.training.observation import Observation
from nnlab.training.project import Project
from nnlab.training.weight_path import WeightPath
from nnlab.ui.document.document import Document
from nnlab.ui.run.answers import wait_for
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession

LEAST_SECONDS = 4.0  # between two diagnoses while training runs
SHARE = 0.05  # of the time, that diagnosing may take


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found after `iteration` of a project's run, what does most harm first, and the verdict on its history."""

    project: Project
    iteration: int
    found: tuple[Diagnosis, ...]
    convergence: Convergence
    curves: Curves
    failure: str = ""


def observed(
    project: Project, data: Data, parameters: Mapping[str, np.ndarray], curves: Curves, failure: str = "",
    check: Callable[[], None] = lambda: None,
) -> Observation:  # fmt: skip
    """A project's run as diagnoses look at it."""
    initial = values_of(project.initial)
    return Observation(
        project.graph, project.training, data.x, data.y, parameters, curves, data, failure, initial=initial, are_drawn=not initial,
        check=check,
    )  # fmt: skip


class LiveDiagnosis(QObject):
    """`changed` when there are other findings, or none any more; `failed(sentence)` when a remedy does not fit what there is now."""

    changed = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._document, self._session = document, session
        self._job: LiveJob | None = None
        self._begun = self._due = 0.0
        self._looked_at: tuple[Project, int, str] | None = None  # of the job, or of the findings
        self._waiting: LiveView | None = None
        self.findings: Findings | None = None
        session.emptied.connect(self._forget)
        document.replaced.connect(self._forget)
        self.failed.connect(self._tell)

    def look(self, view: LiveView) -> None:
        """What is shown now is diagnosed, unless that was done a moment ago and training goes on."""
        if not len(view.curves.mean):
            self._forget()
            return
        if self.findings is not None and view.frame.iteration < self.findings.iteration and not view.is_in_the_past:
            self._forget()
        seen = (view.project, view.frame.iteration, self._session.failure)
        if seen == self._looked_at or (view.playing and time.monotonic() < self._due):
            return
        if self._job is None:
            self._start(view)
        else:
            self._waiting = view

    def _start(self, view: LiveView) -> None:
        self._waiting = None
        self._begun = time.monotonic()
        self._looked_at = (view.project, view.frame.iteration, self._session.failure)
        self._job = self._session.jobs.start("Diagnosing the run", self._work_on(view), quiet=True, lane="diagnosis")
        self._job.finished.connect(self._take)
        self._job.ended.connect(self._go_on)

    def _work_on(self, view: LiveView) -> Callable[[JobContext], Findings | None]:
        answer, failure = self._session.request_snapshot(undisturbed=True), self._session.failure
        project, data, curves, iteration = view.project, view.data, view.curves, view.frame.iteration

        def work(context: JobContext) -> Findings | None:
            try:
                parameters = answer.result().parameters
            except NNLabError:  # there is nothing any more to be diagnosed
                return None
            seen = replace(observed(project, data, parameters, curves, failure, context.check), path=self._path)
            return Findings(project, iteration, diagnose(seen, context.check), curves.convergence, curves, failure)

        return work

    def _path(self) -> WeightPath:
        """On a job's thread."""
        return wait_for(self._session.request_path())

    def _take(self, findings: Findings | None) -> None:
        if findings is not None and self._looked_at is not None:
            self.findings = findings
            self.changed.emit()

    def _go_on(self) -> None:
        self._job = None
        now = time.monotonic()
        self._due = now + max(LEAST_SECONDS, (now - self._begun) / SHARE)
        if self._waiting is not None and self._session.data is not None and not self._session.is_closed:
            self._start(self._waiting)

    def _forget(self) -> None:
        self._looked_at = self._waiting = None
        self._due = 0.0
        if self._job is not None:
            self._job.cancel()
        if self.findings is not None:
            self.findings = None
            self.changed.emit()

    def apply(self, remedy: Remedy) -> None:
        """Applies a remedy to the project as it is now, as one undoable edit; one about how a run begins begins it again."""
        session, was_playing = self._session, self._session.is_playing
        try:
            changed = remedy.apply(self._document.project)
            changed.training.checked()
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        self._document.edit(remedy.label, changed)
        if remedy.starts_over:
            session.rewind()
        if was_playing:
            session.play()

    def _tell(self, sentence: str) -> None:
        self._session.failed.emit(sentence, "")
