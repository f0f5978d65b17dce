"""What a compiled function is given by one name: arrays that belong together, as named tuples.

The fields of a structure and the arguments of a `compiled_as_annotated` function are annotated with the aliases below. The annotation
is the numba type, so that a function has one text for its signature, for the type checker and for the reader. `Reals` stands for the
floating-point type of the network: a function that takes any is compiled for float32 and for float64.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

import numpy as np

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
from numba.core import types

REAL = "real"  # the floating-point type of the network
REAL_TYPES = ("float32", "float64")

Integers = Annotated[np.ndarray, "int64", 1]
IntegerRows = Annotated[np.ndarray, "int64", 2]
Floats = Annotated[np.ndarray, "float64", 1]
FloatRows = Annotated[np.ndarray, "float64", 2]
FloatPlanes = Annotated[np.ndarray, "float64", 3]
SingleRows = Annotated[np.ndarray, "float32", 2]
Reals = Annotated[np.ndarray, REAL, 1]
RealRows = Annotated[np.ndarray, REAL, 2]

_SCALARS: dict[Any, Any] = {int: types.int64, float: types.float64, bool: types.boolean, type(None): types.void}


class Network(NamedTuple):
    """A program and its numbers.

    Instruction k calls `addresses[k]` with the operand words from `table[k, 0]` on, in two parts if `table[k, 2]` is not 0. `layout`
    holds offsets of the program, see nnlab.engine.machine; `context` is the position of the run, see nnlab.core.kernel.context.
    """

    addresses: Integers  # of functions, one per instruction
    table: IntegerRows  # (instructions, 3): first operand, phase, 1 + its number among those in two parts or 0
    operands: Integers
    arena: Reals
    context: Integers
    layout: Integers
    parts: Integers  # how large instructions are done in two parts, see nnlab.core.kernel.parts


class Batches(NamedTuple):
    """What batches are taken from: x (samples, features), y (samples, outputs), and the order of the samples in this epoch."""

    order: Integers
    x: RealRows
    y: RealRows


class Validation(NamedTuple):
    """The same network with an arena of its own, for held-out samples; none of either where nothing is validated.

    The training data is evaluated in the same way at the same moments, so that the two can be compared: `training_x` holds some of it.
    `outputs` and `training_outputs` receive what the network answers; their rows are scored as `scored` says, see
    nnlab.core.kernel.scoring, and have width 0 where nothing is scored.
    """

    network: Network
    x: RealRows
    y: RealRows
    training_x: RealRows
    training_y: RealRows
    outputs: RealRows
    training_outputs: RealRows
    scored: Integers  # (1,)


class UpdateArrays(NamedTuple):
    """What is measured and kept around an update.

    `moved` has one row per parameter: the sum of squares of what the last update added, and of the weights before it.
    """

    gradients: IntegerRows  # (offset, length) of every parameter's gradient
    squares: Floats  # the sum of squares of each, at the end of a block of the history
    parameters: IntegerRows  # (offset, length) of every parameter; empty where nobody asks how far an update moved them
    moved: FloatRows
    kept: Reals  # weights, buffers and moments before the update


class Record(NamedTuple):
    """The history of a run, see nnlab.core.kernel.recording."""

    marks: Integers
    blocks: FloatRows
    sums: Floats
    columns: SingleRows  # (blocks, gradients + quantities)
    validations: FloatRows  # (checks, 3): iteration, loss on the validation data, loss on training data
    quantities: IntegerRows  # (quantities, 4), see nnlab.core.kernel.quantities
    bounds: Floats


class FormulaCode(NamedTuple):
    """Formulas over quantities, see nnlab.core.kernel.formulas. Formula k is rows `starts[k]` to `starts[k + 1]` of `code`."""

    quantities: IntegerRows  # (quantities, 4)
    bounds: Floats  # of the quantities
    constants: Floats
    code: IntegerRows  # (rows, 2): operation, argument
    starts: Integers
    stack: Floats  # to work in


class WatchTable(NamedTuple):
    """Formulas that are watched, with their values after iterations, see nnlab.engine.watches."""

    formulas: FormulaCode
    marks: Integers
    rows: FloatRows  # (rows, 1 + formulas): iteration, values


class Conditions(NamedTuple):
    """When training stops by itself: a formula each, and what is known of it, see nnlab.core.kernel.formulas; and what is watched."""

    formulas: FormulaCode
    states: IntegerRows  # (conditions, 5)
    watches: WatchTable


class KeyframeTable(NamedTuple):
    """Copies of what was learned, see nnlab.engine.keyframes."""

    marks: Integers
    learned: RealRows  # (rows, parameters, buffers and moments)
    contexts: IntegerRows


class Frames(NamedTuple):
    """The double buffer for a display, see nnlab.engine.frame."""

    spans: IntegerRows  # (offset, length) of what is copied
    values: RealRows
    meta: FloatRows
    batches: IntegerRows
    moves: FloatPlanes
    sequence: Integers
    revision: float


def numba_type(annotation: Any, real: str) -> Any:
    """The numba type of an annotation, where the network's numbers are of the type `real`."""
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, tuple):
        hints = get_type_hints(annotation, include_extras=True)
        fields = [numba_type(hint, real) for hint in hints.values()]
        return types.NamedTuple(fields, annotation)  # type: ignore[attr-defined]
    _, kind, axes = get_args(annotation)
    return types.Array(getattr(types, real if kind == REAL else kind), axes, "C")


def signatures(function: Any) -> list[Any]:
    """The numba signatures of a function by its annotations: one, or one for each floating-point type it may be called with."""
    hints = get_type_hints(function, include_extras=True)
    result = hints.pop("return")
    found = [numba_type(result, real)(*(numba_type(hint, real) for hint in hints.values())) for real in REAL_TYPES]
    return list(dict.fromkeys(found))
