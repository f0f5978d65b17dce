"""A network as a picture for notebooks and reports: cards and edges where the canvas has them, without a window.

Nodes that were never placed are laid out as the window would; an activation stands on its layer's card, a folded group is one card.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core import svg
from nnlab.core.errors import NNLabError
from nnlab.graph import docking
from nnlab.graph.card_size import width_of
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.validation import infer

MARGIN = 16.0
HEIGHT = 80.0  # of every card
TURN = 20.0  # how far an edge goes out before it turns

PlanePoint = tuple[float, float]


def network_svg(graph: Graph) -> str:
    """The network; without nodes a picture that says so."""
    if not graph.nodes:
        return svg.document(200, 40, [svg.text(100, 25, "an empty graph", faint=True)], "an empty graph")
    placed = _placed(graph)
    cards, shapes = docking.shown(placed), infer(placed)
    owner = {node: name for name, card in cards.items() for node in card.nodes}
    boxes = {name: CardFrame(*docking.place(placed, card), width_of(card)) for name, card in cards.items()}
    edges = []
    for edge in placed.edges:
        a, b = owner.get(edge.source), owner.get(edge.target)
        if a is not None and b is not None and a != b:
            edges.append(_edge(boxes[a], boxes[b], [box for name, box in boxes.items() if name not in (a, b)]))
    points = [point for edge in edges for point in edge] + [corner for box in boxes.values() for corner in box.corners]
    left, top = min(x for x, _ in points) - MARGIN, min(y for _, y in points) - MARGIN
    right, bottom = max(x for x, _ in points) + MARGIN, max(y for _, y in points) + MARGIN
    parts = [_path([(x - left, y - top) for x, y in edge]) for edge in edges]
    for name, card in cards.items():
        outputs = placed[card.exit].kind.outputs if card.exit else ()
        shape = shapes.get(card.exit, outputs[0].name) if outputs else None
        parts.append(_card(placed, card, CardFrame(boxes[name].x - left, boxes[name].y - top, boxes[name].width), _shape_words(shape)))
    return svg.document(right - left, bottom - top, parts, f"A network of {len(graph.nodes)} nodes")


@dataclass(frozen=True)
class CardFrame:
    """A card: its middle and its width."""

    x: float
    y: float
    width: float

    @property
    def corners(self) -> tuple[PlanePoint, PlanePoint]:
        return (self.x - self.width / 2, self.y - HEIGHT / 2), (self.x + self.width / 2, self.y + HEIGHT / 2)


def _placed(graph: Graph) -> Graph:
    if any(node.position != (0.0, 0.0) for node in graph.nodes) or len(graph.nodes) == 1:
        return graph
    try:
        return arrange(graph)
    except NNLabError:  # a circle has no layers: one row, so that it can be seen at least
        from nnlab.graph.edits import move_nodes

        return move_nodes(graph, {node.id: (200.0 * k, 0.0) for k, node in enumerate(graph.nodes)})


def _edge(source: CardFrame, target: CardFrame, others: list[CardFrame]) -> list[PlanePoint]:
    """The points of cubic curves from a card's right side to the left side of another, around what stands between them."""
    start, end = (source.x + source.width / 2, source.y), (target.x - target.width / 2, target.y)
    if end[0] < start[0]:  # backwards, to the next row of a long chain: right, across between the rows, and in from the left
        middle = (start[1] + end[1]) / 2 if abs(end[1] - start[1]) > HEIGHT else max(start[1], end[1]) + HEIGHT
        return [
            start, (start[0] + TURN, start[1]), (start[0] + TURN, middle), (start[0], middle),
            (start[0], middle), (end[0], middle), (end[0], middle),
            (end[0] - TURN, middle), (end[0] - TURN, end[1]), end,
        ]  # fmt: skip
    between = [box for box in others if start[0] < box.x < end[0] and abs(box.y - (start[1] + end[1]) / 2) < HEIGHT / 2]
    if between:
        below = max(box.y for box in between) + HEIGHT / 2 + TURN
        first, last = (min(box.corners[0][0] for box in between), below), (max(box.corners[1][0] for box in between), below)
        return [
            start, (first[0], start[1]), (start[0], below), first, first, last, last, (end[0], below), (last[0], end[1]), end,
        ]  # fmt: skip
    reach = (end[0] - start[0]) / 2
    return [start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end]


def _path(points: list[PlanePoint]) -> str:
    """Cubic curves through every third point, and an arrowhead at the end."""
    at = [f"{svg.number(x)} {svg.number(y)}" for x, y in points]
    curves = " ".join(f"C{at[k]},{at[k + 1]},{at[k + 2]}" for k in range(1, len(at), 3))
    x, y = points[-1]
    tip = f"M{svg.number(x - 7)} {svg.number(y - 4)} L{at[-1]} L{svg.number(x - 7)} {svg.number(y + 4)}"
    return f'<path d="M{at[0]} {curves} {tip}" fill="none" stroke="currentColor" stroke-opacity="0.6" stroke-width="1.5"/>'


def _card(graph: Graph, card: docking.Card, box: CardFrame, shape: str) -> str:
    x, y, width, height = box.x, box.y, box.width, HEIGHT
    frame = (
        f'<rect x="{svg.number(x - width / 2)}" y="{svg.number(y - height / 2)}" width="{svg.number(width)}" '
        f'height="{svg.number(height)}" rx="10" fill="currentColor" fill-opacity="0.07" stroke="currentColor" stroke-opacity="0.35"/>'
    )
    if card.group is not None:
        words = f"{len(card.nodes)} nodes"
    else:
        kinds = [(graph[node].kind.summary(graph[node].settings) or graph[node].kind.title) for node in card.nodes]
        words = " · ".join(kinds)
    longest = max(int(width / 6.5), 8)
    words = words if len(words) <= longest else words[: longest - 1] + "…"
    lines = [svg.text(x, y - 14, card.title, strong=True), svg.text(x, y + 4, words, faint=True), svg.text(x, y + 24, shape, faint=True)]
    return frame + "".join(lines if shape else lines[:2])


def _shape_words(shape: tuple[int, ...] | None) -> str:
    return "" if shape is None else "→ " + " × ".join(str(length) for length in shape)
