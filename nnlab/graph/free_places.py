"""Where there is room for one more card: no card is put on top of another, nor into the frame of a group it does not belong to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from nnlab.graph import docking, edits
from nnlab.graph.card_size import COLUMN, ROW, size_of, width_of
from nnlab.graph.graph import Graph, Group, Position
from nnlab.graph.layout import FRAME, TITLE
from nnlab.graph.validation import infer

MARGIN = 12.0  # free between two cards at least, canvas units
Rect = tuple[float, float, float, float]  # left, top, right, bottom


def right_of_everything(graph: Graph) -> Position:
    """One column further than the last card, level with the newest."""
    if not graph.nodes:
        return 0.0, 0.0
    return max(node.position[0] for node in graph.nodes) + COLUMN, graph.nodes[-1].position[1]


def cleared(graph: Graph, node_id: str, step: float = ROW) -> Graph:
    """The graph with a node's card moved up or down by as few `step`s as take it off every other card; unchanged where it is docked.

    A card in a folded group is not seen and stays where it is.
    """
    card = docking.card_of(graph, node_id)
    if card.id != node_id:
        return graph
    x, y = docking.place(graph, card)
    taken, height = list(_taken(graph, card)), _height(graph, card)

    def is_free(place: float) -> bool:
        return not any(_overlap(_around(card, (x, place), height), rect) for rect in taken)

    free = next(place for place in _upwards_and_downwards(y, step) if is_free(place))
    return graph if free == y else edits.move_nodes(graph, docking.moved(graph, {card.id: (x, free)}))


def _upwards_and_downwards(y: float, step: float) -> Iterator[float]:
    """Places nearer to `y` first, below before above. It has no end, but what is taken has."""
    yield y
    for i in count(1):
        yield y + i * step
        yield y - i * step


def _taken(graph: Graph, card: docking.Card) -> Iterator[Rect]:
    """The room of every other card with MARGIN around it, and of every frame that does not hold `card`."""
    others = {name: other for name, other in docking.shown(graph).items() if name != card.id}
    owner = {node_id: name for name, other in others.items() for node_id in other.nodes}
    for other in others.values():
        left, top, right, bottom = _around(other, docking.place(graph, other), _height(graph, other))
        yield left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN
    own = graph.group_of.get(card.nodes[0])
    for group in graph.groups:
        if not group.collapsed and group is not own:
            yield _frame(graph, group, others, owner)


def _frame(graph: Graph, group: Group, cards: dict[str, docking.Card], owner: dict[str, str]) -> Rect:
    inside = [cards[name] for name in {owner[node_id] for node_id in group.members}]
    lefts, tops, rights, bottoms = zip(*(_around(card, docking.place(graph, card), _height(graph, card)) for card in inside), strict=True)
    return min(lefts) - FRAME, min(tops) - TITLE, max(rights) + FRAME, max(bottoms) + FRAME


def _height(graph: Graph, card: docking.Card) -> float:
    return size_of(graph, infer(graph).get, card).height


def _around(card: docking.Card, place: Position, height: float) -> Rect:
    """A card's outline as it is drawn collapsed; a long name makes it wider, feature maps make it higher."""
    half = width_of(card) / 2
    return place[0] - half, place[1] - height / 2, place[0] + half, place[1] + height / 2


def _overlap(first: Rect, second: Rect) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]
