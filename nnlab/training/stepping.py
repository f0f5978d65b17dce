"""Stepping through the instructions of the project's own run, forwards, back, and on to the next breakpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.run import Run
from nnlab.engine.stop_condition import StopCondition
from nnlab.training import commands as c
from nnlab.training.breakpoint_counts import NONE_ON, BreakpointCounts
from nnlab.training.commands import Event, Refused, Stepped
from nnlab.training.runs import RunGroup
from nnlab.training.watched_now import WatchedNow

CHANGED_THEN = "Stopped where something was changed after iteration {:,}; the next step goes on from here as a branch."
SEEK_SECONDS = 0.03  # of stepping towards a breakpoint between two looks for commands


class Playing(Protocol):
    """Run control, as far as it is needed here."""

    @property
    def is_playing(self) -> bool: ...

    def pause(self) -> None: ...
    def note_reach(self) -> None: ...
    def stop_at(self, condition: StopCondition) -> None: ...
    def tell_stopped(self, stopped: Mapping[int, str]) -> None: ...


class Stepping:
    """`breakpoints` are where it stops, `seeks` whether it steps on to the next of them; `tell` gets what there is to say."""

    def __init__(self, group: RunGroup, playing: Playing, tell: Callable[[Event], None]) -> None:
        self._group, self._playing, self._tell = group, playing, tell
        self.breakpoints = BreakpointCounts()
        self.seeks = False

    def step(self, forward: bool, count: int) -> None:
        run = self._group.main.ready
        if run is None:
            self._playing.pause()
            return
        if self._playing.is_playing:
            self._playing.pause()
        stop: Breakpoint | None = None
        for k in range(count):
            if forward:
                if k and self._group.main.timeline.meets_change(run):
                    break
                stop = self._forward(run)
            elif not run.stepper.back():
                break
        self.end_step(stop)

    def step_to(self, command: c.StepTo) -> None:
        run = self._group.main.ready
        if run is None:
            return
        if self._playing.is_playing:
            self._playing.pause()
        run.stepper.go_to(command.pc)
        self.end_step()

    def step_to_breakpoint(self) -> None:
        run = self._group.main.ready
        if run is None or self._playing.is_playing:
            self._playing.pause()
        if run is not None and not self.breakpoints.can_stop(run.program):
            self._tell(Refused(NONE_ON))
        elif run is not None:
            self.seeks = True

    def seek(self, run: Run) -> None:
        """Steps on towards the next breakpoint, or to where a condition becomes true, as long as no command has to wait noticeably."""
        start = time.perf_counter()
        while self.seeks and time.perf_counter() - start < SEEK_SECONDS:
            stop = self._forward(run)
            ended = None if run.stepper.inside else run.stopped_by
            if stop is None and ended is None and self._group.main.timeline.meets_change(run):
                self._tell(Refused(CHANGED_THEN.format(run.iteration + 1)))
                self.end_search()
                return
            self.seeks = stop is None and ended is None
            if not self.seeks:
                self.end_step(stop)
            elif not run.stepper.inside:
                self._playing.tell_stopped(self._group.follow_step())
            if ended is not None:
                self._playing.stop_at(ended)

    def _forward(self, run: Run) -> Breakpoint | None:
        """One instruction; the breakpoint that stops there."""
        stop = self.breakpoints.reached(run.program, run.stepper.forward().instruction)
        if not run.stepper.inside:
            self._group.main.timeline.follow(run)  # of many iterations, every one
        return stop

    def finish_step(self) -> None:
        run = self._group.main.run
        if run is not None:
            run.stepper.finish()
            self.end_step()

    def end_search(self) -> None:
        """The search for a breakpoint is given up where it stands."""
        if self.seeks:
            self.seeks = False
            self.end_step()

    def end_step(self, stopped_at: Breakpoint | None = None) -> None:
        """The other runs follow, what is shown is of now, and where the run stands is told."""
        self._playing.tell_stopped(self._group.follow_step())
        self._playing.note_reach()  # who finds the frame knows by then where the run stands
        self._group.publish()
        self.tell_place(stopped_at)

    def tell_place(self, stopped_at: Breakpoint | None = None) -> None:
        """Where in an iteration the run stands."""
        if self._group.main.run is not None:
            s = self._group.main.run.stepper
            self._tell(Stepped(s.trace, s.pc, s.inside, s.can_go_back, stopped_at, WatchedNow.of(self._group.main.run), s.batch))
