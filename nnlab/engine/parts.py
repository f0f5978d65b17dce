"""Which instructions of a program are done in two parts, and where the second part finds and leaves its numbers.

An operator that looks at every row of a batch alone (`Operator.rows_apart`) can do the first and the second half of a batch at one time.
The second part is the same kernel over views that begin further on; what has no batch, a gradient of a weight or room to work in, it has
a second time, and the machine adds its share to the gradient. That is decided here, from the shapes alone, so that a program's bits do not
depend on how many processors there are (nnlab.core.kernel.parts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set

from nnlab.core.kernel.threads import LARGE
from nnlab.engine.program import BACKWARD, FORWARD, Instruction, Operand, ParameterInfo, Place
from nnlab.engine.second_parts import NO_PARTS, SecondParts
from nnlab.engine.steps import gradient_name

WORTH = 1 << 15  # the least work of an instruction from which handing half of it over pays; work is numbers read and written, and
MULTIPLIED = 16  # so many operations of a matrix product count as one of them
WORTH_A_THREAD = 1 << 18  # the least work of all of them from which a second thread pays
# Places of a batch that use every weight, from which the sums of its gradient's shares cost little beside them.
USES = 512


def second_parts(
    instructions: Sequence[Instruction], places: Mapping[str, Place], capacity: int, parameters: Iterable[ParameterInfo],
    operations: Callable[[Set[str]], float], reserve: Callable[[int], int],
) -> SecondParts:  # fmt: skip
    """Those of a program that trains. `operations`: of the matrix products of all nodes but those named; `reserve` makes room for numbers.

    None where the rest is worth BLAS's own threads: both would want the same processors.
    """
    gradients = {gradient_name(info.name) for info in parameters if not info.frozen}
    work = {i.pc: _work(i, places, capacity) for i in instructions}
    chosen = [i for i in instructions if work[i.pc] >= WORTH and _is_possible(i, places, gradients)]
    if sum(work[i.pc] for i in chosen) < WORTH_A_THREAD or operations({i.node_id for i in chosen}) >= LARGE:
        return NO_PARTS
    table: list[tuple[int, int, int]] = []
    operands: list[int] = []
    sums: list[tuple[int, int, int]] = []
    half = capacity // 2
    for instruction in chosen:
        first_operand, first_sum = len(operands), len(sums)
        for operand in instruction.operands:
            words = list(operand.words)
            if operand.tensor is not None:
                place = places[operand.tensor]
                if place.has_batch:
                    words[0] += half * place.row
                elif operand.written:
                    words[0] = reserve(place.row)
                    if operand.tensor in gradients:
                        sums.append((place.offset, words[0], place.row))
            operands += words
        table.append((first_operand, first_sum, len(sums)))
    return SecondParts(half, {i.pc: row for row, i in enumerate(chosen)}, tuple(table), tuple(operands), tuple(sums))


def _work(instruction: Instruction, places: Mapping[str, Place], capacity: int) -> int:
    """0 where it cannot be in parts, or where adding up its shares of gradients would cost too much beside it."""
    kind = instruction.kind
    if kind is None or not kind.rows_apart or instruction.phase not in (FORWARD, BACKWARD):
        return 0
    own = [places[name] for name in instruction.reads | instruction.writes]
    names = {name for tensor in kind.outputs for name in (tensor.name, f"d_{tensor.name}")}
    output = max((places[o.tensor].row for o in instruction.operands if o.tensor is not None and o.argument.name in names), default=0)
    work = sum(place.row for place in own if place.has_batch) * capacity
    for weight in (place for place in own if not place.has_batch and len(place.shape) > 1):
        uses = output // weight.shape[0] * capacity  # a weight is (units or filters, ...)
        if uses < USES:
            return 0
        work += 2 * uses * weight.row // MULTIPLIED
    return work


def _is_possible(instruction: Instruction, places: Mapping[str, Place], gradients: Set[str]) -> bool:
    """Not where it is told something of the batch as a whole, or writes something without a batch that is neither a gradient nor room."""
    room = {t.name for t in instruction.kind.saved if not t.has_batch} if instruction.kind is not None else set()

    def is_apart(operand: Operand) -> bool:
        if operand.tensor is None or not operand.written or places[operand.tensor].has_batch:
            return operand.argument.kind != "context"
        return operand.tensor in gradients or operand.argument.name in room

    return all(map(is_apart, instruction.operands))
