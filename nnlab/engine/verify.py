"""Checks a program before the machine runs it: the machine itself looks at nothing, and a wrong offset is a wrong number somewhere else.

A program is right when

- every tensor has a place of its own in the part of the arena that is for its kind, and no two share an element;
- the tables the machine reads say what the instructions say;
- an operand is a view of exactly its tensor, a setting is read where that setting stands;
- phases follow one another: forward, loss, backward, update;
- nothing is read that was not written before, kept from the last step, or given (batch, settings);
- a gradient that is added to was zeroed or set before, and nobody sets it later;
- every phase writes only what is its to write, every trained parameter is updated exactly once and a frozen one never.

Each rule is a generator of sentences that name instruction, node and tensor. `compile` asks `verify` when the environment says
`NNLAB_VERIFY=1`, as every test does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import pairwise
from math import prod

import numpy as np

from nnlab.core.accumulation import LEAVE
from nnlab.core.operator import FIRST
from nnlab.engine.accumulation import LEFT
from nnlab.engine.program import BACKWARD, LOSS, PHASES, RATE, UPDATE, Instruction, Operand, Place, Program
from nnlab.engine.steps import gradient_name

VARIABLE = "NNLAB_VERIFY"


class ProgramError(RuntimeError):
    """A program that the compiler should not have made; the message says which instruction, node and tensor are wrong, and how."""


def is_wanted() -> bool:
    """Whether programs are checked after compiling."""
    return os.environ.get(VARIABLE) == "1"


def verify(program: Program) -> None:
    """Raises ProgramError with the first thing that is wrong."""
    subject = _Subject(program)
    for rule in RULES:
        for sentence in rule(subject):
            raise ProgramError(sentence)


class _Subject:
    """A program, and the kinds of its tensors that rules ask for again and again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.stored = set(program.stored)
        self.kept = self.stored | set(program.moments) | set(program.tables)
        self.given = {name for name in (program.input_name, program.target_name) if name is not None}
        self.frozen = {info.name for info in program.parameters if info.frozen}
        start = program.gradients_start
        self.gradients = {name for name, place in program.places.items() if place.offset >= start and name not in program.scratch}

    @cached_property
    def constants_at(self) -> dict[int, str]:
        return {offset: name for name, (offset, _) in self.program.constants.items()}

    def span(self, place: Place) -> tuple[int, int]:
        """(start, end) at the program's capacity."""
        offset, length = place.span(self.program.capacity)
        return offset, offset + length

    def buffers_of(self, node_id: str) -> set[str]:
        return {info.name for info in self.program.buffers if info.node_id == node_id}

    def is_zeroed(self, name: str) -> bool:
        start, end = self.span(self.program.places[name])
        return self.program.zeroed[0] <= start and end <= self.program.zeroed[1]


def _where(instruction: Instruction) -> str:
    phase = PHASES[instruction.phase] if 0 <= instruction.phase < len(PHASES) else f"phase {instruction.phase}"
    return f"Instruction {instruction.pc} ({phase}, {instruction.node_id})"


def _places(s: _Subject) -> Iterator[str]:
    p = s.program
    spans = [(*s.span(place), name) for name, place in p.places.items()]
    spans += [(offset, offset + 1, name) for name, (offset, _) in p.constants.items()]
    for start, end, name in spans:
        if not 0 <= start <= end <= p.arena_size:
            yield f"{name} lies at {start} to {end}, outside the arena of {p.arena_size} elements."
    for (_, end, name), (start, _, other) in pairwise(sorted(spans)):
        if start < end:
            yield f"{name} and {other} overlap: one ends at {end}, the other starts at {start}."


def _regions(s: _Subject) -> Iterator[str]:
    p = s.program
    regions = [(f"stored tensor {name}", info.place, 0, p.parameters_end) for name, info in p.stored.items()]
    regions += [(f"moment {name}", place, p.parameters_end, p.moments_end) for name, place in p.moments.items()]
    for what, place, low, high in regions:
        start, end = s.span(place)
        if not low <= start <= end <= high:
            yield f"The {what} lies at {start} to {end}, outside its part of the arena ({low} to {high})."
    trained = {gradient_name(info.name) for info in p.trained}
    for name in sorted(s.gradients):
        if (name in trained) != (s.span(p.places[name])[1] <= p.parameter_gradients_end):
            yield f"{name} lies on the wrong side of {p.parameter_gradients_end}, where the gradients of trained parameters end."
    for name in sorted(p.places.keys() - s.gradients):
        start, end = s.span(p.places[name])
        if start < p.zeroed[1] and p.zeroed[0] < end:
            yield f"{name} lies among the gradients that are zeroed ({p.zeroed[0]} to {p.zeroed[1]}), and is none of them."


def _tables(s: _Subject) -> Iterator[str]:
    p = s.program
    first = 0
    for number, instruction in enumerate(p.instructions):
        words = [word for operand in instruction.operands for word in operand.words]
        row = p.instruction_table[number] if number < len(p.instruction_table) else np.full(3, -1)
        if instruction.pc != number:
            yield f"{_where(instruction)} stands at place {number}."
        elif (int(row[0]), int(row[1])) != (first, instruction.phase):
            yield f"{_where(instruction)}: its row in the instruction table is of another instruction."
        elif p.operand_table[first : first + len(words)].tolist() != words:
            yield f"{_where(instruction)}: its words in the operand table are of other operands."
        first += len(words)
    if len(p.instruction_table) != len(p.instructions) or len(p.operand_table) != first:
        yield "The tables hold more than the instructions."


def _phases(s: _Subject) -> Iterator[str]:
    for before, after in pairwise(s.program.instructions):
        if after.phase < before.phase:
            yield f"{_where(after)} comes behind {_where(before)[0].lower()}{_where(before)[1:]}."
    for instruction in s.program.instructions:
        if instruction.node_id not in s.program.graph:
            yield f"{_where(instruction)}: the graph has no such node."


def _operands(s: _Subject) -> Iterator[str]:
    for instruction in s.program.instructions:
        if tuple(operand.argument for operand in instruction.operands) != instruction.adapter.arguments:
            yield f"{_where(instruction)}: its operands are not the arguments of its kernel."
        for operand in instruction.operands:
            wrong = _tensor(s, operand) if operand.argument.kind == "tensor" else _scalar(s, operand)
            if wrong:
                yield f"{_where(instruction)}: {operand.argument.name} {wrong}."


def _tensor(s: _Subject, operand: Operand) -> str:
    """What is wrong with the view of a tensor, or ""."""
    p, axes = s.program, operand.argument.axes
    if len(operand.words) != operand.argument.words:
        return f"has {len(operand.words)} words for {operand.argument.words}"
    if operand.tensor is None:
        return "stands for no tensor, but its view has elements" if any(operand.words) else ""
    if operand.tensor not in p.places:
        return f"is {operand.tensor}, which has no place"
    lengths = iter(operand.words[1:])
    size = prod((p.capacity if "batch" in axis else 1) * (next(lengths) if "size" in axis else 1) for axis in axes)
    offset, wanted = p.places[operand.tensor].span(p.capacity)
    if (operand.words[0], size) != (offset, wanted):
        return f"views {size} elements at {operand.words[0]}, but {operand.tensor} has {wanted} at {offset}"
    return ""


def _scalar(s: _Subject, operand: Operand) -> str:
    if operand.argument.kind != "scalar":
        return ""
    rate, offset = s.program.places.get(RATE), operand.words[0]
    if rate is not None and offset == rate.offset:
        return "" if operand.argument.name == "learning_rate" else f"is read from {RATE}"
    name = s.constants_at.get(offset, f"place {offset}, where no setting stands")
    return "" if name.replace("/", ".").rpartition(".")[2] == operand.argument.name else f"is read from {name}"


def _flow(s: _Subject) -> Iterator[str]:
    """Reads after writes; gradients that are added to start from 0 or from what the first one set."""
    p = s.program
    known = s.kept | s.given
    written: set[str] = set()
    for instruction in p.instructions:
        where = _where(instruction)
        by_name = {operand.argument.name: operand for operand in instruction.operands}
        for name in sorted(instruction.reads):
            if name not in known and name not in written and not (name in s.gradients and s.is_zeroed(name)):
                yield f"{where} reads {name}, which nothing has written before."
        for operand in instruction.operands:
            if operand.tensor is None or not operand.written:
                continue
            name = operand.tensor
            first = by_name.get(f"{FIRST}{operand.argument.name}")
            sets = first is not None and first.words[0] == 1
            if sets != (name in instruction.fresh):
                yield f"{where}: whether it sets {name} is said in two ways that differ."
            if name in s.gradients:
                if sets and name in written:
                    yield f"{where} sets {name}, and what was added to it before is lost."
                if not sets and name not in written and not s.is_zeroed(name):
                    yield f"{where} adds to {name}, which nothing has zeroed or set before."
            elif instruction.phase <= LOSS and name in written and name != p.loss_name:
                yield f"{where} writes {name}, which was written before."
        written |= instruction.writes
    for result in (p.output_name, p.loss_name):
        if result is not None and result not in written | s.given:
            yield f"Nothing writes {result}, which is read when the network has run."


def _rights(s: _Subject) -> Iterator[str]:
    """Who may write what, and the updates."""
    p = s.program
    updates: dict[str, int] = dict.fromkeys((info.name for info in p.parameters), 0)
    for instruction in p.instructions:
        for name in sorted(instruction.writes):
            if name in s.frozen:
                yield f"{_where(instruction)} writes {name}, which is frozen."
            elif not _may_write(s, instruction, name):
                yield f"{_where(instruction)} writes {name}, which is not its to write."
        if instruction.parameter is not None:
            updates[instruction.parameter] = updates.get(instruction.parameter, 0) + 1
            if instruction.parameter not in instruction.writes:
                yield f"{_where(instruction)} is the update of {instruction.parameter}, and does not write it."
    for info in p.parameters:
        wanted = 1 if info.optimizer else 0
        if updates[info.name] != wanted:
            yield f"{info.name} of {info.node_id} is updated {updates[info.name]} times in a step instead of {wanted}."


def _may_write(s: _Subject, instruction: Instruction, name: str) -> bool:
    p = s.program
    if instruction.phase == UPDATE:
        if instruction.adapter is LEAVE:
            return name in p.moments and name.endswith(f".{LEFT}")
        if instruction.parameter is not None:
            own = name.startswith(f"{instruction.parameter}.") and (name in p.moments or name in p.scratch)
            return name == instruction.parameter or own
        return name in s.buffers_of(instruction.node_id) or (name in p.moments and name.startswith("schedule/"))
    if instruction.phase == BACKWARD and instruction.kind is None:  # what joins the batches of an update
        return name in s.gradients or name in p.scratch or name == p.loss_name
    if instruction.phase == BACKWARD and p.accumulate > 1 and name in s.buffers_of(instruction.node_id):
        return True  # every batch of an update counts in running statistics
    if name in s.kept | s.given | p.scratch:
        return False
    if instruction.phase == BACKWARD:
        return name in s.gradients or (name.startswith(f"{instruction.node_id}.") and not p.places[name].has_batch)
    return name not in s.gradients


RULES: tuple[Callable[[_Subject], Iterator[str]], ...] = (_places, _regions, _tables, _phases, _operands, _flow, _rights)
