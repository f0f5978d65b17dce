"""Which nodes share a card: an activation docked on its layer, and everything in a folded group.

An element-wise operator without parameters that is the only consumer of a layer, in the same group, is docked on it
("dense_1 · 8 · tanh"): two nodes of the graph, one card on the canvas. Docking follows from the graph; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nnlab.core.operator import operators
from nnlab.graph.graph import Graph, Group


def host(graph: Graph, node_id: str) -> str | None:
    """The layer whose card carries this node, or None if it has a card of its own."""
    node = graph[node_id]
    edges = graph.incoming(node_id)
    if not node.kind.is_activation or len(edges) != 1:
        return None
    layer = graph[edges[0].source]
    if not layer.parameters or len(graph.outgoing(layer.id)) != 1:
        return None
    if graph.group_of.get(node_id) is not graph.group_of.get(layer.id):
        return None
    return layer.id


def docked(graph: Graph, node_id: str) -> str | None:
    """The activation docked on this layer's card, or None."""
    edges = graph.outgoing(node_id)
    if len(edges) == 1 and host(graph, edges[0].target) == node_id:
        return edges[0].target
    return None


def cards(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Every card as the ids it carries, the layer first, in the order of the nodes."""
    result = []
    for node in graph.nodes:
        if host(graph, node.id) is None:
            activation = docked(graph, node.id)
            result.append((node.id,) if activation is None else (node.id, activation))
    return tuple(result)


FOLDED = "/"  # begins the id of a folded group's card; no node's name holds a slash
ROUNDING = 1e-6  # canvas units: what is less comes from rounding


@dataclass(frozen=True)
class Card:
    """What is one card on the canvas: a node, a layer with its activation, or a folded group (`group`).

    `entries` are the input ports open to the outside, as (node, port); `exit` is the node whose output leaves the card, "" when none does.
    """

    id: str
    nodes: tuple[str, ...]
    entries: tuple[tuple[str, str], ...]
    exit: str
    group: Group | None = None

    @property
    def title(self) -> str:
        return self.id if self.group is None else self.group.title


def shown(graph: Graph) -> Mapping[str, Card]:
    """Every card that is drawn, by its id: its first node's, or "/" and the group's for a folded group (remembered with the graph)."""
    known: tuple[int, Mapping[str, Card]] | None = graph.__dict__.get("_shown")
    if known is None or known[0] != operators.version:
        known = (operators.version, MappingProxyType(_shown(graph)))
        graph.__dict__["_shown"] = known
    return known[1]


def card_of(graph: Graph, node_id: str) -> Card:
    """The card that carries a node."""
    return next(card for card in shown(graph).values() if node_id in card.nodes)


def _shown(graph: Graph) -> dict[str, Card]:
    found: dict[str, Card] = {}
    for nodes in cards(graph):
        group = graph.group_of.get(nodes[0])
        if group is not None and group.collapsed:
            if FOLDED + group.id not in found:
                found[FOLDED + group.id] = _folded(graph, group)
        else:
            last = graph[nodes[-1]].kind
            entries = tuple((nodes[0], port) for port in graph.ports(nodes[0]))
            found[nodes[0]] = Card(nodes[0], nodes, entries, nodes[-1] if last.outputs and not last.is_loss else "")
    return found


def _folded(graph: Graph, group: Group) -> Card:
    """What enters a folded group from outside are its entries; the last node that is read outside, or by nobody, is its exit."""
    inside = set(group.members)
    nodes = tuple(node.id for node in graph.nodes if node.id in inside)
    entries = []
    for node_id in nodes:
        edges = {edge.target_port: edge for edge in graph.incoming(node_id)}
        ports = graph.ports(node_id)
        needed = ports[: max(2, len(edges))] if graph[node_id].kind.variadic else ports
        entries += [(node_id, port) for port in needed if port not in edges or edges[port].source not in inside]
    outputs = [node_id for node_id in nodes if graph[node_id].kind.outputs and not graph[node_id].kind.is_loss]
    read = [i for i in outputs if any(edge.target not in inside for edge in graph.outgoing(i))]
    ends = read or [i for i in outputs if not graph.outgoing(i)]
    # The order in which nodes were added says nothing: the one that is computed from the others is the last.
    last = max(ends, key=lambda i: len(graph.ancestors(i) & inside), default="")
    return Card(FOLDED + group.id, nodes, tuple(entries), last, group)


def place(graph: Graph, card: Card) -> tuple[float, float]:
    """Where a card stands: its first node's place, for a folded group the middle of its nodes'."""
    if card.group is None:
        return graph[card.nodes[0]].position
    xs, ys = zip(*(graph[node_id].position for node_id in card.nodes), strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def moved(graph: Graph, positions: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Places of nodes after their cards were put elsewhere: what is docked comes along, and a folded group moves as a whole."""
    every: dict[str, tuple[float, float]] = {}
    for name, card in shown(graph).items():
        if name not in positions:
            continue
        x, y = positions[name]
        if card.group is not None:
            before = place(graph, card)
            dx, dy = x - before[0], y - before[1]
            if max(abs(dx), abs(dy)) < ROUNDING:  # the mean of its nodes' places, which is no move
                continue
            every |= {i: (graph[i].position[0] + dx, graph[i].position[1] + dy) for i in card.nodes}
        else:
            every |= dict.fromkeys(card.nodes, (x, y))
    return every
