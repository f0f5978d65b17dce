"""Formulas in a network: what they name is looked up in its program, and they become what the machine works out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np

from nnlab.core.errors import FormulaError
from nnlab.core.kernel.formulas import CODE_WORDS, CONSTANT, OPERATIONS, QUANTITY
from nnlab.core.kernel.structures import FormulaCode
from nnlab.engine.program import Program
from nnlab.engine.quantity import EPOCH, GRADIENT_NORM, ITERATION, LOSS, Quantity, quantity_words
from nnlab.engine.steps import gradient_name, tensor_name
from nnlab.engine.tensor_formula import WORDS, Reference, TensorFormula
from nnlab.graph import docking

_QUANTITIES: Mapping[str, Quantity] = dict(zip(WORDS, (LOSS, ITERATION, EPOCH, GRADIENT_NORM), strict=True))


def problem_of(formula: TensorFormula, program: Program) -> str:
    """What this network does not have, in one sentence; empty when it has everything."""
    try:
        for word in formula.expression.used:
            _word(formula, word, program)
    except FormulaError as error:
        return str(error)
    return ""


def _word(formula: TensorFormula, word: str, program: Program) -> Quantity:
    return _QUANTITIES[word] if word in _QUANTITIES else quantity_of(formula.references[word], program)


def quantity_of(reference: Reference, program: Program) -> Quantity:
    """What the machine is asked for. Raises FormulaError for what this network does not have."""
    name = _tensor(reference, program)
    place = program.places.get(name)
    if place is None:
        raise FormulaError(f"{reference.text}: {_unknown(reference, name, program)}")
    if reference.reduction != "element":
        return Quantity(name, reference.reduction)
    shape = ("sample", *place.shape) if place.has_batch else place.shape
    if not reference.index and place.row == 1 and not place.has_batch:
        return Quantity(name, "element", index=(0,) * len(place.shape))
    size = " × ".join(str(length) for length in ((program.capacity, *place.shape) if place.has_batch else place.shape))
    if not reference.index:
        of = "samples × " + " × ".join(map(str, place.shape)) if place.has_batch else size
        raise FormulaError(
            f"{reference.text} is a tensor of {of} numbers; take one, as in {reference.text}[{', '.join('0' for _ in shape)}], "
            f"or norm, mean, sum, min, max, max_abs or zeros of it."
        )
    found = Quantity(name, "element", index=reference.index)
    if not found.is_in(program):
        raise FormulaError(f"{reference.text} is outside the tensor, which is {size}; indices count from 0.")
    return found


def _tensor(reference: Reference, program: Program) -> str:
    if reference.kind == "grad":
        return gradient_name(reference.name)
    if reference.kind != "act":
        return reference.name
    graph = program.graph
    if reference.name not in graph:
        return tensor_name(reference.name, "y")
    last = [node.id for node in graph.nodes if docking.host(graph, node.id) == reference.name]
    return tensor_name(last[-1] if last else reference.name, "y")


def _unknown(reference: Reference, name: str, program: Program) -> str:
    if reference.kind == "act":
        near = difflib.get_close_matches(reference.name, [node.id for node in program.graph.nodes], n=1)
        return f"there is no layer {reference.name!r} in this network{_suggestion(near)}"
    if reference.kind == "grad":
        near = difflib.get_close_matches(reference.name, [info.name for info in program.trained], n=1)
        what = "is not trained" if reference.name in program.stored else "is no parameter of this network"
        return f"{reference.name!r} {what}, so it has no gradient{_suggestion(near)}"
    near = difflib.get_close_matches(name, list(program.places), n=1)
    return f"there is no tensor {name!r} in this network{_suggestion(near)}"


def _suggestion(near: Sequence[str]) -> str:
    return f"; did you mean {near[0]!r}?" if near else "."


def bound(formulas: Sequence[TensorFormula], program: Program) -> tuple[FormulaCode, tuple[str, ...]]:
    """The formulas as the machine works them out, and of each what this network does not have; such a one has the value NaN."""
    quantities: list[Quantity] = []
    constants: list[float] = []
    rows: list[tuple[int, int]] = []
    starts, problems, deepest = [0], [], 1
    for formula in formulas:
        problem = problem_of(formula, program)
        code = (("constant", np.nan),) if problem else formula.code
        for operation, argument in code:
            if operation == "constant":
                rows.append((CONSTANT, len(constants)))
                constants.append(float(argument))
            elif operation == "quantity":
                rows.append((QUANTITY, len(quantities)))
                quantities.append(_word(formula, str(argument), program))
            else:
                rows.append((OPERATIONS.index(operation), 0))
        deepest = max(deepest, len(code))  # at least as deep as the stack can become
        starts.append(len(rows))
        problems.append(problem)
    arrays = FormulaCode(
        quantity_words(quantities, program),
        np.array([quantity.bound for quantity in quantities], dtype=np.float64),
        np.array(constants, dtype=np.float64),
        np.array(rows, dtype=np.int64).reshape(-1, CODE_WORDS),
        np.array(starts, dtype=np.int64),
        np.zeros(deepest, dtype=np.float64),
    )
    return arrays, tuple(problems)
