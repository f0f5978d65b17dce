"""The matrices lie so that columns stand under columns and rows beside rows, and never leave their room."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from nnlab.ui.lora.matrix_places import cell_at, matrix_places
from nnlab.ui.lora.scale_bound import block_means, scale_bound

ROOM = QRectF(20, 4, 976, 420)


@pytest.mark.parametrize(("units", "inputs", "rank"), [(64, 128, 4), (128, 64, 8), (8, 2, 1), (10, 64, 10), (600, 784, 64), (1, 1, 1)])
def test_products_stand_where_they_are_multiplied(units: int, inputs: int, rank: int) -> None:
    places = matrix_places(units, inputs, rank, ROOM, round)
    assert (places.a.left(), places.a.width()) == (places.update.left(), places.update.width())
    assert (places.b.top(), places.b.height()) == (places.update.top(), places.update.height())
    aligned = places.base.top() == places.update.top() if places.is_beside else places.base.left() == places.update.left()
    assert aligned
    found = list(places.maps.values())
    assert all(ROOM.adjusted(-1, -1, 1, 1).contains(place) for place in found)
    assert all(not one.intersects(other) for k, one in enumerate(found) for other in found[k + 1 :])


def test_tall_layers_stand_beside_their_update() -> None:
    assert matrix_places(128, 16, 4, ROOM, round).is_beside
    assert not matrix_places(16, 128, 4, ROOM, round).is_beside


def test_a_point_is_in_a_cell() -> None:
    places = matrix_places(4, 8, 2, ROOM, round)
    for place in (places.base, places.update, places.applied):
        point = QPointF(place.left() + 6.5 * places.cell, place.top() + 2.5 * places.cell)
        assert cell_at(point, places, 4, 8) == (2, 6)
    assert cell_at(places.a.center(), places, 4, 8) is None


def test_the_bound_is_a_round_number_that_outliers_do_not_move() -> None:
    values = np.full((100, 100), 0.31)
    values[0, 0] = 50.0
    assert scale_bound(values) == 0.4
    assert scale_bound(np.array([[0.5, -0.5]])) == 0.5
    assert scale_bound(np.zeros((2, 2))) == 1.0
    assert scale_bound(np.array([[np.nan, np.inf]])) == 1.0


def test_blocks_keep_their_size_and_the_sign_of_their_sum() -> None:
    values = np.array([[1.0, -3.0, 2.0], [1.0, -3.0, 4.0]])
    np.testing.assert_array_equal(block_means(values, 2), [[-2.0, 3.0]])
