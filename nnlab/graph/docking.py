"""Which activations are drawn on their layer's card.

An element-wise operator without parameters that is the only consumer of a layer, in the same group, is docked on it
("dense_1 · 8 · tanh"): two nodes of the graph, one card on the canvas. Docking follows from the graph; nothing of it is stored.
"""

from __future__ import annotations

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
