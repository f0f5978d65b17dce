"""The trainer: a thread that trains and carries out commands.

It drains its commands, then enters the machine for many whole steps (up to about a second). A new command sets the control word
LEAVE, so the machine returns after the step it is in. Nothing here knows a window: answers are events, given to
a callback on this thread; pictures of the run go through the mailbox.

Whatever fails, on the way or in telling so, the thread goes on, and whoever waits for an answer gets one. Should it end all the same,
`ended` says so, and every later request is answered with that sentence.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable
from typing import ClassVar

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.context import BATCH_START, SAMPLES
from nnlab.engine import machine
from nnlab.engine.frame import Frame
from nnlab.engine.history import History
from nnlab.engine.run import Run
from nnlab.training.commands import (
    Adjust,
    Block,
    Close,
    Command,
    Event,
    Failed,
    FinishEpoch,
    FinishStep,
    Iterate,
    Load,
    Loaded,
    Pause,
    Play,
    ReadParameters,
    Refused,
    Request,
    Restore,
    Rewind,
    SetParameters,
    SetSpeed,
    StateChanged,
    StepBack,
    StepForward,
    Stepped,
    StepTo,
    TakeSnapshot,
)  # fmt: skip
from nnlab.training.member import Member

SLICE_SECONDS = 1.0  # longest stay inside the machine when nobody asks for anything
PACED_SLICE_SECONDS = 1 / 60  # with a speed limit, steps are dealt out in portions of this length
ENDED = "The training thread has ended; save your work and start NN Lab again."

_log = logging.getLogger(__name__)


class Trainer:
    """Starts its thread at once; `close` ends it. `listener(event)` is called on the training thread."""

    def __init__(self, listener: Callable[[Event], None]) -> None:
        self._listener = listener
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._control = np.zeros(machine.CONTROL_WORDS, dtype=np.int64)
        self._member = Member(self._control)
        self._playing = False
        self._remaining: int | None = None  # iterations until an automatic pause
        self._limit: float | None = None
        self._due = 0.0
        self._slice = 1
        self._has_ended = False  # nothing is carried out any more
        self._is_closing = False
        self._thread = threading.Thread(target=self._live, name="training", daemon=True)
        self._thread.start()

    def send(self, command: Command) -> None:
        """Queues a command and makes the machine leave after its present step."""
        self._commands.put(command)
        self._control[machine.LEAVE] = 1
        if self._has_ended:
            self._answer_the_rest()

    def close(self) -> None:
        """Ends the thread and waits for it."""
        self._is_closing = True
        self.send(Close())
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def ended(self) -> str:
        """A sentence once the thread has ended although nobody closed it; empty otherwise."""
        return "" if self._is_closing or self.is_alive else ENDED

    def want_frame(self) -> None:
        """Asks the machine for a frame after its present step."""
        self._control[machine.FRAME] = 1

    def newest_frame(self, seen: Frame | None = None) -> Frame | None:
        """A copy of the newest frame; None if it is the one that was `seen`, or there is none."""
        run = self._member.run
        if run is None:
            return None
        # Sequence numbers count within one run: another network has a program of its own, and starts afresh.
        return run.mailbox.newest(seen.sequence if seen is not None and seen.program is run.program else 0)

    @property
    def history(self) -> History | None:
        """The history of the run, to which the machine goes on adding; a run that is reset or edited has another one."""
        run = self._member.run
        return run.history if run is not None else None

    # The thread

    def _live(self) -> None:
        try:
            while self._turn():
                pass
        except BaseException:  # nothing is left to go on with: not a fault of a command, those are reported in the turn
            _log.critical("the training thread ended", exc_info=True)
        finally:
            self._playing, self._has_ended = False, True
            self._answer_the_rest()

    def _answer_the_rest(self) -> None:
        """Nobody waits for ever for a thread that has ended."""
        while True:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                return
            if isinstance(command, Request) and command.answer.set_running_or_notify_cancel():
                command.answer.set_exception(NNLabError(ENDED))

    def _turn(self) -> bool:
        """Carries out waiting commands, then trains for one slice; False when the thread should end."""
        try:
            self._control[machine.LEAVE] = 0
            command = self._next_command()
            while command is not None:
                if isinstance(command, Close):
                    return False
                self._handle(command)
                command = self._waiting_command()
            run = self._member.run
            if self._playing and run is not None:
                self._train(run)
        except Exception as error:  # of an operator or of ours; the window shows it, and the thread goes on
            self._report(error)
        return True

    def _report(self, error: Exception) -> None:
        """Training stops and the error is told; what fails in doing so is written into the log, and changes nothing."""
        is_expected = isinstance(error, NNLabError)
        message = str(error) if is_expected else f"Training failed: {type(error).__name__}: {error}."
        detail = "" if is_expected else "".join(traceback.format_exception(error))
        self._playing, self._remaining = False, None
        try:
            self._publish()
        except Exception:
            _log.exception("no frame could be made after a failure")
        for event in (StateChanged(False, message), Failed(message, detail)):
            try:
                self._listener(event)
            except Exception:
                _log.exception("an event could not be told: %s", event)

    def _next_command(self) -> Command | None:
        """Waits for a command when there is nothing to do, or until the next paced step is due."""
        if not self._playing:
            return self._commands.get()
        wait = self._due - time.perf_counter() if self._limit else 0.0
        return self._waiting_command(wait)

    def _waiting_command(self, seconds: float = 0.0) -> Command | None:
        try:
            return self._commands.get(timeout=seconds) if seconds > 0 else self._commands.get_nowait()
        except queue.Empty:
            return None

    def _train(self, run: Run) -> None:
        run.stepper.finish()
        steps = self._slice
        if self._limit:
            steps = max(1, int(self._limit * PACED_SLICE_SECONDS))
        if self._remaining is not None:
            steps = min(steps, self._remaining)
        start = time.perf_counter()
        done = run.train(steps)
        seconds = time.perf_counter() - start
        if self._limit:
            self._due = max(self._due, start - PACED_SLICE_SECONDS) + done / self._limit
            run.publish()
        elif done:
            self._slice = max(1, min(int(done / max(seconds, 1e-7) * SLICE_SECONDS), self._slice * 8))
        if self._remaining is not None:
            self._remaining -= done
            if self._remaining <= 0:
                self._pause()

    def _publish(self) -> None:
        if self._member.run is not None:
            self._member.run.publish()

    def _pause(self) -> None:
        self._playing, self._remaining = False, None
        self._publish()
        self._listener(StateChanged(False, self._member.blocked))

    def _play(self, iterations: int | None = None) -> None:
        if self._member.ready is None:
            self._listener(StateChanged(False, self._member.blocked))
            return
        self._playing, self._remaining = True, iterations
        self._due, self._slice = time.perf_counter(), 1
        self._listener(StateChanged(True))

    def _handle(self, command: Command) -> None:
        handler = self._handlers[type(command)]
        if not isinstance(command, Request):
            handler(self, command)
        elif command.answer.set_running_or_notify_cancel():
            try:
                command.answer.set_result(handler(self, command))
            except Exception as error:
                command.answer.set_exception(error)

    def _load(self, command: Load) -> None:
        run = self._member.load(command)
        self._listener(Loaded(command.revision, run.program.parameter_count))
        self._listener(StateChanged(self._playing))
        self._tell_step()

    def _adjust(self, command: Adjust) -> None:
        self._member.adjust(command)
        if not command.change.keep:
            self._tell_step()
            self._listener(StateChanged(self._playing))

    def _block(self, command: Block) -> None:
        self._member.block(command)
        self._pause()

    def _rewind(self, command: Rewind) -> None:
        self._member.rewind()
        self._tell_step()
        self._listener(StateChanged(self._playing, self._member.blocked))

    def _iterate(self, command: Iterate) -> None:
        run = self._member.run
        if run is not None and run.stepper.inside:
            run.stepper.finish()
            self._tell_step()
            if command.count == 1:  # the rest of a stepped iteration is the step that was asked for
                self._pause()
                return
        self._play(command.count)

    def _finish_epoch(self, command: FinishEpoch) -> None:
        run = self._member.ready
        if run is None:
            self._pause()
            return
        run.stepper.finish()
        context = run.state.context
        samples, done = len(run.samples.x), int(context[BATCH_START]) if context[SAMPLES] else 0
        self._play(max(1, -(-(samples - done) // run.batch_size)))

    def _step(self, forward: bool, count: int) -> None:
        run = self._member.ready
        if run is None:
            self._pause()
            return
        if self._playing:
            self._pause()
        for _ in range(count):
            if forward:
                run.stepper.forward()
            elif not run.stepper.back():
                break
        self._after_step(run)

    def _step_to(self, command: StepTo) -> None:
        run = self._member.ready
        if run is None:
            return
        if self._playing:
            self._pause()
        stepper = run.stepper
        if not stepper.inside and stepper.can_go_back and command.pc < len(run.program.instructions):
            stepper.back()
        while stepper.inside and stepper.pc > command.pc and stepper.back():
            pass
        while stepper.pc < command.pc:
            stepper.forward()
            if not stepper.inside:
                break
        self._after_step(run)

    def _finish_step(self, command: FinishStep) -> None:
        run = self._member.run
        if run is not None:
            run.stepper.finish()
            self._after_step(run)

    def _after_step(self, run: Run) -> None:
        run.publish()
        self._tell_step()

    def _tell_step(self) -> None:
        if self._member.run is not None:
            s = self._member.run.stepper
            self._listener(Stepped(s.trace, s.pc, s.inside, s.can_go_back))

    def _set_parameters(self, command: SetParameters) -> None:
        try:
            self._member.set_entries(command.entries)
        except NNLabError as error:
            self._listener(Refused(str(error)))
            return
        self._tell_step()

    def _set_speed(self, command: SetSpeed) -> None:
        self._limit = command.iterations_per_second
        self._due, self._slice = time.perf_counter(), 1

    def _restore(self, command: Restore) -> None:
        self._member.restore(command.snapshot)
        self._tell_step()

    _handlers: ClassVar[dict[type[Command], Callable[..., object]]] = {
        Load: _load,
        Adjust: _adjust,
        Block: _block,
        Rewind: _rewind,
        Play: lambda self, command: self._play(),
        Pause: lambda self, command: self._pause(),
        Iterate: _iterate,
        FinishEpoch: _finish_epoch,
        StepForward: lambda self, command: self._step(True, command.count),
        StepBack: lambda self, command: self._step(False, command.count),
        StepTo: _step_to,
        FinishStep: _finish_step,
        SetParameters: _set_parameters,
        SetSpeed: _set_speed,
        ReadParameters: lambda self, command: self._member.parameters(command.names),
        TakeSnapshot: lambda self, command: self._member.snapshot(command.undisturbed),
        Restore: _restore,
    }
