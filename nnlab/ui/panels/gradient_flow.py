"""Gradient flow: how large the gradient of every parameter has been, layer by layer, over the iterations of the run.

A row that darkens towards the input is a vanishing gradient, one that brightens an exploding one. Colours are the decades of the
gradient's norm ‖∂L/∂W‖, from the network's input at the top to its output at the bottom.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.color_bar import ColorBar
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.heat_map_plot import HeatMapPlot, rows_of
from nnlab.ui.panels.plotting.ticks import power_of_ten
from nnlab.ui.run.live_view import LiveView


class GradientFlowPanel(LivePanel):
    """Heat map of gradient norms."""

    name = "gradient_flow"
    title = "Gradient flow"
    frames_per_second = 10.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            services, "The gradient norm of every layer appears here, for every iteration of training. Press Space to train.", parent
        )
        self.plot = HeatMapPlot(services.theme, services.crosshair)
        self.color_bar = ColorBar(services.theme, "Norm of the gradient of all weights, or all biases, of a layer")
        self.add_reading(self.color_bar)
        self.set_content(self.plot)
        self.clear()

    def clear(self) -> None:
        super().clear()
        self.color_bar.hide()

    def draw(self, view: LiveView) -> None:
        curves = view.curves
        if not len(curves.mean) or not curves.names:
            self.set_empty(self._empty_text)
            self.color_bar.hide()
            return
        last = max(int(curves.iterations[-1]), view.frame.iteration)
        self.plot.set_run(curves.origin, last, view.marks, view.frame.iteration if view.is_in_the_past else None)
        self.plot.show_curves(curves, last, rows_of(curves.names, view.frame.program.graph))
        low, high = self.plot.decades
        self.color_bar.set_ends(power_of_ten(low), power_of_ten(high))
        self.color_bar.show()
        if not view.playing:
            newest = "; ".join(
                f"{row.node} {row.symbol} {numbers.number(float(v), 3)}" for row, v in zip(self.plot.rows, self.plot.values(), strict=True)
            )
            where = last if self.plot.now is None else self.plot.now
            self.plot.setAccessibleDescription(f"Gradient norms at iteration {numbers.count(where)}: {newest}")

    def picture_widget(self) -> QWidget | None:
        return self.plot

    def table(self) -> ExportTable | None:
        """One row per block of iterations: the norm of every parameter's gradient at the block's last iteration."""
        curves = self.plot.curves
        if curves is None or not len(curves.norms):
            return None
        return ExportTable(("iteration", *curves.names), (curves.iterations, *np.ascontiguousarray(curves.norms.T)))
