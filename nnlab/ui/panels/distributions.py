"""Distributions: how weights, activations and gradients of a layer are spread as iterations pass, and how much of it still learns."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from nnlab.engine.frame import GRADIENTS, OUTPUTS, UPDATES
from nnlab.training.distributions import BATCHES, Distributions
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.ridge_plot import COLUMNS, RidgePlot
from nnlab.ui.run.live_view import LiveView

EMPTY = "How weights, activations and gradients are spread appears here, from now on. Press Space to train."
TIP = (
    "Iterations run down, from where this panel was opened. Each ridge is scaled to its own peak; activations are drawn with exponent 0.6. "
    "Saturated: the slope is at most 3 % of the greatest; dead: no sample of the batch passes a gradient. Update / w: length of the last "
    "update over that of the weights, usually 5e−4 to 2e−3 (a rule of thumb, grey). Signal / noise: length of the gradient's mean over "
    f"that of its standard deviation, over the last {BATCHES} batches looked at."
)


class DistributionsPanel(LivePanel):
    """Follows the selected layer, or the one chosen in its header."""

    name = "distributions"
    title = "Distributions"
    tensors = (OUTPUTS, GRADIENTS, UPDATES)
    frames_per_second = 6.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        self.past = Distributions()
        self.layer = QComboBox()
        self.layer.setAccessibleName("Layer")
        self.layer.setToolTip("Which layer is shown; selecting one on the canvas chooses it too")
        self.layer.activated.connect(self._show)
        self.add_reading(self.layer)
        self.plot = RidgePlot(services.theme, services.crosshair)
        self.plot.setToolTip(TIP)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 4)
        column.addWidget(self.plot)
        self.set_content(page)
        services.selection.changed.connect(self._follow_selection)
        self.apply_metrics()

    def _follow_selection(self) -> None:
        for node in self._services.selection.nodes:
            place = self.layer.findText(node)
            if place >= 0:
                self.layer.setCurrentIndex(place)
                self._show()
                return

    def draw(self, view: LiveView) -> None:
        self.past.take(view.frame)
        names = list(self.past.layers)
        if not names:
            self.set_empty(self._empty_text)
            return
        if [self.layer.itemText(k) for k in range(self.layer.count())] != names:
            before = self.layer.currentText()
            self.layer.clear()
            self.layer.addItems(names)
            self.layer.setCurrentIndex(names.index(before) if before in names else 0)
            self._follow_selection()
        self._show()

    def _show(self) -> None:
        rows = self.past.layers.get(self.layer.currentText(), [])
        self.plot.show_rows(rows)
        if rows and not self._services.session.is_playing:
            last = rows[-1]
            said = [
                f"{column.title} {numbers.number(float(getattr(last, column.field)), 3)}"
                for column in COLUMNS
                if not column.is_ridges and np.isfinite(getattr(last, column.field))
            ]
            self.plot.setAccessibleDescription(f"{self.layer.currentText()} at iteration {last.iteration:,}: {'; '.join(said)}")

    def clear(self) -> None:
        super().clear()
        if hasattr(self, "past"):
            self.past.forget()
            self.plot.show_rows(())

    def picture_widget(self) -> QWidget | None:
        return self.plot

    def table(self) -> ExportTable | None:
        """One row per iteration looked at: the four ratios of the layer."""
        rows = self.plot.shown
        fields = [column.field for column in COLUMNS if not column.is_ridges]
        if not rows:
            return None
        return ExportTable(("iteration", *fields), ([row.iteration for row in rows], *[[getattr(r, f) for r in rows] for f in fields]))
