"""Matrix forms: which matrices stand beside one another for an operation, and which row and column the explained element comes from.

A form is a row of matrices and signs, "z = W · x + b", with every matrix taken from what the instruction read and wrote. An operator that
is declared affine has one for every tensor it writes (`AFFINE`), an optimiser's update has one for any parameter. An operation without
a form is shown as rows of numbers (`rows_of`): the tensors it read and wrote, for the chosen sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from nnlab.core.explanation import ExplanationContext
from nnlab.core.operator import inner_operators
from nnlab.core.tensor import Index
from nnlab.engine.program import Instruction
from nnlab.graph.letters import tensor_in_words
from nnlab.ui.stepper.elements import NamedAxis
from nnlab.ui.stepper.model import StepModel


@dataclass(frozen=True, eq=False)
class Matrix:
    """One matrix of a form. `argument` names the tensor, `index` turns a cell into an element of it for a click."""

    symbol: str  # LaTeX
    words: str
    values: np.ndarray  # (rows, columns)
    argument: str
    index: Callable[[int, int], Index]
    row: int | None = None  # outlined, or with `column` one cell
    column: int | None = None
    scale: str = ""  # matrices of one scale share their colours
    written: bool = False
    is_magnitude: bool = False  # never negative, and no gradient: shown in the colours of magnitude
    window: tuple[int, int, int, int] | None = None  # outlined: top, left, rows, columns; it may reach beyond the edge, into padding
    mark: tuple[int, int] | None = None  # a cell that stands out in it, such as the largest of a window
    note: str = ""  # a few words below the symbol: "channel 3"
    row_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()
    ghost: tuple[int, int] = (0, 0)  # of its last rows and columns so many are not there yet: dashed
    axes: tuple[NamedAxis, ...] = ()  # what the axes of the tensor count, for a tooltip: sample, channel, row, column

    def place_words(self, row: int, column: int) -> str:
        """Where a cell lies, in words: "channel 3, row 2, column 5"; "" where the axes have no names."""
        index = self.index(row, column)
        if len(self.axes) != len(index):
            return ""
        return ", ".join(axis.place_words(place) for axis, place in zip(self.axes, index, strict=True))


@dataclass(frozen=True, eq=False)
class Form:
    """Matrices with the signs between them: `signs[k]` stands before `matrices[k]`."""

    matrices: tuple[Matrix, ...]
    signs: tuple[str, ...]
    stacked: bool = False  # rows under one another instead of factors side by side
    description: str = field(default="")
    corner: bool = False  # a product: the result, its left factor beside it, its right factor above it, and what is added between
    lines: tuple[int, ...] = ()  # how many of the matrices stand in each line, where images are among them


def without_written(form: Form) -> Form:
    """The same form with every written cell empty, and without what was worked out on the way to it."""
    given = [bool(m.symbol) and not m.written for m in form.matrices]
    return replace(
        form,
        matrices=tuple(
            m if is_given else replace(m, ghost=m.values.shape, note="", mark=None)
            for m, is_given in zip(form.matrices, given, strict=True)
        ),
    )


def _rows(values: np.ndarray) -> tuple[np.ndarray, Callable[[int], Index]]:
    """A tensor as a matrix with one row for each sample (and place of a sequence), and the leading index of a row."""
    leading = values.shape[:-1]
    return values.reshape(-1, values.shape[-1]), lambda row: tuple(int(k) for k in np.unravel_index(row, leading))


def _affine_forward(m: ExplanationContext) -> Form:
    *row, u = m.index
    n = tuple(row)
    x, weight, y = m["x"], m["weight"], m.after["y"]
    has_bias = "bias" in m
    bias = (Matrix("b", "biases", m["bias"][:, None], "bias", lambda r, c: (r,), u, 0, "z"),) if has_bias else ()
    return Form(
        (
            Matrix("z", "output of this sample", y[n][:, None], "y", lambda r, c: (*n, r), u, 0, "z", True),
            Matrix("W", "weights, one row for each unit", weight, "weight", lambda r, c: (r, c), row=u),
            Matrix("x", "input of this sample", x[n][:, None], "x", lambda r, c: (*n, r), column=0),
            *bias,
        ),
        ("", "=", "·", "+")[: 3 + has_bias],
        description=f"The outputs of the sample are the weight matrix times its inputs{', plus the biases' if has_bias else ''}.",
    )


def _affine_weight(m: ExplanationContext) -> Form:
    u, i = m.index
    (x, sample), (upstream, _), gradient = _rows(m["x"]), _rows(m["d_y"]), m.after["d_weight"]
    words = "upstream gradient, one column for each sample"
    return Form(
        (
            Matrix(r"\partial W", "gradient of the weights", gradient, "d_weight", lambda r, c: (r, c), u, i, written=True),
            Matrix(r"\partial Z^T", words, upstream.T, "d_y", lambda r, c: (*sample(c), r), row=u),
            Matrix("X", "inputs, one row for each sample", x, "x", lambda r, c: (*sample(r), c), column=i),
        ),
        ("", "=", "·"),
        description="The gradient of the weights is the upstream gradient of all samples times their inputs.",
    )


def _affine_bias(m: ExplanationContext) -> Form:
    (u,) = m.index
    upstream, sample = _rows(m["d_y"])
    words = "upstream gradient, one column for each sample"
    return Form(
        (
            Matrix(r"\partial b", "gradient of the biases", m.after["d_bias"][:, None], "d_bias", lambda r, c: (r,), u, 0, written=True),
            Matrix(r"\partial Z^T", words, upstream.T, "d_y", lambda r, c: (*sample(c), r), row=u),
        ),
        ("", r"= \sum"),
        description="The gradient of a bias is the sum of its unit's upstream gradients over the samples.",
    )


def _affine_input(m: ExplanationContext) -> Form:
    *row, i = m.index
    n = tuple(row)
    own, upstream = m.after["d_x"][n][:, None], m["d_y"][n][:, None]
    return Form(
        (
            Matrix(r"\partial x", "gradient of the sample's inputs", own, "d_x", lambda r, c: (*n, r), i, 0, "", True),
            Matrix("W^T", "weights, one column for each unit", m["weight"].T, "weight", lambda r, c: (c, r), row=i),
            Matrix(r"\partial z", "upstream gradient of this sample", upstream, "d_y", lambda r, c: (*n, r), column=0),
        ),
        ("", "=", "·"),
        description="The gradient of the inputs is the transposed weight matrix times the upstream gradient.",
    )


AFFINE: dict[str, Callable[[ExplanationContext], Form]] = {  # of an operator that is declared affine, by the tensor that is explained
    "y": _affine_forward,
    "d_weight": _affine_weight,
    "d_bias": _affine_bias,
    "d_x": _affine_input,
}


def update_form(m: ExplanationContext) -> Form:
    """Old weights, gradient, what the optimiser remembers, and new weights."""
    shape = np.shape(m.after["parameter"])
    *leading, row, col = m.index if len(shape) > 1 else (*m.index, 0)

    def cells(values: np.ndarray) -> np.ndarray:
        """The matrix, or of a filter the window of the chosen channel; a vector is one column."""
        return np.reshape(values, (-1, 1)) if len(shape) < 2 else np.asarray(values)[tuple(leading)]

    def index(r: int, c: int) -> Index:
        return (r,) if len(shape) < 2 else (*leading, r, c)

    symbols = {"mean": r"\bar m", "square": r"\bar v", "velocity": "v"}
    matrices = [
        Matrix("w", "weights before", cells(m["parameter"]), "parameter", index, row, col, "w"),
        Matrix("g", "gradient", cells(m["gradient"]), "gradient", index, row, col, "g"),
    ]
    for name, values in m.after.items():
        if name not in ("parameter", "gradient") and np.shape(values) == shape:
            words = f"{name.replace('_', ' ').capitalize()} after"
            matrices.append(Matrix(symbols.get(name, name[0]), words, cells(np.asarray(values)), name, index, row, col, written=True))
    matrices.append(Matrix("w'", "weights after", cells(m.after["parameter"]), "parameter", index, row, col, "w", True))
    signs = (*("" for _ in matrices[:-1]), r"\rightarrow")
    return Form(tuple(matrices), signs, description="Weights before, their gradient, the optimiser's moments, and the weights after.")


def rows_of(model: StepModel) -> Form | None:
    """The tensors of the moment as rows of numbers: what was read and written for the chosen sample, unit by unit."""
    trace, moment = model.trace, model.moment
    if trace is None or moment is None:
        return None
    matrices = []
    for operand in trace.instruction.operands:
        name = operand.argument.name
        values = trace.after.get(name)
        if operand.tensor is None or not isinstance(values, np.ndarray):
            continue
        chosen = model.index(name)
        if model.layout(name).has_batch and values.ndim > 1:
            row, column = values[chosen[0]].reshape(1, -1), int(np.ravel_multi_index(chosen[1:], values.shape[1:]))

            def index(r: int, c: int, n: int = chosen[0], shape: tuple[int, ...] = values.shape[1:]) -> Index:
                return (n, *(int(k) for k in np.unravel_index(c, shape)))
        else:
            row, column = values.reshape(1, -1), int(np.ravel_multi_index(chosen, values.shape)) if values.size > 1 else 0

            def index(r: int, c: int, shape: tuple[int, ...] = values.shape) -> Index:  # type: ignore[misc]
                return tuple(int(k) for k in np.unravel_index(c, shape))

        words = "written" if operand.written else "read"
        said = f"{name_in_words(model, operand.tensor)}, {words}"
        title = _row_title(trace.instruction, name)
        matrices.append(Matrix(title, said, row, name, index, 0, column, written=operand.written))
    return Form(tuple(matrices), ("",) * len(matrices), stacked=True, description="The numbers read and written for this sample.")


def _row_title(instruction: Instruction, argument: str) -> str:
    """The name of a row: inside a layer the letters of the formula, elsewhere what the kernel calls it."""
    kind, own = instruction.kind, argument.removeprefix("d_")
    if kind is None or kind.name not in inner_operators or own not in kind.tensors:
        return argument
    return kind.tensors[own].letter if own == argument else f"∂{kind.tensors[own].letter}"


def name_in_words(model: StepModel, tensor: str) -> str:
    return tensor if model.graph is None else tensor_in_words(model.graph, tensor)
