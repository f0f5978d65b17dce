"""The timeline of a run: any iteration it has passed can be gone back to, to the bit, also past a change.

A run falls into chapters: what one program computed on the same data. A chapter holds the state it began with, keyframes that the machine
took on the way (`nnlab.engine.keyframes`), and what intervened between two steps: another learning rate, weights set by hand. An iteration
is replayed from the last keyframe before it, with what intervened since; at least one step is replayed, so that values and gradients of its
batch are there as well.

Going back takes nothing away, nor does stepping on from there, which replays what was. When training goes on from the past, or something is
changed there, what lay ahead is dropped unless it is branched before, as the window does: then the way until now is kept
(`nnlab.training.branch`), with all that lay ahead, and can be returned to.
Branches share the chapters they have in common, and all of them the one budget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.context import BATCH_START, EPOCH, ITERATION, PC, ROWS
from nnlab.engine import machine
from nnlab.engine.history import History
from nnlab.engine.keyframes import Keyframes
from nnlab.engine.run import Run
from nnlab.engine.stepper import Stepper
from nnlab.training.branch import FIRST, MOST_KEPT, Branch, project_at
from nnlab.training.chapter import Chapter, Intervention, LearningRate, Start, learned_places, row_before
from nnlab.training.project import Project
from nnlab.training.reach import BUDGET, Reach
from nnlab.training.weight_path import WeightPath

LIVE_SHARE = 0.5  # of the budget that the chapter under way may take
SLICE_SECONDS = 0.05  # of a replay between two looks at whether somebody wants to go elsewhere


@dataclass(eq=False)
class _Kept:
    """A branch that was left."""

    origin: int
    chapters: list[Chapter]
    history: History
    latest: int
    left_at: int

    @property
    def projects(self) -> tuple[tuple[int, Project], ...]:
        return tuple(pair for chapter in self.chapters for pair in chapter.projects())

    def place_of(self, project: Project) -> int | None:
        """The iteration to return to where this was trained: where it was left, if it was then, else the last before something changed."""
        now = project_at(self.projects, self.left_at)
        if now is not None and now.computes_the_same_as(project):
            return self.left_at
        end = self.latest + 1
        for begins, then in reversed(self.projects):
            if then.computes_the_same_as(project):
                return max(begins, end - 1)
            end = begins
        return None


class Timeline:
    """The past of one run, within `budget` bytes. Everything is called between two steps, on the thread that trains."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._chapters: list[Chapter] = []
        self._ahead: History | None = None  # while the run is in the past: the curves of all it has passed
        self._at = self._latest = 0  # while it is in the past: where it was put, and how far it had come
        self._positions: dict[int, tuple[int, int]] = {}  # branch and iteration, when states of the document were left by going back
        self._cuts = self._cut_at = 0
        self.number, self._newest, self._origin = FIRST, FIRST, 0
        self._kept: dict[int, _Kept] = {}
        self._branches: tuple[Branch, ...] | None = None  # as the window knows them; None when that has to be told again

    # Following the run

    def begin(self, run: Run, project: Project) -> None:
        """The run begins, or stands where nothing is known of what came before."""
        self._chapters.clear()
        self._positions.clear()
        self._ahead = None
        self._kept.clear()
        self._branches = None
        self.number = self._newest = project.branch
        self._origin = run.iteration
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
        self._positions = {state: place for state, place in self._positions.items() if place[0] != self.number}
        self._cuts, self._cut_at = self._cuts + 1, self._at
        at = self._at
        run.watches.forget_after(at)
        self._origin = min(self._origin, at)
        del self._chapters[self._index(at) + 1 :]
        chapter = self._chapters[-1]
        if any(chapter in kept.chapters for kept in self._kept.values()):
            chapter = self._chapters[-1] = chapter.until(at)
        chapter.interventions = [(iteration, what) for iteration, what in chapter.interventions if iteration <= at]
        chapter.keyframes.forget_after(at)
        chapter.keyframes = run.keyframes = chapter.keyframes.reopen(self._room(chapter))

    def follow(self, run: Run) -> None:
        """Single instructions were run. An iteration that is completed in the past, or taken back, is one that was there before.

        Only past all that is known, or past where another rate, network or data came, the run goes on from where it was put.
        """
        if self._ahead is None or run.iteration == self._at:
            return
        passed = [c for c in self._chapters if self._at < c.begins <= run.iteration]
        chapter = self._chapters[self._index(self._at)]
        here = [what for at, what in chapter.interventions if self._at < at <= run.iteration]
        if run.iteration > self._latest or passed or any(isinstance(what, LearningRate) for what in here):
            self.go_on(run)
            return
        self._at = run.iteration
        for what in here:
            what.apply(run)
            run.stepper.forget()  # taking an instruction back would not take this back

    def meets_change(self, run: Run) -> bool:
        """Whether the next iteration is one after which, in the past the run is in, another rate, network or data came."""
        if run.stepper.inside:
            return False
        following = run.iteration + 1
        rates = (at for at, what in self._chapters[self._index(run.iteration)].interventions if isinstance(what, LearningRate))
        return any(chapter.begins == following for chapter in self._chapters) or following in rates

    # Branches

    def is_new(self, number: int) -> bool:
        """Whether there never was a branch of this number."""
        return number > self._newest

    def can_take(self, project: Project) -> bool:
        """Whether the branch of the number in a project is kept, and has trained just that."""
        return project.branch in self._kept and self._kept[project.branch].place_of(project) is not None

    def branch(self, run: Run, project: Project) -> None:
        """Another way, of the number in `project`, begins where the run is; the one until now is kept with all that lies ahead of it.

        Raises NNLabError when there are too many.
        """
        if len(self._kept) >= MOST_KEPT:
            raise NNLabError(f"{MOST_KEPT} branches are kept already; remove one in the panel Branches first.")
        self.restore(run, run.iteration)  # between two steps, also when one was begun
        at, place, start = self._at, self._index(self._at), Start.of(run)
        if self._chapters[place].begins < at:
            whole = self._chapters[place]
            self._chapters[place : place + 1] = [whole.until(at), whole.after(at, start)]
            place += 1
        common = self._chapters[:place]
        self._keep(run)
        self.number = self._newest = project.branch
        self._chapters, self._ahead, self._origin = common, None, at
        run.watches.forget_after(at)
        self._open(run, project, start)

    def take(self, run: Run, project: Project, former: Run | None = None) -> bool:
        """Returns to the branch of the number in `project`: to where it was left, if that is what was trained there.

        False, and nothing has happened, where it is not known or never trained this. `former` is the run until now, where that is another.
        """
        known = self._kept.get(project.branch)
        place = known.place_of(project) if known is not None else None
        if known is None or place is None:
            return False
        run.watches.forget_after(next((c.begins for c in known.chapters if c not in self._chapters), known.latest))
        self._keep(former or run)
        del self._kept[project.branch]
        self.number, self._chapters, self._origin = project.branch, known.chapters, known.origin
        self._ahead, self._latest = known.history, known.latest
        self.restore(run, place)
        return True

    def rename(self, number: int) -> None:
        """The way that is trained goes on under this number: what had it is not known any more."""
        self._kept.pop(number, None)
        self.number, self._newest, self._branches = number, max(self._newest, number), None

    def forget(self, number: int) -> None:
        """Drops a branch that is kept."""
        self._kept.pop(number, None)
        self._branches = None

    def _keep(self, run: Run) -> None:
        """The way that is trained is left where the run is."""
        last = self._chapters[-1]
        last.keyframes = last.keyframes.settle()
        history, latest = (self._ahead, self._latest) if self._ahead is not None else (run.history, run.iteration)
        left_at = self._at if self._ahead is not None else run.iteration
        self._kept[self.number] = _Kept(self._origin, self._chapters, history, latest, left_at)
        self._branches = None

    def _tell_branches(self) -> tuple[Branch, ...]:
        if self._branches is None:
            self._branches = tuple(
                Branch(number, kept.origin, kept.latest, kept.left_at, kept.history, kept.projects, self._nbytes_of(number))
                for number, kept in sorted(self._kept.items())
            )
        return self._branches

    def _nbytes_of(self, number: int) -> int:
        return self.nbytes - _nbytes(self._all_chapters(but=number))

    # Looking and going back

    @property
    def is_in_the_past(self) -> bool:
        return self._ahead is not None

    def reach(self, run: Run) -> Reach:
        """Where the run is and what can be gone back to."""
        projects = tuple(pair for chapter in self._chapters for pair in chapter.projects())
        latest = self._latest if self._ahead is not None else run.iteration
        return Reach(
            run.iteration, latest, projects, self._chapters[-1].keyframes.spacing, self.nbytes, self._budget, self.number, self._origin,
            self._tell_branches(), self._cuts, self._cut_at,
        )  # fmt: skip

    def history(self, run: Run) -> History:
        """Of all the run has passed, also while it is in the past."""
        return self._ahead or run.history

    def path(self, run: Run) -> WeightPath:
        """Where the run has been since its weights lie where they do now, also what lies ahead while it is in the past."""
        places = learned_places(run)
        states: dict[int, np.ndarray] = {}
        for chapter in self._chapters:
            if chapter.start.places != places:
                states.clear()  # another network
                continue
            states[chapter.begins] = chapter.start.learned
            frames = chapter.keyframes
            states.update(zip(frames.iterations.tolist(), frames.learned[: len(frames)], strict=True))
        return WeightPath.of_states(run, states)

    def excerpt(self, run: Run, iteration: int, since: int) -> tuple[Timeline, Project]:
        """A timeline of its own that knows just how to come to an iteration, passing all after `since`, and what was trained then.

        Where two chapters meet it is the end of the earlier one, with the batch; `since` that very iteration: the beginning of the later.
        """
        chapter, history, found = self._chapters[self._index(max(since, iteration - 1))], self.history(run).copy(), Timeline()
        row = row_before(chapter.keyframes, history, min(since, iteration - 1))
        frames = chapter.keyframes.rows(slice(0, 0) if row is None else slice(row, row + 1))
        found._chapters = [Chapter(chapter.project, chapter.start, frames, [(at, w) for at, w in chapter.interventions if at <= iteration])]
        found._ahead, found._latest = history, iteration
        return found, chapter.project

    @property
    def nbytes(self) -> int:
        return _nbytes(self._all_chapters())

    def _all_chapters(self, but: int | None = None) -> list[Chapter]:
        """Of all branches, `but` one that is kept, each once."""
        ways = [self._chapters, *(kept.chapters for number, kept in self._kept.items() if number != but)]
        return list({id(chapter): chapter for way in ways for chapter in way}.values())

    def leave(self, run: Run, state: int) -> None:
        """The document leaves this state by going back; undoing that returns to where the run is now."""
        self._positions[state] = self.number, run.iteration

    def position_of(self, states: Iterable[int]) -> int | None:
        """Where the run was when it left one of these states by going back; None when that is not known or gone."""
        found = next((self._positions[state] for state in states if state in self._positions), None)
        return found[1] if found is not None and found[0] == self.number else None

    def restore(self, run: Run, iteration: int, is_wanted: Callable[[], bool] = lambda: True, former: Run | None = None) -> int:
        """Puts a run of that chapter's program where it was after `iteration`, with what intervened there.

        `former` is the run until now, where that is another. Returns where it is: earlier, when that is not wanted any more.
        """
        chapter = self._chapters[self._index(iteration)]
        if learned_places(run) != chapter.start.places:
            raise NNLabError(f"A different network was trained at iteration {iteration:,}; its weights do not fit the current one.")
        if self._ahead is None:
            self._ahead, self._latest = (former or run).history, (former or run).iteration
        return self._replay(run, chapter, iteration, is_wanted)

    def _replay(self, run: Run, chapter: Chapter, iteration: int, is_wanted: Callable[[], bool]) -> int:
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

    def _begin_replay(self, run: Run, chapter: Chapter, iteration: int) -> int:
        """Puts back the last keyframe before an iteration, or what the chapter began with; returns where that is."""
        start, frames, history = chapter.start, chapter.keyframes, self._ahead
        assert history is not None
        row = row_before(frames, history, iteration - 1)
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

    def _open(self, run: Run, project: Project, start: Start | None = None) -> None:
        chapter = Chapter(project, start or Start.of(run), Keyframes.none(run.program.dtype))
        self._chapters.append(chapter)
        run.keyframes = chapter.keyframes = Keyframes(
            run.program.moments_end, run.program.dtype, self._room(chapter), run.history.origin, run.history.block_size
        )

    def _room(self, chapter: Chapter) -> int:
        """Bytes for the keyframes of the chapter under way, after thinning out those of earlier ones.

        Where that is not enough, branches go, those that were left longest ago first; then the oldest chapters.
        """
        live = int(self._budget * LIVE_SHARE)
        while True:
            earlier = [other for other in self._all_chapters() if other is not chapter]
            if not earlier or _nbytes(earlier) <= self._budget - live:
                return live
            self._branches = None
            largest = max(earlier, key=lambda other: other.keyframes.nbytes)
            if len(largest.keyframes) > 1:
                largest.keyframes.thin()
            elif (costly := next((number for number in self._kept if self._nbytes_of(number)), None)) is not None:
                del self._kept[costly]
            else:
                self._drop(self._chapters[0])

    def _drop(self, oldest: Chapter) -> None:
        """No way begins with this chapter any more; one that has no other is gone."""
        for way in (self._chapters, *(kept.chapters for kept in self._kept.values())):
            if oldest in way:
                way.remove(oldest)
        self._kept = {number: kept for number, kept in self._kept.items() if kept.chapters}

    def _index(self, iteration: int) -> int:
        """Of the chapter that an iteration belongs to: where two meet, the later."""
        return max((i for i, chapter in enumerate(self._chapters) if chapter.begins <= iteration), default=0)


def _nbytes(chapters: Sequence[Chapter]) -> int:
    """Of chapters and of the states they began with: where one branched off, two have the same."""
    starts = {id(chapter.start): chapter.start.nbytes for chapter in chapters}
    return sum(starts.values()) + sum(chapter.keyframes.nbytes for chapter in chapters)


def _train_to(run: Run, iteration: int, is_wanted: Callable[[], bool]) -> bool:
    """Trains up to an iteration; False when it is not wanted any more before that."""
    steps = 1
    while run.iteration < iteration:
        if not is_wanted():
            return False
        run.control[machine.LEAVE] = 0
        begin = perf_counter()
        run.train(min(steps, iteration - run.iteration))
        steps = 2 * steps if 2 * (perf_counter() - begin) < SLICE_SECONDS else max(1, steps // 2)
    return True
