"""From the document's positions to the canvas and back."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from nnlab.ui.canvas.model.spacing import LEAST_STEP, LINE_ROOM, ROW_ROOM, Room, Spacing, spacing


@dataclass
class Box:
    outline: QRectF


def box(width, height):
    return Box(QRectF(-width / 2, -height / 2, width, height))


coordinates = st.floats(-3000, 3000)


@given(coordinates, coordinates, st.lists(st.floats(30, 400), min_size=1, max_size=6), st.floats(1, 3), st.floats(1, 2))
def test_a_place_on_the_canvas_is_always_a_place_in_the_document(x, y, steps, factor, stretch):
    columns = [(-500.0, -400.0)]
    for i, step in enumerate(steps):
        columns.append((columns[-1][0] + step, columns[-1][1] + step * (1 + i % 3)))
    there = Spacing(tuple(columns), 1.0, factor, tuple(columns)).stretched(stretch)
    assert there.to_document(there.to_scene((x, y))) == pytest.approx((x, y), abs=1e-6)


def test_columns_get_the_room_that_their_edges_want():
    positions = {"a": (0.0, 0.0), "b": (168.0, 0.0), "c": (336.0, 0.0)}
    cards = {"a": box(92, 100), "b": box(92, 380), "c": box(184, 196)}
    found = spacing(positions, cards, Room([("a", "b", 66.0), ("b", "c", 150.0)]))
    places = {name: found.to_scene(position).x() for name, position in positions.items()}
    assert places["b"] - 46 - (places["a"] + 46) >= 66
    assert places["c"] - 92 - (places["b"] + 46) == pytest.approx(150)


def test_an_edge_that_skips_a_column_asks_for_no_more_than_it_needs():
    positions = {"a": (0.0, 0.0), "b": (168.0, 0.0), "c": (336.0, 0.0)}
    cards = {name: box(92, 100) for name in positions}
    found = spacing(positions, cards, Room([("a", "c", 66.0)]))
    assert found.to_scene(positions["c"]).x() == pytest.approx(2 * 168 * LEAST_STEP)


def test_tall_cards_above_each_other_are_moved_apart():
    positions = {"a": (0.0, 0.0), "b": (0.0, 136.0)}
    cards = {name: box(92, 380) for name in positions}
    found = spacing(positions, cards, Room())
    distance = found.to_scene(positions["b"]).y() - found.to_scene(positions["a"]).y()
    assert distance == pytest.approx(380 + ROW_ROOM)


def test_cards_laid_on_top_of_each_other_do_not_blow_the_picture_up():
    cards = {name: box(92, 380) for name in ("a", "b")}
    found = spacing({"a": (0.0, 0.0), "b": (0.0, 8.0)}, cards, Room())
    assert found.to_scene((0.0, 8.0)).y() == 8.0


def test_only_the_rows_that_need_it_move_apart():
    positions = {"a": (0.0, 0.0), "b": (0.0, 144.0), "c": (0.0, 288.0)}
    cards = {"a": box(120, 80), "b": box(120, 80), "c": box(92, 400)}
    found = spacing(positions, cards, Room())
    y = [found.to_scene(position).y() for position in positions.values()]
    assert y == pytest.approx([0.0, 144.0, 144.0 + 40 + ROW_ROOM + 200])


def test_an_edge_back_to_the_next_row_has_room_between_all_cards_of_both():
    positions = {"a": (0.0, 0.0), "tall": (168.0, 0.0), "b": (0.0, 144.0)}
    cards = {"a": box(120, 80), "tall": box(92, 300), "b": box(120, 80)}
    found = spacing(positions, cards, Room(returns=[("tall", "b")]))
    assert found.to_scene(positions["b"]).y() == pytest.approx(150 + LINE_ROOM + 40)


def test_nothing_to_place_is_no_error():
    assert spacing({}, {}, Room()).to_scene((8.0, 16.0)).x() == 8.0
