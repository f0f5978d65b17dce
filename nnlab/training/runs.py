"""Several runs as one: they train in lock-step, so that after every slice of steps all stand at the same iteration.

Runs whose products want one thread train side by side, each on a thread; as soon as one wants all cores they take turns, since the
number of threads decides the last bits and holds for the whole process. Either way every run ends in the bits of the same project
trained alone. A run whose numbers go wrong stops alone. Within a slice those side by side may be a little apart, see `Rounds`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from functools import partial

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.threads import most_threads, threads_for
from nnlab.engine import machine
from nnlab.engine.helper import without_help
from nnlab.engine.phase_times import PhaseSeconds
from nnlab.engine.run import Run
from nnlab.training.clock import now
from nnlab.training.commands import Event
from nnlab.training.member import Member
from nnlab.training.rounds import Rounds

MAIN = 0  # the run of the project itself; others have higher numbers
MOST_RUNS = 4
FRAMES = 4  # in a round: each time a run leaves the machine it waits for the interpreter, which the display may hold


class RunGroup:
    """The runs by number; the first is the project's own. Belongs to one thread, which lends runs to others only within `advance`.

    `tell` is given what members have to tell of their ends.
    """

    def __init__(self, control: np.ndarray, tell: Callable[[Event], None] | None = None) -> None:
        self._control, self._tell = control, tell
        self._own_control = np.zeros_like(control)  # in company it does not leave, or make a frame, within a slice
        self._members = {MAIN: Member(control, tell)}
        self._pool: ThreadPoolExecutor | None = None

    @property
    def main(self) -> Member:
        return self._members[MAIN]

    @property
    def members(self) -> dict[int, Member]:
        """A copy, by number."""
        return dict(self._members)

    def get(self, number: int) -> Member | None:
        return self._members.get(number)

    def add(self, number: int) -> Member:
        """The run of this number, made if there is none yet."""
        if number not in self._members:
            if len(self._members) == MOST_RUNS:
                raise NNLabError(f"{MOST_RUNS} runs train side by side already; remove one first.")
            self._members[number] = Member(tell=self._tell)
        return self._members[number]

    def remove(self, number: int) -> None:
        if number != MAIN and (gone := self._members.pop(number, None)) is not None:
            gone.end()
        if self.is_alone:
            self.main.stopped = ""

    def exchange(self, members: Mapping[int, Member] | None) -> Mapping[int, Member]:
        """Puts these runs in the place of all that there are, or one that has nothing yet; returns those that were there, as they are."""
        before, self._members = self._members, dict(members) if members is not None else {MAIN: Member(self._control, self._tell)}
        self.main.watch(before[MAIN].watched)
        return before

    @property
    def is_alone(self) -> bool:
        return len(self._members) == 1

    @property
    def active(self) -> dict[int, Run]:
        """The runs that can go on."""
        return {number: m.ready for number, m in self._members.items() if m.ready is not None and not m.stopped}

    @property
    def has_late(self) -> bool:
        """Whether a run has not reached the iteration of the project's own yet; it catches up before anything else."""
        main = self.main.ready
        return main is not None and any(run.iteration < main.iteration for run in self.active.values())

    def train_alone(self, steps: int) -> int:
        """Trains the only run as long as nobody asks for anything; returns the steps done."""
        run = self.main.run
        assert run is not None and self.is_alone
        _use(run, self._control)
        before, begun = now(run), time.perf_counter()
        done = 0
        while done < steps:
            epoch = self.main.most_steps
            piece = steps if epoch is None else min(steps - done, epoch)
            trained = run.train(piece)
            done += trained
            self.main.look_back()
            if trained < piece or run.stopped_by is not None:
                break
        self.main.clock.add(before, now(run), time.perf_counter() - begun)
        return done

    def time_phases(self, steps: int) -> list[PhaseSeconds]:
        """Trains the only run for up to `steps` steps a phase at a time; what each phase took."""
        run = self.main.run
        assert run is not None and self.is_alone
        _use(run, self._control)
        before, begun = now(run), time.perf_counter()
        found = run.time_phases(min(steps, self.main.most_steps or steps))
        self.main.look_back()
        self.main.clock.add(before, now(run), time.perf_counter() - begun)
        return found

    def advance(self, steps: int, every: int | None = None) -> tuple[int, dict[int, str]]:
        """Up to `steps` steps of those runs that have done the fewest: all of them, unless some have to catch up.

        With `every`, frames are made after every so many steps if one is wanted, and the slice ends soon if somebody wants to leave.
        Returns the steps, and by number why runs have stopped.
        """
        active = self.active
        if not active:
            return 0, {}
        iterations = {number: run.iteration for number, run in active.items()}
        lowest = min(iterations.values())
        ahead = [iteration for iteration in iterations.values() if iteration > lowest]
        steps = min([steps, *(iteration - lowest for iteration in ahead)])
        chosen = {number: run for number, run in active.items() if iterations[number] == lowest}
        steps = min(self._members[number].steps_alike(steps) for number in chosen)
        if MAIN in chosen:
            _use(chosen[MAIN], self._own_control)
            steps = min(steps, self.main.most_steps or steps)
        before, stopped = {number: now(run) for number, run in chosen.items()}, {}
        runs = list(chosen.values())
        if MAIN in chosen and chosen[MAIN].conditions.can_stop:  # where it stops the others do, too
            begun = chosen[MAIN].iteration
            found = [_train(chosen[MAIN], steps)]
            steps = chosen[MAIN].iteration - begun if not found[0][0] else steps
            found += [_train(run, steps) for number, run in chosen.items() if number != MAIN]
        elif len(runs) == 1 or any(threads_for(run.program.operations) > 1 for run in runs):
            found = [_train(run, steps) for run in runs]
        elif every is None or MAIN not in chosen:  # whoever looks is told of the others by a frame of the project's own
            found = self._side_by_side([partial(_train, run, steps) for run in runs])
        else:
            self._want_frames(runs, every)
            rounds = Rounds(len(runs), steps, every * FRAMES, lambda: bool(self._control[machine.LEAVE]))
            found = self._side_by_side([partial(_train_in_rounds, run, rounds, place) for place, run in enumerate(runs)])
            steps = rounds.steps
        for number, (reason, seconds) in zip(chosen, found, strict=True):
            self._members[number].clock.add(before[number], now(chosen[number]), seconds)
            if reason:
                stopped[number] = self._members[number].stopped = reason
        if MAIN in chosen:
            self.main.look_back()
        return steps, stopped

    def _side_by_side(self, tasks: Sequence[Callable[[], tuple[str, float]]]) -> list[tuple[str, float]]:
        """Why each has stopped, empty where it has not, and the seconds it took.

        A fault that is no TrainingError is raised when all have come to rest.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(MOST_RUNS, thread_name_prefix="training beside")
        with without_help() if len(tasks) >= most_threads() else nullcontext():
            beside = [self._pool.submit(task) for task in tasks[1:]]
            try:
                first = tasks[0]()
            finally:
                wait(beside)
        return [first, *(future.result() for future in beside)]

    def _want_frames(self, runs: Sequence[Run], every: int) -> None:
        """If somebody looks, all make frames at the same iterations."""
        is_wanted = bool(self._control[machine.FRAME])
        self._control[machine.FRAME] = 0
        for run in runs:
            run.control[machine.EVERY] = every if is_wanted else 0
            run.control[machine.FRAME] = run.iteration + every if is_wanted else 0

    def follow_step(self) -> dict[int, str]:
        """The project's own run was stepped through an iteration, or back: the others do the same. Returns why runs have stopped."""
        main, stopped = self.main.run, {}
        if main is None:
            return {}
        for number, run in self.active.items():
            if number == MAIN or abs(main.iteration - run.iteration) > 1:
                continue
            stepper = run.stepper
            try:
                while run.iteration < main.iteration:
                    stepper.forward()
            except NNLabError as error:
                stopped[number] = self._members[number].stopped = str(error)
            while (run.iteration > main.iteration or stepper.inside) and stepper.back():
                pass
        return stopped

    def retry(self) -> None:
        """If all runs have stopped, the project's own may be tried again, as a single run is."""
        if not self.active:
            self.main.stopped = ""

    def back_to(self, iteration: int, is_wanted: Callable[[], bool]) -> None:
        """All runs go back to where they were after an iteration; they stay together where that is not wanted any more on the way."""
        self.main.back_to(iteration, is_wanted)
        for number, run in self.active.items():
            if number != MAIN and self.main.run is not None:
                member = self._members[number]
                member.timeline.restore(run, self.main.run.iteration)

    def forget_branch(self, branch: int) -> None:
        for member in self._members.values():
            member.timeline.forget(branch)

    def go_on(self) -> None:
        """Training goes on from where the runs are."""
        for member in self._members.values():
            if member.run is not None:
                member.timeline.go_on(member.run)

    def follow_time(self) -> None:
        self.main.look_back()  # an epoch may have been stepped through to its end
        for member in self._members.values():
            if member.run is not None:
                member.timeline.follow(member.run)

    def publish(self) -> None:
        """A frame of every run; they belong together, since all stand at the same iteration.

        That of the project's own comes last: who has found a new one finds those of the others too.
        """
        for member in reversed(self._members.values()):
            if member.run is not None:
                member.run.publish()

    def rewind(self) -> None:
        for member in self._members.values():
            member.rewind()

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None


def _use(run: Run, control: np.ndarray) -> None:
    """Listens to these words from now on; what its frames hold is the run's own affair."""
    control[machine.MEASURE] = run.mailbox.holds_updates
    run.control = control


def _train_in_rounds(run: Run, rounds: Rounds, place: int) -> tuple[str, float]:
    reason, seconds = "", 0.0
    try:
        while not reason:
            steps = rounds.begin(place)
            if not steps:
                break
            reason, took = _train(run, steps)
            seconds += took
            rounds.end(place)
        if reason:
            run.publish()
    finally:
        run.control[machine.FRAME] = run.control[machine.EVERY] = 0
        rounds.leave(place)
    return reason, seconds


def _train(run: Run, steps: int) -> tuple[str, float]:
    begun, reason = time.perf_counter(), ""
    try:
        run.train(steps)
    except NNLabError as error:
        reason = str(error)
    return reason, time.perf_counter() - begun
