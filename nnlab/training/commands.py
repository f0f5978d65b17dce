"""What the window asks of the training thread. Every command is an immutable value; the answer is an event.

Commands are carried out between training steps, in the order they were sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.weight_change import Entries
from nnlab.training.change import Change
from nnlab.training.kept_run import SeedCurve
from nnlab.training.project import Project
from nnlab.training.watched_now import NOTHING_WATCHED, WatchedNow
from nnlab.training.weight_path import WeightPath

if TYPE_CHECKING:  # the engine compiles when it is imported; a command is only a value
    from nnlab.engine.stepper import Trace

T = TypeVar("T")


@dataclass(frozen=True)
class Command:
    """Base of all commands."""


@dataclass(frozen=True, eq=False)
class Load(Command):
    """Train the version after the change, on this data, from now on. Frames of it carry this `revision`.

    `run` is the number of the run it is for, 0 for the project's own; one of a new number joins the group (see `nnlab.training.runs`),
    and catches up with these learning `rates`, from their iterations on (see `nnlab.training.catching_up`).
    """

    change: Change
    data: Data
    revision: int
    run: int = 0
    rates: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Adjust(Command):
    """The same network goes on with another learning rate, or begins again with other initial weights (see `Change.is_adjustment`).

    Where it begins again, frames carry this `revision` from then on: what was published before is of a run that is over.
    """

    change: Change
    run: int = 0
    revision: int | None = None


@dataclass(frozen=True)
class Block(Command):
    """The version after the change cannot be trained. What was learned is kept for when one can, if the change says so."""

    change: Change
    reason: str
    run: int = 0


@dataclass(frozen=True)
class RemoveRun(Command):
    """Ends the run of this number, which is not the project's own."""

    run: int


@dataclass(frozen=True, eq=False)
class Together(Command):
    """Several commands, carried out with no step of training between them."""

    commands: tuple[Command, ...]


@dataclass(frozen=True)
class Play(Command):
    pass


@dataclass(frozen=True)
class Pause(Command):
    pass


@dataclass(frozen=True)
class Iterate(Command):
    """Whole iterations, then pause."""

    count: int = 1


@dataclass(frozen=True)
class FinishEpoch(Command):
    """Up to the end of the current epoch, then pause."""


@dataclass(frozen=True)
class StepForward(Command):
    """One instruction of the stepped iteration."""

    count: int = 1


@dataclass(frozen=True)
class StepBack(Command):
    count: int = 1


@dataclass(frozen=True)
class StepTo(Command):
    """Forward or back to just after instruction `pc` of the current iteration."""

    pc: int


@dataclass(frozen=True)
class BackTo(Command):
    """Training pauses, and the run is put where it was after this iteration. Only the newest of several is carried out."""

    iteration: int


@dataclass(frozen=True)
class ForgetBranch(Command):
    """Drops a branch that is kept, see nnlab.training.branch."""

    branch: int


@dataclass(frozen=True)
class FinishStep(Command):
    """The rest of the stepped iteration."""


@dataclass(frozen=True)
class SetBreakpoints(Command):
    """Where stepping stops from now on; those that were there before keep their counts."""

    breakpoints: tuple[Breakpoint, ...]


@dataclass(frozen=True)
class SetConditions(Command):
    """When training stops by itself from now on; those that were there before keep their counts."""

    conditions: tuple[StopCondition, ...]


@dataclass(frozen=True)
class SetWatches(Command):
    """The formulas that are watched from now on; those that were there before keep their values."""

    formulas: tuple[str, ...]


@dataclass(frozen=True)
class StepToBreakpoint(Command):
    """Instructions up to the next at which a breakpoint stops, in this iteration or a later one; until another command comes."""


@dataclass(frozen=True)
class Rewind(Command):
    """Back to iteration 0 and the same initial weights."""


class NoNetwork(NNLabError):
    """There is nothing whose weights could be copied: no network was ever loaded, and none waits to be restored."""


@dataclass(frozen=True, eq=False)
class Request(Command, Generic[T]):
    """A command that is answered through a future, with the error if it cannot be."""

    answer: Future[T]


@dataclass(frozen=True, eq=False)
class ReadParameters(Request[dict[str, np.ndarray]]):
    """Copies of parameters and buffers by name: the exact numbers between two steps."""

    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ReadPath(Request[WeightPath]):
    """Answers with where the run has been in the space of its weights."""


@dataclass(frozen=True, eq=False)
class ExchangeRuns(Request[object]):
    """Puts other runs in the place of all that there are, or none; answers with those that were there (`RunsAside`)."""

    runs: object = None


@dataclass(frozen=True, eq=False)
class SetParameters(Command):
    """Sets some numbers of some parameters, by name; training goes on, the optimiser's moments stay. What cannot be set is `Refused`."""

    entries: Mapping[str, Entries]


@dataclass(frozen=True)
class Watch(Command):
    """Frames hold these tensors from now on, see nnlab.engine.frame. The run goes on as it was."""

    tensors: frozenset[str]


@dataclass(frozen=True)
class SetSpeed(Command):
    """At most so many iterations a second; None: as fast as the machine can. Or so many operations, each of which is shown."""

    iterations_per_second: float | None
    operations_per_second: float | None = None


@dataclass(frozen=True, eq=False)
class TakeSnapshot(Request["Snapshot"]):
    """Answers with a `Snapshot`.

    A stepped iteration that is begun is ended first, or with `undisturbed` left alone: the answer is then the state before it.
    """

    undisturbed: bool = False


@dataclass(frozen=True, eq=False)
class Restore(Command):
    """Sets weights, moments and position from a snapshot; what does not fit the present network is left out."""

    snapshot: Snapshot


@dataclass(frozen=True)
class Close(Command):
    """Ends the thread."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Weights and optimiser moments by name, and the position in the run."""

    parameters: dict[str, np.ndarray]
    moments: dict[str, np.ndarray]
    context: np.ndarray

    @property
    def nbytes(self) -> int:
        return sum(values.nbytes for part in (self.parameters, self.moments) for values in part.values())


@dataclass(frozen=True)
class Event:
    """Base of what the training thread tells."""


@dataclass(frozen=True)
class Loaded(Event):
    revision: int
    parameters: int


@dataclass(frozen=True)
class NotLoaded(Event):
    """A network could not be loaded, and cannot be trained for this reason, in one sentence; what was trained before is kept."""

    revision: int
    reason: str


@dataclass(frozen=True)
class StateChanged(Event):
    """Playing or paused; `reason` says why training stands still when it cannot run."""

    playing: bool
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Stepped(Event):
    """A stepped instruction ran or was taken back. `pc` is the next one; `trace` the one that ran last, if any."""

    trace: Trace | None
    pc: int
    inside: bool
    can_go_back: bool
    stopped_at: Breakpoint | None = None  # that stepping has just come to
    watched: WatchedNow = NOTHING_WATCHED
    batch: int = 0  # of the batches whose gradients become one update, the one whose instruction ran last, from 0

    @property
    def phase(self) -> int | None:
        """Of the instruction that ran last; None outside an iteration."""
        return self.trace.instruction.phase if self.trace is not None and self.inside else None


@dataclass(frozen=True)
class Failed(Event):
    """Something went wrong; the thread lives on. `detail` is a traceback for a report, empty for an expected error."""

    message: str
    detail: str = field(default="")


@dataclass(frozen=True)
class RunStopped(Event):
    """One of several runs cannot go on, the others do. `run` is its number."""

    run: int
    reason: str


@dataclass(frozen=True, eq=False)
class RunEnded(Event):
    """A run that was trained has ended: it began again, another took its place, or it trains beside the others no more.

    `project` is what was trained last, `curve` what remains of it.
    """

    project: Project
    curve: SeedCurve


@dataclass(frozen=True)
class ConditionMet(Event):
    """Training has stopped after the iteration at which this condition became true."""

    condition: StopCondition
    iteration: int

    @property
    def sentence(self) -> str:
        return f"Stopped at iteration {self.iteration:,}: {self.condition.text}"


@dataclass(frozen=True)
class Refused(Event):
    """A command could not be carried out and has changed nothing; whatever went on goes on."""

    message: str
