"""What each card says, worked out from the graph alone: titles, units, ports, which edges carry weights.

A card is a node, a layer with the activation docked on it, or a folded group as one block (`nnlab.graph.docking`). Cards compare by
value, so a view that keeps the last ones knows exactly which have to be painted again. Nothing here knows Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nnlab.core.tensor import Shape
from nnlab.graph import docking
from nnlab.graph.card_size import filters_of, maps_of
from nnlab.graph.graph import Edge, Graph, Node
from nnlab.graph.validation import Shapes
from nnlab.ui.canvas.model.strands import Strand, strands_of

INPUT, LAYER, LOSS, BLOCK = "input", "layer", "loss", "block"


@dataclass(frozen=True)
class Weights:
    """A parameter that joins every unit of one card to every unit of another: one weight for each pair."""

    parameter: str  # name of the tensor, "dense_1.weight"
    gradient: str  # "dense_1.d_weight"
    source: str  # the tensor it is multiplied with, "tanh_1.y"
    units: int
    inputs: int

    @property
    def count(self) -> int:
        return self.units * self.inputs


@dataclass(frozen=True)
class CardContent:
    """One card. `id` is the layer's node, for a block the group's with a slash; `nodes` are all nodes on the card, the layer first."""

    id: str
    nodes: tuple[str, ...]
    form: str  # INPUT, LAYER, LOSS or BLOCK
    title: str
    subtitle: str
    detail: str
    category: str
    ports: tuple[str, ...]
    spare_port: bool  # the last port is one that a variadic operator has to spare
    has_output: bool
    units: int | None  # of the output, when it is a row of units
    is_output: bool  # read by a loss
    bias: str | None  # the parameter with one number for each unit
    bounded: bool  # the activation stays within -1…1
    frozen: str = ""  # what of its parameters is, in words
    maps: Shape | None = None  # of the feature maps it shows, (channels, rows, columns)
    filters: Shape | None = None  # of the filters it shows, (outputs, inputs, rows, columns)
    strands: tuple[Strand, ...] = ()  # of the adapters that take part
    exit: str = ""  # of a block: the node whose output leaves it

    @property
    def is_frozen(self) -> bool:
        """Whether none of its parameters learns."""
        return self.frozen == "frozen"

    @property
    def last(self) -> str:
        """The node whose output leaves the card."""
        return self.exit or self.nodes[-1]

    @property
    def names_ports(self) -> bool:
        """Whether the names of its inputs stand beside its ports. Those of a block are long; its tooltips tell them."""
        return len(self.ports) > 1 and self.form != BLOCK

    def port_of(self, edge: Edge) -> str:
        """The port of this card at which an edge of the graph ends. A block's ports are named "node.port"."""
        return f"{edge.target}.{edge.target_port}" if self.form == BLOCK else edge.target_port

    def input(self, port: str) -> tuple[str, str]:
        """The node and its input port behind a port of this card."""
        if self.form != BLOCK:
            return self.id, port
        node_id, _, name = port.rpartition(".")
        return node_id, name

    @property
    def values(self) -> str:
        """Name of the tensor the card shows."""
        return f"{self.last}.y"


def describe(graph: Graph, shapes: Shapes, data_title: str = "") -> dict[str, CardContent]:
    """Every card by its id, in the order of the nodes."""
    return {
        name: _block(graph, shapes, card) if card.group is not None else _card(graph, shapes, card, data_title)
        for name, card in docking.shown(graph).items()
    }


def card_of(cards: Mapping[str, CardContent]) -> dict[str, str]:
    """Which card carries a node, by node id."""
    return {node_id: card.id for card in cards.values() for node_id in card.nodes}


def _card(graph: Graph, shapes: Shapes, card: docking.Card, data_title: str) -> CardContent:
    nodes = card.nodes
    node = graph[nodes[0]]
    kind = node.kind
    shape = shapes.output(graph[nodes[-1]])
    units = shape[0] if shape is not None and len(shape) == 1 and not kind.is_loss else None
    losses = [graph[e.target] for e in graph.outgoing(nodes[-1]) if graph[e.target].kind.is_loss]
    return CardContent(
        id=node.id,
        nodes=nodes,
        form=INPUT if kind.is_input else LOSS if kind.is_loss else LAYER,
        title=_title(node, graph, data_title),
        subtitle=_subtitle(node, nodes, graph, losses),
        detail=_parameters(shapes, node),
        category=kind.category,
        ports=graph.ports(node.id),
        spare_port=kind.variadic and len(graph.incoming(node.id)) >= 2,
        has_output=bool(kind.outputs) and not kind.is_loss,
        units=units,
        is_output=bool(losses),
        bias=_bias(node, shapes, units),
        bounded=graph[nodes[-1]].kind.is_activation and _is_within_one(graph[nodes[-1]]),
        frozen=node.frozen_words,
        maps=maps_of(graph, shapes.get, card),
        filters=filters_of(graph, shapes.get, card),
        strands=strands_of(node),
    )


def _is_within_one(node: Node) -> bool:
    low, high = node.kind.output_bounds(node.settings)
    return low >= -1 and high <= 1


def _block(graph: Graph, shapes: Shapes, card: docking.Card) -> CardContent:
    """A folded group."""
    nodes = card.nodes
    layers = [graph[i] for i in nodes if graph[i].parameters]
    total = sum(_size(shape) for n in layers for p in n.parameters if (shape := shapes.get(n.id, p.name)) is not None)
    return CardContent(
        id=card.id,
        nodes=nodes,
        form=BLOCK,
        title=card.title,
        subtitle=f"{len(nodes)} node{'s' if len(nodes) != 1 else ''}",
        detail=_counted(total) if layers else "",
        category="",
        ports=tuple(f"{node_id}.{port}" for node_id, port in card.entries),
        spare_port=False,
        has_output=bool(card.exit),
        units=None,
        is_output=bool(card.exit) and any(graph[e.target].kind.is_loss for e in graph.outgoing(card.exit)),
        bias=None,
        bounded=False,
        frozen="frozen" if layers and all(n.is_frozen for n in layers) else "partly frozen" if any(n.frozen for n in layers) else "",
        exit=card.exit,
    )


def _title(node: Node, graph: Graph, data_title: str) -> str:
    if node.kind.is_input and data_title:
        return data_title
    # A network has one loss: its card need not count it.
    return node.operator if node.id == f"{node.operator}_1" and graph.losses == (node,) else node.id


def _subtitle(node: Node, nodes: tuple[str, ...], graph: Graph, losses: list[Node]) -> str:
    kind = node.kind
    text = kind.summary(node.settings) or kind.title
    if len(nodes) > 1:
        return f"{text} · {graph[nodes[1]].kind.title}"
    if losses and node.parameters and losses[0].kind.link in ("sigmoid", "softmax"):
        return f"{text} · logit" if text == "1" else f"{text} · logits"
    return text


def _parameters(shapes: Shapes, node: Node) -> str:
    total = 0
    for parameter in node.parameters:
        shape = shapes.get(node.id, parameter.name)
        if shape is None:
            return ""
        total += _size(shape)
    return _counted(total) if total else ""


def _counted(total: int) -> str:
    return f"{total:,} parameter{'s' if total != 1 else ''}"


def _size(shape: Shape) -> int:
    total = 1
    for length in shape:
        total *= length
    return total


def _bias(node: Node, shapes: Shapes, units: int | None) -> str | None:
    """The parameter with one number for each unit, where there is exactly one such."""
    rows = [p.name for p in node.parameters if units is not None and shapes.get(node.id, p.name) == (units,)]
    return rows[0] if len(rows) == 1 else None


def weights(graph: Graph, shapes: Shapes, cards: Mapping[str, CardContent], owner: Mapping[str, str], edge: Edge) -> Weights | None:
    """The parameter whose (units, inputs) an edge of the graph carries, or None for an edge that is just a tensor."""
    source, target = cards[owner[edge.source]], cards[owner[edge.target]]
    if target.id != edge.target or source.units is None or target.units is None:
        return None
    for parameter in graph[edge.target].parameters:
        if shapes.get(edge.target, parameter.name) == (target.units, source.units) and len(target.ports) == 1:
            name = parameter.name
            read = f"{edge.source}.{edge.source_port}"
            return Weights(f"{edge.target}.{name}", f"{edge.target}.d_{name}", read, target.units, source.units)
    return None
