"""Fit: a target on a scale. Over one feature the network's curve against the target, with the residual; over more, predicted

against true values.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.training.domain import domain, raw_features
from nnlab.training.probes.curve import Curve
from nnlab.training.probes.predictions import Predictions
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.fit_plot import FitPlot, ResidualPlot
from nnlab.ui.panels.plotting.prediction_view import PredictionView, error_lines
from nnlab.ui.panels.plotting.sample_rings import SampleRings
from nnlab.ui.panels.plotting.statistics import LegendEntry, Line, StatisticsHeading, StatisticsValue
from nnlab.ui.panels.plotting.truth_plot import TruthPlot
from nnlab.ui.run.live_view import LiveView


def grid_errors(data: Data, curve: Curve) -> tuple[float, float] | None:
    """(root mean square, largest magnitude) of fit minus exact curve over the grid within the domain; None without a curve."""
    if curve.truth is None:
        return None
    low, high = domain(data)[0]
    errors = (curve.y - curve.truth)[(curve.x >= low) & (curve.x <= high) & np.isfinite(curve.truth)]
    if not errors.size:
        return None
    return float(np.sqrt(np.mean(errors**2))), float(np.abs(errors).max())


class FitView(PredictionView):
    """One feature and one number."""

    title = "Fit"

    def __init__(self, theme: Theme) -> None:
        self.plot = FitPlot(theme)
        self.residual = ResidualPlot(theme, self.plot)
        self._curve: Curve | None = None
        self._view: LiveView | None = None
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.plot, 5)
        column.addWidget(self.residual, 3)
        super().__init__(theme, picture)
        self.plot.range_changed.connect(self._follow_range)
        self._rings: SampleRings | None = None

    def make_plain(self) -> None:
        super().make_plain()
        self._rings = self._rings_of(self.plot)

    @property
    def rings(self) -> SampleRings | None:
        return self._rings

    def _follow_range(self) -> None:
        if self._curve is not None:
            self.residual.set_range(self.plot.x_range, self.residual.y_range)

    def show_view(self, view: LiveView) -> bool:
        curve, predictions = view.probes.get("curve"), view.probes.get("predictions")
        if curve is None:
            return False
        self._curve, self._view = curve, view
        self.plot.show_curve(view.data, curve)
        if self._rings is not None:
            self._rings.place_samples(view.data.raw_x[:, 0], view.data.y.reshape(-1))
        if curve.truth is not None:
            known = np.isfinite(curve.truth)  # a drawn curve ends where the drawing ends
            self.residual.show_residual(view.data, curve.x[known], (curve.y - curve.truth)[known], True)
        elif isinstance(predictions, Predictions):
            count = len(predictions.outputs)
            errors = predictions.outputs[:, 0].astype(np.float64) - view.data.y[:count].reshape(-1)
            self.residual.show_residual(view.data, view.data.raw_x[:count, 0], errors, False)
        self.set_statistics(lambda: [*self._errors(view.data, curve), *error_lines(view), *self._legend(view, curve)])
        return True

    def _errors(self, data: Data, curve: Curve) -> list[Line]:
        errors = grid_errors(data, curve)
        if errors is None:
            return []
        return [
            StatisticsHeading("On the grid"),
            StatisticsValue("RMS", numbers.number(errors[0], 3), True),
            StatisticsValue("largest", numbers.number(errors[1], 3), True),
        ]

    def _legend(self, view: LiveView, curve: Curve) -> list[Line]:
        lines: list[Line] = [LegendEntry("line", "fit")]
        if curve.truth is not None:
            lines.append(LegendEntry("dashes", "target"))
        lines.append(LegendEntry("dot", "training", "text3"))
        return [*lines, LegendEntry("ring", "validation", "text3")] if len(view.data.raw_validation_x) else lines

    def table(self) -> ExportTable | None:
        curve, view = self._curve, self._view
        if curve is None or view is None:
            return None
        name = view.data.raw_features[0]
        if curve.truth is None:
            return ExportTable((name, "fit"), (curve.x, curve.y))
        return ExportTable((name, "fit", "target", "residual"), (curve.x, curve.y, curve.truth, curve.y - curve.truth))


class TruthView(PredictionView):
    """More features and a number."""

    title = "Predictions"

    def __init__(self, theme: Theme) -> None:
        self.plot = TruthPlot(theme)
        self._rings: SampleRings | None = None
        self._view: LiveView | None = None
        super().__init__(theme, self.plot)

    def make_plain(self) -> None:
        super().make_plain()
        self.plot.is_plain = True
        self._rings = self._rings_of(self.plot)

    @property
    def rings(self) -> SampleRings | None:
        return self._rings

    def show_view(self, view: LiveView) -> bool:
        predictions = view.probes.get("predictions")
        if predictions is None or view.data.target.kind != "continuous" or raw_features(view.data) < 1:
            return False
        self._view = view
        self.plot.show_predictions(view.data, predictions)
        if self._rings is not None and view.data.y.ndim == 2:
            self._rings.place_samples(view.data.y[: len(predictions.outputs), 0], predictions.outputs[:, 0])
        legend: list[Line] = [LegendEntry("dot", "training", "text3")]
        if len(predictions.validation_outputs):
            legend.append(LegendEntry("ring", "validation"))
        self.set_statistics(lambda: [*error_lines(view), *legend, LegendEntry("dashes", "perfect")])
        return True

    def table(self) -> ExportTable | None:
        """Every sample: its part, the true value and the predicted one, for each output."""
        if self._view is None:
            return None
        data, found = self._view.data, self._view.probes["predictions"]
        outputs = np.concatenate([found.outputs, found.validation_outputs]).astype(np.float64)
        true = np.concatenate([data.y[: len(found.outputs)], data.validation_y[: len(found.validation_outputs)]])
        part = ["training"] * len(found.outputs) + ["validation"] * len(found.validation_outputs)
        names = [f"{kind} {name}" for name in data.target.names for kind in ("true", "predicted")]
        columns = [column for k in range(len(data.target.names)) for column in (true[:, k], outputs[:, k])]
        return ExportTable(("part", *names), (part, *columns))
