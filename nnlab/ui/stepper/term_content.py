"""The sum of an element, term by term, as people read it: names and numbers of the factors, products, the sum so far, and a sentence.

Factors are the numbers the kernel read. Products and sums so far are worked out from them in double precision, in the order of the formula
(`nnlab.core.term_sum`); behind the last term the kernel's own number stands beside them, with what its rounding makes of difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.tensor import Index
from nnlab.core.term_sum import TermSum
from nnlab.ui.canvas.model.paths import TermEdge
from nnlab.ui.look.numbers import number
from nnlab.ui.run.weight_edits import entry_name
from nnlab.ui.stepper.levels import TERM, StepLevels
from nnlab.ui.stepper.matrix_forms import Form, Matrix
from nnlab.ui.stepper.model import StepModel

MOST_CELLS = 4096  # of a matrix that are searched for an element


@dataclass(frozen=True, eq=False)
class TermTable:
    """Rows of a sum: `names` and `factors` have one entry for each factor of a term. The first `done` terms have been added."""

    left: str  # LaTeX of what the terms add up to
    names: tuple[tuple[str, ...], ...]
    factors: tuple[tuple[float, ...], ...]
    products: np.ndarray  # float64 (terms,)
    sums: np.ndarray  # behind each of them
    done: int
    then: str  # what is done with the whole sum, in words; empty where nothing is
    made: float  # and what comes of it
    written: float  # what the kernel made of it
    words: str

    @property
    def is_complete(self) -> bool:
        return self.done == len(self.products)

    @property
    def so_far(self) -> float:
        """The sum of the terms that were added."""
        return float(self.sums[self.done - 1])


def table_of(model: StepModel, levels: StepLevels) -> TermTable | None:
    """The sum of the explained element on the level of terms; None on others."""
    if levels.level != TERM:
        return None  # a sum over all windows of a batch is not worth making for nobody to see
    moment, explanation, terms, term = model.moment, model.explanation, levels.terms, levels.term
    if moment is None or explanation is None or terms is None or term is None:
        return None
    tensors = moment.after
    products = terms.values(tensors)
    names = tuple(terms.symbols(lambda tensor, index: _name(model, terms, tensor, index)))
    left, sums = explanation.formula(moment).partition(" = ")[0], np.cumsum(products)
    table = TermTable(
        left, names, tuple(terms.numbers(tensors)), products, sums, term + 1, terms.then, terms.made_of(float(sums[-1])), moment.added, "",
    )  # fmt: skip
    return replace(table, words=_words(table, str(np.asarray(tensors[moment.target]).dtype)))


def _name(model: StepModel, terms: TermSum, argument: str, index: Index) -> str:
    """An element in the letters of the formula; the sample is named only where the terms run over samples."""
    instruction, graph = model.instruction, model.graph
    assert instruction is not None and graph is not None
    own = argument.removeprefix("d_")
    kind = instruction.kind or graph[instruction.node_id].kind
    declared = kind.tensors.get(own)
    letter = declared.letter if declared is not None else own.replace("_", " ")
    if kind.is_affine and letter == "y":
        letter = "z"
    if model.layout(argument).has_batch and len(index) > 1 and not _runs_over_samples(terms, argument):
        index = index[1:]
    name = entry_name(letter, index)
    return name if own == argument else f"∂{name}"


def _runs_over_samples(terms: TermSum, argument: str) -> bool:
    found = next((entries for row in terms.rows for entries in row if entries.tensor == argument), None)
    return found is not None and len(np.unique(found.index[0])) > 1


def _words(table: TermTable, precision: str) -> str:
    """What the term does to the sum, and behind the last what the kernel's rounding does to it."""
    k = table.done - 1
    before = float(table.sums[k - 1]) if k else 0.0
    product = " times ".join(f"{name} = {number(value)}" for name, value in zip(table.names[k], table.factors[k], strict=True))
    adds = f", so {number(float(table.products[k]))}," if len(table.factors[k]) > 1 else ""
    begun = f"is added to {number(before)}" if k else "begins the sum"
    said = f"Term {table.done:,} of {len(table.products):,}: {product}{adds} {begun}; so far {number(table.so_far)}."
    if not table.is_complete:
        return said
    total = table.made
    if table.then:
        said += f" Then {table.then}: {number(total)}."
    if np.array_equal(table.written, total, equal_nan=True):
        return f"{said} The kernel wrote the same."
    apart = table.written - total
    if not np.isfinite(apart):
        return f"{said} The kernel adds in {precision} and in an order of its own: it wrote {number(table.written)}."
    return f"{said} The kernel adds in {precision} and in an order of its own: what it wrote differs by {number(apart, 2)}."


def edge_of(model: StepModel, levels: StepLevels) -> TermEdge | None:
    """The weight that the last term goes along: a factor of it, or what its gradient is of; None where there is none."""
    moment, terms, term, instruction = model.moment, levels.terms, levels.term, model.instruction
    if moment is None or terms is None or term is None or instruction is None or model.program is None:
        return None
    parameters = {info.name for info in model.program.parameters}
    adds = float(terms.values(moment.after)[term])
    names = {o.argument.name: o.tensor for o in instruction.operands if o.tensor is not None}
    for argument, index in (*terms.elements(term), (moment.target, moment.index)):
        node, _, name = names.get(argument, "").partition(".")
        parameter = f"{node}.{name.removeprefix('d_')}"
        if len(index) == 2 and parameter in parameters:
            return TermEdge(parameter, (index[0], index[1]), adds)
    return None


def with_term(form: Form, model: StepModel, levels: StepLevels) -> Form:
    """The form with the factors of the term marked, and the written element as the sum so far."""
    if levels.level != TERM:
        return form
    moment, terms, term = model.moment, levels.terms, levels.term
    if moment is None or terms is None or term is None:
        return form
    sums = np.cumsum(terms.values(moment.after)) * (terms.scale if terms.outcome is None else 1.0)
    so_far = moment.result if term + 1 == len(sums) else float(sums[term]) + (moment.former if moment.accumulates else 0.0)
    elements = dict(terms.elements(term))
    return replace(form, matrices=tuple(_at_term(m, elements, moment.target, moment.index, so_far) for m in form.matrices))


def _at_term(matrix: Matrix, elements: dict[str, Index], target: str, index: Index, so_far: float) -> Matrix:
    if matrix.written and matrix.argument == target:
        cell = cell_of(matrix, index)
        if cell is not None:
            values = np.array(matrix.values, dtype=np.float64)
            values[cell] = so_far
            return replace(matrix, values=values)
    elif matrix.argument in elements:
        cell = cell_of(matrix, elements[matrix.argument])
        return matrix if cell is None else replace(matrix, mark=cell)
    return matrix


def cell_of(matrix: Matrix, index: Index) -> tuple[int, int] | None:
    """Where an element stands in a matrix: first within what is outlined; None where it is not shown."""
    rows, columns = matrix.values.shape
    if matrix.window is not None:
        top, left, height, width = matrix.window
        outlined = range(max(top, 0), min(top + height, rows)), range(max(left, 0), min(left + width, columns))
    else:
        outlined = (
            range(rows) if matrix.row is None else range(matrix.row, matrix.row + 1),
            range(columns) if matrix.column is None else range(matrix.column, matrix.column + 1),
        )
    searches = [outlined, *([(range(rows), range(columns))] if rows * columns <= MOST_CELLS else [])]
    return next(((r, c) for downs, across in searches for r in downs for c in across if matrix.index(r, c) == index), None)
