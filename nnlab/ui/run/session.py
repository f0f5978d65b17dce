"""The session: the window's side of training. It owns the trainer thread and follows the document.

What one asks for becomes commands, as edits of the document do (`LiveProject`); the worker's events come back through a queued signal.
What is shown of the run meanwhile, and when, is the display's affair (`LiveDisplay`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.engine.frame import Frame
from nnlab.engine.weight_change import Entries
from nnlab.graph.validation import Diagnostic
from nnlab.training import commands
from nnlab.training.commands import Command, Event, Failed, Refused, RunStopped, Snapshot, StateChanged, Stepped
from nnlab.training.companions import Companion, Companions
from nnlab.training.patience import PatienceEnded
from nnlab.training.runs import MAIN
from nnlab.training.trainer import Trainer
from nnlab.training.weight_path import WeightPath
from nnlab.ui.document.document import Document
from nnlab.ui.run.answers import wait_for
from nnlab.ui.run.debugging import LiveDebugging
from nnlab.ui.run.garbage import display_collector
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.run.live_display import LiveDisplay
from nnlab.ui.run.live_project import LiveProject
from nnlab.ui.run.past import Past
from nnlab.ui.run.session_aside import SessionAside

RESTARTED = "The training thread ended unexpectedly and was started again; what was learned is kept. Press Play to go on."


class LiveSession(QObject):
    """Plays, pauses and steps the document's network.

    `ticked(LiveView)` comes with every new frame; `state_changed` when playing, the reason for standing still, or the diagnostics change;
    `stepped(Stepped)` after every stepped instruction; `failed(message, detail)` when the worker met an error, and `recovered` when that is
    over: the run stands elsewhere, or is another. `emptied`: what was shown last is of a network that is gone, and nothing is known of the
    present one. `left_out(sentence)`: what the project is compared with and cannot be trained; empty when nothing is. `noticed(sentence)`:
    something happened that was not asked for in so many words: a branch. `late_changed` carries a `LateRun` for each run that catches up,
    `told` all that the training thread tells. `jobs` runs everything else.
    """

    ticked = Signal(object)
    state_changed = Signal()
    stepped = Signal(object)
    failed = Signal(str, str)
    emptied = Signal()
    recovered = Signal()
    left_out = Signal(str)
    noticed = Signal(str)
    late_changed = Signal(object)
    told = Signal(object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collector = display_collector()
        if self._collector is not None:
            self._collector.session_opened()
            self.destroyed.connect(self._collector.session_destroyed)
        self._document = document
        self._trainer = Trainer(self.told.emit)
        self.told.connect(self._on_event, Qt.ConnectionType.QueuedConnection)
        self.is_closed = self._playing = False
        self.failure = ""  # what the run was stopped by, in a sentence; empty while nothing has
        self._companions = Companions()
        self.jobs = LiveJobs(self)
        self.last_step: Stepped | None = None
        self._returning: SessionAside | None = None  # what the document is about to show again
        self.past = Past(self, self._trainer, document, self.noticed.emit)
        self.debugging = LiveDebugging(self._trainer, document, self, self)
        self._display = LiveDisplay(self, self._trainer, document, self._companions, self.jobs, self)
        self._display.ticked.connect(self.ticked)
        self._display.emptied.connect(self._on_emptied)
        self._display.expired.connect(self.state_changed)
        self._display.died.connect(self._restart_training)
        self._display.failed.connect(self.failed)
        self._display.late_changed.connect(self.late_changed)
        self._project = LiveProject(document, self._trainer, self._companions, self.past, self._display, self)
        self._project.changed.connect(self.state_changed)
        self._project.sent.connect(self._recover)
        self._project.blocked.connect(self._on_blocked)
        self._project.ended.connect(self._on_ended)
        self._project.left_out.connect(self.left_out)
        document.settled.connect(self.synchronise)
        document.weights_set.connect(self._set_weights)
        document.replaced.connect(self.reload)
        self.reload()
        self._display.start()

    # What is known

    @property
    def revision(self) -> int:
        """Of the network that is trained: frames of an earlier one are not shown."""
        return self._project.revision

    @property
    def is_playing(self) -> bool:
        return self._playing

    @property
    def can_run(self) -> bool:
        return not self._project.reason

    @property
    def reason(self) -> str:
        """Why training cannot run, in one sentence; empty when it can."""
        return self._project.reason

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self._project.diagnostics

    @property
    def data(self) -> Data | None:
        return self._project.data

    @property
    def frame(self) -> Frame | None:
        """The newest frame shown."""
        return self._display.frame

    @property
    def iteration(self) -> int:
        """The iteration of the newest frame."""
        frame = self._trainer.newest_frame() or self._display.frame
        return frame.iteration if frame is not None else 0

    @property
    def frames_per_second(self) -> float:
        return self._display.rates.ticks_per_second

    @property
    def iterations_per_second(self) -> float:
        return self._display.rates.iterations_per_second if self._playing else 0.0

    # What one can do

    def play(self) -> None:
        self._train(commands.Play())

    def pause(self) -> None:
        self._do(commands.Pause())

    def toggle(self) -> None:
        self.pause() if self._playing else self.play()

    def step_iteration(self) -> None:
        self._train(commands.Iterate(1))

    def step_epoch(self) -> None:
        self._train(commands.FinishEpoch())

    def run_iterations(self, count: int) -> None:
        """Trains for `count` iterations, then pauses."""
        self._train(commands.Iterate(count))

    def step_forward(self, count: int = 1) -> None:
        self._step(commands.StepForward(count))

    def step_back(self, count: int = 1) -> None:
        self._do(commands.StepBack(count))

    def step_to(self, pc: int) -> None:
        self._step(commands.StepTo(pc))

    def step_to_breakpoint(self) -> None:
        self._step(commands.StepToBreakpoint())

    def finish_step(self) -> None:
        self._do(commands.FinishStep())

    def rewind(self) -> None:
        """Back to iteration 0 and the same initial weights."""
        self.past.marks.forget()
        self._document.forget_weights()
        self._companions.rewound()
        self.left_out.emit(self._companions.told)
        self._do(commands.Rewind())

    def dice(self) -> None:
        """New initial weights, drawn afresh from another seed whatever they were before, as an undoable edit."""
        project = self._document.project
        was = f" in place of “{project.initial.name}”" if project.initial is not None else ""
        self._document.edit(f"New initial weights{was}", project.with_seed(random.SystemRandom().randrange(1, 100_000)))
        self.synchronise()

    def show_again(self) -> None:
        """The last frame once more, for what is shown of it has changed."""
        self._display.show_rest()

    @property
    def companions(self) -> Mapping[int, Companion]:
        """What trains beside the project's own run, by number: what it is compared with, in that order."""
        return self._companions.all

    @property
    def unlike(self) -> str:
        """Which of them differs in more than was chosen, and why, in one sentence; empty when none does."""
        return self._companions.unlike

    def back_to(self, iteration: int) -> None:
        """Puts the run where it was after an iteration (see `Past`)."""
        self._recover()
        self.past.back_to(iteration)

    @property
    def latest(self) -> int:
        """The last iteration that can be gone to."""
        return max(self.past.reach.latest, self.iteration)

    def set_speed(self, iterations_per_second: float | None, operations_per_second: float | None = None) -> None:
        self._trainer.send(commands.SetSpeed(iterations_per_second, operations_per_second))
        self._display.rates.restart()

    def want(self, owner: object, probes: Iterable[str], of_all_runs: bool = False) -> None:
        """`owner` (a visible panel) needs these probes from now on, of every run or of the project's own; none when it no longer does."""
        self._display.want(owner, probes, of_all_runs)

    def watch(self, owner: object, tensors: Iterable[str]) -> None:
        """`owner` (something visible) reads these tensors of frames from now on, see nnlab.engine.frame; none when it no longer does."""
        self._display.watch(owner, tensors)

    def ask_who_looks(self, is_looked_at: Callable[[], bool]) -> None:
        """What tells whether anybody sees more than the transport bar's figures: else frames come ten times a second."""
        self._display.is_looked_at = is_looked_at

    def snapshot(self) -> Snapshot | None:
        """Weights, moments and position of the run; None when nothing was ever trained or loaded. Raises NNLabError where that fails."""
        try:
            return wait_for(self.request_snapshot())
        except commands.NoNetwork:
            return None

    def request_snapshot(self, undisturbed: bool = False) -> Future[Snapshot]:
        """The same without waiting: the training thread answers between two steps, with NoNetwork when there is nothing, or another error.

        A stepped iteration is ended by it, or with `undisturbed` left as it is: the answer is then the state before it.
        """
        return self._ask(lambda answer: commands.TakeSnapshot(answer, undisturbed))

    def parameters(self, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Exact copies of parameters as they are between two steps, training or not. Raises NNLabError when there are none."""
        if self.reason:
            raise NNLabError(f"{self.reason.rstrip('.')}; weights cannot be changed until then.")
        return wait_for(self._ask(lambda answer: commands.ReadParameters(answer, tuple(names))))

    def request_path(self) -> Future[WeightPath]:
        """Where the run has been in the space of its weights; the training thread answers between two steps, or with an error."""
        return self._ask(commands.ReadPath)

    def restore(self, snapshot: Snapshot) -> None:
        self._do(commands.Restore(snapshot))

    def put_aside(self) -> SessionAside:
        """Stops, and gives the run away with all it has passed; nothing is known until another project is shown, or one comes back."""
        self.synchronise()
        runs, project = wait_for(self._ask(commands.ExchangeRuns)), self._project.exchange(None)
        aside = SessionAside(runs, project, self.debugging.exchange(None), self.last_step, self.failure)
        self._playing, self.last_step, self.failure = False, None, ""
        self._display.empty()
        return aside

    def bring_back(self, aside: SessionAside) -> None:
        """The document is about to show the project whose run was put aside: it goes on where it was, to the bit."""
        self._returning = aside

    def _take_back(self, aside: SessionAside) -> None:
        wait_for(self._ask_now(lambda answer: commands.ExchangeRuns(answer, aside.runs)))
        self._display.empty()
        self.debugging.exchange(aside.debugging)
        self._project.exchange(aside.project)
        self.last_step, self.failure = aside.last_step, aside.failure
        self.debugging.synchronise()
        self._display.show_rest()

    def close(self) -> None:
        """Ends the threads."""
        if self._collector is not None and not self.is_closed:
            self._collector.session_closed()
        self.is_closed = True
        self._display.stop()
        self._trainer.close()
        self.jobs.close()

    def _train(self, command: Command) -> None:
        """Training goes on, from the past as a branch."""
        try:
            self.past.go_on()
        except NNLabError as error:
            self.failed.emit(str(error), "")
            return
        self._do(command)

    def _step(self, command: Command) -> None:
        try:
            if self.last_step is None or not self.last_step.inside:
                self.past.step_on()
        except NNLabError as error:
            self.failed.emit(str(error), "")
            return
        self._do(command)

    def _do(self, command: Command) -> None:
        self.synchronise()
        self._recover()
        self._trainer.send(command)

    def _ask(self, question: Callable[[Future[Any]], Command]) -> Future[Any]:
        self.synchronise()
        return self._ask_now(question)

    def _ask_now(self, question: Callable[[Future[Any]], Command]) -> Future[Any]:
        answer: Future[Any] = Future()
        self._trainer.send(question(answer))
        return answer

    def _recover(self) -> None:
        self.failure = ""
        self.recovered.emit()

    # Following the document

    def reload(self) -> None:
        """Loads the document afresh: initial weights, no history; or takes back the run that was put aside."""
        returning, self._returning = self._returning, None
        if returning is not None:
            return self._take_back(returning)
        self.debugging.synchronise()
        self._project.reload()

    def synchronise(self) -> None:
        """Passes on what has changed in the document since the last call."""
        self.debugging.synchronise()
        self._project.synchronise()

    def _set_weights(self, entries: Mapping[str, Entries]) -> None:
        self._do(commands.SetParameters(entries))

    # Events

    def _on_blocked(self) -> None:
        self._playing = False

    def _on_ended(self, sentence: str) -> None:
        self.failed.emit(sentence, "")

    def _on_event(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self._playing = event.playing
            self._display.rates.restart()
            self.state_changed.emit()
            if not event.playing:
                self._display.show_rest()
        elif isinstance(event, Stepped):
            self.last_step = event
            if event.stopped_at is not None:
                self.past.note_breakpoint(event.stopped_at)
            self.stepped.emit(event)
        elif isinstance(event, commands.ConditionMet):
            if not isinstance(event.condition, PatienceEnded):  # which marks itself
                self.past.note_stop(event.iteration, f"stop: {event.condition.text}")
            self.debugging.stopped.emit(event.sentence)
        elif isinstance(event, Refused):
            self.failed.emit(event.message, "")
        elif isinstance(event, commands.NotLoaded):
            self._project.note_not_loaded(event)
        elif isinstance(event, RunStopped):
            self.failure = event.reason if event.run == MAIN else self.failure
            if sentence := event.reason if event.run == MAIN else self._companions.stop(event.run, event.reason):
                self.failed.emit(sentence, "")
        elif isinstance(event, Failed):
            self._playing = False
            self.failure = event.message
            self.failed.emit(event.message, event.detail)
            self.state_changed.emit()

    def _restart_training(self) -> None:
        self._playing = False
        self._trainer.restart()
        for number in self._companions.all:
            self._companions.stop(number, RESTARTED)
        self.failed.emit(RESTARTED, "")
        self.state_changed.emit()

    def _on_emptied(self) -> None:
        self.last_step = None
        self.emptied.emit()
