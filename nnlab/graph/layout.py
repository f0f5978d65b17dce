"""Layered layout from left to right, by a library (Sugiyama's method); nothing here knows how cards are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from nnlab.graph import annotation, docking, edits
from nnlab.graph.graph import Graph

COLUMN = 168.0  # from centre to centre of neighbouring layers, canvas units
ROW = 136.0
CARD, LETTER, BETWEEN = 120.0, 8.8, 44.0  # a card's width unless its name needs more, what a letter takes, and room for an edge


def arrange(graph: Graph) -> Graph:
    """The same graph with every card in its layer; docked activations take their layer's place, folded groups move as a whole.

    Raises GraphError for a graph with a cycle, which has no layers.
    """
    graph.topological()
    cards = docking.shown(graph)
    owner = {node_id: name for name, card in cards.items() for node_id in card.nodes}
    pairs = sorted({(owner[e.source], owner[e.target]) for e in graph.edges if owner[e.source] != owner[e.target]})
    widths = {name: max(CARD, 28.0 + LETTER * len(card.title)) for name, card in cards.items()}
    result = edits.move_nodes(graph, docking.moved(graph, _layered(widths, pairs)))
    return _with_comments(graph, result)


def _with_comments(before: Graph, after: Graph) -> Graph:
    """Every comment moves with the node it stands nearest to."""
    for comment in before.comments if before.nodes else ():
        x, y = comment.position
        nearest = min(before.nodes, key=lambda node: (node.position[0] - x) ** 2 + (node.position[1] - y) ** 2)
        dx, dy = (after[nearest.id].position[axis] - nearest.position[axis] for axis in (0, 1))
        after = annotation.set_comment(after, comment.id, position=(x + dx, y + dy))
    return after


def _layered(widths: Mapping[str, float], pairs: list[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    from grandalf.graphs import Edge, Vertex
    from grandalf.graphs import Graph as LayoutGraph
    from grandalf.layouts import SugiyamaLayout

    class Box:
        w, h = 80.0, 80.0

    vertices = {name: Vertex(name) for name in widths}
    for vertex in vertices.values():
        vertex.view = Box()
    drawing = LayoutGraph(list(vertices.values()), [Edge(vertices[a], vertices[b]) for a, b in pairs])
    positions: dict[str, tuple[float, float]] = {}
    below = 0.0
    for component in drawing.C:
        layout = SugiyamaLayout(component)
        layout.xspace, layout.yspace = ROW - Box.w, COLUMN - Box.h
        roots = [v for v in component.sV if not v.e_in()]
        layout.init_all(roots=roots or None)  # a folded group may be both before and behind another card
        layout.draw(3)
        # grandalf draws downwards; layers run to the right here, so its x is our y. Its order within a layer keeps crossings few;
        # each layer is then centred on one line, so that a chain is straight and an edge that skips a layer goes round it.
        layers: dict[int, list[tuple[float, str]]] = {}
        for vertex in component.sV:
            layers.setdefault(layout.grx[vertex].rank, []).append((float(vertex.view.xy[0]), vertex.data))
        height = (max(len(layer) for layer in layers.values()) - 1) * ROW
        columns = _columns([max(widths[name] for _, name in layers[depth]) for depth in sorted(layers)])
        for depth, layer in layers.items():
            for i, (_, name) in enumerate(sorted(layer)):
                positions[name] = (columns[depth], below + height / 2 + (i - (len(layer) - 1) / 2) * ROW)
        below += height + ROW
    return positions


def _columns(widths: Sequence[float]) -> list[float]:
    """The middle of every layer, given its widest card."""
    middles = [0.0]
    for left, right in pairwise(widths):
        middles.append(middles[-1] + max(COLUMN, (left + right) / 2 + BETWEEN))
    return middles
