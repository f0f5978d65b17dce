"""The verdict on the project's run, kept up to date while somebody looks: judged beside the display, about once a second.

A verdict takes up to thirty milliseconds, so it is a job, and never one for every frame; when training comes to rest the last one is of
exactly what is shown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from nnlab.engine.convergence import Convergence
from nnlab.engine.history import Curves
from nnlab.jobs.context import JobContext
from nnlab.ui.document.document import Document
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession

SECONDS_BETWEEN = 1.0


@dataclass(frozen=True, eq=False)
class Verdict:
    """What was found, of a history that ends at iteration `until`."""

    convergence: Convergence
    until: int


class LiveVerdict(QObject):
    """`changed` when there is another verdict, or none any more."""

    changed = Signal()

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._session = session
        self._job: LiveJob | None = None
        self._asked: Curves | None = None  # what the job looks at
        self._waiting: Curves | None = None  # what is to be looked at after it
        self._due = 0.0
        self.verdict: Verdict | None = None
        session.emptied.connect(self._forget)
        document.replaced.connect(self._forget)

    def look(self, view: LiveView) -> None:
        """What is shown now is judged, unless that was done less than a second ago and training goes on."""
        curves = view.curves
        if not len(curves.mean):
            self._forget()
            return
        last = int(curves.iterations[-1])
        if self.verdict is not None and last < self.verdict.until:
            self._forget()  # the run has begun again, or was put back and went on from there
        if view.playing and time.monotonic() < self._due:
            return
        if self._asked is not None and last == int(self._asked.iterations[-1]) and curves.origin == self._asked.origin:
            return
        self._due = time.monotonic() + SECONDS_BETWEEN
        if self._job is None:
            self._start(curves)
        else:
            self._waiting = curves

    def _start(self, curves: Curves) -> None:
        self._asked, self._waiting = curves, None
        until = int(curves.iterations[-1])

        def judge(context: JobContext) -> Verdict:
            return Verdict(curves.convergence, until)

        self._job = self._session.jobs.start("Judging the run", judge, quiet=True, lane="verdict")
        self._job.finished.connect(self._take)
        self._job.ended.connect(self._go_on)

    def _take(self, verdict: Verdict) -> None:
        if self._asked is not None:  # else the run is gone meanwhile
            self.verdict = verdict
            self.changed.emit()

    def _go_on(self) -> None:
        self._job = None
        if self._waiting is not None:
            self._start(self._waiting)

    def _forget(self) -> None:
        self._asked = self._waiting = None
        self._due = 0.0
        if self.verdict is not None:
            self.verdict = None
            self.changed.emit()
