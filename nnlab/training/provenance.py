"""Where a number comes from: which tensor, of which iteration, over which rows, by which formula; and the engine's answer to it once more.

A `Provenance` is a value that whatever shows a number can hand out. `recompute` works the number out again, by an evaluator of its own with
the parameters of that moment, never by a second implementation; where the weights have moved on since, it says so instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import Frame
from nnlab.engine.history import Losses
from nnlab.graph.targets import encoded
from nnlab.training.metrics import confusion
from nnlab.training.scores import TITLES, scores

MOST_ROWS = 6  # of a batch that are named
MOVED = "The weights have moved since; pause to have it worked out again."
EVALUATED = f"It is evaluated at the end of an epoch, now and then. {MOVED}"
PACED = f"It is worked out now and then while training runs. {MOVED}"
FORMULAS = {
    "accuracy": r"\frac{\mathrm{right}}{\mathrm{samples}}", "precision": r"\frac{TP}{TP + FP}", "recall": r"\frac{TP}{TP + FN}",
    "f1": r"\frac{2\,TP}{2\,TP + FP + FN}", "auc": r"\int_0^1 TPR\,d\,FPR",
    "mae": r"\frac{1}{N}\sum_n |y_n - \hat{y}_n|", "r2": r"1 - \frac{\sum (y - \hat{y})^2}{\sum (y - \bar{y})^2}",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Provenance:
    """`value` as it is stored, `formula` as TeX; `note` what cannot be checked and why. `recompute` may take a while: it is for a job."""

    name: str
    value: float
    tensor: str
    iteration: int | None
    rows: str
    formula: str = ""
    note: str = ""
    recompute: Callable[[], float] | None = None

    def verdict(self, found: float) -> str:
        """What a number that was worked out again says of this one."""
        if found == self.value or (math.isnan(found) and math.isnan(self.value)):
            return "Worked out again by the engine: equal, bit for bit."
        apart = abs(found - self.value)
        relative = apart / max(abs(self.value), 1e-300)
        return f"Worked out again by the engine: {found:.9g}, {apart:.2g} apart ({relative:.1g} of it)."


class ShownMoment(Protocol):
    """What is shown at one moment of a run."""

    @property
    def frame(self) -> Frame: ...
    @property
    def data(self) -> Data: ...
    @property
    def losses(self) -> Losses: ...


def batch_loss(moment: ShownMoment) -> Provenance | None:
    """The loss of the last batch, of the weights before its update."""
    frame = moment.frame
    loss = frame.program.loss_node
    if loss is None or not frame.rows:
        return None
    each = frame.get(f"{loss}.sample_loss")
    joins = frame.program.accumulate > 1  # the loss of several batches, of which the frame has the last
    again = None if each is None or joins else _Mean(each.copy())
    note = (
        f"It is the mean over the {frame.program.accumulate} batches of the update, of which only the last is still there."
        if joins
        else "The update has moved the weights since; the losses of the single rows, as the kernel left them, are added up once more."
    )
    return Provenance(
        "Batch loss", frame.loss, f"{loss}.loss", frame.iteration, _batch_in_words(frame, moment.data), _formula(frame), note, again
    )  # fmt: skip


def part_loss(moment: ShownMoment, is_validation: bool) -> Provenance | None:
    """The loss over a whole part of the data, as it was evaluated last."""
    frame, data = moment.frame, moment.data
    value = moment.losses.validation if is_validation else moment.losses.training
    x, y = (data.validation_x, data.validation_y) if is_validation else (data.x, data.y)
    if frame.program.loss_node is None or math.isnan(value) or not len(x):
        return None
    part, at = "validation" if is_validation else "training", moment.losses.evaluated_at
    again = _Loss(frame, frame.parameters.copy(), x, encoded(frame.program.graph, data.target, y)) if at == frame.iteration else None
    return Provenance(
        f"{part.capitalize()} loss", value, f"{frame.program.loss_node}.loss", at, f"all {len(x):,} {part} rows", _formula(frame),
        EVALUATED if again is None else "", again,
    )  # fmt: skip


def smoothed_loss(moment: ShownMoment) -> Provenance | None:
    """The mean of the newest batch losses."""
    if math.isnan(moment.losses.smoothed):
        return None
    window = moment.losses.window
    return Provenance(
        "Smoothed loss", moment.losses.smoothed, f"{moment.frame.program.loss_node}.loss", moment.frame.iteration,
        f"the batches of the last {window:,} iterations", r"\frac{1}{k}\sum_{i=t-k+1}^{t} L_i",
        "It is kept by the history; the single batches are gone.",
    )  # fmt: skip


def score(moment: ShownMoment, name: str, is_validation: bool, value: float, most: int, at: int) -> Provenance:
    """A score of scikit-learn over the first `most` rows of a part, worked out after iteration `at`."""
    frame, data = moment.frame, moment.data
    x, y = (data.validation_x, data.validation_y) if is_validation else (data.x, data.y)
    part = "validation" if is_validation else "training"
    link = frame.program.graph.losses[0].kind.link if frame.program.graph.losses else "identity"
    again = _Score(frame, frame.parameters.copy(), data, x[:most], y[:most], link, name) if at == frame.iteration else None
    return Provenance(
        f"{TITLES[name]} ({part})", value, frame.program.output_name, at, f"{len(x[:most]):,} of {len(x):,} {part} rows",
        FORMULAS.get(name, ""), PACED if again is None else "", again,
    )  # fmt: skip


def confusion_count(moment: ShownMoment, true: int, predicted: int, value: int, most: int, at: int) -> Provenance:
    """One cell of the confusion matrix, over validation, or over training where there is none."""
    frame, data = moment.frame, moment.data
    held = len(data.validation_x) > 0
    x, y = (data.validation_x, data.validation_y) if held else (data.x, data.y)
    link, names = frame.program.graph.losses[0].kind.link, data.target.names
    again = _Count(frame, frame.parameters.copy(), data, x[:most], y[:most], link, (true, predicted)) if at == frame.iteration else None
    part = "validation" if held else "training"
    return Provenance(
        f"True {names[true]}, predicted {names[predicted]}", float(value), frame.program.output_name, at,
        f"{len(x[:most]):,} {part} rows", r"\sum_n [y_n = i][\hat{y}_n = j]", PACED if again is None else "", again,
    )  # fmt: skip


def element(moment: ShownMoment, tensor: str, index: tuple[int, ...]) -> Provenance | None:
    """One element of a tensor of the frame: a weight, a gradient, an activation of a row of the batch."""
    frame = moment.frame
    values = frame.get(tensor)
    if values is None or values.ndim != len(index) or any(k >= n for k, n in zip(index, values.shape, strict=True)):
        return None
    place, has_batch = frame.program.places[tensor], frame.program.places[tensor].has_batch
    inside = ", ".join(str(k + 1) for k in (index[1:] if has_batch else index))
    owner, _, name = tensor.partition(".")
    rows, note, again = "all rows of the batch", "", None
    if has_batch:
        sample = int(frame.samples[index[0]])
        rows = f"row {int(moment.data.train_index[sample]) + 1:,}, place {index[0] + 1} of {frame.rows} in the batch"
        note = "The update has moved the weights since this row passed, so the answer may differ by as much."
        if tensor in Evaluator(frame.program.graph, frame.program.real, 1).before_loss_tensors:
            again = _Activation(frame, frame.parameters.copy(), moment.data.x[sample : sample + 1], tensor, index[1:])
    elif tensor in frame.program.stored:
        rows, note = "none: it is learned", "It is stored, as the last update or a person left it; there is nothing to work it out from."
    where = f"[{inside}]" if place.shape else ""
    return Provenance(f"{name} of {owner}", float(values[index]), f"{tensor}{where}", frame.iteration, rows, "", note, again)


def _formula(frame: Frame) -> str:
    if frame.program.loss_node is None:
        return ""
    node = frame.program.graph[frame.program.loss_node]
    return node.kind.formula(node.settings) if callable(node.kind.formula) else node.kind.formula


def _batch_in_words(frame: Frame, data: Data) -> str:
    known = frame.samples[(frame.samples >= 0) & (frame.samples < len(data.train_index))]
    rows = ", ".join(f"{int(row) + 1:,}" for row in data.train_index[known[:MOST_ROWS]])
    more = ", …" if len(known) > MOST_ROWS else ""
    return f"the batch of {frame.rows:,}: rows {rows}{more}"


@dataclass(frozen=True, eq=False)
class _Mean:
    values: np.ndarray

    def __call__(self) -> float:
        return float(self.values.mean(dtype=np.float64))


def _evaluator(frame: Frame, parameters: np.ndarray) -> Evaluator:
    made = Evaluator(frame.program.graph, frame.program.real)
    made.load(parameters)
    return made


@dataclass(frozen=True, eq=False)
class _Loss:
    frame: Frame
    parameters: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def __call__(self) -> float:
        return _evaluator(self.frame, self.parameters).loss(self.x, self.y)[0]


@dataclass(frozen=True, eq=False)
class _Score:
    frame: Frame
    parameters: np.ndarray
    data: Data
    x: np.ndarray
    y: np.ndarray
    link: str
    name: str

    def __call__(self) -> float:
        found = scores(_evaluator(self.frame, self.parameters).predict(self.x), self.y, self.data.target, self.link)[self.name].value
        return math.nan if found is None else found


@dataclass(frozen=True, eq=False)
class _Count:
    frame: Frame
    parameters: np.ndarray
    data: Data
    x: np.ndarray
    y: np.ndarray
    link: str
    cell: tuple[int, int]

    def __call__(self) -> float:
        outputs = _evaluator(self.frame, self.parameters).predict(self.x)
        return float(confusion(outputs, self.y, self.data.target, self.link)[self.cell])


@dataclass(frozen=True, eq=False)
class _Activation:
    frame: Frame
    parameters: np.ndarray
    x: np.ndarray
    tensor: str
    index: tuple[int, ...]

    def __call__(self) -> float:
        found = _evaluator(self.frame, self.parameters).activations(self.x, (self.tensor,))[self.tensor][0]
        return float(found[self.index])
