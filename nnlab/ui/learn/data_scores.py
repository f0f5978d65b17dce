"""Numbers over whole data sets for a lesson's formulas: worked out once for each frame, and beside the display where that is slow.

A lesson's check is looked at while training goes on. How long a number takes is estimated on a few samples, then measured; what would take
longer than BUDGET is a quiet job on a copy of the weights, and `known` says that its number is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import Frame
from nnlab.jobs.context import JobContext
from nnlab.lessons.network_now import NAN, NetworkNow
from nnlab.ui.run.session import LiveSession

BUDGET = 0.004  # seconds of the display's thread for one number
TRIED = 64  # samples
REST = 3  # how many times as long as a job took there is none after it: training has the processors


@dataclass(frozen=True)
class ScoredMoment:
    """What a number belongs to: a network, its run and iteration, and its weights, which may be set by hand."""

    revision: int
    real: str
    iteration: int
    weights: int  # a hash of their bytes


class DataScores(QObject):
    """`known` when a job has found a number that was asked for. A number is named by its run (0 the own one) and word."""

    known = Signal()

    def __init__(self, session: LiveSession, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._found: dict[tuple[int, str], tuple[ScoredMoment, float]] = {}
        self._seconds: dict[tuple[int, str], tuple[int, float]] = {}  # what a word took, and in which network
        self._runs_for: tuple[int, str, ScoredMoment] | None = None
        self._began = 0.0
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self.known)

    def forget(self) -> None:
        self._found, self._seconds = {}, {}

    def value(self, place: int, word: str, network: NetworkNow, frame: Frame, passing: bool) -> float:
        """A number of the frame. While `passing`, one that takes long is of the newest frame that a job has seen, NaN before."""
        key = (place, word)
        moment = ScoredMoment(frame.revision, frame.program.real, frame.iteration, hash(frame.parameters.tobytes()))
        newest = self._found.get(key)
        if newest is None or newest[0] != moment:
            if not passing or self._expected(key, network, frame) <= BUDGET:
                self._found[key] = newest = (moment, self._timed(key, network.measured, word, frame))
            else:
                self._ask(place, word, network, frame, moment)
        return newest[1] if newest is not None and newest[0].revision == moment.revision else NAN

    def _expected(self, key: tuple[int, str], network: NetworkNow, frame: Frame) -> float:
        revision, seconds = self._seconds.get(key, (-1, 0.0))
        if revision != frame.revision:
            x, y = network.data.x, network.data.y
            network.evaluator.loss(x[:1], y[:1])  # what is done once for a network is not measured
            began = time.perf_counter()
            network.evaluator.loss(x[:TRIED], y[:TRIED])
            seconds = (time.perf_counter() - began) * max(1.0, len(x) / TRIED)
            self._seconds[key] = (frame.revision, seconds)
        return seconds

    def _timed(self, key: tuple[int, str], measure: Callable[[str], float], word: str, frame: Frame) -> float:
        began = time.perf_counter()
        found = measure(word)
        self._seconds[key] = (frame.revision, time.perf_counter() - began)
        return found

    def _ask(self, place: int, word: str, network: NetworkNow, frame: Frame, moment: ScoredMoment) -> None:
        """One job at a time: the next look asks for the frame that is newest then."""
        if self._runs_for is not None or self._rest.isActive() or self._session.is_closed:
            return
        self._runs_for, self._began = (place, word, moment), time.perf_counter()
        program, parameters = frame.program, frame.parameters.copy()
        stored = {name: np.array(values) for name in program.stored if (values := frame.get(name)) is not None}

        def work(context: JobContext) -> float:
            evaluator = Evaluator(program.graph, program.real)
            evaluator.load(parameters)
            return replace(network, evaluator=evaluator, values=stored.get).measured(word)

        job = self._session.jobs.start("Looking at a lesson's check", work, quiet=True, lane="lesson")
        job.finished.connect(self._take)
        job.ended.connect(self._end)

    def _take(self, found: float) -> None:
        if self._runs_for is not None:
            place, word, moment = self._runs_for
            self._found[place, word] = (moment, found)

    def _end(self) -> None:
        self._runs_for = None
        self._rest.start(round(1000 * REST * (time.perf_counter() - self._began)))
        self.known.emit()
