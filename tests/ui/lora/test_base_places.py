"""Before an adapter is attached the layers lie beside each other to one scale, with room for A under W and for B beside it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF

from nnlab.ui.lora.base_places import MOST_CELL, LayerSize, base_places

ROOM = QRectF(20, 30, 960, 380)
DIGITS = (LayerSize(128, 64, 4), LayerSize(64, 128, 4), LayerSize(10, 64, 4))


@pytest.mark.parametrize("sizes", [DIGITS, (LayerSize(8, 2),), (LayerSize(600, 784, 64), LayerSize(10, 600)), (LayerSize(16, 16, 2),) * 12],
                         ids=["digits", "small", "wide", "many"])  # fmt: skip
def test_nothing_overlaps_or_leaves_the_room(sizes: tuple[LayerSize, ...]) -> None:
    places = base_places(sizes, ROOM, round)
    assert len(places) == len(sizes)
    cards = [place.card for place in places]
    assert all(ROOM.adjusted(-1, -1, 1, 1).contains(card) for card in cards)
    assert all(not one.intersects(other) for k, one in enumerate(cards) for other in cards[k + 1 :])
    for place in places:
        assert all(place.card.contains(part) for part in (place.weight, place.a, place.b))
        assert (place.a.left(), place.a.width()) == (place.weight.left(), place.weight.width()) and place.a.top() > place.weight.bottom()
        assert (place.b.top(), place.b.height()) == (place.weight.top(), place.weight.height()) and place.b.left() > place.weight.right()


def test_all_layers_have_one_scale() -> None:
    places = base_places(DIGITS, ROOM, round)
    scales = {round(place.weight.width() / size.inputs, 6) for place, size in zip(places, DIGITS, strict=True)}
    scales |= {round(place.weight.height() / size.units, 6) for place, size in zip(places, DIGITS, strict=True)}
    scales |= {round(place.a.height() / size.rank, 6) for place, size in zip(places, DIGITS, strict=True)}
    assert len(scales) == 1 and 1 <= next(iter(scales)) <= MOST_CELL
    assert [place.card.left() for place in places] == sorted(place.card.left() for place in places)


def test_many_layers_take_further_rows() -> None:
    tops = {place.card.center().y() for place in base_places((LayerSize(16, 16, 2),) * 12, ROOM, round)}
    assert len(tops) > 1
    assert base_places((), ROOM, round) == ()
