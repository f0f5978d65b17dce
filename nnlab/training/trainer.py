"""The trainer: a thread that trains and carries out commands.

It drains its commands, then enters the machine for many whole steps (up to about a second). A new command sets the control word
LEAVE, so the machine returns after the step it is in. Nothing here knows a window: answers are events, given to
a callback on this thread; pictures of the run go through the mailbox.

Whatever fails, on the way or in telling so, the thread goes on, and whoever waits for an answer gets one. Should it end all the same,
`has_died` says so, requests are answered with a sentence, and `restart` goes on with the runs as they are.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import ClassVar

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.engine import machine
from nnlab.engine.frame import Frame
from nnlab.engine.history import History
from nnlab.engine.run import Run
from nnlab.training import commands as c
from nnlab.training.command_queue import CommandQueue, answer
from nnlab.training.commands import Command, Event, Failed, Loaded, NotLoaded, Refused, Request, RunStopped, StateChanged, Stepped
from nnlab.training.failure import in_words
from nnlab.training.pace import Pace
from nnlab.training.runs import MAIN, RunGroup
from nnlab.training.timeline import Reach

SLICE_SECONDS = 1.0  # longest stay inside the machine when nobody asks for anything
FRAME_SECONDS = 1 / 60  # several runs meet as often as the display wants a frame
CLOSING = 10.0  # seconds that closing waits for the step that is under way
ENDED = "The training thread has ended; try again in a moment."

_log = logging.getLogger(__name__)


class Trainer:
    """Starts its thread at once; `close` ends it. `listener(event)` is called on the training thread."""

    def __init__(self, listener: Callable[[Event], None]) -> None:
        self._listener = listener
        self._commands = CommandQueue()
        self._control = np.zeros(machine.CONTROL_WORDS, dtype=np.int64)
        self._group = RunGroup(self._control)
        self._goal: int | None = None  # the iteration that was last asked to go back to
        self.reach = Reach()
        self._playing = False
        self._pace = Pace()
        self._is_closing = False
        self._start()

    def send(self, command: Command) -> None:
        """Queues a command and makes the machine leave after its present step."""
        self._commands.put(command)
        self._control[machine.LEAVE] = 1

    def back_to(self, iteration: int) -> None:
        """Puts the run where it was after this iteration; a replay for an earlier request is given up."""
        self._goal = iteration
        self.send(c.BackTo(iteration))

    def close(self, timeout: float = CLOSING) -> bool:
        """Ends the thread and waits for it; False when the step it is in takes longer. Then it ends after that, or with the process."""
        self._is_closing = True
        self.send(c.Close())
        self._thread.join(timeout)
        if self.is_alive:
            self._commands.refuse(ENDED)
        return not self.is_alive

    def restart(self) -> None:
        """After the thread has died: a new one goes on, paused, with the runs as they are and the commands that wait.

        Other runs beside the project's own stand still until they are rewound, lest they be caught up with what ended the thread.
        """
        for number, member in self._group.members.items():
            if number != MAIN and member.run is not None:
                member.stopped = ENDED
        self._commands.accept()
        self._start()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._live, name="training", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def has_died(self) -> bool:
        """Whether the thread has ended although nobody closed it."""
        return not self._is_closing and not self.is_alive

    def want_frame(self) -> None:
        """Asks the machine for a frame after its present step."""
        self._control[machine.FRAME] = 1

    def newest_frame(self, seen: Frame | None = None, number: int = MAIN) -> Frame | None:
        """A copy of the newest frame of a run; None if it is the one that was `seen`, or there is none."""
        run = self._run(number)
        if run is None:
            return None
        # Sequence numbers count within one run: another network has a program of its own, and starts afresh.
        return run.mailbox.newest(seen.sequence if seen is not None and seen.program is run.program else 0)

    def history(self, number: int = MAIN) -> History | None:
        """The history of a run, to which the machine goes on adding; a run that is reset or edited has another one."""
        run = self._run(number)
        return run.history if run is not None else None

    def passed(self, number: int = MAIN) -> History | None:
        """The history of all a run has passed, also while it is in the past."""
        member = self._group.get(number)
        return member.timeline.history(member.run) if member is not None and member.run is not None else None

    def _run(self, number: int) -> Run | None:
        member = self._group.get(number)
        return member.run if member is not None else None

    # The thread

    def _live(self) -> None:
        try:
            while self._turn():
                pass
        except BaseException:  # nothing is left to go on with: not a fault of a command, those are reported in the turn
            _log.critical("the training thread ended", exc_info=True)
        finally:
            self._playing, self._pace.remaining = False, None
            self._commands.refuse(ENDED)
            self._group.close()

    def _turn(self) -> bool:
        """Carries out waiting commands, then trains for one slice; False when the thread should end."""
        try:
            self._control[machine.LEAVE] = 0
            command = self._next_command()
            while command is not None:
                if isinstance(command, c.Close):
                    return False
                self._handle(command)
                self._note_reach()
                command = self._commands.next_within(0.0)
            if not self._group.is_alone:
                self._train_together()
            elif self._playing and self._group.main.run is not None:
                self._train(self._group.main.run)
            self._note_reach()
        except Exception as error:  # of an operator or of ours; the window shows it, and the thread goes on
            self._report(error)
        return True

    def _report(self, error: Exception) -> None:
        """Training stops and the error is told; what fails in doing so is written into the log, and changes nothing."""
        message, detail = in_words(error)
        self._playing, self._pace.remaining = False, None
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
        if not self._playing and not self._group.has_late:
            return self._commands.next()
        return self._commands.next_within(self._pace.seconds_until_due if self._playing else 0.0)

    def _note_reach(self) -> None:
        self._group.follow_time()
        main = self._group.main
        if main.run is not None:
            self.reach = main.timeline.reach(main.run)

    def _go_on(self) -> None:
        """Training goes on from where the runs are; the window is not to show what has just been dropped."""
        if self._group.main.timeline.is_in_the_past:
            self._group.go_on()
            self._note_reach()

    def _train(self, run: Run) -> None:
        self._go_on()
        run.stepper.finish()
        start = time.perf_counter()
        done = self._group.train_alone(self._pace.next_slice())
        if self._pace.limit:
            run.publish()
        else:
            self._pace.learn(done, time.perf_counter() - start, SLICE_SECONDS)
        if self._pace.count(done, start):
            self._pause()

    def _train_together(self) -> None:
        """One slice of all runs, or of those that have to catch up; a frame of all when they stand at the same iteration."""
        group, main = self._group, self._group.main.ready
        is_catching_up = group.has_late
        if main is None or not (self._playing or is_catching_up):
            return
        if self._playing:
            self._go_on()
        if self._playing and main.stepper.inside:
            main.stepper.finish()
            self._tell_stopped(group.follow_step())
        start = time.perf_counter()
        done, stopped = group.advance(self._pace.next_slice(is_free=is_catching_up))
        self._pace.learn(done, time.perf_counter() - start, FRAME_SECONDS)
        self._tell_stopped(stopped)
        if group.has_late:
            return
        if is_catching_up or self._pace.limit or self._control[machine.FRAME]:
            self._control[machine.FRAME] = 0
            group.publish()
        if self._playing and not is_catching_up and self._pace.count(done, start):
            self._pause()

    def _tell_stopped(self, stopped: Mapping[int, str]) -> None:
        for number, reason in stopped.items():
            self._listener(RunStopped(number, reason))
        if stopped and self._playing and not self._group.active:
            self._pause()

    def _publish(self) -> None:
        if not self._group.has_late:
            self._group.publish()

    def _pause(self) -> None:
        self._playing, self._pace.remaining = False, None
        self._publish()
        self._listener(StateChanged(False, self._group.main.blocked))

    def _play(self, iterations: int | None = None) -> None:
        if self._group.main.ready is None:
            self._listener(StateChanged(False, self._group.main.blocked))
            return
        self._group.retry()
        self._playing, self._pace.remaining = True, iterations
        self._pace.restart()
        self._listener(StateChanged(True))

    def _handle(self, command: Command) -> None:
        handler = self._handlers[type(command)]
        if isinstance(command, Request):
            answer(command, lambda: handler(self, command), ENDED)
        else:
            handler(self, command)

    def _carry_out_together(self, command: c.Together) -> None:
        """Each of them, whatever becomes of the others; the first error is told."""
        errors = []
        for each in command.commands:
            try:
                self._handle(each)
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _load(self, command: c.Load) -> None:
        if command.run != MAIN:
            try:
                self._group.add(command.run).load(command).publish()
            except (NNLabError, MemoryError) as error:
                self._group.remove(command.run)
                self._listener(RunStopped(command.run, in_words(error)[0]))
            return
        try:
            run = self._group.main.load(command)
        except BaseException as error:
            self._group.main.blocked, _ = in_words(error)
            self._listener(NotLoaded(command.revision, self._group.main.blocked))
            raise
        self._note_reach()
        run.publish()
        self._listener(Loaded(command.revision, run.program.parameter_count))
        self._listener(StateChanged(self._playing))
        self._tell_step()

    def _adjust(self, command: c.Adjust) -> None:
        member = self._group.get(command.run)
        if member is not None and member.run is not None:
            member.adjust(command)
            self._note_reach()
            if not command.change.keep or command.change.back_to is not None or command.change.returning:
                member.run.publish()
        if command.run == MAIN and not command.change.keep:
            self._tell_step()
            self._listener(StateChanged(self._playing))

    def _block(self, command: c.Block) -> None:
        member = self._group.get(command.run)
        if member is not None:
            member.block(command)
        if command.run == MAIN:
            self._pause()

    def _rewind(self, command: c.Rewind) -> None:
        self._group.rewind()
        self._tell_step()
        self._listener(StateChanged(self._playing, self._group.main.blocked))

    def _iterate(self, command: c.Iterate) -> None:
        run = self._group.main.run
        if run is not None and run.stepper.inside:
            run.stepper.finish()
            self._tell_step()
            if command.count == 1:  # the rest of a stepped iteration is the step that was asked for
                self._pause()
                return
        self._play(command.count)

    def _finish_epoch(self, command: c.FinishEpoch) -> None:
        run = self._group.main.ready
        if run is None:
            self._pause()
            return
        run.stepper.finish()
        self._play(run.steps_to_end_of_epoch)

    def _step(self, forward: bool, count: int) -> None:
        run = self._group.main.ready
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
        self._after_step()

    def _step_to(self, command: c.StepTo) -> None:
        run = self._group.main.ready
        if run is None:
            return
        if self._playing:
            self._pause()
        run.stepper.go_to(command.pc)
        self._after_step()

    def _back_to(self, command: c.BackTo) -> None:
        if command.iteration != self._goal or self._group.main.ready is None:
            return
        self._playing, self._pace.remaining = False, None
        self._group.back_to(command.iteration, lambda: self._goal == command.iteration and not self._is_closing)
        self._note_reach()  # who finds the frame knows by then that it is of the past
        self._group.publish()
        self._tell_step()
        self._listener(StateChanged(False, self._group.main.blocked))

    def _finish_step(self, command: c.FinishStep) -> None:
        run = self._group.main.run
        if run is not None:
            run.stepper.finish()
            self._after_step()

    def _after_step(self) -> None:
        self._tell_stopped(self._group.follow_step())
        self._group.publish()
        self._tell_step()

    def _tell_step(self) -> None:
        if self._group.main.run is not None:
            s = self._group.main.run.stepper
            self._listener(Stepped(s.trace, s.pc, s.inside, s.can_go_back))

    def _set_parameters(self, command: c.SetParameters) -> None:
        try:
            self._group.main.set_entries(command.entries)
        except NNLabError as error:
            self._listener(Refused(str(error)))
            return
        self._tell_step()

    def _watch(self, command: c.Watch) -> None:
        """Of the project's own run: of others only the curves are shown."""
        self._group.main.watch(command.tensors)

    def _set_speed(self, command: c.SetSpeed) -> None:
        self._pace.limit = command.iterations_per_second
        self._pace.restart()

    def _restore(self, command: c.Restore) -> None:
        self._group.main.restore(command.snapshot)
        self._tell_step()

    _handlers: ClassVar[dict[type[Command], Callable[..., object]]] = {
        c.Together: _carry_out_together,
        c.Load: _load,
        c.RemoveRun: lambda self, command: self._group.remove(command.run),
        c.Adjust: _adjust,
        c.Block: _block,
        c.Rewind: _rewind,
        c.Play: lambda self, command: self._play(),
        c.Pause: lambda self, command: self._pause(),
        c.Iterate: _iterate,
        c.FinishEpoch: _finish_epoch,
        c.StepForward: lambda self, command: self._step(True, command.count),
        c.StepBack: lambda self, command: self._step(False, command.count),
        c.StepTo: _step_to,
        c.FinishStep: _finish_step,
        c.BackTo: _back_to,
        c.SetParameters: _set_parameters,
        c.SetSpeed: _set_speed,
        c.Watch: _watch,
        c.ReadParameters: lambda self, command: self._group.main.parameters(command.names),
        c.TakeSnapshot: lambda self, command: self._group.main.snapshot(command.undisturbed),
        c.Restore: _restore,
    }
