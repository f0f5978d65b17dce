"""How much room a card takes: compact, as the layout places them, and opened, when it shows its neurons.

The canvas draws cards so (`nnlab.ui.canvas.model.geometry`, which a test compares with this); here it is known without a window.
"""

from __future__ import annotations

from collections.abc import Callable

from nnlab.core.tensor import Shape
from nnlab.graph import docking
from nnlab.graph.graph import Graph
from nnlab.graph.rows import Size

Known = Callable[[str, str], Shape | None]
COLUMN, ROW = 168.0, 136.0  # from centre to centre of neighbouring layers, and of cards in one layer, canvas units
CARD, HEIGHT = 120.0, 80.0  # a card's width unless its name needs more
# Heights on a card with pictures: of its text, its filters and feature maps, between and below them.
TEXT, FILTERS, MAPS, PART_GAP, FOOT = 58.0, 40.0, 78.0, 6.0, 8.0
LETTER, BETWEEN = 8.8, 44.0  # what a letter of its name takes, and room for an edge
OPEN_CARD, OPEN_FRAME, TILE = 92.0, 62.0, 40.0  # width and height without tiles of an opened card, and a tile with its gap
MOST_TILES, MANY_UNITS, MANY = 8, 16, 414.0  # more tiles share the height of eight; above sixteen units the card is higher
LOSS_CARD = (136.0, 196.0)
WEIGHTS_ROOM, MATRIX_ROOM, MATRIX_FROM = 66.0, 150.0, 1000  # in front of an opened card for its weights, and from how many as a matrix


def width_of(card: docking.Card) -> float:
    """Of a compact card."""
    return max(CARD, 28.0 + LETTER * len(card.title))


def maps_of(graph: Graph, shape: Known, card: docking.Card) -> Shape | None:
    """(channels, rows, columns) of the feature maps that a card shows, None where its output is none."""
    outputs = graph[card.exit].kind.outputs if card.group is None and card.exit else ()
    found = shape(card.exit, outputs[0].name) if outputs else None
    return found if found is not None and len(found) == 3 else None


def filters_of(graph: Graph, shape: Known, card: docking.Card) -> Shape | None:
    """(outputs, inputs, rows, columns) of the filters that a card shows above its feature maps, None where it has none."""
    node = graph[card.nodes[0]]
    if maps_of(graph, shape, card) is None:
        return None
    return next((found for p in node.parameters if (found := shape(node.id, p.name)) is not None and len(found) == 4), None)


def height_of(has_maps: bool, has_filters: bool) -> float:
    """Of a compact card."""
    return HEIGHT if not has_maps else TEXT + (FILTERS + PART_GAP if has_filters else 0.0) + MAPS + FOOT


def size_of(graph: Graph, shape: Known, card: docking.Card) -> Size:
    """A card with the room to the next; `shape(node, tensor)` is a tensor's without the batch, where it is known."""
    width = width_of(card)
    pitch = max(COLUMN, width + BETWEEN)
    node = graph[card.nodes[0]]
    if card.group is None and node.kind.is_loss:
        return Size(pitch, HEIGHT, max(LOSS_CARD[0], width) + BETWEEN, LOSS_CARD[1])
    outputs = graph[card.exit].kind.outputs if card.group is None and card.exit else ()
    units = _units(shape(card.exit, outputs[0].name) if outputs else None)
    if units == 0:
        height = height_of(maps_of(graph, shape, card) is not None, filters_of(graph, shape, card) is not None)
        return Size(pitch, height, pitch, height)
    weights = max((_count(shape(node.id, p.name)) for p in node.parameters), default=0)
    room = MATRIX_ROOM if weights > MATRIX_FROM else WEIGHTS_ROOM if weights else BETWEEN
    height = MANY if units > MANY_UNITS else OPEN_FRAME + TILE * min(units, MOST_TILES)
    return Size(pitch, HEIGHT, OPEN_CARD + room, height)


def _units(shape: Shape | None) -> int:
    """How many units are shown as tiles: those of an output that is a row."""
    return shape[0] if shape is not None and len(shape) == 1 and isinstance(shape[0], int) else 0


def _count(shape: Shape | None) -> int:
    total = 1
    for length in shape or (0,):
        total *= length
    return total
