"""How often every breakpoint was reached by stepping, and whether stepping stops there now. Belongs to the thread that trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnlab.engine.breakpoint import Breakpoint, stops
from nnlab.engine.program import Instruction, Program

NONE_ON = "There is no breakpoint that is on in this network; set one with F9 or in the menu of a card."


class BreakpointCounts:
    """`hits`, by place, may be read from any thread: it is replaced, never changed."""

    def __init__(self) -> None:
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._program: Program | None = None
        self._stops: Mapping[int, tuple[Breakpoint, ...]] = {}
        self.hits: Mapping[Breakpoint, int] = {}

    def set(self, breakpoints: Sequence[Breakpoint]) -> None:
        """These from now on; those that were there before keep their counts."""
        self._breakpoints, self._program = tuple(breakpoints), None
        self.hits = {each.place: self.hits.get(each.place, 0) for each in breakpoints}

    def forget(self) -> None:
        """The run begins again."""
        self.hits = dict.fromkeys(self.hits, 0)

    def can_stop(self, program: Program) -> bool:
        """Whether any that is on has a moment in this program."""
        return any(each.is_on for found in self._at(program).values() for each in found)

    def reached(self, program: Program, instruction: Instruction) -> Breakpoint | None:
        """Counts an instruction that was stepped through; the breakpoint that stops there, one on a neuron before others."""
        found = self._at(program).get(instruction.pc, ())
        if not found:
            return None
        self.hits = {**self.hits, **{each.place: self.hits[each.place] + 1 for each in found}}
        stopping = [each for each in found if each.is_on and self.hits[each.place] >= each.times]
        return max(stopping, key=lambda each: each.unit is not None, default=None)

    def _at(self, program: Program) -> Mapping[int, tuple[Breakpoint, ...]]:
        if program is not self._program:
            self._program, self._stops = program, stops(program, self._breakpoints)
        return self._stops
