"""The live display: a timer shows the newest frame of the run, together with what visible panels asked for.

Training never waits for it: the machine is asked for a frame, and the next tick shows what is there by then. Numbers of a network that
has been changed stay for a moment at most, until the first of the new one come.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from nnlab.core.preparation import Data
from nnlab.engine.frame import Frame
from nnlab.training.commands import Watch
from nnlab.training.companions import Companions
from nnlab.training.runs import MAIN
from nnlab.training.trainer import Trainer
from nnlab.ui.document.document import Document
from nnlab.ui.run.crowding import is_crowded
from nnlab.ui.run.drawing_pace import SHARE_OF_A_STEP, SHARE_OF_RUNS, DrawingPace
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.other_runs import LateRun, OtherRuns
from nnlab.ui.run.past import Past
from nnlab.ui.run.probe_pace import CROWDED_SHARE, STEP_SHARE, ProbePace
from nnlab.ui.run.probing import Probing
from nnlab.ui.run.probing_beside import ProbingBeside
from nnlab.ui.run.rates import Rates

TICK_MILLISECONDS = 16
UNSEEN_SECONDS = 0.1  # between two frames where nothing of the network can be seen but the transport bar's figures
FRAMES_A_PICTURE = 3.0  # while pictures wait, so that one is hardly older than it must be
LATE_SECONDS = 0.1  # between two pieces of news of runs that catch up
PATIENCE = 0.25  # seconds that the numbers of a network may stay after it was changed, until the first of the new one come


class Trained(Protocol):
    """What is trained now: the session, as far as it is needed here."""

    @property
    def revision(self) -> int: ...

    @property
    def is_playing(self) -> bool: ...

    @property
    def data(self) -> Data | None: ...

    @property
    def past(self) -> Past: ...


class LiveDisplay(QObject):
    """`frame` is the newest one shown, None when nothing is known of the present network.

    `ticked(LiveView)` comes with every new frame, and once more when probes have new results for it; `emptied` when what was shown last
    is of a network that is gone, `expired` when that is so because the present one gave nothing in time. `died`: the training thread has
    ended. `failed(message, detail)` when a probe met an error. `late_changed` carries a `LateRun` for each run that catches up.
    """

    ticked = Signal(object)
    emptied = Signal()
    expired = Signal()
    died = Signal()
    failed = Signal(str, str)
    late_changed = Signal(object)

    def __init__(
        self, trained: Trained, trainer: Trainer, document: Document, companions: Companions, jobs: LiveJobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._trained, self._trainer, self._document, self._companions = trained, trainer, document, companions
        self.frame: Frame | None = None
        self.rates = Rates()
        self._patient_until = 0.0
        self._late: tuple[LateRun, ...] = ()
        self._late_due = 0.0
        self._others = OtherRuns(trainer, companions)
        self.drawing, self.is_crowded = DrawingPace(), False
        self._is_team = False  # … and all cores work at one step
        self._probe_share: float | None = None  # of a core, where training wants all; None: as much as they like
        self.is_looked_at: Callable[[], bool] = _always
        self._frame_due = 0.0
        pace = ProbePace(lambda: self._probe_share)
        self._probing = Probing(jobs, pace, self)
        self._beside = ProbingBeside(jobs, pace, self)
        self._watched: dict[object, frozenset[str]] = {}
        self._is_news = False  # results that came after the frame was shown
        for probing in (self._probing, self._beside):
            probing.answered.connect(self._on_answered)
            probing.failed.connect(self.failed)
        self._timer = QTimer(self, interval=TICK_MILLISECONDS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        """Shows nothing more; what probes compute comes to nothing."""
        self._timer.stop()
        self._probing.close()
        self._beside.close()

    def _look_around(self, now: float) -> None:
        """Whether training wants every core: then what the window does is taken from it."""
        frame = self.frame
        self.is_crowded = (
            frame is not None and self._trained.is_playing and not self._trainer.has_time_over
            and is_crowded(max(self._companions.count_runs(), frame.program.threads))
        )  # fmt: skip
        self._is_team = self.is_crowded and frame is not None and frame.program.threads > 1
        shares = (SHARE_OF_A_STEP, STEP_SHARE) if self._is_team else (SHARE_OF_RUNS, CROWDED_SHARE)
        drawing, self._probe_share = shares if self.is_crowded else (None, None)
        self.drawing.tick(now, time.thread_time(), drawing)

    @property
    def _seconds_between_frames(self) -> float:
        """0: one a tick. A frame of a large network is megabytes, which nobody copies for pictures that come more seldom than that."""
        if not self.is_looked_at():
            return UNSEEN_SECONDS
        return min(self.drawing.picture_seconds / FRAMES_A_PICTURE, UNSEEN_SECONDS) if self._is_team else 0.0

    # What visible panels need

    def want(self, owner: object, probes: Iterable[str], of_all_runs: bool) -> None:
        """See `LiveSession.want`."""
        probes = tuple(probes)
        self._probing.want(owner, probes)
        self._beside.want(owner, probes if of_all_runs else ())

    def watch(self, owner: object, tensors: Iterable[str]) -> None:
        """See `LiveSession.watch`."""
        before = self._watched_by_all
        self._watched[owner] = frozenset(tensors)
        if self._watched_by_all != before:
            self._trainer.send(Watch(self._watched_by_all))

    @property
    def _watched_by_all(self) -> frozenset[str]:
        return frozenset().union(*self._watched.values())

    # What is shown

    def be_patient(self) -> None:
        """The network was changed: what is shown of the one before stays for a moment."""
        self._patient_until = time.perf_counter() + PATIENCE

    def empty(self) -> None:
        """Nothing is known of the present network."""
        self.frame = None
        self._others.shown = ()
        self.emptied.emit()

    def show_rest(self) -> None:
        """The last frame once more, every probe computed from it: what stands still is exact."""
        frame = self._trainer.newest_frame()
        if frame is not None and frame.revision == self._trained.revision:
            self.frame = frame
            self._others.look_at_rest(frame)
            self._show(frame)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.rates.tick(now)
        self._look_around(now)
        if self._trainer.has_died:
            self.died.emit()
        self._tell_late(now)
        frame = self._others.next(self.frame)
        if self._trained.is_playing and now >= self._frame_due:  # after reading, so that every tick finds exactly one new frame
            self._trainer.want_frame()
            self._frame_due = now + self._seconds_between_frames
        if frame is None:
            self._tick_without_frame()
            return
        if frame.revision != self._trained.revision:  # made by an earlier version of the network
            self._empty_when_late()
            return
        self.frame = frame
        self.rates.progress(now, frame.iteration)
        self._show(frame)

    def _tell_late(self, now: float) -> None:
        if now < self._late_due:
            return
        self._late_due = now + LATE_SECONDS
        late = self._others.late(self.frame)
        if late != self._late:
            self._late = late
            self.late_changed.emit(late)

    def _tick_without_frame(self) -> None:
        """Training rests or is slow: the present frame is shown again when probes have new results for it."""
        frame, data = self.frame, self._trained.data
        if frame is None or frame.revision != self._trained.revision or data is None:
            self._empty_when_late()
            return
        if self._is_news:
            self._show(frame)
        elif not self._trained.is_playing:
            self._probing.ask(frame, data, playing=False)  # what panels have come to want since

    def _empty_when_late(self) -> None:
        """A network that takes long to begin, or cannot: the numbers of the one before do not stay."""
        if self.frame is not None and self.frame.revision != self._trained.revision and time.perf_counter() > self._patient_until:
            self.empty()
            self.expired.emit()

    def _on_answered(self) -> None:
        self._is_news = True

    def _show(self, frame: Frame) -> None:
        passed, data, past, playing = self._trainer.passed(), self._trained.data, self._trained.past, self._trained.is_playing
        if passed is None or data is None:
            return
        past.forget_marks_of_what_was_dropped()
        self._is_news = False
        self._probing.ask(frame, data, playing)
        if self._probing.is_first:
            return  # small networks are never shown without what panels ask of them; numbers of large ones do not wait
        others, are_exact = self._beside.ask(self._others.shown, data, playing)
        project, exact = self._document.project, not playing and self._probing.is_exact(frame) and are_exact
        rate = self.rates.iterations_per_second if playing else 0.0
        self.ticked.emit(
            LiveView(
                project, data, frame, passed, past.marks.shown, self._probing.results, playing, exact, rate, self.rates.ticks_per_second,
                MAIN, self._companions.name_of(project), others, past.is_shown, self._trainer.progress(),
                past.reach.branches if past.shows_branches else (), self._probing.iterations, self._trainer.phase_shares,
                self.is_crowded, self.drawing.stretch,
            )
        )  # fmt: skip


def _always() -> bool:
    return True
