"""Pictures on a card: large enough to be recognised, within their room, none hidden without being counted; all when zoomed in."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QRectF

from nnlab.ui.canvas.model.pictures import LEAST_KERNEL, SIDES, filters, maps

ROOM = QRectF(-52.0, 10.0, 104.0, 78.0)
SHAPES = [(1, 8, 8), (16, 8, 8), (32, 4, 4), (100, 3, 7), (6, 28, 28), (64, 1, 1)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pixel", [1.43, 1.0, 0.05])
def test_maps_can_be_recognised_and_the_hidden_ones_are_counted(shape: tuple[int, int, int], pixel: float) -> None:
    found = maps(shape, ROOM, pixel)
    places = [*found.places, *([found.more] if found.more is not None else [])]
    assert all(ROOM.adjusted(-0.01, -0.01, 0.01, 0.01).contains(place) for place in places)
    assert not any(first.intersects(second) for first, second in combinations(places, 2))
    assert all(place.width() / place.height() == pytest.approx(shape[2] / shape[1]) for place in places)
    assert len(found.places) + found.hidden == shape[0] and bool(found.hidden) == (found.more is not None)
    assert min(max(place.width(), place.height()) for place in places) >= SIDES[-1] * pixel - 0.01, "20 pixels of text at least"
    assert found.hidden == 0 or pixel > 0.1 or shape[0] > 32, "from near all of them are seen"


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ((16, 1, 3, 3), (12, 1)),  # 68 of 104 units hold four kernels of 15 pixels a side, 45 units three of them
        ((32, 16, 3, 3), (3, 4)),  # three outputs with four of their inputs each
        ((4, 3, 5, 5), (4, 3)),
    ],
)
def test_filters_that_are_shown_can_be_recognised(shape: tuple[int, int, int, int], shown: tuple[int, int]) -> None:
    found = filters(shape, QRectF(0.0, 0.0, 104.0, 45.0), 1.0)
    assert found.shown == shown and found.hidden == shape[0] * shape[1] - shown[0] * shown[1]
    assert (found.more is None) == (found.hidden == 0)
    across = max(1, int(found.place.width() / LEAST_KERNEL)) // shown[1] if found.hidden else shape[0]
    assert across * shown[1] * LEAST_KERNEL <= found.place.width() + 0.01 or not found.hidden
    assert filters(shape, QRectF(0.0, 0.0, 104.0, 45.0), 0.02).hidden == 0, "from near all of them are seen"
