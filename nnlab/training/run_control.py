"""Run control: playing and pausing the runs of a group, as commands ask for it; `Stepping` steps inside an iteration.

It knows no thread: whoever owns it calls it between two steps, and lets it train for one slice after another. Answers are events, given to
a callback at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import ClassVar

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.engine import machine
from nnlab.engine.run import Run
from nnlab.engine.stop_condition import StopCondition
from nnlab.training import commands as c
from nnlab.training.breakpoint_counts import BreakpointCounts
from nnlab.training.command_queue import ENDED, answer
from nnlab.training.commands import Command, Event, Failed, Loaded, NotLoaded, Refused, Request, RunStopped, StateChanged
from nnlab.training.excerpt import ReadExcerpt
from nnlab.training.failure import in_words
from nnlab.training.pace import Pace
from nnlab.training.phase_clock import PhaseClock
from nnlab.training.reach import Reach
from nnlab.training.runs import MAIN, RunGroup
from nnlab.training.runs_aside import RunsAside
from nnlab.training.stepping import Stepping
from nnlab.training.watched_now import WatchedNow

SLICE_SECONDS = 1.0  # longest stay inside the machine when nobody asks for anything
FRAME_SECONDS = 1 / 57  # between frames of several runs: a little more than between two looks, so that none is missed
PASSING = (c.Watch, c.SetSpeed, c.SetBreakpoints, c.SetConditions, c.SetWatches, c.ReadParameters)  # end no search for a breakpoint
MEETING = 57  # frames after which they meet: about a second, for whoever is first waits for the others

_log = logging.getLogger(__name__)


class RunControl:
    """`reach`: where the project's own run is in all that it has passed; `phases`: how its time divides among the phases of a step.

    Like `is_playing` they may be read from any thread.
    """

    def __init__(self, control: np.ndarray, listener: Callable[[Event], None]) -> None:
        self._control, self._listener = control, listener
        self.group = RunGroup(control, listener)
        self.reach, self.watched = Reach(), WatchedNow()
        self.is_playing = False
        self.phases, self._pace = PhaseClock(), Pace()
        self._stepping = Stepping(self.group, self, listener)
        self.breakpoints = self._stepping.breakpoints
        self._goal: int | None = None  # the iteration that was last asked to go back to

    def aim_at(self, iteration: int | None) -> None:
        """From any thread: a replay to another iteration than this is given up, any replay with None."""
        self._goal = iteration

    def carry_out(self, command: Command) -> None:
        """Whatever is raised is the fault of this command. What steps or trains ends a search for a breakpoint."""
        if not isinstance(command, PASSING):
            self._stepping.end_search()
        self._handle(command)
        self.note_reach()

    @property
    def has_time_over(self) -> bool:
        """Whether a limit to the speed leaves the runs time over; from any thread."""
        return self._pace.has_time_over

    @property
    def seconds_until_due(self) -> float | None:
        """How long until there is something to train; None when there is nothing until a command comes."""
        if self._stepping.seeks or (not self.is_playing and self.group.has_late):
            return 0.0
        return self._pace.seconds_until_due if self.is_playing else None

    def train(self) -> None:
        """One slice, if there is something to train."""
        ready = self.group.main.ready
        if self._stepping.seeks and ready is not None:
            self._stepping.seek(ready)
        elif self.is_playing and self._pace.operations and ready is not None and not self.group.has_late:
            self._operate(ready)
        elif not self.group.is_alone:
            self._train_together()
        elif self.is_playing and self.group.main.run is not None:
            self._train(self.group.main.run)
        self.note_reach()

    def halt(self) -> None:
        """Plays no more, without a word."""
        self._stepping.seeks, self.is_playing, self._pace.remaining = False, False, None

    def report(self, error: Exception) -> None:
        """Training stops and the error is told; what fails in doing so is written into the log, and changes nothing."""
        message, detail = in_words(error)
        self.halt()
        try:
            self._publish()
        except Exception:
            _log.exception("no frame could be made after a failure")
        for event in (StateChanged(False, message), Failed(message, detail)):
            try:
                self._listener(event)
            except Exception:
                _log.exception("an event could not be told: %s", event)

    def note_reach(self) -> None:
        self.group.follow_time()
        main = self.group.main
        if main.run is not None:
            self.reach = main.timeline.reach(main.run)
            self.watched = WatchedNow.of(main.run)

    def _go_on(self) -> None:  # the window is not to show what has just been dropped
        if self.group.main.timeline.is_in_the_past:
            self.group.go_on()
            self.note_reach()

    def _train(self, run: Run) -> None:
        self._go_on()
        run.stepper.finish()
        start = time.perf_counter()
        steps = self._pace.next_slice()
        timed = self.phases.time(self.group, steps)
        done = timed if timed and run.stopped_by is not None else timed + self.group.train_alone(steps - timed)
        if self._pace.limit:
            run.publish()
        else:
            self._pace.learn(done, time.perf_counter() - start, SLICE_SECONDS)
        if run.stopped_by is not None:
            self.stop_at(run.stopped_by)
        elif self._pace.count(done, start):
            self.pause()

    def _operate(self, run: Run) -> None:
        """Slow motion: a single operation, which is shown."""
        self._go_on()
        run.stepper.forward()
        self._stepping.end_step()
        if not run.stepper.inside and run.stopped_by is not None:
            self.stop_at(run.stopped_by)
        elif self._pace.count(int(not run.stepper.inside), time.perf_counter()):
            self.pause()

    def _train_together(self) -> None:
        """One slice of all runs, or of those that have to catch up; a frame of all when they stand at the same iteration."""
        group, main = self.group, self.group.main.ready
        is_catching_up = group.has_late
        if main is None or not (self.is_playing or is_catching_up):
            return
        if self.is_playing:
            self._go_on()
        if self.is_playing and main.stepper.inside:
            main.stepper.finish()
            self.tell_stopped(group.follow_step())
        start = time.perf_counter()
        steps = self._pace.next_slice(is_free=is_catching_up)
        is_seen_at_rest = is_catching_up or bool(self._pace.limit)
        if is_seen_at_rest:
            done, stopped = group.advance(steps)
        else:
            done, stopped = group.advance(self._pace.next_slice(times=MEETING), every=steps)
        self._pace.learn(done, time.perf_counter() - start, FRAME_SECONDS)
        self.tell_stopped(stopped)
        if group.has_late:
            return
        if is_seen_at_rest or self._control[machine.FRAME]:  # a wish stays: the next slice makes frames again
            group.publish()
        if self.is_playing and not is_catching_up and main.stopped_by is not None and not group.main.stopped:
            self.stop_at(main.stopped_by)
        elif self.is_playing and not is_catching_up and self._pace.count(done, start):
            self.pause()

    def tell_stopped(self, stopped: Mapping[int, str]) -> None:
        for number, reason in stopped.items():
            self._listener(RunStopped(number, reason))
        if stopped and self.is_playing and not self.group.active:
            self.pause()

    def _publish(self) -> None:
        if not self.group.has_late:
            self.group.publish()

    def pause(self) -> None:
        self.halt()
        self.note_reach()
        self._publish()
        self._listener(StateChanged(False, self.group.main.blocked))

    def stop_at(self, condition: StopCondition) -> None:
        assert self.group.main.run is not None
        self._listener(c.ConditionMet(condition, self.group.main.run.iteration))
        self.pause()

    def _play(self, iterations: int | None = None) -> None:
        if self.group.main.ready is None:
            self._listener(StateChanged(False, self.group.main.blocked))
            return
        self.group.retry()
        self.is_playing, self._pace.remaining = True, iterations
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
                self.group.add(command.run).load(command).publish()
            except (NNLabError, MemoryError) as error:
                self.group.remove(command.run)
                self._listener(RunStopped(command.run, in_words(error)[0]))
            self._publish()  # at rest nobody makes a frame of the project's own that the new run's belongs to
            return
        try:
            run = self.group.main.load(command)
        except BaseException as error:
            self.group.main.blocked, _ = in_words(error)
            self._listener(NotLoaded(command.revision, self.group.main.blocked))
            raise
        self.phases.forget()
        if command.change.changes_branch:
            self.halt()
        self.note_reach()
        run.publish()
        self._listener(Loaded(command.revision, run.program.parameter_count))
        self._listener(StateChanged(self.is_playing))
        self._stepping.tell_place()

    def _adjust(self, command: c.Adjust) -> None:
        member = self.group.get(command.run)
        change = command.change
        if change.changes_branch:  # where it goes on is the past of what is returned to
            self.halt()
        if member is not None and member.run is not None:
            main = self.group.main.run
            member.adjust(command, main.iteration if main is not None else 0)
            self.note_reach()
            if not change.keep or change.changes_branch or change.back_to is not None or change.returning:
                member.run.publish()
        if command.run == MAIN and (not change.keep or change.changes_branch):
            self._stepping.tell_place()
            self._listener(StateChanged(self.is_playing))

    def _block(self, command: c.Block) -> None:
        member = self.group.get(command.run)
        if member is not None:
            member.block(command)
        if command.run == MAIN:
            self.pause()

    def _rewind(self, command: c.Rewind) -> None:
        self.group.rewind()
        self.breakpoints.forget()
        self._stepping.tell_place()
        self._listener(StateChanged(self.is_playing, self.group.main.blocked))

    def _iterate(self, command: c.Iterate) -> None:
        run = self.group.main.run
        if run is not None and run.stepper.inside:
            run.stepper.finish()
            self._stepping.tell_place()
            if command.count == 1:  # the rest of a stepped iteration is the step that was asked for
                self.pause()
                return
        self._play(command.count)

    def _finish_epoch(self, command: c.FinishEpoch) -> None:
        run = self.group.main.ready
        if run is None:
            self.pause()
            return
        run.stepper.finish()
        self._play(run.steps_to_end_of_epoch)

    def _back_to(self, command: c.BackTo) -> None:
        if command.iteration != self._goal or self.group.main.ready is None:
            return
        self.halt()
        self.group.back_to(command.iteration, lambda: self._goal == command.iteration)
        self.note_reach()  # who finds the frame knows by then that it is of the past
        self.group.publish()
        self._stepping.tell_place()
        self._listener(StateChanged(False, self.group.main.blocked))

    def _forget_branch(self, command: c.ForgetBranch) -> None:
        self.group.forget_branch(command.branch)
        self.note_reach()
        self._listener(StateChanged(self.is_playing, self.group.main.blocked))

    def _set_parameters(self, command: c.SetParameters) -> None:
        try:
            self.group.main.set_entries(command.entries)
        except NNLabError as error:
            self._listener(Refused(str(error)))
            return
        self._stepping.tell_place()

    def _exchange(self, command: c.ExchangeRuns) -> RunsAside:
        """The display is told nothing of what is not there any more: whoever exchanges them knows."""
        self.pause()
        given = command.runs
        assert given is None or isinstance(given, RunsAside)
        kept = RunsAside(self.group.exchange(given.members if given is not None else None), self.breakpoints)
        self.breakpoints = self._stepping.breakpoints = given.breakpoints if given is not None else BreakpointCounts()
        self.phases.forget()
        self.reach, self.watched = Reach(), WatchedNow()
        self.note_reach()
        self._stepping.tell_place()
        self._listener(StateChanged(False, self.group.main.blocked))
        return kept

    def _watch(self, command: c.Watch) -> None:
        """Of the project's own run: of others only the curves are shown."""
        self.group.main.watch(command.tensors)

    def _restore(self, command: c.Restore) -> None:
        self.group.main.restore(command.snapshot)
        self._stepping.tell_place()

    _handlers: ClassVar[dict[type[Command], Callable[..., object]]] = {
        c.Together: _carry_out_together,
        c.Load: _load,
        c.RemoveRun: lambda self, command: self.group.remove(command.run),
        c.Adjust: _adjust,
        c.Block: _block,
        c.Rewind: _rewind,
        c.Play: lambda self, command: self._play(),
        c.Pause: lambda self, command: self.pause(),
        c.Iterate: _iterate,
        c.FinishEpoch: _finish_epoch,
        c.StepForward: lambda self, command: self._stepping.step(True, command.count),
        c.StepBack: lambda self, command: self._stepping.step(False, command.count),
        c.StepTo: lambda self, command: self._stepping.step_to(command),
        c.SetBreakpoints: lambda self, command: self.breakpoints.set(command.breakpoints),
        c.SetConditions: lambda self, command: self.group.main.stop_when(command.conditions),
        c.SetWatches: lambda self, command: self.group.main.watch_formulas(command.formulas),
        c.StepToBreakpoint: lambda self, command: self._stepping.step_to_breakpoint(),
        c.FinishStep: lambda self, command: self._stepping.finish_step(),
        c.BackTo: _back_to,
        c.ForgetBranch: _forget_branch,
        c.SetParameters: _set_parameters,
        c.SetSpeed: lambda self, command: self._pace.set(command.iterations_per_second, command.operations_per_second),
        c.Watch: _watch,
        c.ReadParameters: lambda self, command: self.group.main.parameters(command.names),
        c.ReadPath: lambda self, command: self.group.main.path(),
        ReadExcerpt: lambda self, command: self.group.main.excerpt(command.iteration, command.since),
        c.ExchangeRuns: _exchange,
        c.TakeSnapshot: lambda self, command: self.group.main.snapshot(command.undisturbed),
        c.Restore: _restore,
    }
