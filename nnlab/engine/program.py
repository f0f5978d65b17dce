"""A program: a network as data for the machine.

All numbers of a network lie in one flat array, the arena. In order:

    parameters | buffers | moments | constants | values | parameter gradients | value gradients | scratch

Parameters and the buffers an operator keeps itself come first, so that two programs of one graph (training, evaluation)
share their layout and a snapshot is one copy; the gradients that are added to lie together, so that one fill zeroes them. An instruction is
a row of the instruction table (first operand, phase, node) plus a function address; an operand is an offset and the
lengths its view needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import NamedTuple

import numpy as np

from nnlab.core.explanation import Explanation
from nnlab.core.kernel import Adapter, Argument
from nnlab.core.kernel.threads import most_threads, threads_for
from nnlab.core.operator import Operator
from nnlab.core.tensor import Shape
from nnlab.engine.second_parts import SecondParts
from nnlab.graph.graph import Graph

FORWARD, LOSS, BACKWARD, UPDATE = range(4)
RATE = "schedule/rate"  # the learning rate of the present update, when a schedule works it out; no node's name holds a slash
TOTAL_WEIGHT = "total_weight"  # the saved tensor by which a loss says how much its batch counts in a mean; otherwise its rows
PHASES = ("forward", "loss", "backward", "update")


class Place(NamedTuple):  # made by the hundred for every edit, which a tuple does three times as fast as a frozen dataclass
    """Where a tensor lies: `shape` is without the batch axis; with `has_batch`, rows of the batch follow one another."""

    offset: int
    shape: Shape
    has_batch: bool

    @property
    def row(self) -> int:
        """Elements per sample, or in all for a tensor without batch axis."""
        return prod(self.shape)

    def span(self, rows: int) -> tuple[int, int]:
        """(offset, elements) that `rows` samples occupy."""
        return self.offset, self.row * (rows if self.has_batch else 1)

    def view(self, arena: np.ndarray, rows: int) -> np.ndarray:
        """The tensor as an array of natural shape over the arena, nothing copied."""
        offset, size = self.span(rows)
        shape = (rows, *self.shape) if self.has_batch else self.shape
        return arena[offset : offset + size].reshape(shape)


class Operand(NamedTuple):
    """One argument of an instruction. `tensor` is its name in `Program.places`; a skipped gradient has none."""

    argument: Argument
    tensor: str | None
    written: bool
    words: tuple[int, ...]


@dataclass(frozen=True)
class Instruction:
    pc: int
    phase: int
    node_id: str
    adapter: Adapter = field(repr=False)
    operands: tuple[Operand, ...] = field(repr=False)
    explanations: tuple[Explanation, ...] = field(default=(), repr=False)
    parameter: str | None = None  # update instructions: the parameter they change
    fresh: tuple[str, ...] = ()  # gradients it sets, being the first to write them in a step
    kind: Operator | None = None  # what it applies: the node's own operator, or one inside it; none for an update
    title: str = ""  # what it is called when the node's name does not say it (the learning rate's schedule, a penalty)

    @property
    def operator(self) -> str:
        """The name of what it applies."""
        return self.kind.name if self.kind is not None else ""

    @property
    def reads(self) -> frozenset[str]:
        return frozenset(o.tensor for o in self.operands if o.tensor is not None and not o.written)

    @property
    def writes(self) -> frozenset[str]:
        return frozenset(o.tensor for o in self.operands if o.tensor is not None and o.written)


@dataclass(frozen=True)
class ParameterInfo:
    """A parameter or buffer: its name ("dense_1.weight"), initialiser, and the places of value and moments."""

    name: str
    node_id: str
    init: str
    place: Place
    moments: Mapping[str, Place] = field(default_factory=dict)
    optimizer: str = ""  # the rule that updates it: a moment of the same name means another thing to another rule
    frozen: bool = False  # never updated: it has no gradient and no moments


@dataclass(frozen=True, eq=False)
class Program:
    """Everything the machine needs, and the names by which people find it."""

    graph: Graph
    real: str  # "float32" or "float64"
    capacity: int  # most rows of a batch
    instructions: tuple[Instruction, ...]
    places: Mapping[str, Place]
    parameters: tuple[ParameterInfo, ...]
    buffers: tuple[ParameterInfo, ...]  # kept like parameters, but not trained
    moments: Mapping[str, Place]  # of optimiser and schedule, by full name ("dense_1.weight.mean", "schedule/rate")
    scratch: frozenset[str]  # places to work in, which mean nothing between two steps
    schedule: str
    moment_starts: Mapping[str, float]  # what they start at; 0 where not named
    constants: Mapping[str, tuple[int, float]]  # name -> (offset, value)
    tables: Mapping[str, np.ndarray]  # constants with axes; their places are among `places`
    input_name: str
    output_name: str
    target_name: str | None
    loss_name: str | None
    loss_node: str | None
    parameters_end: int
    moments_end: int
    gradients_start: int  # the gradients of all parameters: from here ...
    parameter_gradients_end: int  # ... to here
    zeroed: tuple[int, int]  # gradients that are added to, and so are zeroed before a step: (start, end)
    arena_size: int
    accumulate: int  # batches whose gradients become one update
    batch_end: int  # instructions 0 .. batch_end-1 are run for every one of them, the others once
    operations: float  # floating-point operations of the matrix products in one step of `capacity` rows
    has_bounded_steps: Callable[[float], bool]  # of a learning rate, see Optimizer.bounded; never with buffers, which no optimiser knows
    operand_table: np.ndarray
    instruction_table: np.ndarray  # (instructions, 3): first operand, phase, 1 + its row in the table of `parts` or 0
    parts: SecondParts  # of instructions that are done in two

    @cached_property
    def dtype(self) -> np.dtype:
        return np.dtype(self.real)

    @cached_property
    def addresses(self) -> np.ndarray:
        """Function addresses in this process; compiles what has never been compiled on this machine."""
        return np.array([i.adapter.address(self.real) for i in self.instructions], dtype=np.int64)

    @cached_property
    def loss_start(self) -> int:
        return sum(i.phase == FORWARD for i in self.instructions)

    @cached_property
    def forward_end(self) -> int:
        return sum(i.phase <= LOSS for i in self.instructions)

    @cached_property
    def update_start(self) -> int:
        return sum(i.phase <= BACKWARD for i in self.instructions)

    @cached_property
    def trained(self) -> tuple[ParameterInfo, ...]:
        """The parameters that have a gradient and are updated: all but frozen ones."""
        return tuple(info for info in self.parameters if not info.frozen)

    @cached_property
    def threads(self) -> int:
        """How many threads its training steps keep busy in this process: BLAS's own, or one and its helper."""
        return max(threads_for(self.operations), min(2, most_threads()) if self.parts.table else 1)

    @property
    def parameter_count(self) -> int:
        return sum(p.place.row for p in self.parameters)

    @cached_property
    def stored(self) -> Mapping[str, ParameterInfo]:
        """Parameters and buffers by name: what a file holds of a network."""
        return {info.name: info for info in (*self.parameters, *self.buffers)}

    @property
    def adapters(self) -> tuple[Adapter, ...]:
        return tuple(dict.fromkeys(i.adapter for i in self.instructions))
