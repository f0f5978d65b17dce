"""The single terms of one iteration as a table: every sum of every moment taken apart, product by product.

The element of each tensor is the one `nnlab.engine.moments` explains. Factors are the numbers the kernel read; products and sums so far are
worked out from them in double precision, in the order of the formula (`nnlab.core.term_sum`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from nnlab.core.tensor import Index
from nnlab.engine.moments import explained_moments, rows_of_iteration, title_of, written_as_csv
from nnlab.engine.program import PHASES
from nnlab.engine.stepper import Stepper, Trace
from nnlab.graph.graph import Graph

MOST_TERMS = 100_000  # of one sum that are listed; the sum so far goes over all of them up to there


@dataclass(frozen=True)
class TermRow:
    """One term. `element` and `term` count from 1; `names` and `factors` have an entry for each factor.

    `then` says what is done with the sum of all, and `result` what the kernel wrote; both are the same for all terms of a sum.
    """

    number: int
    phase: str
    operation: str
    tensor: str
    element: tuple[int, ...]
    term: int
    names: tuple[str, ...]
    factors: tuple[float, ...]
    adds: float
    so_far: float
    then: str
    result: float


def terms_of(trace: Trace, graph: Graph) -> Iterator[TermRow]:
    """The terms of what one instruction wrote; none where that is no sum."""
    instruction = trace.instruction
    tensors = {o.argument.name: o.tensor for o in instruction.operands}
    for explanation, moment in explained_moments(trace):
        terms = explanation.sum_at(moment)
        if terms is None:
            continue

        def name(argument: str, index: Index) -> str:
            tensor = tensors.get(argument) or argument
            return f"{tensor}[{', '.join(str(i + 1) for i in index)}]" if index else tensor

        values = terms.values(moment.after)
        rows = zip(terms.symbols(name), terms.numbers(moment.after), values.tolist(), np.cumsum(values).tolist(), strict=True)
        for k, (names, factors, adds, so_far) in enumerate(rows):
            if k == MOST_TERMS:
                break
            yield TermRow(
                instruction.pc + 1, PHASES[instruction.phase], title_of(graph, instruction), tensors.get(moment.target) or moment.target,
                tuple(i + 1 for i in moment.index), k + 1, names, factors, adds, so_far, terms.then, moment.added,
            )  # fmt: skip


def terms_of_iteration(stepper: Stepper, graph: Graph) -> tuple[TermRow, ...]:
    """Steps through the next iteration, or the rest of one that is begun, and takes every sum on the way apart.

    Raises TrainingError where training would.
    """
    return rows_of_iteration(stepper, graph, terms_of)


def terms_as_csv(terms: Iterable[TermRow]) -> str:
    """One line of names, then one line a term; numbers keep every digit, factors are joined by ×."""

    def line(t: TermRow) -> tuple[object, ...]:
        place, factors, numbers = ", ".join(map(str, t.element)), " × ".join(map(repr, t.factors)), (repr(t.adds), repr(t.so_far))
        return t.number, t.phase, t.operation, t.tensor, place, t.term, " × ".join(t.names), factors, *numbers, t.then, repr(t.result)

    return written_as_csv(TermRow, map(line, terms))


def terms_as_markdown(terms: Iterable[TermRow]) -> str:
    """A table with a line a term, and one below the last of a sum with what the kernel wrote."""
    lines = ["| | operation | element | term | factors | adds | sum so far |", "|---:|---|---|---:|---|---:|---:|"]
    last: TermRow | None = None
    for t in terms:
        if last is not None and (t.number, t.tensor) != (last.number, last.tensor):
            lines.append(_result(last))
        place = f"{t.tensor}[{', '.join(map(str, t.element))}]" if t.element else t.tensor
        factors = " × ".join(f"{name} = {value:.4g}" for name, value in zip(t.names, t.factors, strict=True))
        lines.append(f"| {t.number} | {t.operation} | {place} | {t.term} | {factors} | {t.adds:.4g} | {t.so_far:.4g} |")
        last = t
    if last is not None:
        lines.append(_result(last))
    return "\n".join(lines) + "\n"


def _result(t: TermRow) -> str:
    return f"| {t.number} | {t.operation} | | | {t.then} | written | {t.result:.4g} |"
