"""Edits of whole cards: a layer together with the activation docked on it. Pure functions, like `nnlab.graph.edits`.

Each raises GraphError and leaves the given graph as it is when it cannot be done.
"""

from __future__ import annotations

from nnlab.core.errors import GraphError
from nnlab.graph import annotation, docking, edits
from nnlab.graph.card_size import COLUMN
from nnlab.graph.graph import Edge, Graph, Position


def splice(graph: Graph, name: str, edge: Edge) -> Graph:
    """Puts a card that is there already into the middle of an edge; one that is joined elsewhere is taken out there first."""
    card = docking.shown(graph)[name]
    kind = graph[card.nodes[0]].kind
    if not card.entries or not card.exit:
        raise GraphError(f"{kind.title} cannot be inserted between {edge.source} and {edge.target}.", card.nodes[0])
    graph = edits.detach(graph, card.nodes)
    ends = (edge.source, edge.target)  # its port may have closed up
    spot = edge if edge in graph.edges else next((e for e in graph.edges if (e.source, e.target) == ends), None)
    if spot is None:
        raise GraphError(f"{card.title} is already connected to this edge.", card.nodes[0])
    card = docking.shown(graph)[name]  # taken out, its first port is free
    result = edits.cut(graph, [spot], close_up=False)
    result = edits.connect(result, spot.source, *card.entries[0])
    result = edits.connect(result, card.exit, spot.target, spot.target_port)
    if card.group is None and annotation.same_group(graph, edge.source, edge.target):
        for node_id in card.nodes:
            result = annotation.join_group(result, node_id, edge.source)
    return result


def dock(graph: Graph, activation: str, layer: str) -> Graph:
    """Puts an activation onto a layer's card: behind the layer, before whatever read it, in its group."""
    graph = edits.detach_node(graph, activation)
    outgoing = graph.outgoing(layer)
    result = edits.connect(edits.cut(graph, outgoing, close_up=False), layer, activation)
    for edge in outgoing:
        result = edits.connect(result, activation, edge.target, edge.target_port)
    result = annotation.join_group(result, activation, layer)
    return edits.move_nodes(result, {activation: result[layer].position})


def add_behind(graph: Graph, operator: str, source: str, position: Position) -> Graph:
    """Adds an operator that reads `source`, whatever else reads it already."""
    result = edits.add_node(graph, operator, position=position)
    new = result.nodes[-1].id
    result = edits.connect(result, source, new, result.ports(new)[0])
    return edits.move_nodes(result, {new: graph[source].position}) if docking.host(result, new) == source else result


def add_before(graph: Graph, operator: str, target: str, port: str, position: Position) -> Graph:
    """Adds an operator that `target` reads at a port."""
    result = edits.add_node(graph, operator, position=position)
    return edits.connect(result, result.nodes[-1].id, target, port)


def make_room(graph: Graph, node_id: str, edge: Edge) -> Graph:
    """Puts a node that was inserted into `edge` between its ends, in line with them; where it would not fit, what stands behind moves on.

    A node that is docked on its layer's card needs no room.
    """
    if docking.host(graph, node_id) is not None:
        return graph
    (left, top), (right, bottom) = graph[edge.source].position, graph[edge.target].position
    if right <= left:  # the edge goes back: wherever it was put is as good as any
        return graph
    missing = max(0.0, 2 * COLUMN - (right - left))
    own = {node_id, docking.docked(graph, node_id)}
    moved = {n.id: (n.position[0] + missing, n.position[1]) for n in graph.nodes if n.position[0] > left + 1.0 and n.id not in own}
    place = ((left + right + missing) / 2, (top + bottom) / 2)
    return edits.move_nodes(graph, moved | {i: place for i in own if i is not None})
