"""Which nodes share a card: an activation docked on its layer, and everything in a folded group.

An element-wise operator without parameters that is the only consumer of a layer, in the same group, is docked on it
("dense_1 · 8 · tanh"): two nodes of the graph, one card on the canvas. Docking follows from the graph; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.graph.graph import Graph


def host(graph: Graph, node_id: str) -> str | None:
    """The layer whose card carries this node, or None if it has a card of its own."""
    node = graph[node_id]
    edges = graph.incoming(node_id)
    if not node.kind.is_activation or len(edges) != 1:
        return None
    layer = graph[edges[0].source]
    if not layer.kind.parameters or len(graph.outgoing(layer.id)) != 1:
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


BLOCK = "/"  # begins the id of a folded group's card; no node's name holds a slash


def shown(graph: Graph) -> dict[str, tuple[str, ...]]:
    """The nodes of every card that is drawn, by the card's id: its first node's, or "/" and the group's for a folded group."""
    found: dict[str, tuple[str, ...]] = {}
    for nodes in cards(graph):
        group = graph.group_of.get(nodes[0])
        if group is None or not group.collapsed:
            found[nodes[0]] = nodes
        elif BLOCK + group.id not in found:
            found[BLOCK + group.id] = tuple(node.id for node in graph.nodes if node.id in group.members)
    return found


def place(graph: Graph, nodes: tuple[str, ...], card: str) -> tuple[float, float]:
    """Where a card stands: its first node's place, for a folded group the middle of its nodes'."""
    if not card.startswith(BLOCK):
        return graph[nodes[0]].position
    xs, ys = zip(*(graph[node_id].position for node_id in nodes), strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def moved(graph: Graph, positions: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Places of nodes after their cards were put elsewhere: what is docked comes along, and a folded group moves as a whole."""
    every: dict[str, tuple[float, float]] = {}
    for card, nodes in shown(graph).items():
        if card not in positions:
            continue
        x, y = positions[card]
        if card.startswith(BLOCK):
            before = place(graph, nodes, card)
            dx, dy = x - before[0], y - before[1]
            every |= {i: (graph[i].position[0] + dx, graph[i].position[1] + dy) for i in nodes}
        else:
            every |= dict.fromkeys(nodes, (x, y))
    return every
