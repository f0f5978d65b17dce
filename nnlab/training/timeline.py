"""The timeline of a run: any iteration it has passed can be gone back to, to the bit, also past a change.

A run falls into chapters: what one program computed on the same data. A chapter holds the state it began with, keyframes that the machine
took on the way (`nnlab.engine.keyframes`), and what intervened between two steps: another learning rate, weights set by hand. An iteration
is replayed from the last keyframe before it, with what intervened since; at least one step is replayed, so that values and gradients of its
batch are there as well.

Going back takes nothing away. Only when training goes on from the past, or something is changed there, what lay ahead is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.context import BATCH_START, EPOCH, ITERATION, PC, ROWS
from nnlab.engine import machine
from nnlab.engine.history import History
from nnlab.engine.keyframes import Keyframes
from nnlab.engine.program import Place
from nnlab.engine.run import Run
from nnlab.engine.stepper import Stepper
from nnlab.engine.weight_change import Entries
from nnlab.training.project import Project
from nnlab.training.weight_path import WeightPath

BUDGET = 256 * 2**20  # bytes of keyframes and of states that chapters began with
LIVE_SHARE = 0.5  # of the budget that the chapter under way may take
SLICE = 256  # steps of a replay between two looks at whether somebody wants to go elsewhere


class Intervention(Protocol):
    """What was changed between two steps."""

    def apply(self, run: Run) -> None: ...


@dataclass(frozen=True)
class LearningRate:
    value: float

    def apply(self, run: Run) -> None:
        run.set_learning_rate(self.value)


@dataclass(frozen=True, eq=False)
class WeightsIntervention:
    entries: Mapping[str, Entries]

    def apply(self, run: Run) -> None:
        run.set_entries(self.entries)


@dataclass(frozen=True, eq=False)
class _Start:
    """The state a chapter began with."""

    places: Mapping[str, Place]
    learned: np.ndarray
    context: np.ndarray
    order: np.ndarray
    constants: list[tuple[int, float]]
    history: History

    @staticmethod
    def of(run: Run) -> _Start:
        learned = run.state.arena[: run.program.moments_end].copy()
        return _Start(_places(run), learned, run.state.context.copy(), run.order.copy(), run.state.live_constants(), run.history.copy())

    @property
    def nbytes(self) -> int:
        return self.learned.nbytes + self.order.nbytes + self.history.nbytes


@dataclass(eq=False)
class _Chapter:
    project: Project
    start: _Start
    keyframes: Keyframes
    interventions: list[tuple[int, Intervention]] = field(default_factory=list)

    @property
    def begins(self) -> int:
        """Its first iteration."""
        return int(self.start.context[ITERATION])

    @property
    def nbytes(self) -> int:
        return self.start.nbytes + self.keyframes.nbytes

    def projects(self) -> Iterator[tuple[int, Project]]:
        """The project, and again from every iteration on at which the learning rate was changed."""
        yield self.begins, self.project
        for at, what in self.interventions:
            if isinstance(what, LearningRate):
                yield at, replace(self.project, training=replace(self.project.training, learning_rate=what.value))


@dataclass(frozen=True)
class Reach:
    """What a window has to know: where the run is, how far it ever came, and what was trained from which iteration on."""

    iteration: int = 0
    latest: int = 0
    projects: tuple[tuple[int, Project], ...] = ()  # what was trained, from which iteration on
    spacing: int = 1  # iterations between two keyframes now
    nbytes: int = 0
    cuts: int = 0  # how often training went on from the past ...
    cut_at: int = 0  # ... and from where the last time

    @property
    def earliest(self) -> int:
        """The first iteration that can be gone back to."""
        return self.projects[0][0] if self.projects else self.latest

    def project_at(self, iteration: int) -> Project | None:
        """What was trained when the run was there, with the learning rate of then; None where that is not known."""
        return next((project for begins, project in reversed(self.projects) if begins <= iteration), None)


class Timeline:
    """The past of one run, within `budget` bytes. Everything is called between two steps, on the thread that trains."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._chapters: list[_Chapter] = []
        self._ahead: History | None = None  # while the run is in the past: the curves of all it has passed
        self._at = self._latest = 0  # while it is in the past: where it was put, and how far it had come
        self._positions: dict[int, int] = {}  # where the run was when it left states of the document by going back
        self._cuts = self._cut_at = 0

    # Following the run

    def begin(self, run: Run, project: Project) -> None:
        """The run begins, or stands where nothing is known of what came before."""
        self._chapters.clear()
        self._positions.clear()
        self._ahead = None
        self._open(run, project)

    def turn(self, run: Run, project: Project) -> None:
        """Another program goes on from here: the network, its data, or how it is trained was changed."""
        self.go_on(run)
        if self._chapters and self._chapters[-1].begins == run.iteration:
            self._chapters.pop()  # nothing was trained in it
        if self._chapters:
            self._chapters[-1].keyframes = self._chapters[-1].keyframes.settle()
        self._open(run, project)

    def note(self, run: Run, intervention: Intervention) -> None:
        """Something was changed between two steps."""
        self.go_on(run)
        if self._chapters:
            self._chapters[-1].interventions.append((run.iteration, intervention))

    def go_on(self, run: Run) -> None:
        """Training goes on from where the run is: what lay ahead is dropped."""
        if self._ahead is None:
            return
        self._ahead = None
        self._positions.clear()
        self._cuts, self._cut_at = self._cuts + 1, self._at
        at = self._at
        del self._chapters[self._index(at) + 1 :]
        chapter = self._chapters[-1]
        chapter.interventions = [(iteration, what) for iteration, what in chapter.interventions if iteration <= at]
        chapter.keyframes.forget_after(at)
        chapter.keyframes = run.keyframes = chapter.keyframes.reopen(self._room(chapter))

    def follow(self, run: Run) -> None:
        """Single instructions were run: an iteration that was completed in the past goes on from there."""
        if self._ahead is not None and run.iteration != self._at:
            self.go_on(run)

    # Looking and going back

    @property
    def is_in_the_past(self) -> bool:
        return self._ahead is not None

    def reach(self, run: Run) -> Reach:
        """Where the run is and what can be gone back to."""
        projects = tuple(pair for chapter in self._chapters for pair in chapter.projects())
        latest = self._latest if self._ahead is not None else run.iteration
        spacing = self._chapters[-1].keyframes.spacing if self._chapters else 1
        return Reach(run.iteration, latest, projects, spacing, self.nbytes, self._cuts, self._cut_at)

    def history(self, run: Run) -> History:
        """Of all the run has passed, also while it is in the past."""
        return self._ahead or run.history

    def path(self, run: Run) -> WeightPath:
        """Where the run has been since its weights lie where they do now, also what lies ahead while it is in the past."""
        places = _places(run)
        states: dict[int, np.ndarray] = {}
        for chapter in self._chapters:
            if chapter.start.places != places:
                states.clear()  # another network
                continue
            states[chapter.begins] = chapter.start.learned
            frames = chapter.keyframes
            states.update(zip(frames.iterations.tolist(), frames.learned[: len(frames)], strict=True))
        return WeightPath.of_states(run, states)

    @property
    def nbytes(self) -> int:
        return sum(chapter.nbytes for chapter in self._chapters)

    def leave(self, run: Run, state: int) -> None:
        """The document leaves this state by going back; undoing that returns to where the run is now."""
        self._positions[state] = run.iteration

    def position_of(self, states: Iterable[int]) -> int | None:
        """Where the run was when it left one of these states by going back; None when that is not known or gone."""
        return next((self._positions[state] for state in states if state in self._positions), None)

    def restore(self, run: Run, iteration: int, is_wanted: Callable[[], bool] = lambda: True, former: Run | None = None) -> int:
        """Puts a run of that chapter's program where it was after `iteration`, with what intervened there.

        `former` is the run until now, where that is another. Returns where it is: earlier, when that is not wanted any more.
        """
        chapter = self._chapters[self._index(iteration)]
        if _places(run) != chapter.start.places:
            raise NNLabError(f"A different network was trained at iteration {iteration:,}; its weights do not fit the current one.")
        if self._ahead is None:
            self._ahead, self._latest = (former or run).history, (former or run).iteration
        return self._replay(run, chapter, iteration, is_wanted)

    def _replay(self, run: Run, chapter: _Chapter, iteration: int, is_wanted: Callable[[], bool]) -> int:
        assert self._ahead is not None
        run.keyframes = Keyframes.none(run.program.dtype)  # those there are already
        begins = self._begin_replay(run, chapter, iteration)
        passed = [(at, what) for at, what in chapter.interventions if at <= iteration]
        for at, what in passed:
            if at < begins and isinstance(what, LearningRate):
                what.apply(run)
        with run.without_conditions():
            for at, what in [(at, what) for at, what in passed if at >= begins]:
                if not _train_to(run, at, is_wanted):
                    break
                what.apply(run)
            else:
                _train_to(run, iteration, is_wanted)
        self._at = run.iteration
        return self._at

    def _begin_replay(self, run: Run, chapter: _Chapter, iteration: int) -> int:
        """Puts back the last keyframe before an iteration, or what the chapter began with; returns where that is."""
        start, frames, history = chapter.start, chapter.keyframes, self._ahead
        assert history is not None
        row = frames.before(iteration - 1)
        while row is not None and (frames.iterations[row] - history.origin) % history.block_size:
            row = row - 1 if row else None  # curves can be cut between two blocks only
        if row is None:
            learned, context, run.history = start.learned, start.context, start.history.copy()
        else:
            learned, context = frames.learned[row], frames.contexts[row]
            run.history = history.until(int(context[ITERATION])).for_program(run.program)
        state = run.state
        state.arena[: len(learned)] = learned
        state.context[:] = context
        state.context[PC] = state.context[ROWS] = 0
        state.set_live_constants(start.constants)
        if context[EPOCH] == start.context[EPOCH] and start.context[BATCH_START]:
            run.order[:] = start.order  # an epoch that was begun before the chapter keeps its order
        elif context[BATCH_START]:
            run.step.make_order()
        run.stepper = Stepper(run.step)
        return int(context[ITERATION])

    # Memory

    def _open(self, run: Run, project: Project) -> None:
        start = _Start.of(run)
        chapter = _Chapter(project, start, Keyframes.none(run.program.dtype))
        self._chapters.append(chapter)
        run.keyframes = chapter.keyframes = Keyframes(
            run.program.moments_end, run.program.dtype, self._room(chapter), run.history.origin, run.history.block_size
        )

    def _room(self, chapter: _Chapter) -> int:
        """Bytes for the keyframes of the chapter under way, after thinning out those of earlier ones; the oldest chapters go last."""
        live = int(self._budget * LIVE_SHARE)
        while True:
            earlier = [other for other in self._chapters if other is not chapter]
            if not earlier or sum(other.nbytes for other in earlier) <= self._budget - live:
                return live
            largest = max(earlier, key=lambda other: other.keyframes.nbytes)
            if len(largest.keyframes) > 1:
                largest.keyframes.thin()
            else:
                self._chapters.remove(earlier[0])

    def _index(self, iteration: int) -> int:
        """Of the chapter that an iteration belongs to: where two meet, the later."""
        return max((i for i, chapter in enumerate(self._chapters) if chapter.begins <= iteration), default=0)


def _places(run: Run) -> Mapping[str, Place]:
    """Where everything that is learned lies."""
    program = run.program
    return {**{name: info.place for name, info in program.stored.items()}, **program.moments}


def _train_to(run: Run, iteration: int, is_wanted: Callable[[], bool]) -> bool:
    """Trains up to an iteration; False when it is not wanted any more before that."""
    while run.iteration < iteration:
        if not is_wanted():
            return False
        run.control[machine.LEAVE] = 0
        run.train(min(SLICE, iteration - run.iteration))
    return True
