"""Matrices of an adapted layer: W₀, A, B, s B A and W on one scale, and the proof that W₀ is untouched. The middle of LoRA."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.training.probes.adapter_matrices import AdaptedLayers, LayerMatrices
from nnlab.training.probes.base_proofs import BaseProofs
from nnlab.ui.lora.layer_path import LayerPath
from nnlab.ui.lora.matrices_picture import MatricesPicture
from nnlab.ui.lora.matrices_view import MatricesView
from nnlab.ui.lora.shown_adapter import ShownAdapter
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.live_view import LiveView

EMPTY = (
    "A low-rank adapter is a small update B A beside a frozen weight W₀. Attach one to this network at the right, "
    "or open a ready task below: a network that has learned one thing, and another for it to learn."
)


class AdapterMatricesPanel(LivePanel):
    """The network in words on top, the opened layer below it."""

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
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.path)
        column.addWidget(self.matrices, 1)
        self.set_content(page)
        self.shown.changed.connect(self._show_again)
        services.selection.changed.connect(self._follow_selection)

    def _choose_layer(self, layer: str) -> None:
        self.shown.choose_layer(layer)
        self._services.selection.set((layer,))

    def _follow_selection(self) -> None:
        """A layer that is selected on the canvas is opened here, if it has an adapter."""
        current = self._services.selection.current
        if current is not None:
            self.shown.choose_layer(current)

    def _show_again(self) -> None:
        if self.view is not None and self.isVisible():
            self.draw(self.view)

    def draw(self, view: LiveView) -> None:
        found, proofs = view.probes.get("adapter_matrices"), view.probes.get("base_proofs")
        if found is None or proofs is None:
            return
        picture = self._picture(view, found, proofs)
        self.matrices.show_picture(picture)
        self.set_empty(None if picture is not None else EMPTY)
        nodes = tuple(node.id for node in view.project.graph.topological() if node.kind.name not in ("input", "output"))
        self.path.show_path(nodes, self.shown.layers, self.shown.layer)

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
        return MatricesPicture(layer, matrices, proofs.of(layer.layer), adapter.is_merged, adapter.enabled, before, others)

    def clear(self) -> None:
        super().clear()
        self.matrices.show_picture(None)

    def table(self) -> ExportTable | None:
        """W₀, the update and W of the layer, one row a weight."""
        picture = self.matrices.shown
        if picture is None:
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
        return self.matrices
