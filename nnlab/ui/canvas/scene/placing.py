"""How far apart cards stand: what edges, frames and rows need between them, at a zoom."""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.graph.graph import Edge, Position
from nnlab.ui.canvas.edges.weight_layer import MATRIX_FROM
from nnlab.ui.canvas.model.content import CardContent, Weights
from nnlab.ui.canvas.model.spacing import CLOSE, LEAST_STEP, MATRIX_ROOM, TENSOR_ROOM, WEIGHTS_ROOM, Room, Spacing, spacing
from nnlab.ui.canvas.scene.card_sizes import CardSizes


def least_spacing(
    cards: Mapping[str, CardContent], sizes: CardSizes, places: Mapping[str, Position], weights: Mapping[Edge, Weights | None],
    owner: Mapping[str, str], frames: Mapping[str, tuple[str, float, float]], scale: float, close: float | None,
) -> Spacing:  # fmt: skip
    """The least without overlaps, for cards at their `places` in the document; `scale` and `close` as in `CardSizes.of`.

    `weights` are all edges between cards with what they carry, `frames` by card its open group and the room below and above it.
    """
    expanded = close is None
    shapes = {name: sizes.of(card, scale, expanded, close, True) for name, card in cards.items()}
    gaps, returns = [], []
    for edge, found in weights.items():
        tail, head = owner[edge.source], owner[edge.target]
        if places[head][0] < places[tail][0]:
            returns.append((tail, head))
        room = TENSOR_ROOM
        if expanded and found is not None:
            room = MATRIX_ROOM if found.count > MATRIX_FROM or sizes.is_image(cards[tail]) else WEIGHTS_ROOM
        ends = [frames[name] for name in (tail, head) if name in frames]
        if len({group for group, *_ in ends}) + (len(ends) == 1) == 2:  # the edge crosses the frame of at least one
            room += sum(below for _, below, _ in ends)
        gaps.append((tail, head, room))
    return spacing(places, shapes, Room(gaps, returns, frames), LEAST_STEP if expanded else CLOSE)
