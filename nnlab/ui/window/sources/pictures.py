"""Where the numbers beside and in two pictures come from: distributions over the time of a run, and the loss landscape."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF

from nnlab.studies.landscape.losses import LossAt
from nnlab.studies.landscape.planes import placed
from nnlab.studies.landscape.study import Landscape, some_samples
from nnlab.training import provenance_of_runs
from nnlab.training.provenance import Provenance, Replay, loss_formula
from nnlab.training.weight_path import WeightPath
from nnlab.ui.panels.distributions import DistributionsPanel
from nnlab.ui.panels.landscape import LandscapePanel
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.traced import trace

LOSS, PLANE, OFF = "loss", "plane", "off"
NAMES = {LOSS: "Loss of the run", PLANE: "Loss in the plane", OFF: "Distance from the plane"}
FAR = r"\min_{a,b} \|w - (c + a\,d_1 + b\,d_2)\|"


def trace_distributions(panel: DistributionsPanel, replay: Replay) -> None:
    """Ratios, and the least and greatest of every ridge."""
    trace(panel.plot, partial(_of_distribution, panel, replay), cursor=False)


def trace_landscape(panel: LandscapePanel, replay: Replay) -> None:
    """The three figures beside it, and the loss at any point of the map."""
    for name, row in panel.figures.items():
        trace(row, partial(_of_path, panel, replay, name))
    trace(panel.map, partial(_of_point, panel), cursor=False)


def _of_distribution(panel: DistributionsPanel, replay: Replay, place: QPointF | None) -> Provenance | None:
    view, plot, layer = panel.view, panel.plot, panel.layer.currentText()
    if view is None or not plot.shown or layer not in view.frame.program.graph:
        return None
    found = plot.at(place) if place is not None else plot.at(QPointF(plot.width() - 24.0, plot.height() / 2))
    if found is None:
        return None
    column, row, is_right = found
    if column.is_ridges:
        return provenance_of_runs.end_of_spread(view, layer, row, column.field, is_right, replay)
    return provenance_of_runs.ratio(view, layer, row, column.field, replay)


def _of_path(panel: LandscapePanel, replay: Replay, name: str, place: QPointF | None) -> Provenance | None:
    """One of the figures, which are of the iteration at the crosshair or of where the run stood."""
    view, found = panel.view, panel.landscape
    if view is None or found is None or len(found.plane.centre) != view.frame.program.parameters_end:
        return None
    row = panel.map.row_of(panel.crosshair_iteration)
    at = int(found.iterations[row])
    value = float({LOSS: found.path_losses, PLANE: found.plane_losses, OFF: found.path.distances}[name][row])
    if np.isnan(value):
        return None

    def again() -> float:
        then = replay(at, at - 1).frame
        if name == LOSS:
            return _loss(view, found)(then.parameters)
        if name == OFF:
            return float(placed(then.program, found.plane, WeightPath(np.array([at]), then.parameters[None], 0)).distances[0])
        a, b = placed(then.program, found.plane, WeightPath(np.array([at]), then.parameters[None], 0)).places[0]
        return _at_point(view, found, float(a), float(b))()

    rows = f"{found.size.samples:,} of {len(view.data.x):,} training rows" if name != OFF else "none"
    tensor = "all parameters" if name == OFF else f"{view.frame.program.loss_node}.loss"
    return Provenance(NAMES[name], value, tensor, at, rows, FAR if name == OFF else loss_formula(view.frame), "", again)


def _of_point(panel: LandscapePanel, place: QPointF | None) -> Provenance | None:
    """The loss at the computed point that is nearest to a click; where the run stood for None."""
    view, found = panel.view, panel.landscape
    if view is None or found is None or len(found.plane.centre) != view.frame.program.parameters_end:
        return None
    picture = panel.map.picture
    at = picture.center() if place is None else place
    if not picture.contains(at):
        return None
    column = round((at.x() - picture.left()) / picture.width() * (len(found.a) - 1))
    row = round((picture.bottom() - at.y()) / picture.height() * (len(found.b) - 1))
    value, a, b = float(found.losses[row, column]), float(found.a[column]), float(found.b[row])
    if np.isnan(value):
        return None
    rows = f"{found.size.samples:,} of {len(view.data.x):,} training rows"
    name = f"Loss at {a:.3g} along the first and {b:.3g} along the second axis"
    tensor = f"{view.frame.program.loss_node}.loss"
    return Provenance(name, value, tensor, None, rows, loss_formula(view.frame), "", _at_point(view, found, a, b))


def _loss(view: LiveView, found: Landscape) -> LossAt:
    x, y = some_samples(view.data.x, view.data.y, found.size.samples)
    return LossAt(view.frame.program.graph, x, y, view.frame.program.real)


def _at_point(view: LiveView, found: Landscape, a: float, b: float) -> Callable[[], float]:
    return lambda: _loss(view, found)(found.plane.point(a, b, np.empty_like(found.plane.centre)))
