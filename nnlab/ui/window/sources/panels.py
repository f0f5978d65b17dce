"""Where the numbers of panels come from. Imported with the first panel that has some."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QPointF

from nnlab.training import provenance, provenance_of_data
from nnlab.training.probes.predictions import SAMPLES as MOST_PREDICTED
from nnlab.training.probes.scores import SAMPLES as MOST_SCORED
from nnlab.training.provenance import Provenance, Replay
from nnlab.ui.panels.base import LivePanel
from nnlab.ui.panels.confusion import ConfusionView
from nnlab.ui.panels.cost import CostPanel
from nnlab.ui.panels.diagnosis import DiagnosisPanel
from nnlab.ui.panels.distributions import DistributionsPanel
from nnlab.ui.panels.gradient_flow import GradientFlowPanel
from nnlab.ui.panels.landscape import LandscapePanel
from nnlab.ui.panels.loss import LossPanel
from nnlab.ui.panels.metrics import MetricsPanel
from nnlab.ui.panels.prediction import PredictionPanel
from nnlab.ui.panels.runs import RunsPanel
from nnlab.ui.panels.samples import SamplesPanel
from nnlab.ui.panels.weights import WeightsPanel
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.traced import trace
from nnlab.ui.window.sources.findings import trace_findings
from nnlab.ui.window.sources.pictures import trace_distributions, trace_landscape
from nnlab.ui.window.sources.plots import heat_map_source, loss_source
from nnlab.ui.window.sources.prediction import prediction_source
from nnlab.ui.window.sources.tables import trace_cost, trace_runs, trace_samples

TRACING: tuple[tuple[type[LivePanel], Callable[[Any, Replay], None]], ...] = (
    (RunsPanel, trace_runs), (SamplesPanel, trace_samples), (DistributionsPanel, trace_distributions), (LandscapePanel, trace_landscape),
    (DiagnosisPanel, trace_findings),
)  # fmt: skip


def trace_panel(panel: LivePanel, newest: Callable[[], LiveView | None], replay: Replay) -> None:
    """Lets a panel's numbers answer; `newest()` is the moment that the window shows."""
    if isinstance(panel, MetricsPanel):
        for (name, part), label in panel.values.items():
            trace(label, partial(_score, panel, name, part == "val", replay))
    elif isinstance(panel, WeightsPanel):
        trace(panel.matrix, partial(_weight, panel, newest, replay), cursor=False)
    elif isinstance(panel, PredictionPanel):
        trace(panel, partial(_of_prediction, panel, replay), cursor=False)
    elif isinstance(panel, LossPanel):
        trace(panel.plot.viewport(), loss_source(panel, replay), cursor=False)
    elif isinstance(panel, GradientFlowPanel):
        trace(panel.plot.viewport(), heat_map_source(panel, replay), cursor=False)
    elif isinstance(panel, CostPanel):
        trace_cost(panel)
    for kind, tracing in TRACING:
        if isinstance(panel, kind):
            tracing(panel, replay)


def _score(panel: MetricsPanel, name: str, is_validation: bool, replay: Replay, place: QPointF | None) -> Provenance | None:
    view, shown = panel.view, panel.shown
    report = None if shown is None else shown.validation if is_validation else shown.training
    if view is None or report is None or name not in report.values or report[name].value is None:
        return None
    value = report[name].value
    assert value is not None
    at = view.probed_at.get("scores", view.frame.iteration)
    return provenance_of_data.score(view, name, is_validation, value, MOST_SCORED, at, replay)


def _weight(panel: WeightsPanel, newest: Callable[[], LiveView | None], replay: Replay, place: QPointF | None) -> Provenance | None:
    """The cell that has the keyboard; a click chooses a cell and asks nothing."""
    index, view = panel.current_index, newest()
    if place is not None or index is None or view is None:
        return None
    return provenance.element(view, panel.parameter, index, replay)


def _of_prediction(panel: PredictionPanel, replay: Replay, place: QPointF | None) -> Provenance | None:
    """The cell of the confusion matrix that the keyboard is at, else the figure beside the picture that was clicked."""
    shown, view = panel.current, panel.view
    if place is None and isinstance(shown, ConfusionView) and view is not None and shown.matrix.isVisible():
        true, predicted = shown.matrix.asked or shown.matrix.current or (0, 0)
        value = int(shown.matrix.counts[true, predicted])
        at = view.probed_at.get("predictions", view.frame.iteration)
        return provenance_of_data.confusion_count(view, true, predicted, value, MOST_PREDICTED, at, replay)
    return prediction_source(panel, place, replay)
