"""Live values: hands the newest numbers to what shows them, and keeps what they mean (weights, gradients, the stepper)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from nnlab.core.preparation import Data
from nnlab.core.written import percent
from nnlab.engine.chain import Chain
from nnlab.engine.frame import Frame
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.letters import letter_of
from nnlab.ui.canvas.cards.item import CardItem
from nnlab.ui.canvas.edges.tensor_edge import TensorEdge
from nnlab.ui.canvas.edges.weight_layer import WeightCurves, WeightMatrix, overlay_values
from nnlab.ui.canvas.model.content import LOSS, CardContent
from nnlab.ui.canvas.model.lookup import Lookup
from nnlab.ui.canvas.model.paths import TermEdge, edge_paths
from nnlab.ui.canvas.model.strands import moment_of
from nnlab.ui.canvas.scene.insides import NeuronInsides
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.document.node_finding import NodeFinding
from nnlab.ui.look.numbers import duration

OVERLAYS = ("weights", "gradients", "activations")


class LiveValues:
    """Everything on the canvas that changes while the network learns."""

    def __init__(self, scene: GraphScene) -> None:
        self._scene = scene
        self._values: Lookup = _nothing
        self._pictures: Mapping[str, np.ndarray] = {}
        self._step: tuple[str | None, frozenset[str], frozenset[str]] | None = None
        self._costs: Mapping[str, tuple[float, float]] = {}
        self._finding: NodeFinding | None = None
        self._paths: tuple[Chain, int | None] | None = None
        self._term: TermEdge | None = None
        self._hovered: tuple[str, int] | None = None
        self._looked_at: Edge | None = None
        self.overlay = "weights"
        self.neurons = NeuronInsides(scene)
        scene.remade.connect(self.refresh)

    def set_values(self, values: Lookup) -> None:
        """Shows a frame: what differs from the last is painted again."""
        self._values = values
        self.neurons.set_values(values)
        self.refresh_values()
        self.neurons.refresh()

    def set_run(self, frame: Frame, data: Data, playing: bool) -> None:
        """The frame whose values come next, for what is worked out from it only where one looks closely."""
        self.neurons.set_run(frame, data, playing)

    def clear(self) -> None:
        """Another project: nothing is known of it yet. What is on the canvas is shown again by `refresh`."""
        self._values, self._pictures, self._step, self._hovered = _nothing, {}, None, None
        self._paths = self._term = self._finding = None
        self.neurons.clear()

    def value(self, tensor: str) -> np.ndarray | None:
        """A tensor of the newest frame."""
        return self._values(tensor)

    def refresh_values(self) -> None:
        scene = self._scene
        limits: dict[str, float] = {}
        images: dict[str, np.ndarray] = {}
        for edge, item in scene.edges.items.items():
            weights = scene.edges.weights[edge]
            if weights is None:
                continue
            if not isinstance(item, TensorEdge):
                item.set_values(overlay_values(weights, self._values, self.overlay))
                limits[scene.owner[edge.target]] = item.reference
            image = scene.items_by_card[scene.owner[edge.source]].image_shape
            if image is not None:
                matrix = self._values(weights.parameter)
                pixels = image[0] * image[1]
                if matrix is not None and matrix.shape == (weights.units, weights.inputs) and weights.inputs == pixels:
                    images[scene.owner[edge.target]] = matrix.reshape(weights.units, *image)
        for name, card in scene.items_by_card.items():
            card.set_values(self._values, images.get(name), "d_" if self.overlay == "gradients" else "", limits.get(name, 0.0))
            self._fill_strand(card)

    def _fill_strand(self, card: CardItem) -> None:
        strand, moment = card.strand, card.state.strand
        if strand is not None:
            card.set_strand(*map(self._values, strand.tensors(self.overlay, moment is not None and moment.of_start)))

    def set_pictures(self, pictures: Mapping[str, np.ndarray]) -> None:
        self._pictures = pictures
        for card in self._scene.items_by_card.values():
            card.set_pictures(pictures.get(card.card.last))

    def set_overlay(self, overlay: str) -> None:
        if overlay not in OVERLAYS:
            raise ValueError(f"There is no overlay {overlay!r}; choose one of {', '.join(OVERLAYS)}.")
        self.overlay = overlay
        self._scene.needs_changed.emit()
        self.refresh_values()
        self._show_look()

    @property
    def tensors(self) -> frozenset[str]:
        """What is read of a frame besides the parameters."""
        scene = self._scene
        found: set[str] = set()
        for name, card in scene.cards.items():
            found.update((f"{name}.loss", f"{name}.sample_loss") if card.form == LOSS else (card.values,))
            if self.overlay == "gradients":
                found.update(name for strand in card.strands for name in strand.tensors(self.overlay))
            if self.overlay == "gradients" and card.bias:
                found.add(f"{name}.d_{card.bias}")
        for edge, weights in scene.edges.weights.items():
            if weights is not None:
                found.add(weights.source)
                if self.overlay == "gradients" or edge == self._looked_at:
                    found.add(weights.gradient)
        return frozenset(found)

    def look_at(self, edge: Edge | None) -> None:
        """The edge under the cursor: its numbers may be asked for next."""
        if edge != self._looked_at:
            self._looked_at = edge
            self._scene.needs_changed.emit()

    def set_hovered(self, unit: tuple[str, int] | None) -> None:
        """The unit under the cursor, (card, unit): its edges are shown alone."""
        if unit != self._hovered:
            self._hovered = unit
            self._show_look()

    def set_step(self, node_id: str | None, reads: frozenset[str], writes: frozenset[str]) -> None:
        """Lights what one instruction reads and writes and dims the rest; None, and nothing read or written, ends it."""
        self._step = None if node_id is None and not reads and not writes else (node_id, reads, writes)
        if self._step is None:
            self.set_term(None)
        self._show_look()

    def set_term(self, term: TermEdge | None) -> None:
        """Lights the weight of a single term, instead of the paths of a chain; None ends it."""
        if term != self._term:
            self._term = term
            self._show_paths()

    def set_costs(self, costs: Mapping[str, tuple[float, float]]) -> None:
        """(seconds in a step, share) by node, written under every card; nothing ends it."""
        self._costs = costs
        for item in self._scene.items_by_card.values():
            self._show_cost(item)

    def cost(self, item: CardItem) -> tuple[float, float]:
        """(seconds in a step, share) of all that is on a card."""
        own = [self._costs[node] for node in item.card.nodes if node in self._costs]
        return sum(seconds for seconds, _ in own), sum(share for _, share in own)

    def _show_cost(self, item: CardItem) -> None:
        seconds, share = self.cost(item)
        item.set_state(cost=f"{duration(seconds)} · {percent(share)}" if seconds else "")

    def set_paths(self, chain: Chain | None, chosen: int | None) -> None:
        """Lights the paths of a chain, or one of them; None ends it."""
        self._paths = None if chain is None else (chain, chosen)
        self._show_paths()

    def set_finding(self, finding: NodeFinding | None) -> None:
        """Marks the node a diagnosis is about, its units, and the edges of those; None ends it."""
        self._finding = finding
        self._show_finding()

    def _show_finding(self) -> None:
        scene, finding = self._scene, self._finding
        card = None if finding is None else scene.owner.get(finding.node)
        units = frozenset(finding.units) if finding is not None else frozenset()
        for name, item in scene.items_by_card.items():
            item.set_finding(finding.words if finding is not None and name == card else "", units if name == card else frozenset())
        for edge, drawn in scene.edges.items.items():
            if isinstance(drawn, WeightCurves):
                ends = (units if scene.owner[end] == card else frozenset() for end in (edge.target, edge.source))
                drawn.set_faint(*ends)

    def _show_paths(self) -> None:
        edges = self._scene.edges
        known = {weights.parameter: weights for weights in edges.weights.values() if weights is not None}
        if self._term is not None and self._term.parameter in known:
            lit = {self._term.parameter: self._term.as_paths}
        else:
            lit = edge_paths(self._paths[0], known, self._paths[1]) if self._paths is not None else {}
        for edge, item in edges.items.items():
            weights = edges.weights[edge]
            if weights is not None and not isinstance(item, TensorEdge):
                item.set_paths(lit.get(weights.parameter))

    def refresh(self) -> None:
        """After cards or edges came, went or changed their form."""
        for card in self._scene.items_by_card.values():
            card.neurons = self.neurons
        for edge, item in self._scene.edges.items.items():
            if isinstance(item, WeightCurves):
                item.fan = partial(self.neurons.fan, edge)
        self.neurons.forget()
        self._scene.needs_changed.emit()
        self.set_costs(self._costs)
        self.set_pictures(self._pictures)
        self.refresh_values()
        self._show_look()
        self._show_paths()
        self._show_finding()

    def _show_look(self) -> None:
        """Highlights, dims and lights, from the hovered unit and the stepper's moment."""
        scene = self._scene
        dimmed = {edge for edge in scene.edges.items if self._step is not None and not self._edge_is_lit(edge)}
        scene.edges.set_dimmed(dimmed)
        for edge, item in scene.edges.items.items():
            if not isinstance(item, TensorEdge):
                item.set_look(self._highlight(edge), edge in dimmed, self.overlay == "gradients")
        for card in scene.items_by_card.values():
            self._light(card)

    def _highlight(self, edge: Edge) -> tuple[str, int] | None:
        if self._hovered is None:
            return None
        card, unit = self._hovered
        if self._scene.owner[edge.source] == card:
            return "source", unit
        return ("target", unit) if self._scene.owner[edge.target] == card else None

    def _edge_is_lit(self, edge: Edge) -> bool:
        if self._step is None:
            return False
        node_id, reads, writes = self._step
        weights = self._scene.edges.weights[edge]
        touched = reads | writes
        if weights is not None and (weights.parameter in touched or weights.gradient in touched):
            return True
        return weights is None and edge.target == node_id

    def _light(self, item: CardItem) -> None:
        if self._step is None:
            item.set_state(step="", lit=(), strand=None)
            self._fill_strand(item)
            return
        node_id, reads, writes = self._step
        texts = []
        for verb, tensors in (("reads", reads), ("writes", writes)):
            names = sorted({_short(name, item.card, self._scene.document.graph) for name in tensors if _owner(name) in item.card.nodes})
            texts += [f"{verb} {', '.join(names)}"] if names else []
        moment = moment_of(item.card.strands, reads, writes)
        if node_id in item.card.nodes and moment is None:
            step = "current"
        elif any(text.startswith("writes") for text in texts):
            step = "written"
        else:
            step = "read" if texts else "dim"
        item.set_state(step=step, lit=tuple(texts), strand=moment)
        self._fill_strand(item)

    @property
    def has_matrix(self) -> bool:
        return any(isinstance(item, WeightMatrix) for item in self._scene.edges.items.values())

    @property
    def has_curves(self) -> bool:
        return any(isinstance(item, WeightCurves) for item in self._scene.edges.items.values())

    @property
    def has_loss(self) -> bool:
        return any(item.card.form == LOSS for item in self._scene.items_by_card.values())


def _nothing(name: str) -> np.ndarray | None:
    return None


def _owner(tensor: str) -> str:
    """The node a tensor belongs to: names are "node.tensor"."""
    return tensor.partition(".")[0]


def _short(tensor: str, card: CardContent, graph: Graph) -> str:
    """A tensor as a formula names it: d_weight is ∂W; on a layer with an activation the outputs are z and a."""
    node, _, name = tensor.partition(".")
    gradient = "∂" if name.startswith("d_") else ""
    name = name.removeprefix("d_")
    if len(card.nodes) > 1 and node in graph and name in (output.name for output in graph[node].kind.outputs):
        return gradient + ("a" if node == card.last else "z")
    _, _, moment = name.partition(".")
    return moment or gradient + letter_of(graph, f"{node}.{name}")  # "weight.mean" is the optimiser's mean of the weight
