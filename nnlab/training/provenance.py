"""Where a number comes from: which tensor, of which iteration, over which rows, by which formula; and the engine's answer to it once more.

A `Provenance` is a value that whatever shows a number can hand out. `recompute` works the number out again by the engine, never by a second
implementation. With a `Replay` any iteration that the run has passed is there again, to the bit (`nnlab.training.excerpt`), whatever the
weights have become since; without one only what the moment itself still holds can be checked, and it is said why not more.

What is worked out over whole parts of the data stands in `nnlab.training.provenance_of_data`, what curves show in `provenance_of_curves`.
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
from nnlab.training.excerpt import Replayed

MOST_ROWS = 6  # of a batch that are named
MOVED = "The weights have moved since; pause to have it worked out again."

Replay = Callable[[int, int], Replayed]  # an iteration, and after which one all are to be passed on the way


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
        if math.isnan(found):
            return "What it was worked out from is not kept any more."
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


def once_more(moment: ShownMoment, replay: Replay | None, read: Callable[[Frame], float]) -> Callable[[], float] | None:
    """Reads a number of the moment's frame from the same iteration once more; None inside an iteration, which no replay stops in."""
    frame = moment.frame
    if replay is None or frame.is_inside:
        return None
    since = frame.iteration - 1 if frame.rows else frame.iteration
    return lambda: read(replay(frame.iteration, since).frame)


def batch_loss(moment: ShownMoment, replay: Replay | None = None) -> Provenance | None:
    """The loss of the last batch, of the weights before its update."""
    frame = moment.frame
    loss = frame.program.loss_node
    if loss is None or not frame.rows:
        return None
    again, note = once_more(moment, replay, lambda then: then.loss), ""
    if again is None:
        each = frame.get(f"{loss}.sample_loss")
        joins = frame.program.accumulate > 1  # the loss of several batches, of which the frame has the last
        again = None if each is None or joins else _Mean(each.copy())
        note = (
            f"It is the mean over the {frame.program.accumulate} batches of the update, of which only the last is still there."
            if joins
            else "The update has moved the weights since; the losses of the single rows, as the kernel left them, are added up once more."
        )
    rows = _batch_in_words(frame, moment.data)
    return Provenance("Batch loss", frame.loss, f"{loss}.loss", frame.iteration, rows, loss_formula(frame), note, again)


def row_loss(moment: ShownMoment, place: int, replay: Replay | None = None) -> Provenance | None:
    """What one row of the batch lost."""
    name = f"{moment.frame.program.loss_node}.sample_loss"
    found = element(moment, name, (place,), replay)
    return found if found is None else Provenance(
        f"Loss of row {place + 1} of the batch", found.value, found.tensor, found.iteration, found.rows, loss_formula(moment.frame),
        found.note, found.recompute,
    )  # fmt: skip


def smoothed_loss(moment: ShownMoment, replay: Replay | None = None) -> Provenance | None:
    """The mean of the newest batch losses."""
    if math.isnan(moment.losses.smoothed):
        return None
    at, window = moment.frame.iteration, moment.losses.window
    again = None
    if replay is not None and not moment.frame.is_inside:
        again = _mean_of_batches(replay, at, window)
    return Provenance(
        "Smoothed loss", moment.losses.smoothed, f"{moment.frame.program.loss_node}.loss", at,
        f"the batches of the last {window:,} iterations", r"\frac{1}{k}\sum_{i=t-k+1}^{t} L_i",
        "It is kept by the history; the single batches are gone." if again is None else "", again,
    )  # fmt: skip


def _mean_of_batches(replay: Replay, at: int, window: int) -> Callable[[], float]:
    """The mean of the batch losses of the last `window` iterations up to one of them; NaN where not all of them are within reach."""

    def mean() -> float:
        curves = replay(at, max(0, at - window)).curves
        end = (at - curves.origin) // curves.block_size
        first = end - window // curves.block_size
        return float(curves.mean[first:end].mean()) if 0 <= first < end else math.nan

    return mean


def element(moment: ShownMoment, tensor: str, index: tuple[int, ...], replay: Replay | None = None) -> Provenance | None:
    """One element of a tensor of the frame: a weight, a gradient, an activation of a row of the batch."""
    frame = moment.frame
    values = frame.get(tensor)
    if values is None or values.ndim != len(index) or any(k >= n for k, n in zip(index, values.shape, strict=True)):
        return None
    place, has_batch = frame.program.places[tensor], frame.program.places[tensor].has_batch
    inside = ", ".join(str(k + 1) for k in (index[1:] if has_batch else index))
    owner, _, name = tensor.partition(".")
    rows, note = "all rows of the batch", ""
    again = once_more(moment, replay, lambda then: _element(then, tensor, index))
    if has_batch:
        sample = int(frame.samples[index[0]])
        rows = f"row {int(moment.data.train_index[sample]) + 1:,}, place {index[0] + 1} of {frame.rows} in the batch"
        if again is None:
            note = "The update has moved the weights since this row passed, so the answer may differ by as much."
            if tensor in Evaluator(frame.program.graph, frame.program.real, 1).before_loss_tensors:
                again = _Activation(frame, frame.parameters.copy(), moment.data.x[sample : sample + 1], tensor, index[1:])
    elif tensor in frame.program.stored:
        rows = "none: it is learned"
        note = "" if again is not None else (
            "It is stored, as the last update or a person left it; there is nothing to work it out from."
        )  # fmt: skip
    where = f"[{inside}]" if place.shape else ""
    return Provenance(f"{name} of {owner}", float(values[index]), f"{tensor}{where}", frame.iteration, rows, "", note, again)


def _element(frame: Frame, tensor: str, index: tuple[int, ...]) -> float:
    values = frame.get(tensor)
    return math.nan if values is None else float(values[index])


def of_frame(
    moment: ShownMoment, name: str, value: float, tensor: str, read: Callable[[Frame], float | None], *, formula: str = "",
    rows: str = "", replay: Replay | None = None,
) -> Provenance:  # fmt: skip
    """A number that `read` forms from a frame: a norm, a share. `rows`: of which rows, by default those of the frame's batch."""

    def known(frame: Frame) -> float:
        found = read(frame)
        return math.nan if found is None else found

    again = once_more(moment, replay, known)
    note = "" if again is not None else "An iteration is under way; when it has ended this can be worked out again."
    where = rows or (_batch_in_words(moment.frame, moment.data) if moment.frame.rows else "none")
    return Provenance(name, value, tensor, moment.frame.iteration, where, formula, note, again)


def counted(name: str, value: float, tensor: str, iteration: int | None, words: str, formula: str = "") -> Provenance:
    """A number that is counted or measured, and so cannot be worked out once more; `words` say by what."""
    return Provenance(name, value, tensor, iteration, "none", formula, words)


def loss_formula(frame: Frame) -> str:
    """The formula of the loss of this frame's network, as TeX."""
    if frame.program.loss_node is None:
        return ""
    node = frame.program.graph[frame.program.loss_node]
    return node.kind.formula(node.settings) if callable(node.kind.formula) else node.kind.formula


def _batch_in_words(frame: Frame, data: Data) -> str:
    known = frame.samples[(frame.samples >= 0) & (frame.samples < len(data.train_index))]
    rows = ", ".join(f"{int(row) + 1:,}" for row in data.train_index[known[:MOST_ROWS]])
    more = ", …" if len(known) > MOST_ROWS else ""
    return f"the batch of {frame.rows:,}: rows {rows}{more}"


def evaluator_of(frame: Frame) -> Evaluator:
    """An evaluator of its own with a frame's weights."""
    made = Evaluator(frame.program.graph, frame.program.real)
    made.load(frame.parameters)
    return made


@dataclass(frozen=True, eq=False)
class _Mean:
    values: np.ndarray

    def __call__(self) -> float:
        return float(self.values.mean(dtype=np.float64))


@dataclass(frozen=True, eq=False)
class _Activation:
    frame: Frame
    parameters: np.ndarray
    x: np.ndarray
    tensor: str
    index: tuple[int, ...]

    def __call__(self) -> float:
        found = evaluator_of(self.frame).activations(self.x, (self.tensor,))[self.tensor][0]
        return float(found[self.index])
