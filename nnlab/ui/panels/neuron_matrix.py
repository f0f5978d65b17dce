"""Beside the laboratory: what activations make of z, the same neuron in matrix form, and where its numbers come from."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import parse_number, short
from nnlab.ui.neuron.activation_list import ActivationList
from nnlab.ui.neuron.forms import BIAS, WEIGHT, X, batch_form, layer_form, shapes_in_words
from nnlab.ui.neuron.laboratory import OWN, Laboratory
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.neuron import choose_cell, enter_cell
from nnlab.ui.stepper.matrix_view import MatrixView
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label

MOST_LISTED = 64  # neurons in the list


class NeuronMatrixPanel(LivePanel):
    """Follows the same `Laboratory` as the page in the middle."""

    name = "neuron_matrix"
    title = "Neuron"

    refused = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self.lab = services.shared(Laboratory)
        self.list = ActivationList(theme)
        self.matrix_head = Label(theme, "The same in matrix form", "caption", "text2")
        self.matrix = MatrixView(theme)
        self.matrix.set_editable((X, WEIGHT, BIAS))
        self.neuron_button = PressButton(icon(theme, "plus"), "Neuron")
        self.neuron_button.setToolTip("A neuron more is a row more of W, b and z")
        self.sample_button = PressButton(icon(theme, "plus"), "Sample")
        self.sample_button.setToolTip("A sample more is a row more of X and Z")
        self.words = Label(theme, "", "body", "text2")
        self.words.setWordWrap(True)
        self.source_head = Label(theme, "Taken from", "caption", "text2")
        self.source = QComboBox()
        self.source.setAccessibleName("Where the numbers are taken from")
        self._sources: list[tuple[str, int]] = []
        self._arrange()
        self.list.chosen.connect(self.lab.set_activation)
        self.neuron_button.clicked.connect(self.lab.add_neuron)
        self.sample_button.clicked.connect(self.lab.add_sample)
        self.source.activated.connect(self._take)
        self.matrix.chosen.connect(self._choose)
        self.matrix.entered.connect(self._enter)
        self.lab.changed.connect(self._refresh)

    def _arrange(self) -> None:
        page = QWidget()
        self._column = QVBoxLayout(page)
        buttons = QHBoxLayout()
        buttons.addWidget(self.neuron_button)
        buttons.addWidget(self.sample_button)
        buttons.addStretch(1)
        self._column.addWidget(self.list)
        self._column.addWidget(self.matrix_head)
        self._column.addWidget(self.matrix, 1)
        self._column.addLayout(buttons)
        self._column.addWidget(self.words)
        self._column.addWidget(self.source_head)
        self._column.addWidget(self.source)
        self.set_content(page)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            metrics = self._theme.metrics
            self._column.setContentsMargins(metrics.padding, metrics.px(12), metrics.padding, metrics.padding)
            self._column.setSpacing(metrics.grid)
            self.matrix.setMaximumHeight(metrics.px(240))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        lab = self.lab
        z = lab.sum().z
        activations = lab.activations(z)
        self.set_title(f"Activation, at z = {short(z)}")
        self.list.show_activations(activations, lab.numbers.activation)
        is_batch = len(lab.numbers.x) > 1
        form = batch_form(lab, 1) if is_batch else layer_form(lab, 1)
        former = self.matrix.form
        has_grown = former is not None and [m.values.shape for m in former.matrices] != [m.values.shape for m in form.matrices]
        self.matrix.show_form(form, self.matrix.cells if has_grown else None)
        self.words.setText(shapes_in_words(lab, is_batch))
        self._list_sources()

    def _list_sources(self) -> None:
        lab = self.lab
        sources = [(OWN, 0)]
        for layer in lab.layers:
            units = lab.units_of(layer)
            sources += [(layer, unit) for unit in range(min(units, MOST_LISTED))]
        if sources != self._sources:
            self._sources = sources
            self.source.clear()
            self.source.addItems([f"{layer}, neuron {unit + 1}" if layer != OWN else "own numbers" for layer, unit in sources])
        now = (lab.source, lab.unit if lab.source != OWN else 0)
        if now in sources:
            self.source.setCurrentIndex(sources.index(now))

    def _take(self, row: int) -> None:
        self.lab.take_from(*self._sources[row])

    def _choose(self, argument: str, index: tuple[int, ...]) -> None:
        choose_cell(self.lab, argument, index)

    def _enter(self, argument: str, index: tuple[int, ...], text: str) -> None:
        value = parse_number(text)
        if value is None:
            self.refused.emit(f"“{text}” is not a number; type for example 0.25 or −3e−2.")
        else:
            enter_cell(self.lab, argument, index, value)
