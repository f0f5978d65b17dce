"""Decision: two features. The plane coloured by the network's answer, the samples on it, and how many it gets right."""

from __future__ import annotations

import numpy as np

from nnlab.core.preparation import Data
from nnlab.core.short_names import legible
from nnlab.training.probes.decision import Decision
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.class_colors import as_hex, class_colors
from nnlab.ui.panels.plotting.decision_plot import MOST_RINGS, DecisionPlot
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.prediction_view import PredictionView, accuracy_lines, error_lines
from nnlab.ui.panels.plotting.sample_rings import SampleRings
from nnlab.ui.panels.plotting.statistics import LegendEntry, Line
from nnlab.ui.run.chosen_sample import SampleId
from nnlab.ui.run.live_view import LiveView

MOST_LETTERS = 16  # of a column's name in the legend


class DecisionView(PredictionView):
    title = "Decision"
    is_square = True

    def __init__(self, theme: Theme) -> None:
        self.plot = DecisionPlot(theme)
        self._decision: Decision | None = None
        self._view: LiveView | None = None
        self._rings: SampleRings | None = None
        super().__init__(theme, self.plot)
        self.plot.clicked.connect(self.sample_chosen)

    def make_plain(self) -> None:
        super().make_plain()
        self.plot.is_plain = True
        self._rings = self._rings_of(self.plot)

    @property
    def rings(self) -> SampleRings | None:
        return self._rings

    def show_chosen(self, sample: SampleId | None, data: Data) -> None:
        self.plot.show_chosen(sample)

    def preferred_width(self) -> int:
        return self.plot.preferred_width(self.height())

    def show_view(self, view: LiveView) -> bool:
        decision = view.probes.get("decision")
        if decision is None:
            return False
        self._decision, self._view = decision, view
        link = view.project.graph.losses[0].kind.link if view.project.graph.losses else "identity"
        is_first = self.plot.is_blank
        self.plot.show_decision(view.data, decision, link, view.frame.samples if self._rings is None else view.frame.samples[:0])
        if self._rings is not None:
            self._rings.place_samples(view.data.raw_x[:, 0], view.data.raw_x[:, 1])
        if is_first:
            self._arrange()
        self.set_statistics(lambda: [*self._scores(view), *self._legend(view)])
        return True

    def _scores(self, view: LiveView) -> list[Line]:
        return error_lines(view) if view.data.target.kind == "continuous" else accuracy_lines(view)

    def _legend(self, view: LiveView) -> list[Line]:
        target, batch = view.data.target, len(view.frame.samples)
        rings: list[Line] = [LegendEntry("batch", "this batch")] if 0 < batch <= MOST_RINGS else []
        held: list[Line] = [LegendEntry("ring", "validation", "text2")] if len(view.data.raw_validation_x) else []
        if target.kind == "continuous":
            name = target.names[0] if len(target.names[0]) <= MOST_LETTERS else "target"
            above = [LegendEntry("dot", f"{name} above 0", "pos")] if (view.data.y > 0).any() else []
            below = [LegendEntry("dot", f"{name} below 0", "neg")] if (view.data.y < 0).any() else []
            return [*rings, *above, *below, *held]
        names = legible(target.names)
        if target.kind == "binary":
            return [*rings, LegendEntry("dot", names[1], "pos"), LegendEntry("dot", names[0], "neg"), *held]
        colors = class_colors(target.classes, self._theme.is_dark)
        return [*rings, *(LegendEntry("dot", name, as_hex(color)) for name, color in zip(names, colors, strict=True)), *held]

    def table(self) -> ExportTable | None:
        """The grid of the picture: both features at every point and the network's outputs there."""
        if self._decision is None or self._view is None:
            return None
        rows, columns, outputs = self._decision.outputs.shape
        flat = self._decision.outputs.reshape(-1, outputs)
        names = (*self._view.data.raw_features, *(f"output_{numbers.count(k + 1)}" for k in range(outputs)))
        return ExportTable(names, (np.tile(self._decision.xs, rows), np.repeat(self._decision.ys, columns), *flat.T))
