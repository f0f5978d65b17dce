"""Jobs of the window: background work whose news arrive as signals on the display's thread.

Progress is looked at ten times a second while there is something to show; partial results and ends come through one queued signal, however
many there are. What nobody expected (a fault with a traceback) is always told by `failed`; an error in words of a quiet job is told by
whoever started it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from nnlab.jobs.context import JobContext
from nnlab.jobs.service import ENDED, Job, Jobs, JobState

SHOWN_AFTER = 0.3  # seconds; what is done sooner is not worth a look
LOOK_MILLISECONDS = 100


class LiveJob(QObject):
    """A job as the window sees it. All signals come on the display's thread, `ended` last and always; none after the window has closed."""

    progressed = Signal()
    partial = Signal(object)
    finished = Signal(object)
    failed = Signal(str, str)  # sentence, detail
    ended = Signal()

    def __init__(self, job: Job[Any]) -> None:
        super().__init__()
        self.job = job

    @property
    def is_shown(self) -> bool:
        """Whether people are told that it runs: not a quiet one, nor one that has only just begun."""
        job = self.job
        return not job.quiet and job.state not in ENDED and job.started is not None and time.monotonic() - job.started >= SHOWN_AFTER

    def cancel(self) -> None:
        self.job.cancel()


class LiveJobs(QObject):
    """`changed` while jobs are shown, and when the last one is not any more; `failed(sentence, detail)` for the message bar."""

    changed = Signal()
    failed = Signal(str, str)
    _told = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = Jobs(self._tell)
        self._live: dict[Job[Any], LiveJob] = {}
        self._asked: dict[Job[Any], Callable[[Job[Any]], None]] = {}
        self._news: deque[tuple[Job[Any], str, Any]] = deque()
        self._is_closed = False
        self._timer = QTimer(self, interval=LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._look)
        self._told.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def start(self, name: str, run: Callable[[JobContext], Any], *, quiet: bool = False, lane: str = "") -> LiveJob:
        """Runs `run(context)` on a thread; connect the job's signals before returning to the event loop. As in `Jobs.start`."""
        job = LiveJob(self._jobs.start(name, run, quiet=quiet, lane=lane))
        self._live[job.job] = job
        if not quiet:
            self._timer.start()
        return job

    def ask(self, name: str, run: Callable[[JobContext], Any], ended: Callable[[Job[Any]], None], lane: str) -> Job[Any]:
        """A quiet job for what is asked many times a second: `ended(job)` on the display's thread, and no signals, which take longer to
        connect than the job to start. Nothing is called after the window has closed."""
        job = self._jobs.start(name, run, quiet=True, lane=lane)
        self._asked[job] = ended
        return job

    @property
    def shown(self) -> tuple[LiveJob, ...]:
        """Jobs that people are told of, the oldest first."""
        return tuple(job for job in self._live.values() if job.is_shown)

    def close(self) -> None:
        """Cancels every job and waits for the threads; no signal comes after it."""
        self._is_closed = True
        self._timer.stop()
        self._jobs.close()
        for live in self._live.values():
            live.deleteLater()  # what is connected to it holds whoever started it, who holds it: a circle that Python cannot see
        self._live.clear()
        self._asked.clear()
        self._news.clear()

    def _tell(self, job: Job[Any], what: str, value: Any) -> None:
        """On the job's thread."""
        self._news.append((job, what, value))
        if not self._is_closed:
            self._told.emit()

    def _pass_on(self) -> None:
        while self._news and not self._is_closed:
            job, what, value = self._news.popleft()
            ended = self._asked.pop(job, None)
            if ended is not None:
                self._tell_fault(job)
                ended(job)
                continue
            live = self._live.get(job)
            if live is None:
                continue
            if what == "partial":
                if not job.is_cancelled:
                    live.partial.emit(value)
                continue
            del self._live[job]
            self._end(live)

    def _end(self, live: LiveJob) -> None:
        job = live.job
        if job.state is JobState.FINISHED:
            live.finished.emit(job.result)
        elif job.state is JobState.FAILED and job.error is not None:
            live.failed.emit(job.error.sentence, job.error.detail)
            self._tell_fault(job)
        live.ended.emit()
        if not job.quiet:
            self._look()

    def _tell_fault(self, job: Job[Any]) -> None:
        if job.error is not None and (job.error.detail or not job.quiet):
            self.failed.emit(job.error.sentence, job.error.detail)

    def _look(self) -> None:
        for live in list(self._live.values()):
            if live.is_shown:
                live.progressed.emit()
        if all(job.quiet for job in self._live):
            self._timer.stop()
        self.changed.emit()
