"""Probes beside the display: what visible panels ask for is computed on a thread of its own, from copies of frames.

The display never waits for a probe, however large the network is. One request is under way at a time; while training runs, each
probe comes at a rate its cost allows, and when training rests, every probe is computed from the frame that is shown.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import Frame
from nnlab.jobs.context import TaskContext
from nnlab.jobs.service import Job, JobError, JobState
from nnlab.training.probe import probes
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.run.probe_pace import ProbePace

AFTER_FAULT = 2.0
PATIENCE = 0.25  # seconds that a changed network is not shown, until its first probes are there


@dataclass(frozen=True, eq=False)
class Answer:
    """Results of some probes for one frame, how long each took in seconds, and the faults (message, detail) of those that failed."""

    revision: int
    sequence: int
    iteration: int
    results: Mapping[str, Any]
    seconds: Mapping[str, float]
    faults: Mapping[str, tuple[str, str]]


class Probing(QObject):
    """`answered` when there are new results; `failed(message, detail)` when a probe met an error."""

    answered = Signal()
    failed = Signal(str, str)

    def __init__(self, jobs: LiveJobs, pace: ProbePace, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._pace = jobs, pace
        self._job: Job[Answer] | None = None  # the request under way
        self._asked: tuple[Frame, Sequence[str]] | None = None  # what it is for
        self._evaluator: Evaluator | None = None  # the thread's own, as is its revision
        self._evaluator_revision = -1
        self._wanted: dict[object, tuple[str, ...]] = {}
        self._is_closed = False
        self._revision = -1
        self._patient_until = 0.0
        self._results: dict[str, Any] = {}
        self._sequences: dict[str, int] = {}  # of the frame each result, or failure, was made from
        self._iterations: dict[str, int] = {}  # of the same frame
        self._due: dict[str, float] = {}

    def want(self, owner: object, names: Iterable[str]) -> None:
        """`owner` (a visible panel) needs these probes from now on; none when it no longer does."""
        self._wanted[owner] = tuple(names)

    @property
    def results(self) -> Mapping[str, Any]:
        """The newest result of every probe for the network asked about last."""
        return MappingProxyType(dict(self._results))

    @property
    def iterations(self) -> Mapping[str, int]:
        """The iteration after which the weights were those that each result is of."""
        return MappingProxyType(dict(self._iterations))

    @property
    def is_first(self) -> bool:
        """Whether the first results for this network are still being computed, and will be there in a moment."""
        return self._job is not None and not self._sequences and time.perf_counter() < self._patient_until

    def is_exact(self, frame: Frame) -> bool:
        """Whether everything that is wanted was computed from this frame."""
        return frame.revision == self._revision and all(self._sequences.get(name) == frame.sequence for name in self._names())

    def ask(self, frame: Frame, data: Data, playing: bool) -> None:
        """Starts what is due for this frame, unless something is under way; then the next call does."""
        if frame.revision != self._revision:
            self._revision, self._patient_until = frame.revision, time.perf_counter() + PATIENCE
            self._results.clear()
            self._iterations.clear()
            self._sequences.clear()
            self._due.clear()
        if self._job is not None or self._is_closed:
            return
        now = time.perf_counter()
        due = [
            name
            for name in self._names()
            if self._sequences.get(name) != frame.sequence and not (playing and now < self._due.get(name, 0.0))
        ]
        if due:
            self._asked = frame, due
            self._job = self._jobs.ask("Probes", partial(self._compute, frame=frame, data=data, names=due), self._on_ended, "probes")

    def close(self) -> None:
        """Asks for no more; what is under way ends after the probe it is at, and comes to nothing."""
        self._is_closed = True
        self._pace.forget(self)
        if self._job is not None:
            self._job.cancel()

    def _names(self) -> dict[str, None]:
        return dict.fromkeys(name for names in self._wanted.values() for name in names)

    def _compute(self, context: TaskContext, frame: Frame, data: Data, names: Sequence[str]) -> Answer:
        """On the thread."""
        results: dict[str, Any] = {}
        seconds: dict[str, float] = {}
        faults: dict[str, tuple[str, str]] = {}
        if self._evaluator is None or self._evaluator_revision != frame.revision:
            self._evaluator, self._evaluator_revision = Evaluator(frame.program.graph, frame.program.real), frame.revision
        self._evaluator.load(frame.parameters)
        for name in names:
            if context.is_cancelled or frame.revision != self._revision:
                break  # nobody waits for the others any more
            start = time.perf_counter()
            try:
                results[name] = probes[name](self._evaluator, data)
            except Exception as error:  # a fault of one probe is told, and the window and the other panels live on
                words = f"The picture “{name}” of the network could not be computed: {type(error).__name__}: {error}."
                faults[name] = words, traceback.format_exc()
            seconds[name] = time.perf_counter() - start
        return Answer(frame.revision, frame.sequence, frame.iteration, results, seconds, faults)

    def _take(self, answer: Answer) -> None:
        if answer.revision == self._revision:
            self._results.update(answer.results)
            self._iterations |= dict.fromkeys(answer.results, answer.iteration)
            now = time.perf_counter()
            self._pace.note(self, answer.seconds, self._names())
            for name, cost in answer.seconds.items():
                self._sequences[name] = answer.sequence  # a failed one too: it is tried again with another frame
                self._due[name] = now + max(self._pace.pause_after(cost), AFTER_FAULT if name in answer.faults else 0.0)
            for fault in answer.faults.values():
                self.failed.emit(*fault)

    def _put_off(self, frame: Frame, names: Sequence[str], error: JobError) -> None:
        """The network could not even be evaluated: the same is not tried again at once."""
        if frame.revision == self._revision:
            later = time.perf_counter() + AFTER_FAULT
            self._sequences.update(dict.fromkeys(names, frame.sequence))
            self._due.update(dict.fromkeys(names, later))
        if not error.detail:  # else told by `LiveJobs.failed`
            self.failed.emit(error.sentence, error.detail)

    def _on_ended(self, job: Job[Answer]) -> None:
        if self._is_closed:
            return
        if job.state is JobState.FINISHED and job.result is not None:
            self._take(job.result)
        elif job.state is JobState.FAILED and job.error is not None and self._asked is not None:
            self._put_off(*self._asked, job.error)
        self._job = self._asked = None
        self.answered.emit()
