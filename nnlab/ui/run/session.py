"""The session: the window's side of training. It owns the trainer thread and follows the document.

A timer of the display asks the machine for a frame and hands the newest one to whoever listens (`ticked`); training never
waits for it. Edits of the document become commands; the worker's events come back through a queued signal.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.engine.frame import Frame
from nnlab.engine.weight_change import Entries
from nnlab.graph.validation import Diagnostic
from nnlab.training import commands
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Block, Command, Event, Failed, Refused, RunStopped, Snapshot, StateChanged, Stepped
from nnlab.training.companions import Companion, Companions
from nnlab.training.follower import Follower
from nnlab.training.plan import Prepared, plan
from nnlab.training.project import Project
from nnlab.training.runs import MAIN
from nnlab.training.trainer import Trainer
from nnlab.training.variant import Variant
from nnlab.ui.document.document import Document
from nnlab.ui.run.answers import wait_for
from nnlab.ui.run.garbage import collect_on_display_thread, thaw
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.marks import Marks
from nnlab.ui.run.other_runs import OtherRuns
from nnlab.ui.run.past import Past
from nnlab.ui.run.probing import Probing
from nnlab.ui.run.probing_beside import ProbingBeside
from nnlab.ui.run.rates import Rates

TICK_MILLISECONDS = 16
RESTARTED = "The training thread ended unexpectedly and was started again; what was learned is kept. Press Play to go on."
PATIENCE = 0.25  # seconds that the numbers of a network may stay after it was changed, until the first of the new one come


class LiveSession(QObject):
    """Plays, pauses and steps the document's network.

    `ticked(LiveView)` comes with every new frame; `state_changed` when playing, the reason for standing still, or the diagnostics
    change; `stepped(Stepped)` after every stepped instruction; `failed(message, detail)` when the worker met an error, and `recovered`
    when that is over: the run stands elsewhere, or is another. `emptied`: what was shown last is of a network that is gone, and nothing is
    known of the present one. `jobs` runs everything else that takes time beside the display.
    """

    ticked = Signal(object)
    state_changed = Signal()
    stepped = Signal(object)
    failed = Signal(str, str)
    emptied = Signal()
    recovered = Signal()
    _event = Signal(object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        collect_on_display_thread()
        self._document = document
        self._trainer = Trainer(self._event.emit)
        self._event.connect(self._on_event, Qt.ConnectionType.QueuedConnection)
        self._revision = 0
        self.is_closed = False
        self._patient_until = 0.0
        self._playing = False
        self._reason = ""
        self._diagnostics: tuple[Diagnostic, ...] = ()
        self._prepared: Prepared | None = None
        self._follower = Follower()
        self._companions = Companions()
        self._marks = Marks()
        self._frame: Frame | None = None
        self._others = OtherRuns(self._trainer, self._companions)
        self.jobs = LiveJobs(self)
        self._probing = Probing(self.jobs, self)
        self._beside = ProbingBeside(self.jobs, self)
        self._watched: dict[object, frozenset[str]] = {}
        self._is_news = False  # results that came after the frame was shown
        for probing in (self._probing, self._beside):
            probing.answered.connect(self._on_answered)
            probing.failed.connect(self.failed)
        self._rates = Rates()
        self.last_step: Stepped | None = None
        self.past = Past(self, self._trainer, document, self._marks)
        document.settled.connect(self.synchronise)
        document.weights_set.connect(self._set_weights)
        document.replaced.connect(self.reload)
        self._timer = QTimer(self, interval=TICK_MILLISECONDS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.reload()
        self._timer.start()

    # What is known

    @property
    def is_playing(self) -> bool:
        return self._playing

    @property
    def can_run(self) -> bool:
        return not self._reason

    @property
    def reason(self) -> str:
        """Why training cannot run, in one sentence; empty when it can."""
        return self._reason

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self._diagnostics

    @property
    def data(self) -> Data | None:
        return self._prepared.data if self._prepared is not None else None

    @property
    def frame(self) -> Frame | None:
        """The newest frame shown."""
        return self._frame

    @property
    def iteration(self) -> int:
        """The iteration of the newest frame."""
        frame = self._trainer.newest_frame() or self._frame
        return frame.iteration if frame is not None else 0

    @property
    def frames_per_second(self) -> float:
        return self._rates.ticks_per_second

    @property
    def iterations_per_second(self) -> float:
        return self._rates.iterations_per_second if self._playing else 0.0

    # What one can do

    def play(self) -> None:
        self._do(commands.Play())

    def pause(self) -> None:
        self._do(commands.Pause())

    def toggle(self) -> None:
        self.pause() if self._playing else self.play()

    def step_iteration(self) -> None:
        self._do(commands.Iterate(1))

    def step_epoch(self) -> None:
        self._do(commands.FinishEpoch())

    def run_iterations(self, count: int) -> None:
        """Trains for `count` iterations, then pauses."""
        self._do(commands.Iterate(count))

    def step_forward(self, count: int = 1) -> None:
        self._do(commands.StepForward(count))

    def step_back(self, count: int = 1) -> None:
        self._do(commands.StepBack(count))

    def step_to(self, pc: int) -> None:
        self._do(commands.StepTo(pc))

    def finish_step(self) -> None:
        self._do(commands.FinishStep())

    def rewind(self) -> None:
        """Back to iteration 0 and the same initial weights."""
        self._marks.forget()
        self._document.forget_weights()
        self._companions.rewound()
        self._do(commands.Rewind())

    def dice(self) -> None:
        """New initial weights: another seed, as an undoable edit."""
        project = self._document.project
        seed = random.SystemRandom().randrange(1, 100_000)
        self._document.edit("New initial weights", replace(project, training=replace(project.training, seed=seed)))
        self.synchronise()

    def add_run(self, variant: Variant) -> None:
        """Trains a variant of the project beside it, in lock-step; it catches up first. Raises NNLabError when it cannot be trained."""
        self.synchronise()
        if self._reason or self._prepared is None:
            raise NNLabError(f"{self._reason.rstrip('.')}; until then no other run can train beside this one.")
        self._trainer.send(self._companions.add(variant, self._version, self._prepared, self._revision))
        self.state_changed.emit()

    def remove_runs(self) -> None:
        """Ends all runs but the project's own."""
        for command in self._companions.remove_all():
            self._trainer.send(command)
        self._show_rest()
        self.state_changed.emit()

    @property
    def companions(self) -> Mapping[int, Companion]:
        """What trains beside the project's own run, by number."""
        return self._companions.all

    def name_of_run(self, project: Project) -> str:
        """What tells the project's own run from those beside it."""
        return self._companions.name_of(project)

    def back_to(self, iteration: int) -> None:
        """Puts the run where it was after an iteration (see `Past`)."""
        self.recovered.emit()
        self.past.back_to(iteration)

    @property
    def latest(self) -> int:
        """The last iteration that can be gone to."""
        return max(self.past.reach.latest, self.iteration)

    def set_speed(self, iterations_per_second: float | None) -> None:
        self._trainer.send(commands.SetSpeed(iterations_per_second))
        self._rates.restart()

    def want(self, owner: object, probes: Iterable[str], of_all_runs: bool = False) -> None:
        """`owner` (a visible panel) needs these probes from now on, of every run or of the project's own; none when it no longer does."""
        probes = tuple(probes)
        self._probing.want(owner, probes)
        self._beside.want(owner, probes if of_all_runs else ())

    def watch(self, owner: object, tensors: Iterable[str]) -> None:
        """`owner` (something visible) reads these tensors of frames from now on, see nnlab.engine.frame; none when it no longer does.

        Parameters are always there. A frame that holds what is new follows at once, also while training rests.
        """
        before = self._watched_by_all
        self._watched[owner] = frozenset(tensors)
        if self._watched_by_all != before:
            self._trainer.send(commands.Watch(self._watched_by_all))

    @property
    def _watched_by_all(self) -> frozenset[str]:
        return frozenset().union(*self._watched.values())

    def snapshot(self) -> Snapshot | None:
        """Weights, moments and position of the run; None when nothing was ever trained or loaded.

        Raises NNLabError when they cannot be copied.
        """
        try:
            return wait_for(self.request_snapshot())
        except commands.NoNetwork:
            return None

    def request_snapshot(self, undisturbed: bool = False) -> Future[Snapshot]:
        """The same without waiting: the training thread answers between two steps, with NoNetwork when there is nothing, or another error.

        A stepped iteration is ended by it, or with `undisturbed` left as it is: the answer is then the state before it.
        """
        self.synchronise()
        answer: Future[Snapshot] = Future()
        self._trainer.send(commands.TakeSnapshot(answer, undisturbed))
        return answer

    def parameters(self, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Exact copies of parameters as they are between two steps, training or not. Raises NNLabError when there are none."""
        if self._reason:
            raise NNLabError(f"{self._reason.rstrip('.')}; weights cannot be changed until then.")
        self.synchronise()
        answer: Future[dict[str, np.ndarray]] = Future()
        self._trainer.send(commands.ReadParameters(answer, tuple(names)))
        return wait_for(answer)

    def restore(self, snapshot: Snapshot) -> None:
        self._do(commands.Restore(snapshot))

    def close(self) -> None:
        """Ends the threads."""
        self.is_closed = True
        self._timer.stop()
        self._trainer.close()
        self._probing.close()
        self._beside.close()
        self.jobs.close()
        thaw()

    def _do(self, command: Command) -> None:
        self.synchronise()
        self.recovered.emit()
        self._trainer.send(command)

    # Following the document

    def reload(self) -> None:
        """Loads the document afresh: initial weights, no history."""
        self._empty()
        self._trainer.send(commands.Pause())  # what is opened is not trained before somebody says so
        self._prepared = None
        self._carry_out(self._follower.open(self._version))

    def _set_weights(self, entries: Mapping[str, Entries]) -> None:
        self._do(commands.SetParameters(entries))

    @property
    def _version(self) -> Version:
        return Version(self._document.state, self._document.project)

    def synchronise(self) -> None:
        """Passes on what has changed in the document since the last call."""
        change = self._follower.change_to(self._version, self._document.recall, self._document.is_returning)
        if change is not None:
            self._carry_out(self.past.of(change))

    def _carry_out(self, change: Change) -> None:
        self._prepared = Prepared.of(change.after.project.data, self._prepared)
        is_waiting = bool(self._reason)
        planned = plan(change, self._prepared, self._revision + 1, is_waiting)
        if not isinstance(planned.command, Adjust):
            self._revision += 1  # frames of the network before are not shown as if they were this one's
            self._patient_until = time.perf_counter() + PATIENCE
        if not change.keep:
            self._marks.forget()
            self._document.forget_weights()
        elif (
            change.before is not None and change.before.project.training != change.after.project.training and not self._reason
            and change.back_to is None
        ):  # fmt: skip
            self._marks.note(change.before.project.training, change.after.project.training, self.iteration)
        has_news = self._diagnostics != planned.diagnostics
        self._diagnostics, self._reason = planned.diagnostics, planned.reason
        others, ended = self._companions.follow(change, planned, self._revision, is_waiting)
        self._trainer.send(commands.Together((planned.command, *others)) if others else planned.command)
        self.recovered.emit()
        for sentence in ended:
            self.failed.emit(sentence, "")
        if isinstance(planned.command, Block):
            self._playing = False
            self._empty()
        else:
            self._follower.is_trained(change)
        if has_news or not isinstance(planned.command, Adjust):
            self.state_changed.emit()

    # Events and frames

    def _on_event(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self._playing = event.playing
            self._rates.restart()
            self.state_changed.emit()
            if not event.playing:
                self._show_rest()
        elif isinstance(event, Stepped):
            self.last_step = event
            self.stepped.emit(event)
        elif isinstance(event, Refused):
            self.failed.emit(event.message, "")
        elif isinstance(event, commands.NotLoaded):
            if event.revision == self._revision:
                self._reason = event.reason
        elif isinstance(event, RunStopped):
            sentence = event.reason if event.run == MAIN else self._companions.stop(event.run, event.reason)
            if sentence:
                self.failed.emit(sentence, "")
        elif isinstance(event, Failed):
            self._playing = False
            self.failed.emit(event.message, event.detail)
            self.state_changed.emit()

    def _tick(self) -> None:
        now = time.perf_counter()
        self._rates.tick(now)
        if self._trainer.has_died:
            self._restart_training()
        frame = self._trainer.newest_frame(self._frame)
        if self._playing:  # asked for after reading, so that every tick finds exactly one new frame
            self._trainer.want_frame()
        if frame is None:
            self._tick_without_frame()
            return
        if frame.revision != self._revision:  # made by an earlier version of the network
            self._empty_when_late()
            return
        if not self._others.look(frame):
            return  # the next tick finds all of one iteration
        self._frame = frame
        self._rates.progress(now, frame.iteration)
        self._show(frame)

    def _restart_training(self) -> None:
        self._playing = False
        self._trainer.restart()
        for number in self._companions.all:
            self._companions.stop(number, RESTARTED)
        self.failed.emit(RESTARTED, "")
        self.state_changed.emit()

    def _tick_without_frame(self) -> None:
        """Training rests or is slow: the present frame is shown again when probes have new results for it."""
        frame = self._frame
        if frame is None or frame.revision != self._revision or self.data is None:
            self._empty_when_late()
            return
        if self._is_news:
            self._show(frame)
        elif not self._playing:
            self._probing.ask(frame, self.data, playing=False)  # what panels have come to want since

    def _empty_when_late(self) -> None:
        """A network that takes long to begin, or cannot: the numbers of the one before do not stay."""
        if self._frame is not None and self._frame.revision != self._revision and time.perf_counter() > self._patient_until:
            self._empty()
            self.state_changed.emit()

    def _empty(self) -> None:
        """Nothing is known of the present network."""
        self._frame = self.last_step = None
        self._others.shown = ()
        self.emptied.emit()

    def _show_rest(self) -> None:
        """The last frame once more, every probe computed from it: what stands still is exact."""
        frame = self._trainer.newest_frame()
        if frame is not None and frame.revision == self._revision:
            self._frame = frame
            self._others.look(frame, is_patient=False)
            self._show(frame)

    def _on_answered(self) -> None:
        self._is_news = True

    def _show(self, frame: Frame) -> None:
        passed = self._trainer.passed()
        if passed is None or self.data is None:
            return
        self.past.forget_marks_of_what_was_dropped()
        self._is_news = False
        self._probing.ask(frame, self.data, self._playing)
        if self._probing.is_first:
            return  # small networks are never shown without what panels ask of them; numbers of large ones do not wait
        others, are_exact = self._beside.ask(self._others.shown, self.data, self._playing)
        exact = not self._playing and self._probing.is_exact(frame) and are_exact
        self.ticked.emit(
            LiveView(
                self._document.project, self.data, frame, passed, self._marks.shown, self._probing.results, self._playing,
                exact, self.iterations_per_second, self.frames_per_second, MAIN, self._companions.name_of(self._document.project), others,
                self.past.is_shown,
            )
        )  # fmt: skip
