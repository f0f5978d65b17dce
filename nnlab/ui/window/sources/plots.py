"""Where the values come from that plots over iterations show at the crosshair, and at the ends of their lines."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF

from nnlab.engine.history import Curves
from nnlab.training import provenance_of_curves, provenance_of_data
from nnlab.training.provenance import Provenance, Replay
from nnlab.ui.panels.gradient_flow import GradientFlowPanel
from nnlab.ui.panels.loss import LossPanel
from nnlab.ui.panels.plotting.loss_plot import LossPlot
from nnlab.ui.panels.plotting.thinning import block_at
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.traced import Supplier

NEAR = 14.0  # pixels from a value within which a click means it
SMOOTHED, VALIDATION, TRAINING = "smoothed", "validation", "training"


def loss_source(panel: LossPanel, replay: Replay) -> Supplier:
    """Of the run's own lines: the value at the crosshair nearest to the click, or that at a line's end."""

    def asked(place: QPointF | None) -> Provenance | None:
        plot, view = panel.plot, panel.view
        curves = plot.curves
        if view is None or curves is None or not len(curves.mean):
            return None
        iteration = plot.shown_crosshair
        if iteration is None or (place is not None and place.x() > plot.picture.right()):
            iteration = int(curves.iterations[-1]) if plot.now is None else plot.now
        values = _values(curves, iteration)
        if place is None:
            return _of_line(SMOOTHED, view, curves, iteration, replay)
        name = _nearest(plot, values, place)
        return None if name is None else _of_line(name, view, curves, iteration, replay)

    return asked


def _values(curves: Curves, iteration: int) -> dict[str, float]:
    """What the plot reads at an iteration, by line."""
    block = block_at(curves, iteration)
    found = {} if block is None else {SMOOTHED: float(curves.smoothed[block])}
    known = int(np.searchsorted(curves.validation_iterations, iteration, side="right"))
    if known:
        found[VALIDATION] = float(curves.validation_losses[known - 1])
        found[TRAINING] = float(curves.training_losses[known - 1])
    return found


def _nearest(plot: LossPlot, values: dict[str, float], place: QPointF) -> str | None:
    """The line whose value is nearest in height; beside the picture any of them, within it only one that is near."""
    heights = {name: float(plot.y_pixels(float(plot.on_axis(np.array([value]))[0]))) for name, value in values.items()}
    apart = {name: abs(y - place.y()) for name, y in heights.items() if math.isfinite(y)}
    name = min(apart, key=lambda each: apart[each], default=None)
    if name is None or (place.x() <= plot.picture.right() and apart[name] > NEAR):
        return None
    return name


def _of_line(name: str, view: LiveView, curves: Curves, iteration: int, replay: Replay) -> Provenance | None:
    if name == SMOOTHED:
        block = block_at(curves, iteration)
        return None if block is None else provenance_of_curves.batch_curve(view, curves, block, replay)
    known = int(np.searchsorted(curves.validation_iterations, iteration, side="right")) - 1
    losses = curves.validation_losses if name == VALIDATION else curves.training_losses
    at = int(curves.validation_iterations[known])
    return provenance_of_data.evaluated(view, name == VALIDATION, float(losses[known]), at, replay)


def heat_map_source(panel: GradientFlowPanel, replay: Replay) -> Supplier:
    """The norm in the row that was clicked, at the crosshair's iteration or else the newest."""

    def asked(place: QPointF | None) -> Provenance | None:
        plot, view = panel.plot, panel.view
        curves = plot.curves
        if view is None or curves is None or not len(curves.norms) or not plot.rows:
            return None
        edges = plot.row_edges() + plot.picture.top()
        row = 0 if place is None else int(np.searchsorted(edges, place.y(), side="right")) - 1
        if not 0 <= row < len(curves.names):
            return None
        iteration = plot.now if plot.shown_crosshair is None else plot.shown_crosshair
        block = None if iteration is None else block_at(curves, iteration)
        at = len(curves.norms) - 1 if block is None else block
        return provenance_of_curves.gradient_norm(view, curves, at, curves.names[row], replay)

    return asked
