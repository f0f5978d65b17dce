"""Layered layout from left to right, by a library (Sugiyama's method); nothing here knows how cards are drawn.

What lies in one group stays together: a group is laid out by itself, then takes its place among the others as one box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nnlab.graph import annotation, docking, edits
from nnlab.graph.graph import Graph, Position

COLUMN = 168.0  # from centre to centre of neighbouring layers, canvas units
ROW = 136.0
CARD, LETTER, BETWEEN = 120.0, 8.8, 44.0  # a card's width unless its name needs more, what a letter takes, and room for an edge
HEIGHT = 80.0  # of a card
FRAME, TITLE = 18.0, 36.0  # around the cards of a group, and above them



@dataclass(frozen=True)
class Box:
    """What is laid out as one: a card, or a group whose cards stand at `places` around its middle."""

    width: float
    height: float
    places: Mapping[str, Position]


def arrange(graph: Graph) -> Graph:
    """The same graph with every card in its layer; docked activations take their layer's place, groups stay together.

    Raises GraphError for a graph with a cycle, which has no layers.
    """
    order = {node.id: i for i, node in enumerate(graph.topological())}
    cards = docking.shown(graph)
    owner = {node_id: name for name, card in cards.items() for node_id in card.nodes}
    pairs = sorted({(owner[e.source], owner[e.target]) for e in graph.edges if owner[e.source] != owner[e.target]})
    boxes = {name: Box(max(CARD, 28.0 + LETTER * len(card.title)), HEIGHT, {name: (0.0, 0.0)}) for name, card in cards.items()}
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
    middles = _layered(boxes, outer)
    places = {card: (x + middles[name][0], y + middles[name][1]) for name, box in boxes.items() for card, (x, y) in box.places.items()}
    return _with_comments(graph, edits.move_nodes(graph, docking.moved(graph, places)))


def _framed(cards: Mapping[str, Box], pairs: list[tuple[str, str]]) -> Box:
    """A group's cards, laid out by themselves."""
    places = _layered(cards, pairs)
    left = min(places[name][0] - box.width / 2 for name, box in cards.items())
    right = max(places[name][0] + box.width / 2 for name, box in cards.items())
    top, bottom = min(y for _, y in places.values()) - HEIGHT / 2, max(y for _, y in places.values()) + HEIGHT / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    width, height = right - left + 2 * FRAME, bottom - top + 2 * max(FRAME, TITLE)
    return Box(width, height, {name: (px - x, py - y) for name, (px, py) in places.items()})


def _with_comments(before: Graph, after: Graph) -> Graph:
    """Every comment moves with the node it stands nearest to."""
    for comment in before.comments if before.nodes else ():
        x, y = comment.position
        nearest = min(before.nodes, key=lambda node: (node.position[0] - x) ** 2 + (node.position[1] - y) ** 2)
        dx, dy = (after[nearest.id].position[axis] - nearest.position[axis] for axis in (0, 1))
        after = annotation.set_comment(after, comment.id, position=(x + dx, y + dy))
    return after


def _layered(boxes: Mapping[str, Box], pairs: list[tuple[str, str]]) -> dict[str, Position]:
    """The middle of every box."""
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
    positions: dict[str, Position] = {}
    below = 0.0
    for component in drawing.C:
        layout = SugiyamaLayout(component)
        layout.xspace, layout.yspace = ROW - Size.w, COLUMN - Size.h
        roots = [v for v in component.sV if not v.e_in()]
        layout.init_all(roots=roots)
        layout.draw(3)
        # grandalf draws downwards; layers run to the right here, so its x is our y. Its order within a layer keeps crossings few;
        # each layer is then centred on one line, so that a chain is straight and an edge that skips a layer goes round it.
        layers: dict[int, list[tuple[float, str]]] = {}
        for vertex in component.sV:
            layers.setdefault(layout.grx[vertex].rank, []).append((float(vertex.view.xy[0]), vertex.data))
        order = {depth: [name for _, name in sorted(layer)] for depth, layer in layers.items()}
        heights = {depth: sum(boxes[n].height for n in names) + (len(names) - 1) * (ROW - HEIGHT) for depth, names in order.items()}
        columns = _columns([max(boxes[name].width for name in order[depth]) for depth in sorted(order)])
        middle = below + (max(heights.values()) - HEIGHT) / 2
        for column, depth in zip(columns, sorted(order), strict=True):
            y = middle - heights[depth] / 2
            for name in order[depth]:
                positions[name] = (column, y + boxes[name].height / 2)
                y += boxes[name].height + ROW - HEIGHT
        below += max(heights.values()) - HEIGHT + ROW
    return positions


def _columns(widths: Sequence[float]) -> list[float]:
    """The middle of every layer, given its widest box."""
    middles = [0.0]
    for left, right in pairwise(widths):
        middles.append(middles[-1] + max(COLUMN, (left + right) / 2 + BETWEEN))
    return middles
