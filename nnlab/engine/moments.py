"""The moments of one iteration as a table: what ran, which tensor it wrote, and how one element of it came about, with numbers.

Every instruction gives one row for each written tensor that it explains. The element is the one with the largest share, as the stepper
shows it where nobody has chosen; symbols, numbers and sentence are the operator's own explanation, the result is what the kernel wrote.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from nnlab.core.explanation import Explanation, ExplanationContext
from nnlab.engine.program import PHASES, Instruction
from nnlab.engine.stepper import Stepper, Trace
from nnlab.graph import docking
from nnlab.graph.graph import Graph

AnyRow = TypeVar("AnyRow")


@dataclass(frozen=True)
class MomentRow:
    """One row. `element` counts from 1; `formula` and `numbers` are LaTeX; `result` is the element as it was written, unrounded.

    Of a gradient to which other instructions have added before, `added` is what this one added to it.
    """

    number: int
    phase: str
    operation: str
    tensor: str
    shape: tuple[int, ...]
    element: tuple[int, ...]
    formula: str
    numbers: str
    added: float
    result: float
    words: str


def title_of(graph: Graph, instruction: Instruction) -> str:
    """A moment in words: tanh in dense_1, weight of dense_2."""
    if instruction.title:
        return instruction.title
    if instruction.node_id not in graph:
        return instruction.node_id
    if instruction.parameter is not None:
        return f"{instruction.parameter.split('.', 1)[1]} of {instruction.node_id}"
    host = docking.host(graph, instruction.node_id)
    return f"{graph[instruction.node_id].kind.title} in {host}" if host is not None else instruction.node_id


def share(before: object, after: object, accumulates: bool) -> np.ndarray:
    """How much of a written tensor every element is: |value|, or of a gradient or an updated weight |what was added|."""
    values = np.asarray(after, dtype=np.float64)
    if accumulates:
        values = values - np.asarray(before, dtype=np.float64)
    return np.nan_to_num(np.abs(values), nan=np.inf)


def explanations_of(trace: Trace) -> tuple[Explanation, ...]:
    """Those of the instruction's explanations that tell how something came about that it wrote, as it is set."""
    written = (e for e in trace.instruction.explanations if e.target in trace.after)
    return tuple(e for e in written if e.applies(trace.moment(e.target, (0,) * np.ndim(trace.after[e.target]))))


def explained_moments(trace: Trace) -> Iterator[tuple[Explanation, ExplanationContext]]:
    """Every written tensor that is explained, at the element with the largest share."""
    for explanation in explanations_of(trace):
        target = explanation.target
        after, adds = np.asarray(trace.after[target]), target.startswith("d_") or trace.instruction.parameter is not None
        if not after.size:
            continue
        shares = share(trace.before[target], after, adds)
        yield explanation, trace.moment(target, tuple(int(i) for i in np.unravel_index(int(np.argmax(shares)), shares.shape)))


def moments_of(trace: Trace, graph: Graph) -> Iterator[MomentRow]:
    """The rows of one instruction; none where it explains nothing."""
    instruction = trace.instruction
    for explanation, moment in explained_moments(trace):
        target, index, after = moment.target, moment.index, np.asarray(trace.after[moment.target])
        tensor = next(o.tensor for o in instruction.operands if o.argument.name == target)
        yield MomentRow(
            instruction.pc + 1, PHASES[instruction.phase], title_of(graph, instruction), tensor or target, after.shape,
            tuple(i + 1 for i in index), explanation.formula(moment), explanation.numbers(moment), moment.added, moment.result,
            explanation.words(moment) if explanation.words is not None else "",
        )  # fmt: skip


def moments_of_iteration(stepper: Stepper, graph: Graph) -> tuple[MomentRow, ...]:
    """Steps through the next iteration, or the rest of one that is begun, and says what every instruction did.

    Raises TrainingError where training would.
    """
    return rows_of_iteration(stepper, graph, moments_of)


def rows_of_iteration(stepper: Stepper, graph: Graph, rows_of: Callable[[Trace, Graph], Iterable[AnyRow]]) -> tuple[AnyRow, ...]:
    """What `rows_of` says of every instruction up to the end of the iteration. Raises TrainingError where training would."""
    found = [*rows_of(stepper.forward(), graph)]
    while stepper.inside:
        found += rows_of(stepper.forward(), graph)
    return tuple(found)


# Tables


def written_as_csv(row: type, lines: Iterable[Iterable[object]]) -> str:
    """One line of the names of a row's fields, then the lines."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(row))
    writer.writerows(lines)
    return text.getvalue()


def as_csv(moments: Iterable[MomentRow]) -> str:
    """One line of names, then one line a moment; numbers keep every digit, shapes read 8 × 4 and elements 3, 1."""

    def line(m: MomentRow) -> tuple[object, ...]:
        place, numbers = ", ".join(map(str, m.element)), (repr(m.added), repr(m.result))
        return m.number, m.phase, m.operation, m.tensor, _shape(m.shape), place, m.formula, m.numbers, *numbers, m.words

    return written_as_csv(MomentRow, map(line, moments))


def as_markdown(moments: Iterable[MomentRow]) -> str:
    """A table in which the formula of every moment, its numbers and its result are one line of mathematics."""
    lines = ["| | phase | operation | tensor | element | formula, numbers, result | in words |", "|---:|---|---|---|---|---|---|"]
    for m in moments:
        mathematics = f"${m.formula} = {m.numbers} = {m.added:.4g}$".replace("|", r"\vert ")
        place = f"[{', '.join(map(str, m.element))}]" if m.element else ""
        cells = (str(m.number), m.phase, m.operation, f"{m.tensor} {_shape(m.shape)}", place, mathematics, m.words.replace("|", "∣"))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
