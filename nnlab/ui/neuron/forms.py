"""The same neuron in matrix form: a row of W, a row of X, and the cell of z where they meet. Dashed cells are what one could add."""

from __future__ import annotations

import numpy as np

from nnlab.ui.neuron.laboratory import Laboratory
from nnlab.ui.stepper.matrix_forms import Form, Matrix

X, WEIGHT, BIAS, Z = "x", "weight", "bias", "y"


def _with_room(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return np.pad(np.asarray(values, dtype=np.float64), ((0, rows), (0, columns)))


def _note(*lengths: int) -> str:
    return " × ".join(map(str, lengths))


def layer_form(lab: Laboratory, room: int = 0) -> Form:
    """z = W x + b for the sample that is looked at; `room` 1 leaves a dashed row for another neuron."""
    n, u, s = lab.numbers, lab.unit, lab.sample
    units, inputs = n.weight.shape
    matrices = [
        Matrix("W", "weights, one row for each neuron", _with_room(n.weight, room, 0), WEIGHT, lambda r, c: (r, c), row=u,
               note=_note(units, inputs), ghost=(room, 0)),
        Matrix("x", "inputs of the sample", n.x[s][:, None], X, lambda r, c: (s, r), column=0, note=_note(inputs, 1)),
    ]  # fmt: skip
    signs = ["", "·"]
    if n.bias is not None:
        matrices.append(
            Matrix("b", "biases", _with_room(n.bias[:, None], room, 0), BIAS, lambda r, c: (r,), u, 0, note="" if room else _note(units, 1),
                   ghost=(room, 0))
        )  # fmt: skip
        signs.append("+")
    matrices.append(
        Matrix("z", "sums of the neurons", _with_room(lab.z()[s][:, None], room, 0), Z, lambda r, c: (s, r), u, 0, written=True,
               note="" if room else _note(units, 1), ghost=(room, 0))
    )  # fmt: skip
    return Form(tuple(matrices), (*signs, "="), description=f"z = W x + b; this neuron is row {u + 1} of W")


def batch_form(lab: Laboratory, room: int = 0) -> Form:
    """Z = X Wᵀ + b for all samples that are shown."""
    n, u, s = lab.numbers, lab.unit, lab.sample
    units, inputs = n.weight.shape
    samples = len(n.x)
    result = Matrix("Z", "sums, one row for each sample", _with_room(lab.z(), room, room), Z, lambda r, c: (r, c), s, u, written=True,
                    note=_note(samples, units), ghost=(room, room))  # fmt: skip
    left = Matrix("X", "inputs, one row for each sample", _with_room(n.x, room, 0), X, lambda r, c: (r, c), row=s,
                  note=_note(samples, inputs), ghost=(room, 0), row_names=_counted(samples))  # fmt: skip
    above = Matrix("W^T", "weights, one column for each neuron", _with_room(n.weight.T, 0, room), WEIGHT, lambda r, c: (c, r), column=u,
                   note=_note(inputs, units), ghost=(0, room), column_names=_counted(units))  # fmt: skip
    matrices = [result, left, above]
    if n.bias is not None:
        matrices.append(Matrix("b", "biases, added to every row", _with_room(n.bias[None, :], 0, room), BIAS, lambda r, c: (c,), 0, u,
                               note=str(units), ghost=(0, room)))  # fmt: skip
    return Form(tuple(matrices), ("", "=", "·", "+")[: len(matrices)], corner=True,
                description=f"Z = X Wᵀ + b; sample {s + 1} is row {s + 1} of X, neuron {u + 1} is column {u + 1} of Wᵀ")  # fmt: skip


def _counted(count: int) -> tuple[str, ...]:
    return tuple(str(k + 1) for k in range(count))


def shapes_in_words(lab: Laboratory, batch: bool) -> str:
    """The shapes as an equation, and which lengths must agree."""
    n = lab.numbers
    (units, inputs), samples = n.weight.shape, len(n.x)
    if batch:
        return (
            f"{samples} × {inputs} · {inputs} × {units}  +  {units}  =  {samples} × {units}. The inner {inputs} must agree: "
            "a row of X has as many numbers as a column of Wᵀ. b is added to every row."
        )
    return (
        f"{units} × {inputs} · {inputs} × 1  +  {units} × 1  =  {units} × 1. A row of W has as many numbers as x; "
        f"{'this neuron is the only row' if units == 1 else 'every neuron is one row'}."
    )
