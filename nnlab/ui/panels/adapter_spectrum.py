"""Singular values of ΔW: how many directions the update of the shown adapter has in the opened layer, live."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.training.difference import MOST_DIFFERENCES
from nnlab.ui.document.comparison_edits import set_comparison
from nnlab.ui.lora.full_spectrum import BESIDE, FullSpectrum, FullSpectrumRun, run_of_full
from nnlab.ui.lora.shown_adapter import ShownAdapter
from nnlab.ui.lora.spectrum_plot import SpectrumPlot
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.segmented import Option, Segmented

EMPTY = "The singular values of an adapter's update appear here. Attach an adapter above."
ALONE, FULL = "alone", "full"
FULL_TIP = "Trains all parameters beside it from the same start, both from iteration 0: a run of the comparison, one step to undo"


class AdapterSpectrumPanel(LivePanel):
    """The bars, full fine-tuning behind them where it is wanted, and a line of words below."""

    name = "adapter_spectrum"
    title = "Singular values of ΔW"
    probes = ("adapter_spectra",)
    frames_per_second = 10.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self.shown = services.shared(ShownAdapter)
        self.beside = Segmented(theme, (Option(ALONE, "alone", "The adapter's update alone"), Option(FULL, "full", FULL_TIP)), "Beside")
        self.beside.chosen.connect(self._choose)
        self.add_option(self.beside)
        self.full = FullSpectrumRun(services.session.jobs, self)
        self.full.came.connect(self._take_full)
        self.plot = SpectrumPlot(theme)
        self.words = ElidedLabel(theme, "", "caption", "text2")
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setSpacing(0)
        self._column.addWidget(self.plot, 1)
        self._column.addWidget(self.words)
        self.set_content(page)
        self.shown.changed.connect(self.restyle)
        services.document.changed.connect(self._follow)
        services.document.replaced.connect(self._follow)
        self._follow()
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
        self.full.ask(view, self.shown.layer)
        if run_of_full(view) is None and self.plot.full is not None:
            self.plot.show_full(None)
        self.plot.setToolTip("" if spectrum is None else f"{spectrum.name} on {spectrum.layer}")
        self.plot.show_spectrum(spectrum)
        self.words.setText(self.plot.words)
        self.set_empty(None if spectrum is not None else EMPTY)

    def _choose(self, which: str) -> None:
        """A run of all parameters joins the comparison, or leaves it: one step to undo."""
        document = self._services.document
        others = [difference for difference in document.project.comparison if difference != BESIDE]
        wanted = [*others, BESIDE] if which == FULL else others
        other = next((difference for difference in others if difference.key != BESIDE.key), None)
        if which == FULL and (other is not None or len(wanted) > MOST_DIFFERENCES):
            reason = f"differ in {other.key}" if other is not None else f"are {MOST_DIFFERENCES} already"
            self._services.session.failed.emit(f"The runs beside this one {reason}; end the comparison first.", "")
            self._follow()
            return
        set_comparison(document, wanted, begins_anew=which == FULL)

    def _follow(self, *_: object) -> None:
        self.beside.choose(FULL if BESIDE in self._services.document.project.comparison else ALONE)

    def _take_full(self, found: FullSpectrum) -> None:
        if BESIDE not in self._services.document.project.comparison:
            return
        self.plot.show_full(found)
        self.words.setText(self.plot.words)
        self.words.setToolTip(f"Full fine-tuning: run {found.run} of the comparison, from the same start, at iteration {found.iteration:,}")

    def clear(self) -> None:
        super().clear()
        self.plot.show_full(None)
        self.plot.show_spectrum(None)

    def table(self) -> ExportTable | None:
        if self.plot.shown is None:
            return None
        values = self.plot.shown.values
        full = self.plot.full
        if full is not None and full.layer == self.plot.shown.layer:
            own = np.zeros(len(full.values))
            own[: len(values)] = values
            return ExportTable(("number", "singular value", "full fine-tuning"), (np.arange(1, len(own) + 1), own, full.values))
        return ExportTable(("number", "singular value"), (np.arange(1, len(values) + 1), values))

    def picture_widget(self) -> QWidget | None:
        return self.plot
