"""Breakpoints: moments of an iteration that stepping stops at.

    Breakpoint("dense_1")                          every moment of the layer: forward, backward, update
    Breakpoint("tanh_1", "backward", unit=3)       one of its phases; neuron 4 is then shown
    Breakpoint(phase="update")                     the first moment of a phase

A breakpoint names what it stops at, and says nothing of a network: where the network has no such node, it stops nowhere. It stops after
the instruction has run, so that what it read and what it wrote can be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnlab.core.errors import NNLabError

if TYPE_CHECKING:  # a project names breakpoints, and to read a project needs no machine
    from nnlab.engine.program import Instruction, Program

PHASES = ("forward", "loss", "backward", "update")
MOST_TIMES = 1_000_000_000


@dataclass(frozen=True)
class Breakpoint:
    """`node` or `phase` may be empty, not both. From the time on that it is reached `times` times, it stops if it `is_on`.

    Raises NNLabError for what names no moment.
    """

    node: str = ""
    phase: str = ""
    unit: int | None = None  # the neuron to look at, from 0
    times: int = 1
    is_on: bool = True

    def __post_init__(self) -> None:
        if self.phase and self.phase not in PHASES:
            raise NNLabError(f"There is no phase {self.phase!r}; choose one of {', '.join(PHASES)}.")
        if not self.node and not self.phase:
            raise NNLabError("A breakpoint needs a node or a phase to stop at.")
        if self.unit is not None and (self.unit < 0 or not self.node):
            raise NNLabError("A breakpoint on a neuron needs its node, and the neuron's number from 0.")
        if not 1 <= self.times <= MOST_TIMES:
            raise NNLabError(f"A breakpoint stops from the first time on or a later one, not from time {self.times}.")

    @property
    def place(self) -> Breakpoint:
        """The same without what is set of it: two of one place are one breakpoint."""
        return replace(self, times=1, is_on=True)

    def instructions(self, program: Program) -> tuple[Instruction, ...]:
        """The moments of an iteration it stops at, in order."""
        found = [i for i in program.instructions if self.phase in ("", PHASES[i.phase]) and self.node in ("", i.node_id)]
        return tuple(found if self.node else found[:1])


def stops(program: Program, breakpoints: Iterable[Breakpoint]) -> Mapping[int, tuple[Breakpoint, ...]]:
    """The breakpoints at every moment that has some, by the number of its instruction."""
    found: dict[int, tuple[Breakpoint, ...]] = {}
    for each in breakpoints:
        for instruction in each.instructions(program):
            found[instruction.pc] = (*found.get(instruction.pc, ()), each)
    return found
