"""The trainer: a thread that trains and carries out commands.

It drains its commands, then enters the machine for many whole steps (up to about a second). A new command sets the control word
LEAVE, so the machine returns after the step it is in. Nothing here knows a window: answers are events, given to
a callback on this thread; pictures of the run go through the mailbox. What commands do to the runs stands in `run_control.py`.

Whatever fails, on the way or in telling so, the thread goes on, and whoever waits for an answer gets one. Should it end all the same,
`has_died` says so, requests are answered with a sentence, and `restart` goes on with the runs as they are.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from nnlab.core.processors import make_way
from nnlab.engine import machine
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.frame import Frame
from nnlab.engine.history import History
from nnlab.engine.run import Run
from nnlab.engine.watches import WatchSeries
from nnlab.training import commands as c
from nnlab.training.clock import NO_PROGRESS, TrainingProgress
from nnlab.training.command_queue import ENDED, CommandQueue
from nnlab.training.commands import Command, Event
from nnlab.training.reach import Reach
from nnlab.training.run_control import RunControl
from nnlab.training.runs import MAIN
from nnlab.training.watched_now import WatchedNow

CLOSING = 10.0  # seconds that closing waits for the step that is under way

class ConditionCount(NamedTuple):
    """How often a condition has become true, and why it cannot be evaluated, or could not lately; empty where it can."""

    hits: int
    fault: str


_log = logging.getLogger(__name__)


class Trainer:
    """Starts its thread at once; `close` ends it. `listener(event)` is called on the training thread."""

    def __init__(self, listener: Callable[[Event], None]) -> None:
        self._commands = CommandQueue()
        self._control = np.zeros(machine.CONTROL_WORDS, dtype=np.int64)
        self._runs = RunControl(self._control, listener)
        self._is_closing = False
        self._start()

    def send(self, command: Command) -> None:
        """Queues a command and makes the machine leave after its present step."""
        self._commands.put(command)
        self._control[machine.LEAVE] = 1

    def back_to(self, iteration: int) -> None:
        """Puts the run where it was after this iteration; a replay for an earlier request is given up."""
        self._runs.aim_at(iteration)
        self.send(c.BackTo(iteration))

    def close(self, timeout: float = CLOSING) -> bool:
        """Ends the thread and waits for it; False when the step it is in takes longer. Then it ends after that, or with the process."""
        self._is_closing = True
        self._runs.aim_at(None)
        self.send(c.Close())
        self._thread.join(timeout)
        if self.is_alive:
            self._commands.refuse(ENDED)
        return not self.is_alive

    def restart(self) -> None:
        """After the thread has died: a new one goes on, paused, with the runs as they are and the commands that wait.

        Other runs beside the project's own stand still until they are rewound, lest they be caught up with what ended the thread.
        """
        for number, member in self._runs.group.members.items():
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

    @property
    def reach(self) -> Reach:
        """Where the project's own run is, how far it ever came, and what was trained on the way."""
        return self._runs.reach

    @property
    def breakpoint_hits(self) -> Mapping[Breakpoint, int]:
        """How often stepping has come to every breakpoint, by its place."""
        return self._runs.breakpoints.hits

    @property
    def conditions(self) -> Mapping[str, ConditionCount]:
        """What is known of every condition to stop at, by its text."""
        run = self._run(MAIN)
        if run is None:
            return {}
        known = run.conditions
        found = map(ConditionCount, known.hits, known.faults)
        return {condition.text: each for condition, each in zip(known.conditions, found, strict=True)}

    @property
    def watched(self) -> WatchedNow:
        """What the watched formulas were when the training thread last looked: at rest, that is now."""
        return self._runs.watched

    def watch_series(self, text: str) -> WatchSeries | None:
        """What is known of a watched formula after the iterations the project's own run has passed; None for one that is not watched."""
        run = self._run(MAIN)
        watches = run.watches if run is not None else None
        return watches.series(text) if watches is not None and text in watches.texts else None

    @property
    def phase_shares(self) -> tuple[float, ...] | None:
        """How the time of the project's own run divides among the phases of a step, 1 together; None while it is not known."""
        return self._runs.phases.shares

    @property
    def has_time_over(self) -> bool:
        """Whether training keeps to a speed that leaves time over."""
        return self._runs.has_time_over

    @property
    def has_stopped(self) -> bool:
        """Whether the project's own run cannot go on while others may."""
        return bool(self._runs.group.main.stopped)

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

    def newer_frames(self, seen: Frame | None = None, number: int = MAIN) -> list[Frame]:
        """Copies of the frames of a run since the one that was `seen`, the oldest first, as far as the mailbox still has them."""
        run = self._run(number)
        if run is None:
            return []
        return run.mailbox.newer(seen.sequence if seen is not None and seen.program is run.program else 0)

    def iteration(self, number: int = MAIN) -> int | None:
        """How far a run has come, also between its frames; None when nothing was loaded."""
        run = self._run(number)
        return run.iteration if run is not None else None

    def history(self, number: int = MAIN) -> History | None:
        """The history of a run, to which the machine goes on adding; a run that is reset or edited has another one."""
        run = self._run(number)
        return run.history if run is not None else None

    def passed(self, number: int = MAIN) -> History | None:
        """The history of all a run has passed, also while it is in the past."""
        member = self._runs.group.get(number)
        return member.timeline.history(member.run) if member is not None and member.run is not None else None

    def progress(self, number: int = MAIN) -> TrainingProgress:
        """How many epochs and seconds a run had behind it at the iterations it has passed."""
        member = self._runs.group.get(number)
        return member.clock.read() if member is not None else NO_PROGRESS

    def _run(self, number: int) -> Run | None:
        member = self._runs.group.get(number)
        return member.run if member is not None else None

    # The thread

    def _live(self) -> None:
        make_way()
        try:
            while self._turn():
                pass
        except BaseException:  # nothing is left to go on with: not a fault of a command, those are reported in the turn
            _log.critical("the training thread ended", exc_info=True)
        finally:
            self._runs.halt()
            self._commands.refuse(ENDED)
            self._runs.group.close()

    def _turn(self) -> bool:
        """Carries out waiting commands, then trains for one slice; False when the thread should end."""
        try:
            self._control[machine.LEAVE] = 0
            command = self._next_command()
            while command is not None:
                if isinstance(command, c.Close):
                    return False
                self._runs.carry_out(command)
                command = self._commands.next_within(0.0)
            self._runs.train()
        except Exception as error:  # of an operator or of ours; the window shows it, and the thread goes on
            self._runs.report(error)
        return True

    def _next_command(self) -> Command | None:
        """Waits for a command when there is nothing to do, or until the next paced step is due."""
        seconds = self._runs.seconds_until_due
        return self._commands.next() if seconds is None else self._commands.next_within(seconds)
