"""Layered layout from left to right, by a library (Sugiyama's method); nothing here knows how cards are drawn."""

from __future__ import annotations

from nnlab.graph import docking, edits
from nnlab.graph.graph import Graph

COLUMN = 168.0  # from centre to centre of neighbouring layers, canvas units
ROW = 136.0


def arrange(graph: Graph) -> Graph:
    """The same graph with every card in its layer; docked activations take their layer's place."""
    cards = docking.cards(graph)
    owner = {node_id: card[0] for card in cards for node_id in card}
    pairs = sorted({(owner[e.source], owner[e.target]) for e in graph.edges if owner[e.source] != owner[e.target]})
    positions = _layered([card[0] for card in cards], pairs)
    return edits.move_nodes(graph, {node_id: positions[owner[node_id]] for node_id in owner})


def _layered(names: list[str], pairs: list[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    from grandalf.graphs import Edge, Vertex
    from grandalf.graphs import Graph as LayoutGraph
    from grandalf.layouts import SugiyamaLayout

    class Box:
        w, h = 80.0, 80.0

    vertices = {name: Vertex(name) for name in names}
    for vertex in vertices.values():
        vertex.view = Box()
    drawing = LayoutGraph(list(vertices.values()), [Edge(vertices[a], vertices[b]) for a, b in pairs])
    positions: dict[str, tuple[float, float]] = {}
    below = 0.0
    for component in drawing.C:
        layout = SugiyamaLayout(component)
        layout.xspace, layout.yspace = ROW - Box.w, COLUMN - Box.h
        roots = [v for v in component.sV if not v.e_in()]
        layout.init_all(roots=roots)
        layout.draw(3)
        # grandalf draws downwards; layers run to the right here, so its x is our y. Its order within a layer keeps crossings few;
        # each layer is then centred on one line, so that a chain is straight and an edge that skips a layer goes round it.
        layers: dict[int, list[tuple[float, str]]] = {}
        for vertex in component.sV:
            layers.setdefault(layout.grx[vertex].rank, []).append((float(vertex.view.xy[0]), vertex.data))
        height = (max(len(layer) for layer in layers.values()) - 1) * ROW
        for depth, layer in layers.items():
            for i, (_, name) in enumerate(sorted(layer)):
                positions[name] = (depth * COLUMN, below + height / 2 + (i - (len(layer) - 1) / 2) * ROW)
        below += height + ROW
    return positions
