"""Where the figures of the Prediction panel come from: those beside its picture, and what is said of the chosen sample."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training import provenance_of_data
from nnlab.training.metrics import predicted_classes
from nnlab.training.probes.curve import curve
from nnlab.training.probes.predictions import SAMPLES, Predictions
from nnlab.training.provenance import Provenance, Replay
from nnlab.ui.panels.fit import grid_errors
from nnlab.ui.panels.prediction import PredictionPanel
from nnlab.ui.run.live_view import LiveView

NAMES = {"Accuracy": "accuracy", "Wrong": "wrong", "Mean error": "mae", "R²": "r2"}  # by the heading they stand below
TITLES = {"accuracy": "Accuracy", "wrong": "Wrong", "mae": "Mean absolute error", "r2": "R²"}
GRID = {"RMS": r"\sqrt{\frac{1}{n}\sum_i (\hat{f}(x_i) - f(x_i))^2}", "largest": r"\max_i |\hat{f}(x_i) - f(x_i)|"}


def prediction_source(panel: PredictionPanel, place: QPointF | None, replay: Replay) -> Provenance | None:
    """At a place of the panel, or of the first figure for None."""
    view, shown = panel.view, panel.current
    found = None if view is None else view.probes.get("predictions")
    if view is None or shown is None or not isinstance(found, Predictions):
        return None
    at = view.probed_at.get("predictions", view.frame.iteration)
    words = panel.words
    if place is not None and words.isVisible() and words.rect().contains(words.mapFrom(panel, place).toPoint()):
        return _of_chosen(panel, view, found, at, replay)
    statistics = shown.statistics
    if not statistics.isVisible():
        return None
    key = statistics.value_at(None if place is None else statistics.mapFrom(panel, place))
    if key is None:
        return None
    heading, label = key
    if heading == "On the grid":
        return _on_grid(view, label, replay)
    name, held = NAMES.get(heading), label == "val"
    if name is None:
        return None
    scores = found.validation_metrics if held else found.metrics
    value = float(found.validation_wrong if held else found.wrong) if name == "wrong" else scores[name]
    return provenance_of_data.metric(view, name, TITLES[name], held, value, SAMPLES, at, replay)


def _of_chosen(panel: PredictionPanel, view: LiveView, found: Predictions, at: int, replay: Replay) -> Provenance | None:
    """The output of the class that the sample is taken for; the prediction where the target is a number."""
    sample = panel.chosen.sample
    if sample is None or not view.project.graph.losses:
        return None
    outputs = found.validation_outputs if sample.is_validation else found.outputs
    if sample.index >= len(outputs):
        return None
    row = outputs[sample.index : sample.index + 1]
    is_one = row.shape[1] == 1 or not view.data.target.classes
    output = 0 if is_one else int(predicted_classes(row, view.project.graph.losses[0].kind.link)[0])
    return provenance_of_data.output_at(view, sample.is_validation, sample.index, output, float(row[0, output]), at, replay)


def _on_grid(view: LiveView, label: str, replay: Replay) -> Provenance | None:
    found = view.probes.get("curve")
    errors = None if found is None else grid_errors(view.data, found)
    if errors is None:
        return None
    place = list(GRID).index(label)

    def read(evaluator: Evaluator, data: Data) -> float:
        again = grid_errors(data, curve(evaluator, data))
        return float("nan") if again is None else again[place]

    at = view.probed_at.get("curve", view.frame.iteration)
    return provenance_of_data.over_grid(view, f"{label} error on the grid", errors[place], at, GRID[label], read, replay)
