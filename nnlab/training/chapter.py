"""A chapter of a run: what one program computed on the same data, with all that is needed to replay it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from nnlab.core.kernel.context import ITERATION
from nnlab.engine.history import History
from nnlab.engine.keyframes import Keyframes
from nnlab.engine.program import Place
from nnlab.engine.run import Run
from nnlab.engine.weight_change import Entries
from nnlab.training.project import Project


class Intervention(Protocol):
    """What was changed between two steps."""

    def apply(self, run: Run) -> None: ...


@dataclass(frozen=True)
class LearningRate:
    value: float

    def apply(self, run: Run) -> None:
        run.set_learning_rate(self.value)


@dataclass(frozen=True, eq=False)
class WeightsRestored:
    """All parameters and buffers were put back to what they had been at an earlier iteration; by name."""

    values: Mapping[str, np.ndarray]

    def apply(self, run: Run) -> None:
        run.state.set_parameters(self.values)


@dataclass(frozen=True, eq=False)
class WeightsIntervention:
    entries: Mapping[str, Entries]

    def apply(self, run: Run) -> None:
        run.set_entries(self.entries)


@dataclass(frozen=True, eq=False)
class Start:
    """The state a chapter began with."""

    places: Mapping[str, Place]
    learned: np.ndarray
    context: np.ndarray
    order: np.ndarray
    constants: list[tuple[int, float]]
    history: History

    @staticmethod
    def of(run: Run) -> Start:
        learned = run.state.arena[: run.program.moments_end].copy()
        state = run.state
        return Start(learned_places(run), learned, state.context.copy(), run.order.copy(), state.live_constants(), run.history.copy())

    @property
    def nbytes(self) -> int:
        return self.learned.nbytes + self.order.nbytes + self.history.nbytes


@dataclass(eq=False)
class Chapter:
    """`interventions` are in the order in which they were made, each with its iteration. Branches share those they have in common."""

    project: Project
    start: Start
    keyframes: Keyframes
    interventions: list[tuple[int, Intervention]] = field(default_factory=list)

    @property
    def begins(self) -> int:
        """Its first iteration."""
        return int(self.start.context[ITERATION])

    def projects(self) -> Iterator[tuple[int, Project]]:
        """The project, and again from every iteration on at which the learning rate was changed."""
        yield self.begins, self.project
        for at, what in self.interventions:
            if isinstance(what, LearningRate):
                yield at, replace(self.project, training=replace(self.project.training, learning_rate=what.value))

    def until(self, iteration: int) -> Chapter:
        """A copy that ends there."""
        earlier, _ = self.keyframes.split(iteration)
        return Chapter(self.project, self.start, earlier, [(at, what) for at, what in self.interventions if at <= iteration])

    def after(self, iteration: int, start: Start) -> Chapter:
        """A copy that begins there, in the state the run was in then."""
        _, later = self.keyframes.split(iteration)
        project = [project for begins, project in self.projects() if begins <= iteration][-1]
        return Chapter(project, start, later, [(at, what) for at, what in self.interventions if at > iteration])


def learned_places(run: Run) -> Mapping[str, Place]:
    """Where everything that is learned lies."""
    program = run.program
    return {**{name: info.place for name, info in program.stored.items()}, **program.moments}


def row_before(frames: Keyframes, history: History, iteration: int) -> int | None:
    """The last keyframe at or before an iteration, between two blocks of the history: only there curves can be cut."""
    row = frames.before(iteration)
    while row is not None and (frames.iterations[row] - history.origin) % history.block_size:
        row = row - 1 if row else None
    return row
