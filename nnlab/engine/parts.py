"""Which instructions of a program are done in two parts, and where both parts find and leave their numbers.

There are three ways. An operator that looks at every row of a batch alone (`Operator.rows_apart`) can do the first and the second half of a
batch at one time: the second part is the same kernel over views that begin further on; what has no batch, a gradient of a weight or room
to work in, it has a second time, and the machine adds its share to the gradient. A kernel that takes `half` shares its work out itself,
and nothing is added up. And an update that looks at every element alone (`Optimizer.elements_apart`) has two halves of a parameter.

That is decided here, from the shapes alone, so that a program's bits do not depend on how many processors there are
(nnlab.core.kernel.parts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from nnlab.core.kernel.parts import ROWS_APART
from nnlab.core.kernel.threads import LARGE
from nnlab.core.operator import HALF
from nnlab.core.optimizer import Optimizer
from nnlab.engine.program import BACKWARD, FORWARD, Instruction, Operand, ParameterInfo, Place
from nnlab.engine.second_parts import NO_PARTS, SecondParts
from nnlab.engine.steps import gradient_name

WORTH = 1 << 15  # the least work of an instruction from which handing half of it over pays; work is numbers read and written, and
MULTIPLIED = 16  # so many operations of a matrix product count as one of them
WORTH_A_THREAD = 1 << 19  # the least work of all of them from which a second thread pays
# Places of a batch that use every weight, from which the sums of its gradient's shares cost little beside them.
USES = 512
LINE = 16  # elements: where halves of a parameter meet is the start of a cache line of float32


@dataclass
class _Tables:
    """What `SecondParts` is made of, while it grows."""

    places: Mapping[str, Place]
    half_capacity: int
    gradients: Set[str]
    reserve: Callable[[int], int]  # makes room for numbers
    rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    operands: list[int] = field(default_factory=list)
    shares: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, instruction: Instruction) -> None:
        first_operand, first_share = len(self.operands), len(self.shares)
        if instruction.kind is None:
            self.operands += [word for operand in instruction.operands for word in self._half_of_elements(operand, instruction, 1)]
            second = len(self.operands)
            self.operands += [word for operand in instruction.operands for word in self._half_of_elements(operand, instruction, 2)]
        elif _shares_out(instruction):
            self.operands += [word for operand in instruction.operands for word in _half_of_work(operand, 1)]
            second = len(self.operands)
            self.operands += [word for operand in instruction.operands for word in _half_of_work(operand, 2)]
        else:
            first_operand, second = ROWS_APART, first_operand
            self.operands += [word for operand in instruction.operands for word in self._rows_behind(operand)]
        self.rows.append((first_operand, second, first_share, len(self.shares)))

    def _half_of_elements(self, operand: Operand, instruction: Instruction, half: int) -> tuple[int, ...]:
        """Of a parameter or of what is as long as it; the second half counts what is one number in a place of its own."""
        if operand.tensor is None:
            return operand.words
        offset, length = operand.words
        if length == 1:
            if half == 1 or not operand.written:
                return operand.words
            own = self.reserve(1)
            self.shares.append((offset, own, 1))
            return own, 1
        middle = length // 2 // LINE * LINE
        return (offset, middle) if half == 1 else (offset + middle, length - middle)

    def _rows_behind(self, operand: Operand) -> list[int]:
        words = list(operand.words)
        if operand.tensor is not None:
            place = self.places[operand.tensor]
            if place.has_batch:
                words[0] += self.half_capacity * place.row
            elif operand.written:
                words[0] = self.reserve(place.row)
                if operand.tensor in self.gradients:
                    self.shares.append((place.offset, words[0], place.row))
        return words


def second_parts(
    instructions: Sequence[Instruction], places: Mapping[str, Place], capacity: int, parameters: Iterable[ParameterInfo],
    optimizer: Optimizer, operations: Callable[[Set[str]], float], reserve: Callable[[int], int],
) -> SecondParts:  # fmt: skip
    """Those of a program that trains. `operations`: of the matrix products of all nodes but those named; `reserve` makes room for numbers.

    None where the rest is worth BLAS's own threads, or what an optimiser multiplies: both would want the same processors.
    """
    gradients = {gradient_name(info.name) for info in parameters if not info.frozen}
    work = {i.pc: _work(i, places, capacity, optimizer) for i in instructions}
    chosen = [i for i in instructions if work[i.pc] >= WORTH and _is_possible(i, places, gradients)]
    nodes = {i.node_id for i in chosen if i.kind is not None}
    if not optimizer.elements_apart:  # it may multiply what layers with large matrices have
        nodes -= {i.node_id for i in chosen if _shares_out(i)}
    if sum(work[i.pc] for i in chosen) < WORTH_A_THREAD or operations(nodes) >= LARGE:
        return NO_PARTS
    tables = _Tables(places, capacity // 2, gradients, reserve)
    for instruction in chosen:
        tables.add(instruction)
    return SecondParts(
        capacity // 2, {i.pc: row for row, i in enumerate(chosen)}, tuple(tables.rows), tuple(tables.operands), tuple(tables.shares)
    )


def nodes_in_parts(instructions: Sequence[Instruction], parts: SecondParts) -> set[str]:
    """Those whose operators are in parts: their products leave no core to BLAS's own threads."""
    return {instructions[pc].node_id for pc in parts.places if instructions[pc].kind is not None}


def _shares_out(instruction: Instruction) -> bool:
    """Whether its kernel takes `half`."""
    return any(operand.argument.name == HALF for operand in instruction.operands)


def _half_of_work(operand: Operand, half: int) -> tuple[int, ...]:
    return (half,) if operand.argument.name == HALF else operand.words


def _work(instruction: Instruction, places: Mapping[str, Place], capacity: int, optimizer: Optimizer) -> int:
    """0 where it cannot be in parts, or where adding up its shares of gradients would cost too much beside it."""
    kind = instruction.kind
    own = [places[name] for name in instruction.reads | instruction.writes]
    if instruction.parameter is not None:
        return sum(place.row for place in own) if optimizer.for_shape(places[instruction.parameter].shape).elements_apart else 0
    if kind is None or not kind.rows_apart or instruction.phase not in (FORWARD, BACKWARD):
        return 0
    names = {name for tensor in kind.outputs for name in (tensor.name, f"d_{tensor.name}")}
    output = max((places[o.tensor].row for o in instruction.operands if o.tensor is not None and o.argument.name in names), default=0)
    work = sum(place.row for place in own if place.has_batch) * capacity
    is_added_up = instruction.phase == BACKWARD and not _shares_out(instruction)
    for weight in (place for place in own if not place.has_batch and len(place.shape) > 1):
        uses = output // weight.shape[0] * capacity  # a weight is (units or filters, ...)
        if is_added_up and uses < USES:
            return 0
        work += 2 * uses * weight.row // MULTIPLIED
    return work


def _is_possible(instruction: Instruction, places: Mapping[str, Place], gradients: Set[str]) -> bool:
    """Not where it is told something of the batch as a whole, or writes something without a batch that is neither a gradient nor room."""
    if instruction.kind is None:
        return True
    room = {t.name for t in instruction.kind.saved if not t.has_batch}

    def is_apart(operand: Operand) -> bool:
        if operand.tensor is None or not operand.written or places[operand.tensor].has_batch:
            return operand.argument.kind != "context"
        return operand.tensor in gradients or operand.argument.name in room

    return all(map(is_apart, instruction.operands))
