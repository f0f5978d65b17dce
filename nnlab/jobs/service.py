"""The service that runs jobs on threads: it starts, cancels and ends them, and tells one listener what happens.

    jobs = Jobs(listener=print)
    job = jobs.start("Width sweep", lambda context: width_sweep(settings, context))
    job.progress, job.remaining, job.cancel()

Progress is not told but looked up, at whatever pace the display has; partial results and the end are told, from the job's thread.
Jobs of one lane run one after another on one thread, in the order of their start; a job without a lane has a thread of its own.
The threads are daemons: one that does not listen can keep neither the window nor the process from ending. But a thread that is inside a
library, compiling for instance, crashes when the process takes that library down. So the end of a process waits for its threads a while.
"""

from __future__ import annotations

import atexit
import queue
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from nnlab.core.errors import NNLabError
from nnlab.jobs.context import Cancelled, JobContext, Progress
from nnlab.jobs.remaining import RemainingTime

JobResult = TypeVar("JobResult")
CLOSING = 10.0  # seconds that closing waits for jobs to end
ENDING = 20.0  # seconds that the end of the process waits for their threads


class JobState(Enum):
    WAITING = "waiting"  # for its lane
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (JobState.FINISHED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class JobError:
    """Why a job failed, in one sentence. `detail` is the traceback of what nobody expected; an NNLabError needs none."""

    sentence: str
    detail: str = ""

    @classmethod
    def of(cls, name: str, error: BaseException) -> JobError:
        """What `error` means for the job or task `name`."""
        if isinstance(error, NNLabError):
            return cls(str(error))
        detail = "".join(traceback.format_exception(error))
        return cls(f"“{name}” stopped: {type(error).__name__}: {str(error).rstrip('.') or 'no reason was given'}.", detail)


class Job(Generic[JobResult]):
    """One job, for whoever started it. All of it may be used from any thread.

    `quiet` jobs are part of what the window always does (probes, autosave): they are not shown as running.
    """

    def __init__(self, name: str, run: Callable[[JobContext], JobResult], quiet: bool, tell: Listener) -> None:
        self.name, self.quiet = name, quiet
        self.state = JobState.WAITING
        self.progress: Progress | None = None
        self.started: float | None = None  # time.monotonic()
        self.result: JobResult | None = None  # once it is finished
        self.error: JobError | None = None  # if it failed
        self._run, self._tell = run, tell
        self._remaining: RemainingTime | None = None
        self._fraction = 0.0
        self._cancelled, self._ended = threading.Event(), threading.Event()
        self._lock = threading.Lock()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was asked to stop; it may need a moment to do so. What it finds from then on reaches nobody."""
        return self._cancelled.is_set()

    @property
    def fraction(self) -> float:
        """How much is done, from 0 to 1; it never falls, whatever the job reports."""
        return self._fraction

    @property
    def remaining(self) -> float | None:
        """Seconds left, as far as can be told; None while it is too early, or when the job does not report."""
        return self._remaining.seconds() if self._remaining is not None and self.state is JobState.RUNNING else None

    def cancel(self) -> None:
        """Asks the job to stop; one that still waits for its lane never begins."""
        self._cancelled.set()
        with self._lock:
            waiting = self.state is JobState.WAITING
            if waiting:
                self.state = JobState.CANCELLED
        if waiting:
            self._end()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the job has ended; False when it has not after `timeout` seconds."""
        return self._ended.wait(timeout)

    def _execute(self) -> None:
        """On the thread."""
        with self._lock:
            if self.state is not JobState.WAITING:
                return
            self.state = JobState.RUNNING
        self.started, self._remaining = time.monotonic(), RemainingTime()
        state = JobState.FINISHED
        try:
            self.result = self._run(JobContext(self._on_progress, self._on_partial, self._cancelled))
        except Cancelled:
            state = JobState.CANCELLED
        except BaseException as error:  # whatever it is, it is told to whoever started the job, and the thread lives on
            self.error, state = JobError.of(self.name, error), JobState.FAILED
        if self.is_cancelled and not (self.error is not None and self.error.detail):  # a fault is told even then
            self.result, self.error, state = None, None, JobState.CANCELLED
        self.state = state
        self._end()

    def _end(self) -> None:
        try:
            self._tell(self, "ended", None)
        finally:
            self._ended.set()

    def _on_progress(self, progress: Progress) -> None:
        self._fraction = max(self._fraction, progress.fraction)
        if self._remaining is not None:
            self._remaining.observe(self._fraction)
        self.progress = progress

    def _on_partial(self, partial: Any) -> None:
        self._tell(self, "partial", partial)


Listener = Callable[[Job[Any], str, Any], None]  # the job, "partial" or "ended", the partial result


class Jobs:
    """Starts jobs and knows those that have not ended. `listener` is called on the job's thread."""

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self._jobs: list[Job[Any]] = []
        self._lanes: dict[str, _Lane] = {}
        self._single: list[_Lane] = []  # threads of jobs without a lane
        self._lock = threading.Lock()
        self._is_closed = False

    def start(self, name: str, run: Callable[[JobContext], JobResult], *, quiet: bool = False, lane: str = "") -> Job[JobResult]:
        """Runs `run(context)` on a thread. `name` is what people read of it. Raises NNLabError after `close`."""
        job = Job(name, run, quiet, self._tell)
        with self._lock:
            if self._is_closed:
                raise NNLabError(f"“{name}” cannot start: the window is closing.")
            self._jobs.append(job)
            thread = self._lane(lane or name, is_shared=bool(lane))
            thread.queue.put(job)
            if not lane:
                thread.queue.put(None)  # it ends with its only job
        return job

    @property
    def running(self) -> tuple[Job[Any], ...]:
        """Jobs that have not ended, the oldest first."""
        with self._lock:
            return tuple(self._jobs)

    def close(self, timeout: float = CLOSING) -> bool:
        """Cancels every job and ends the threads. True when all have ended, False when one did not listen for `timeout` seconds."""
        with self._lock:
            self._is_closed = True
            jobs, lanes = list(self._jobs), [*self._lanes.values(), *self._single]
        for job in jobs:
            job.cancel()
        for lane in lanes:
            lane.queue.put(None)
        deadline = time.monotonic() + timeout
        for lane in lanes:
            lane.thread.join(max(0.0, deadline - time.monotonic()))
        return not any(lane.thread.is_alive() for lane in lanes)

    def _lane(self, name: str, is_shared: bool) -> _Lane:
        if not is_shared:
            self._single = [lane for lane in self._single if lane.thread.is_alive()]
            self._single.append(_Lane(name))
            return self._single[-1]
        if name not in self._lanes:
            self._lanes[name] = _Lane(name)
        return self._lanes[name]

    def _tell(self, job: Job[Any], what: str, value: Any) -> None:
        if what == "ended":
            with self._lock:
                self._jobs.remove(job)
        if self._listener is not None:
            self._listener(job, what, value)


class _Lane:
    """A thread that runs jobs one after another, until it is given None."""

    def __init__(self, name: str) -> None:
        self.queue: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self.job: Job[Any] | None = None  # that runs
        self.thread = threading.Thread(target=self._live, name=name, daemon=True)
        self.thread.start()
        _lanes.add(self)

    def _live(self) -> None:
        while (job := self.queue.get()) is not None:
            self.job = job
            job._execute()
            self.job = None
            del job  # what it holds may be large, and the next may be long in coming


_lanes: weakref.WeakSet[_Lane] = weakref.WeakSet()


@atexit.register
def _leave() -> None:
    deadline = time.monotonic() + ENDING
    lanes = list(_lanes)
    for lane in lanes:
        if (job := lane.job) is not None:
            job.cancel()
        lane.queue.put(None)
    for lane in lanes:
        lane.thread.join(max(0.0, deadline - time.monotonic()))
