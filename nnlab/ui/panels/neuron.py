"""Neuron: the one-neuron laboratory. The middle of the workspace of one neuron, a state of Step."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import parse_number
from nnlab.ui.neuron.forms import BIAS, WEIGHT, X, Z, batch_form, layer_form, shapes_in_words
from nnlab.ui.neuron.laboratory import Laboratory
from nnlab.ui.neuron.neuron_page import NeuronPage
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.stepper.matrix_view import MatrixView
from nnlab.ui.stepper.morph import Origins
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.segmented import Option, Segmented

STOPS = (
    Option("product", "Product", "One input times its weight"),
    Option("neuron", "Neuron", "All products of one neuron, their sum, and the activation"),
    Option("layer", "Layer", "The neuron as a row of W: z = W x + b"),
    Option("batch", "Batch", "All samples at once: Z = X Wᵀ + b"),
    Option("network", "Network", "Back to the network, and to stepping through it"),
)


class NeuronPanel(LivePanel):
    """From one product to a batch. `network_wanted` leads back to the canvas."""

    name = "neuron"
    title = "Neuron"
    is_centre = True

    network_wanted = Signal()
    refused = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self.header.hide()
        self.lab = services.shared(Laboratory)
        self.stops = Segmented(theme, STOPS, "How much is seen")
        self.reset_button = PressButton(icon(theme, "undo"), "Reset")
        self.reset_button.setToolTip("Puts the numbers back that were tried; of a project's neuron its weights stay, which undo takes back")
        self.reset_button.setFlat(True)
        self.page = NeuronPage(theme, self.lab)
        self.matrix = MatrixView(theme)
        self.matrix.set_editable((X, WEIGHT, BIAS))
        self.words = Label(theme, "", "counter")
        self.words.setWordWrap(True)
        self._arrange()
        self.stops.choose("neuron")
        self._stop = "neuron"
        self.stops.chosen.connect(self.show_stop)
        self.reset_button.clicked.connect(self.lab.reset)
        self.matrix.chosen.connect(self._choose)
        self.matrix.entered.connect(self._enter)
        self.lab.changed.connect(self._on_changed)
        self.lab.refused.connect(self.refused)
        self.page.refused.connect(self.refused)

    def _arrange(self) -> None:
        page, matrices = QWidget(), QWidget()
        self._top = QHBoxLayout()
        self._top.addWidget(self.stops)
        self._top.addStretch(1)
        self._top.addWidget(self.reset_button)
        self._column = QVBoxLayout(matrices)
        self._column.addWidget(self.matrix, 1)
        self._column.addWidget(self.words)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.page)
        self.pages.addWidget(matrices)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._top)
        column.addWidget(self.pages, 1)
        self.set_content(page)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_top"):
            metrics = self._theme.metrics
            self._top.setContentsMargins(metrics.grid, metrics.px(4), metrics.padding, 0)
            self._column.setContentsMargins(metrics.padding * 2, metrics.padding, metrics.padding * 2, metrics.padding)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.lab.watch(True)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.lab.watch(False)

    def show_stop(self, stop: str) -> None:
        """product, neuron, layer or batch; network leads back to the canvas."""
        if stop == "network":
            self.stops.choose(self._stop)
            self.network_wanted.emit()
            return
        origins = self._origins() if stop != self._stop else None
        self._stop = stop
        self.stops.choose(stop)
        self.pages.setCurrentIndex(stop in ("layer", "batch"))
        self.page.set_product(stop == "product")
        self._refresh(origins)

    def _origins(self) -> Origins:
        """Where the numbers stand now, as the matrices see it, for what is shown next."""
        if self._stop in ("layer", "batch"):
            return self.matrix.cells
        return {number: rect.translated(self.page.pos() - self._place_of_matrix()) for number, rect in self.page.cells.items()}

    def _place_of_matrix(self) -> QPoint:
        """Of the matrices within their page, which may not have been laid out yet."""
        margins = self._column.contentsMargins()
        return QPoint(margins.left(), margins.top())

    def _refresh(self, origins: Origins | None = None) -> None:
        if not self.isVisible() or self._stop not in ("layer", "batch"):
            return
        is_batch = self._stop == "batch"
        form, former = batch_form(self.lab) if is_batch else layer_form(self.lab), self.matrix.form
        if origins is None and former is not None and former.corner == form.corner:
            has_grown = [m.values.shape for m in former.matrices] != [m.values.shape for m in form.matrices]
            origins = self.matrix.cells if has_grown else None
        self.matrix.show_form(form, origins)
        self.words.setText(shapes_in_words(self.lab, is_batch))

    def _on_changed(self) -> None:
        self._refresh()

    def _choose(self, argument: str, index: tuple[int, ...]) -> None:
        choose_cell(self.lab, argument, index)

    def _enter(self, argument: str, index: tuple[int, ...], text: str) -> None:
        value = parse_number(text)
        if value is None:
            self.refused.emit(f"“{text}” is not a number; type for example 0.25 or −3e−2.")
        else:
            enter_cell(self.lab, argument, index, value)


def choose_cell(lab: Laboratory, argument: str, index: tuple[int, ...]) -> None:
    """A click on a cell looks at its neuron and sample."""
    samples, units = lab.numbers.x.shape[0], lab.numbers.weight.shape[0]
    if argument == Z and index[0] < samples and index[1] < units:
        lab.choose(unit=index[1], sample=index[0])
    elif argument in (WEIGHT, BIAS) and index[0] < units:
        lab.choose(unit=index[0])
    elif argument == X and index[0] < samples:
        lab.choose(sample=index[0])


def enter_cell(lab: Laboratory, argument: str, index: tuple[int, ...], value: float) -> None:
    """A number typed into a cell."""
    if argument == X:
        lab.choose(sample=index[0])
        lab.set_input(index[1], value)
    else:
        lab.set_weight_of(index[0], index[1] if argument == WEIGHT else lab.numbers.weight.shape[1], value)
