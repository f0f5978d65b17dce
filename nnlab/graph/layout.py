"""Layered layout from left to right, by a library (Sugiyama's method), long chains in several rows (`rows`).

What lies in one group stays together: a group is laid out by itself, then takes its place among the others as one box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nnlab.graph import annotation, docking, edits
from nnlab.graph.card_size import BETWEEN, COLUMN, HEIGHT, ROW, size_of, width_of
from nnlab.graph.graph import Graph, Position
from nnlab.graph.rows import ROW_GAP, Size, break_into_rows
from nnlab.graph.validation import infer

FRAME, TITLE = 18.0, 36.0  # around the cards of a group, and above them


@dataclass(frozen=True)
class Box:
    """What is laid out as one: a card, or a group whose cards stand at `places` around its middle."""

    width: float
    height: float
    places: Mapping[str, Position]
    size: Size  # with the room around it


def arrange(graph: Graph) -> Graph:
    """The same graph with every card in its layer; docked activations take their layer's place, groups stay together.

    Raises GraphError for a graph with a cycle, which has no layers.
    """
    if not graph.nodes:
        return graph
    order = {node.id: i for i, node in enumerate(graph.topological())}
    cards = docking.shown(graph)
    owner = {node_id: name for name, card in cards.items() for node_id in card.nodes}
    pairs = sorted({(owner[e.source], owner[e.target]) for e in graph.edges if owner[e.source] != owner[e.target]})
    shapes = infer(graph)
    sizes = {name: size_of(graph, shapes.get, card) for name, card in cards.items()}
    boxes = {name: Box(width_of(card), sizes[name].height, {name: (0.0, 0.0)}, sizes[name]) for name, card in cards.items()}
    home = {name: name for name in cards}  # the box a card is in
    for group in graph.groups:
        if not group.collapsed:
            inside = dict.fromkeys(owner[node_id] for node_id in group.members)
            name = docking.FOLDED + group.id
            within = [(a, b) for a, b in pairs if a in inside and b in inside]
            boxes[name] = _framed({card: boxes.pop(card) for card in inside}, within)
            home |= dict.fromkeys(inside, name)
    # A group may be both before and behind another card: it stands where its first node is computed, edges back to it count for nothing.
    first = {name: min(order[i] for card in box.places for i in cards[card].nodes) for name, box in boxes.items()}
    outer = sorted({(home[a], home[b]) for a, b in pairs if first[home[a]] < first[home[b]]})
    middles, _ = _layered(boxes, outer)
    places = {card: (x + middles[name][0], y + middles[name][1]) for name, box in boxes.items() for card, (x, y) in box.places.items()}
    return _with_comments(graph, edits.move_nodes(graph, docking.moved(graph, places)))


def _framed(cards: Mapping[str, Box], pairs: list[tuple[str, str]]) -> Box:
    """A group's cards, laid out by themselves."""
    places, inner = _layered(cards, pairs)
    left = min(places[name][0] - box.width / 2 for name, box in cards.items())
    right = max(places[name][0] + box.width / 2 for name, box in cards.items())
    top = min(places[name][1] - box.height / 2 for name, box in cards.items())
    bottom = max(places[name][1] + box.height / 2 for name, box in cards.items())
    x, y = (left + right) / 2, (top + bottom) / 2
    width, height = right - left + 2 * FRAME, bottom - top + 2 * max(FRAME, TITLE)
    around, above = 2 * FRAME, 2 * max(FRAME, TITLE)
    size = Size(width + BETWEEN, height, inner.open_width + around, inner.open_height + above)
    return Box(width, height, {name: (px - x, py - y) for name, (px, py) in places.items()}, size)


def _with_comments(before: Graph, after: Graph) -> Graph:
    """Every comment moves with the node it stands nearest to."""
    for comment in before.comments if before.nodes else ():
        x, y = comment.position
        nearest = min(before.nodes, key=lambda node: (node.position[0] - x) ** 2 + (node.position[1] - y) ** 2)
        dx, dy = (after[nearest.id].position[axis] - nearest.position[axis] for axis in (0, 1))
        after = annotation.set_comment(after, comment.id, position=(x + dx, y + dy))
    return after


def _layered(boxes: Mapping[str, Box], pairs: list[tuple[str, str]]) -> tuple[dict[str, Position], Size]:
    """The middle of every box, and how large they are together."""
    places: dict[str, Position] = {}
    sizes = []
    below = 0.0
    for layers in _layers(boxes, pairs):
        found, height, size = _in_rows(boxes, pairs, layers, below)
        places |= found
        sizes.append(size)
        below += height - HEIGHT + ROW
    return places, Size(
        max(s.width for s in sizes), below - ROW + HEIGHT, max(s.open_width for s in sizes), sum(s.open_height for s in sizes)
    )


def _layers(boxes: Mapping[str, Box], pairs: list[tuple[str, str]]) -> list[list[list[str]]]:
    """For every part of the graph that hangs together its layers, in each the boxes from top to bottom."""
    from grandalf.graphs import Edge, Vertex
    from grandalf.graphs import Graph as LayoutGraph
    from grandalf.layouts import SugiyamaLayout

    class Size:
        w, h = HEIGHT, HEIGHT

    # grandalf goes through sets of vertices and edges, whose order follows from their places in memory unless they have numbers.
    class Numbered(Vertex):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            self.number, self.view = len(vertices), Size()

        def __hash__(self) -> int:
            return self.number

    class Joined(Edge):
        def __hash__(self) -> int:
            return hash((self.v[0].number, self.v[1].number))

    vertices: dict[str, Numbered] = {}
    for name in boxes:
        vertices[name] = Numbered(name)
    drawing = LayoutGraph(list(vertices.values()), [Joined(vertices[a], vertices[b]) for a, b in pairs])
    parts = []
    for component in drawing.C:
        layout = SugiyamaLayout(component)
        roots = [v for v in component.sV if not v.e_in()]
        layout.init_all(roots=roots)
        layout.draw(3)
        # grandalf draws downwards; layers run to the right here, so its x is our y. Its order within a layer keeps crossings few.
        layers: dict[int, list[tuple[float, str]]] = {}
        for vertex in component.sV:
            layers.setdefault(layout.grx[vertex].rank, []).append((float(vertex.view.xy[0]), vertex.data))
        parts.append([[name for _, name in sorted(layers[depth])] for depth in sorted(layers)])
    return parts


def _in_rows(
    boxes: Mapping[str, Box], pairs: list[tuple[str, str]], layers: list[list[str]], top: float
) -> tuple[dict[str, Position], float, Size]:
    """The middles of one part's boxes, the first row's centre line `top` below, its height, and its size in all.

    Each layer is centred on its row's line, so that a chain is straight and an edge that skips a layer goes round it.
    """
    heights = [sum(boxes[n].height for n in names) + (len(names) - 1) * (ROW - HEIGHT) for names in layers]
    sizes = [_stacked([boxes[name].size for name in names], height) for names, height in zip(layers, heights, strict=True)]
    rows = break_into_rows(sizes, _cuts(layers, pairs))
    widths = [max(boxes[name].width for name in names) for names in layers]
    places: dict[str, Position] = {}
    line = top - HEIGHT / 2
    for row in rows:
        tallest = max(heights[i] for i in row)
        for column, i in zip(_columns([widths[i] for i in row], [widths[r[0]] for r in rows]), row, strict=True):
            y = line + (tallest - heights[i]) / 2
            for name in layers[i]:
                places[name] = (column, y + boxes[name].height / 2)
                y += boxes[name].height + ROW - HEIGHT
        line += tallest + ROW_GAP
    height = line - ROW_GAP - top + HEIGHT / 2
    wide = max(sum(sizes[i].width for i in row) for row in rows), max(sum(sizes[i].open_width for i in row) for row in rows)
    open_height = sum(max(sizes[i].open_height for i in row) for row in rows) + (len(rows) - 1) * ROW_GAP
    return places, height, Size(wide[0], height, wide[1], open_height)


def _stacked(sizes: Sequence[Size], height: float) -> Size:
    """Of the boxes of one layer together."""
    open_height = sum(size.open_height for size in sizes) + (len(sizes) - 1) * (ROW - HEIGHT)
    return Size(max(size.width for size in sizes), height, max(size.open_width for size in sizes), open_height)


def _cuts(layers: Sequence[Sequence[str]], pairs: Sequence[tuple[str, str]]) -> list[int]:
    """How many boxes are read across the border behind each layer."""
    depth = {name: i for i, names in enumerate(layers) for name in names}
    reach: dict[str, int] = {}
    for a, b in pairs:
        if a in depth:
            reach[a] = max(reach.get(a, 0), depth[b])
    return [sum(depth[a] <= i < last for a, last in reach.items()) for i in range(len(layers))]


def _columns(widths: Sequence[float], first: Sequence[float]) -> list[float]:
    """The middle of every layer of a row, given its widest box; rows begin at one edge, below the first row's first box `first`."""
    middles = [(widths[0] - first[0]) / 2]
    for left, right in pairwise(widths):
        middles.append(middles[-1] + max(COLUMN, (left + right) / 2 + BETWEEN))
    return middles
