"""The trainer: a thread that owns the run and obeys commands.

It drains its commands, then enters the machine for many whole steps (up to about a second). A new command sets the control word
LEAVE, so the machine returns after the step it is in. Nothing here knows a window: answers are events, given to
a callback on this thread; pictures of the run go through the mailbox.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from typing import ClassVar

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.context import BATCH_START, ITERATION, PC, ROWS, SAMPLES
from nnlab.engine import machine
from nnlab.engine.carry_over import Remembered, lost
from nnlab.engine.frame import Frame
from nnlab.engine.history import Curves, History
from nnlab.engine.run import Run
from nnlab.engine.stepper import Stepper
from nnlab.training.commands import (
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
    Reset,
    Restore,
    SetLearningRate,
    SetParameters,
    SetSpeed,
    Snapshot,
    StateChanged,
    StepBack,
    StepForward,
    Stepped,
    StepTo,
    TakeSnapshot,
)  # fmt: skip
from nnlab.training.update import update_of

SLICE_SECONDS = 1.0  # longest stay inside the machine when nobody asks for anything
MOST_REMEMBERED = 64 * 2**20  # bytes of weights that edits took away
PACED_SLICE_SECONDS = 1 / 60  # with a speed limit, steps are dealt out in portions of this length


class Trainer:
    """Starts its thread at once; `close` ends it. `listener(event)` is called on the training thread."""

    def __init__(self, listener: Callable[[Event], None]) -> None:
        self._listener = listener
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._control = np.zeros(machine.CONTROL_WORDS, dtype=np.int64)
        self._run: Run | None = None
        self._blocked = "There is no network yet."
        self._pending: Snapshot | None = None  # restored when there is a network it can be restored to
        self._lost: dict[int, Remembered] = {}  # what was taken away on leaving each state of the document, for the return to it
        self._runs: dict[int, Snapshot] = {}  # whole runs that were given up on leaving a state of the document
        self._playing = False
        self._remaining: int | None = None  # iterations until an automatic pause
        self._limit: float | None = None
        self._due = 0.0
        self._slice = 1
        self._thread = threading.Thread(target=self._loop, name="training", daemon=True)
        self._thread.start()

    def send(self, command: Command) -> None:
        """Queues a command and makes the machine leave after its present step."""
        self._commands.put(command)
        self._control[machine.LEAVE] = 1

    def close(self) -> None:
        """Ends the thread and waits for it."""
        self.send(Close())
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def want_frame(self) -> None:
        """Asks the machine for a frame after its present step."""
        self._control[machine.FRAME] = 1

    def newest_frame(self, seen: Frame | None = None) -> Frame | None:
        """A copy of the newest frame; None if it is the one that was `seen`, or there is none."""
        run = self._run
        if run is None:
            return None
        # Sequence numbers count within one run: another network has a program of its own, and starts afresh.
        return run.mailbox.newest(seen.sequence if seen is not None and seen.program is run.program else 0)

    def curves(self) -> Curves | None:
        """The history so far."""
        run = self._run
        return run.history.curves() if run is not None else None

    # The thread

    def _loop(self) -> None:
        alive = True
        while alive:
            try:
                alive = self._turn()
            except NNLabError as error:
                self._stop(str(error))
                self._listener(Failed(str(error)))
            except Exception as error:  # the thread must outlive any fault of an operator or of ours; the window shows it
                self._stop(f"{type(error).__name__}: {error}")
                self._listener(Failed(f"Training failed: {type(error).__name__}: {error}.", traceback.format_exc()))

    def _turn(self) -> bool:
        """Obeys waiting commands, then trains for one slice; False when the thread should end."""
        self._control[machine.LEAVE] = 0
        command = self._next_command()
        while command is not None:
            if isinstance(command, Close):
                return False
            self._obey(command)
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                command = None
        if self._playing and self._run is not None:
            self._train(self._run)
        return True

    def _next_command(self) -> Command | None:
        """Waits for a command when there is nothing to do, or until the next paced step is due."""
        if not self._playing:
            return self._commands.get()
        try:
            wait = self._due - time.perf_counter() if self._limit else 0.0
            return self._commands.get(timeout=wait) if wait > 0 else self._commands.get_nowait()
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

    def _stop(self, reason: str) -> None:
        self._playing, self._remaining = False, None
        if self._run is not None:
            self._run.publish()
        self._listener(StateChanged(False, reason))

    def _pause(self) -> None:
        self._playing, self._remaining = False, None
        if self._run is not None:
            self._run.publish()
        self._listener(StateChanged(False, self._blocked))

    def _play(self, iterations: int | None = None) -> None:
        if self._run is None or self._blocked:
            self._listener(StateChanged(False, self._blocked))
            return
        self._playing, self._remaining = True, iterations
        self._due, self._slice = time.perf_counter(), 1
        self._listener(StateChanged(True))

    def _obey(self, command: Command) -> None:
        handler = self._handlers[type(command)]
        handler(self, command)

    def _load(self, command: Load) -> None:
        settings, data = command.settings, command.data
        old, self._blocked = self._run, "The network could not be loaded"  # until it has been
        if not command.keep:
            self._pending = None
            self._give_up(command.origin)
        run = Run(
            command.graph, data.x, data.y, data.validation_x, data.validation_y,
            update=update_of(settings), batch_size=settings.batch_size,
            seed=settings.seed, shuffle=settings.shuffle, revision=command.revision, control=self._control,
            former=old if command.keep else None, remembered=self._remembered(command.recall), renewed=command.renewed,
        )  # fmt: skip
        if old is not None and command.keep and command.origin is not None and command.origin != command.state:
            self._remember(command.origin, lost(old.state, run.state, command.renewed))
        given_up = None if command.keep else self._run_of(command.returning)
        if self._pending is not None:
            restore_snapshot(run, self._pending)
            self._pending = None
        elif given_up is not None:
            restore_snapshot(run, given_up)
        self._run, self._blocked = run, ""
        run.publish()
        self._listener(Loaded(command.revision, run.program.parameter_count))
        self._listener(StateChanged(self._playing))
        self._tell_step()

    def _remember(self, origin: int, numbers: Remembered) -> None:
        """Keeps what was taken away on leaving a state of the document; the oldest goes when it becomes too much."""
        self._lost.pop(origin, None)
        if numbers:
            self._lost[origin] = numbers
        while sum(values.nbytes for kept in self._lost.values() for values in kept.values()) > MOST_REMEMBERED:
            del self._lost[next(iter(self._lost))]

    def _remembered(self, states: Iterable[int]) -> Remembered:
        """What was taken away on leaving these states."""
        return {key: values for state in states for key, values in self._lost.get(state, {}).items()}

    def _give_up(self, origin: int | None) -> None:
        """The run ends: it is kept for the return to this state of the document; with None, nothing of it is kept."""
        self._lost.clear()
        if origin is None:
            self._runs.clear()
        elif self._run is not None:
            self._runs.pop(origin, None)
            self._runs[origin] = take_snapshot(self._run, undisturbed=True)
            while sum(kept.nbytes for kept in self._runs.values()) > MOST_REMEMBERED:
                del self._runs[next(iter(self._runs))]

    def _run_of(self, states: Iterable[int]) -> Snapshot | None:
        """The run that was given up on leaving one of these states."""
        return next((self._runs[state] for state in states if state in self._runs), None)

    def _block(self, command: Block) -> None:
        self._blocked = command.reason
        if not command.keep:
            self._give_up(command.origin)
            self._run = self._pending = None
        self._pause()

    def _iterate(self, command: Iterate) -> None:
        run = self._run
        if run is not None and run.stepper.inside:
            run.stepper.finish()
            self._tell_step()
            if command.count == 1:  # the rest of a stepped iteration is the step that was asked for
                self._pause()
                return
        self._play(command.count)

    def _finish_epoch(self, command: FinishEpoch) -> None:
        run = self._run
        if run is None or self._blocked:
            self._pause()
            return
        run.stepper.finish()
        context = run.state.context
        samples, done = len(run.samples.x), int(context[BATCH_START]) if context[SAMPLES] else 0
        self._play(max(1, -(-(samples - done) // run.batch_size)))

    def _step(self, forward: bool, count: int) -> None:
        run = self._run
        if run is None or self._blocked:
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
        run = self._run
        if run is None or self._blocked:
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
        if self._run is not None:
            self._run.stepper.finish()
            self._after_step(self._run)

    def _after_step(self, run: Run) -> None:
        run.publish()
        self._tell_step()

    def _tell_step(self) -> None:
        if self._run is not None:
            s = self._run.stepper
            self._listener(Stepped(s.trace, s.pc, s.inside, s.can_go_back))

    def _reset(self, command: Reset) -> None:
        given_up = self._run_of(command.returning)
        if command.origin is not None:
            self._give_up(command.origin)
        self._lost.clear()
        if self._run is not None:
            self._run.reset(command.seed)
            if given_up is not None:
                restore_snapshot(self._run, given_up)
            self._run.publish()
            self._tell_step()
        self._listener(StateChanged(self._playing, self._blocked))

    def _set_learning_rate(self, command: SetLearningRate) -> None:
        if self._run is not None:
            self._run.set_learning_rate(command.value)

    def _read_parameters(self, command: ReadParameters) -> None:
        run = self._run
        if run is None or self._blocked:
            reason = self._blocked.rstrip(".") or "there is no network"
            command.answer.set_exception(NNLabError(f"There are no weights to change: {reason}."))
            return
        try:
            command.answer.set_result(run.state.copies(command.names))
        except NNLabError as error:
            command.answer.set_exception(error)

    def _set_parameters(self, command: SetParameters) -> None:
        run = self._run
        if run is None:
            self._listener(Refused("There is no network whose weights could be set."))
            return
        try:
            run.set_entries(command.entries)
        except NNLabError as error:
            self._listener(Refused(str(error)))
            return
        run.publish()
        self._tell_step()

    def _set_speed(self, command: SetSpeed) -> None:
        self._limit = command.iterations_per_second
        self._due, self._slice = time.perf_counter(), 1

    def _snapshot(self, command: TakeSnapshot) -> None:
        if self._run is not None:
            command.answer.set_result(take_snapshot(self._run, command.undisturbed))
        elif self._pending is not None:
            command.answer.set_result(self._pending)
        else:
            command.answer.set_exception(NNLabError("There is no network to take a snapshot of."))

    def _restore(self, command: Restore) -> None:
        if self._run is None:
            self._pending = command.snapshot
            return
        restore_snapshot(self._run, command.snapshot)
        self._run.publish()
        self._tell_step()

    _handlers: ClassVar[dict[type[Command], Callable[..., None]]] = {
        Load: _load,
        Block: _block,
        Play: lambda self, command: self._play(),
        Pause: lambda self, command: self._pause(),
        Iterate: _iterate,
        FinishEpoch: _finish_epoch,
        StepForward: lambda self, command: self._step(True, command.count),
        StepBack: lambda self, command: self._step(False, command.count),
        StepTo: _step_to,
        FinishStep: _finish_step,
        ReadParameters: _read_parameters,
        Reset: _reset,
        SetLearningRate: _set_learning_rate,
        SetParameters: _set_parameters,
        SetSpeed: _set_speed,
        TakeSnapshot: _snapshot,
        Restore: _restore,
    }


def take_snapshot(run: Run, undisturbed: bool = False) -> Snapshot:
    """A copy of weights, moments and position.

    A stepped iteration is finished first, or given up if it cannot be; with `undisturbed` the copy is of the state before it.
    """
    if not undisturbed:
        run.stepper.settle()
    program, learned = run.program, run.stepper.learned_before
    moments = {name: place.view(learned, 1).copy() for name, place in program.moments.items()}
    stored = {name: info.place.view(learned, 1).copy() for name, info in program.stored.items()}
    return Snapshot(stored, moments, run.state.context.copy())


def restore_snapshot(run: Run, snapshot: Snapshot) -> None:
    """Sets what fits the present network by name and shape, and the position with its seed; a stepped iteration is given up."""
    state = run.state
    run.stepper = Stepper(run)
    places = {name: info.place for name, info in run.program.stored.items()}
    state.set_parameters({n: v for n, v in snapshot.parameters.items() if n in places and places[n].shape == v.shape})
    for name, place in run.program.moments.items():
        values = snapshot.moments.get(name)
        if values is not None and values.shape == place.shape:
            place.view(state.arena, 1)[...] = values
    batch_size = run.batch_size
    state.context[:] = snapshot.context
    run.set_batch_size(batch_size)
    state.context[ROWS] = state.context[PC] = 0
    run.history = History(run.history.names, origin=int(state.context[ITERATION]))
    machine.make_order(run.order, state.context, run.layout)
