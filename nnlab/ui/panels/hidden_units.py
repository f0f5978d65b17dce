"""Hidden units: how many, of which kind, and their contributions one after another until their sum is the fit."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QSizePolicy, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.operator import operators
from nnlab.core.setting import Setting
from nnlab.graph.unit_sum import unit_sum
from nnlab.training.probes.approximation import Approximation, Sum
from nnlab.training.probes.approximation_surface import ApproximationSurface
from nnlab.ui.approximation.assembly import UnitAssembly
from nnlab.ui.approximation.solver import Solver
from nnlab.ui.approximation.state_switch import StateSwitch
from nnlab.ui.approximation.unit_tiles import UnitPictures, UnitTiles
from nnlab.ui.approximation.width_edits import ACTIVATIONS, with_activation, with_units
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, PanelFigures, Services
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.label import FittingLabel, Label
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.segmented import Option, Segmented
from nnlab.ui.widgets.transport_bar import Figure

UNITS = Setting("units", 12, minimum=1, maximum=1024, logarithmic=False, title="Hidden units", tip="Units of the last hidden layer")
AVERAGES = ("smoothed", "validation")  # a target without noise has no need of them
EMPTY = "The contributions of the hidden units appear here: choose a target above and press Space to train."


class HiddenUnitsPanel(LivePanel):
    """One row of controls, one of tiles with the slider that adds them."""

    name = "hidden_units"
    title = "Hidden units"
    probes = ("approximation", "approximation_surface")
    frames_per_second = 15.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self._assembly = services.shared(UnitAssembly)
        self.units = NumberField(theme, UNITS)
        self.units.committed.connect(self._set_units)
        self.activation = QComboBox()
        self.activation.setAccessibleName("Activation of the hidden units")
        for name in ACTIVATIONS:
            self.activation.addItem(operators[name].title if name else "linear", name)
        self.activation.activated.connect(self._set_activation)
        self.state = StateSwitch(theme, services.session, services.shared(Solver))
        self.formula = FittingLabel(theme, "", "body", "text2")
        self.formula.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self.play = IconButton.of(theme, icon(theme, "play", on="pause"), "Add one after another", "Adds the units one after another")
        self.play.setCheckable(True)
        self.play.clicked.connect(self._assembly.play)
        self.all = PressButton("all")
        self.all.setToolTip("Adds all units; none is selected")
        self.all.setAccessibleName("Add all units")
        self.all.clicked.connect(self._assembly.show_all)
        self.order = Segmented(
            theme,
            (
                Option("left_to_right", "left to right", "By the centre of each unit: the sum follows the target from the left"),
                Option("largest_first", "largest first", "By the root mean square of what each contributes"),
            ),
            "Order in which units are added",
        )
        self.order.chosen.connect(self._assembly.choose_order)
        self.tiles = UnitTiles(theme)
        self.tiles.chosen.connect(self._assembly.add_first)
        self.refusal = Label(theme, "", "body", "text2")
        self.refusal.setWordWrap(True)
        self.refusal.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.refusal.hide()
        self._arrange()
        self.apply_metrics()
        self._assembly.changed.connect(self._show_again)
        for signal in (services.document.changed, services.document.replaced):
            signal.connect(self._follow_document)
        self._follow_document()

    def _arrange(self) -> None:
        page = QWidget()
        self._column = QVBoxLayout(page)
        for widget in (self.units, self.activation, self.state, self.formula, self.play, self.all, self.order):
            self.add_option(widget)
        self._column.addWidget(self.tiles, 1)
        self._column.addWidget(self.refusal, 1)
        self.set_content(page)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if not hasattr(self, "_column"):
            return
        metrics = self._theme.metrics
        self._column.setContentsMargins(metrics.padding, metrics.px(4), metrics.padding, metrics.px(2))
        self._column.setSpacing(metrics.px(2))
        self.units.setFixedWidth(metrics.px(64))
        self._header_row.setStretch(0, 0)
        self._header_row.setStretch(1, 1)  # the options take the whole row, the formula what is left of it
        self._title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._options.setStretch(3, 1)

    # The network

    def _follow_document(self) -> None:
        """Width and activation as the document has them."""
        found = self._layer()
        for widget in (self.units, self.activation, self.state):
            widget.setVisible(found is not None)  # a width that no layer has is not shown
        if found is None:
            return
        units, activation = found
        if not self.units.is_busy:
            self.units.set_value(units)
        place = self.activation.findData(activation)
        if place < 0:
            self.activation.addItem(operators[activation].title, activation)
            place = self.activation.count() - 1
        self.activation.setCurrentIndex(place)

    def _layer(self) -> tuple[int, str] | None:
        """Units and activation of the last hidden layer; None where there is no such layer."""
        graph = self._services.document.graph
        try:
            structure = unit_sum(graph)
        except NNLabError:
            return None
        if not structure.hidden:
            return None
        activation = graph[structure.activation].operator if structure.activation else ""
        return int(graph[structure.hidden].settings["units"]), activation

    def _set_units(self, value: object) -> None:
        count = int(value)  # type: ignore[call-overload]  # the field holds a whole number
        self._attempt(f"{count} hidden units", lambda graph: with_units(graph, count))

    def _set_activation(self, place: int) -> None:
        name = self.activation.itemData(place)
        self._attempt(f"Activation {self.activation.itemText(place)}", lambda graph: with_activation(graph, name))

    def _attempt(self, label: str, edit: object) -> None:
        try:
            self._services.document.attempt(label, edit)  # type: ignore[arg-type]  # a pure edit of the graph
        except NNLabError as error:
            self._services.session.failed.emit(str(error), "")
            self._follow_document()

    # Drawing

    def draw(self, view: LiveView) -> None:
        found: Approximation | None = view.probes.get("approximation")
        plane: ApproximationSurface | None = view.probes.get("approximation_surface")
        if found is not None:
            total, refusal = found.sum, found.refusal
            self._assembly.follow(found)
        elif plane is not None:
            total, refusal = plane.sum, plane.sum_refusal
            self._assembly.follow(plane)
        else:
            return
        self.refusal.setText(refusal)
        self.refusal.setVisible(bool(refusal))
        self.tiles.setVisible(not refusal)
        self.state.show_view(view)
        self.play.setChecked(self._assembly.is_adding)
        for widget in (self.play, self.all, self.order):
            widget.setEnabled(not refusal)
        if total is None:
            self.formula.set_wordings("")
            self._tell_added()
            return
        self.order.choose(self._assembly.order_kind)
        in_order = total.contributions[self._assembly.indices]
        if found is None and plane is not None:
            in_order = in_order.reshape(len(in_order), len(plane.y), len(plane.x))
        flat = in_order.reshape(len(in_order), -1)
        peaks = flat[np.arange(len(flat)), np.abs(flat).argmax(axis=1)] if flat.size else np.empty(0)
        pictures = UnitPictures(float(total.bias), in_order, self._assembly.indices + 1, peaks)
        self.tiles.show_units(pictures, self._assembly.added, self._assembly.unit is not None)
        self.formula.set_wordings(*formula_words(total, self._assembly))
        self._tell_added()

    def _tell_added(self) -> None:
        units = numbers.count(self._assembly.units)
        added = Figure("units added", numbers.count(self._assembly.added), f" / {units}", "Hidden units in the sum, of all in the layer")
        self.figured.emit(PanelFigures(self.name, (added,) if self._assembly.units else (), AVERAGES))

    def _show_again(self) -> None:
        view = self.view
        self.play.setChecked(self._assembly.is_adding)
        if view is not None and self.isVisible() and not self.is_empty:
            self.draw(view)


def formula_words(total: Sum, assembly: UnitAssembly) -> tuple[str, ...]:
    """The sum with its bias, and the selected unit with its numbers; then what is said with less room: the unit alone."""
    unit, units = assembly.unit, total.units
    is_plane = units is not None and units.weight.ndim == 2 and units.weight.shape[1] == 2
    inner = "g(x, y)", "f(wᵢ · (x, y) + bᵢ)"
    name, term = inner if is_plane else ("g(x)", "f(wᵢ x + bᵢ)")
    whole = f"{name} = {numbers.number(float(total.bias), 3)} + Σ vᵢ {term}"
    if unit is None or units is None:
        return (whole,)
    weights = np.atleast_1d(units.weight[unit]).tolist()
    names = ("x",) if len(weights) == 1 else ("x", "y")
    terms = f"{numbers.number(weights[0], 4)} x"
    for value, name in zip((*weights[1:], float(units.bias[unit])), (*names[1:], ""), strict=True):
        terms += f" {'+' if value >= 0 else '−'} {numbers.number(abs(value), 4)} {name}".rstrip()
    number = str(unit + 1).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    own = f"v{number} f(…) = {numbers.number(float(units.height[unit]), 4)} f({terms})"
    return f"{whole}     {own}", own
