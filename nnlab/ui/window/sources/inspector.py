"""Where the inspector's numbers come from: statistics of a parameter, its gradient and its update, and saturation."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF

from nnlab.engine.frame import Frame
from nnlab.training import provenance
from nnlab.training.provenance import Provenance, Replay
from nnlab.training.statistics import saturation, summary, update_ratio
from nnlab.ui.inspector.live_numbers import ROWS, LiveNumbers
from nnlab.ui.widgets.traced import trace

FORMULAS = {
    "norm": r"\sqrt{\sum_i w_i^2}", "mean": r"\frac{1}{n}\sum_i w_i", "deviation": r"\sqrt{\frac{1}{n}\sum_i (w_i - \bar{w})^2}",
    "smallest": r"\min_i w_i", "largest": r"\max_i w_i", "zeros": r"\frac{1}{n}\sum_i [w_i = 0]",
}  # fmt: skip
RATIO = r"\frac{\|w_t - w_{t-1}\|}{\|w_{t-1}\|}"


def trace_inspector(numbers: LiveNumbers, replay: Replay) -> None:
    """From now on every number of the page tells where it comes from."""
    trace(numbers.table, partial(_cell, numbers, replay))
    trace(numbers.update_ratio, partial(_ratio, numbers, replay))
    for row, which in ((numbers.flat, "share"), (numbers.inactive, "share"), (numbers.dead, "dead")):
        trace(row, partial(_saturation, numbers, replay, which))
    for row, source in ((numbers.loss, provenance.batch_loss), (numbers.smoothed, provenance.smoothed_loss)):
        trace(row, partial(_loss, numbers, replay, source))


def _loss(numbers: LiveNumbers, replay: Replay, source: object, place: QPointF | None) -> Provenance | None:
    assert callable(source)
    found = None if numbers.view is None else source(numbers.view, replay)
    return found if isinstance(found, Provenance) else None


def _cell(numbers: LiveNumbers, replay: Replay, place: QPointF | None) -> Provenance | None:
    """A statistic of the parameter or, in the second column, of its gradient."""
    cell = (0, 0) if place is None else numbers.table.cell_at(place)
    if cell is None or numbers.view is None or not numbers.parameter:
        return None
    field, word, _ = ROWS[cell[0]]
    tensor = numbers.gradient if cell[1] else numbers.parameter

    def read(frame: Frame) -> float | None:
        found = summary(frame.get(tensor))
        return None if found is None else float(getattr(found, field))

    value = read(numbers.view.frame)
    if value is None:
        return None
    rows = "" if cell[1] else "none: it is learned"
    return provenance.of_frame(
        numbers.view, f"{word} of {tensor}", value, tensor, read, formula=FORMULAS[field], rows=rows, replay=replay
    )  # fmt: skip


def _ratio(numbers: LiveNumbers, replay: Replay, place: QPointF | None) -> Provenance | None:
    view, name = numbers.view, numbers.parameter
    value = None if view is None or not name else update_ratio(view.frame, name)
    if view is None or value is None:
        return None
    return provenance.of_frame(
        view, "Update / weight", value, name, lambda frame: update_ratio(frame, name), formula=RATIO,
        rows="the last update", replay=replay,
    )  # fmt: skip


def _saturation(numbers: LiveNumbers, replay: Replay, which: str, place: QPointF | None) -> Provenance | None:
    view, of = numbers.view, numbers.saturating
    if view is None or of is None or of[0] not in view.frame.program.graph:
        return None
    activation, tensor = of

    def read(frame: Frame) -> float | None:
        found = saturation(frame.program.graph[activation], frame, tensor)
        value = None if found is None else getattr(found, which)
        return None if value is None else float(value)

    value = read(view.frame)
    if value is None:
        return None
    name = "Dead units" if which == "dead" else "Share of activations that pass hardly any gradient"
    return provenance.of_frame(
        view, f"{name}, {activation}", value, tensor, read, formula=r"|f'(z)| \leq 0.05 \max_z |f'(z)|", replay=replay
    )
