"""Singular values of ΔW: how many directions the update of the shown adapter has in the opened layer, live."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.ui.lora.shown_adapter import ShownAdapter
from nnlab.ui.lora.spectrum_plot import SpectrumPlot
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import ElidedLabel, Label

EMPTY = "The singular values of an adapter's update appear here. Attach an adapter above."


class AdapterSpectrumPanel(LivePanel):
    """The layer in the header, the bars, and a line of words below them."""

    name = "adapter_spectrum"
    title = "Singular values of ΔW"
    probes = ("adapter_spectra",)
    frames_per_second = 10.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self.shown = services.shared(ShownAdapter)
        self.layer = Label(theme, "", "caption", "text2")
        self.add_option(self.layer)
        self.plot = SpectrumPlot(theme)
        self.words = ElidedLabel(theme, "", "caption", "text2")
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setSpacing(0)
        self._column.addWidget(self.plot, 1)
        self._column.addWidget(self.words)
        self.set_content(page)
        self.shown.changed.connect(self.restyle)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            metrics = self._theme.metrics
            self._column.setContentsMargins(0, 0, metrics.px(8), metrics.px(8))
            self.words.setContentsMargins(metrics.padding, 0, 0, 0)

    def draw(self, view: LiveView) -> None:
        found = view.probes.get("adapter_spectra")
        spectrum = None if found is None else found.of(self.shown.layer, self.shown.name)
        self.layer.setText("" if spectrum is None else spectrum.layer)
        self.plot.show_spectrum(spectrum)
        self.words.setText(self.plot.words)
        self.set_empty(None if spectrum is not None else EMPTY)

    def clear(self) -> None:
        super().clear()
        self.plot.show_spectrum(None)

    def table(self) -> ExportTable | None:
        if self.plot.shown is None:
            return None
        values = self.plot.shown.values
        return ExportTable(("number", "singular value"), (np.arange(1, len(values) + 1), values))

    def picture_widget(self) -> QWidget | None:
        return self.plot
