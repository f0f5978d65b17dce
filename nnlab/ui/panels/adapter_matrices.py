"""Matrices of an adapted layer: W₀, A, B, s B A and W on one scale, and the proof that W₀ is untouched. The middle of LoRA."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from nnlab.graph.adapters import adaptable, adapted
from nnlab.graph.graph import Graph
from nnlab.graph.lora_adapter import LoraAdapter
from nnlab.training.probes.adapter_matrices import AdaptedLayers, LayerMatrices
from nnlab.training.probes.base_proofs import BaseProofs
from nnlab.ui.adapters.attach_preview import AttachPreview
from nnlab.ui.canvas.neurons.sample import SampleChoice, SamplePass
from nnlab.ui.look.numbers import count
from nnlab.ui.lora.base_view import BaseLayer, BaseView
from nnlab.ui.lora.layer_flow import ACTIVATIONS, GRADIENTS, OPTIONS, LayerActivations, gradient_tensors, layer_activations, layer_gradients
from nnlab.ui.lora.layer_path import LayerPath
from nnlab.ui.lora.matrices_picture import MatricesPicture
from nnlab.ui.lora.matrices_view import MatricesView
from nnlab.ui.lora.shown_adapter import ShownAdapter
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.segmented import Segmented

EMPTY = "The matrices of the network's dense layers appear here; it has none, and an adapter is attached to one."
BEFORE = (
    "A low-rank adapter is a small update B A beside a frozen weight W₀. Attach one to this network at the right, "
    "or open a ready task below: a network that has learned one thing, and another for it to learn."
)
WHILE_CHOOSING = (
    "A and B are drawn to the scale of W; B starts at 0: until the first update the network computes exactly what it did. "
    "Click a layer to choose it."
)
FROM_W = (
    "A and B are drawn to the scale of W. They start from the largest singular values of W, whose part is taken away beside them, so that "
    "the network computes what it did."
)


class AdapterMatricesPanel(LivePanel):
    """The network in words on top, the opened layer below it; before there is an adapter, and while one is chosen, all dense layers."""

    name = "adapter_matrices"
    title = "Adapter matrices"
    probes = ("adapter_matrices", "base_proofs")
    is_centre = True
    frames_per_second = 15.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        self.header.hide()
        self.shown = services.shared(ShownAdapter)
        self.path = LayerPath(services.theme)
        self.path.chosen.connect(self._choose_layer)
        self.matrices = MatricesView(services.theme)
        self.quantity = Segmented(services.theme, OPTIONS, "What the matrices and lines show")
        self.quantity.chosen.connect(self._choose_quantity)
        self._sample, self._pass = SampleChoice(), SamplePass()
        self.base = BaseView(services.theme)
        self.base.chosen.connect(services.selection.set)
        self._preview = services.shared(AttachPreview)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.path.set_end(self.quantity)
        column.addWidget(self.path)
        self._pages = QStackedWidget()
        for view in (self.matrices, self.base):
            self._pages.addWidget(view)
        column.addWidget(self._pages, 1)
        self.set_content(page)
        self.shown.changed.connect(self._show_again)
        self._preview.changed.connect(self._show_again)
        services.selection.changed.connect(self._follow_selection)

    def show_quantity(self, quantity: str) -> None:
        """Shows "weights", "gradients" or "activations"."""
        self.quantity.choose(quantity)
        self._choose_quantity(quantity)

    def _choose_quantity(self, quantity: str) -> None:
        self._watch()
        self._show_again()

    def _watch(self) -> None:
        """Asks frames for the gradients of the adapter that is shown, while they are what is looked at."""
        wanted: tuple[str, ...] = ()
        graph, layer = self._services.document.graph, self.shown.layer
        adapter = graph[layer].adapter(self.shown.name) if layer else None
        if self.quantity.current == GRADIENTS and adapter is not None:
            wanted = gradient_tensors(graph, layer, adapter)
        if wanted != self.tensors:
            self.tensors = wanted  # type: ignore[misc]  # those of this panel, which change with what it shows
            if self._is_fed:
                self._services.session.watch(self, wanted)

    def _choose_layer(self, layer: str) -> None:
        self.shown.choose_layer(layer)
        self._services.selection.set((layer,))

    def _follow_selection(self) -> None:
        """A layer that is selected on the canvas is opened here, if it has an adapter."""
        current = self._services.selection.current
        if current is not None:
            self.shown.choose_layer(current)
        if self._pages.currentWidget() is self.base:
            self._show_again()

    def _show_again(self) -> None:
        self._watch()
        if self.view is not None and self.isVisible():
            self.draw(self.view)

    def draw(self, view: LiveView) -> None:
        if self._preview.is_open or not adapted(view.frame.program.graph):
            self._draw_base(view)
        else:
            found, proofs = view.probes.get("adapter_matrices"), view.probes.get("base_proofs")
            picture = self._picture(view, found, proofs) if found is not None and proofs is not None else None
            if picture is None:  # it is on its way
                return
            self.matrices.show_picture(picture)
            self._pages.setCurrentWidget(self.matrices)
            self.quantity.show()
            self.set_empty(None)
        nodes = tuple(node.id for node in view.project.graph.topological() if not node.kind.is_input)
        self.path.show_path(nodes, self.shown.layers, self.shown.layer)

    def _draw_base(self, view: LiveView) -> None:
        """W of all dense layers as they are now, and what the form that is open would attach to them."""
        graph, attempt = view.frame.program.graph, self._preview.attempt
        weights = {layer: weight for layer in adaptable(graph) if (weight := view.frame.get(f"{layer}.weight")) is not None}
        layers = [
            BaseLayer(layer, weight, "weight" in graph[layer].frozen, attempt.strands.get(layer)) for layer, weight in weights.items()
        ]
        words = BEFORE
        if attempt.graph is not None:
            starts = {adapter.init for layer in attempt.strands if (adapter := attempt.graph[layer].adapter(attempt.name)) is not None}
            words = FROM_W if "pissa" in starts else WHILE_CHOOSING
        parameters = sum(info.place.row for info in view.frame.program.parameters)
        selected = tuple(layer for layer in self._services.selection.nodes if layer in weights)
        self.base.show_layers(layers, selected, f"Base: {count(parameters)} parameters", words)
        self.base.cover(self._preview.left if self._preview.is_open else None)
        self._pages.setCurrentWidget(self.base)
        self.quantity.hide()
        self.set_empty(None if layers else EMPTY)

    def _picture(self, view: LiveView, found: AdaptedLayers, proofs: BaseProofs) -> MatricesPicture | None:
        """None where the network has no adapter, or the picture of the present one is on its way."""
        layer = found.layer(self.shown.layer)
        graph = view.frame.program.graph
        matrices = layer.adapter(self.shown.name) if layer is not None else None
        adapter = graph[layer.layer].adapter(self.shown.name) if layer is not None and layer.layer in graph else None
        if layer is None or matrices is None or adapter is None:
            return None
        before = next((edge.source for edge in graph.edges if edge.target == layer.layer), "")
        others = tuple(other.name for other in graph[layer.layer].adapters if other.enabled and other.name != adapter.name)
        quantity, name = self.quantity.current, layer.layer
        return MatricesPicture(
            layer, matrices, proofs.of(name), adapter.is_merged, adapter.enabled, before, others, _following(graph, name),
            gradients=layer_gradients(graph, name, adapter, view.frame.get) if quantity == GRADIENTS else None,
            activations=self._activations(view, name, adapter) if quantity == ACTIVATIONS else None,
        )  # fmt: skip

    def _activations(self, view: LiveView, layer: str, adapter: LoraAdapter) -> LayerActivations | None:
        """Of one sample, passed through once more: every number belongs to the weights that are shown."""
        self._sample.follow(view.frame.samples, len(view.data.x), view.playing)
        passed = self._pass.run(view.frame, view.data, self._sample.number)
        return layer_activations(view.frame.program.graph, layer, adapter, passed.row, self._sample.number)

    def clear(self) -> None:
        super().clear()
        self.matrices.show_picture(None)
        self.base.show_layers((), (), "", "")

    def table(self) -> ExportTable | None:
        """W₀, the update and W of the layer, one row a weight."""
        picture = self.matrices.shown
        if picture is None or self._pages.currentWidget() is not self.matrices:
            return None
        layer: LayerMatrices = picture.layer
        units, inputs = layer.base.shape
        rows = [k // inputs + 1 for k in range(units * inputs)]
        columns = [k % inputs + 1 for k in range(units * inputs)]
        return ExportTable(
            ("row", "column", "W₀", "s B A", "W"),
            (rows, columns, layer.base.ravel(), picture.adapter.update.ravel(), layer.applied.ravel()),
        )  # fmt: skip

    def picture_widget(self) -> QWidget | None:
        return self._pages


def _following(graph: Graph, layer: str) -> tuple[str, ...]:
    """The node behind a layer, and where that has no weights the one behind it."""
    first = next((edge.target for edge in graph.edges if edge.source == layer), "")
    second = next((edge.target for edge in graph.edges if edge.source == first), "") if first and not graph[first].parameters else ""
    return tuple(name for name in (first, second) if name)
