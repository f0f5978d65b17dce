"""Edges that carry a tensor: straight where they can, round the cards where they must."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from nnlab.ui.canvas.edges.raster import EdgePicture
from nnlab.ui.canvas.edges.routing import TARGET_LEAD, Obstacles, bars, forward, label_start, path_of, rounded, routes, target_path

TAIL, HEAD = QRectF(0, 0, 120, 80), QRectF(400, 0, 120, 80)


def route(source, target, others=(), tail=TAIL, head=HEAD):
    outlines = {"tail": tail, "head": head, **{str(i): rect for i, rect in enumerate(others)}}
    obstacles = Obstacles(outlines)
    found = routes(np.array([[*source, *target]], float), obstacles.index(["tail"]), obstacles.index(["head"]), obstacles)
    return path_of(found[0])


def points(path):
    return [path.pointAtPercent(i / 200) for i in range(201)]


def test_a_free_way_forward_is_the_cubic():
    assert route((120, 40), (400, 60)) == forward(QPointF(120, 40), QPointF(400, 60))


def test_a_card_in_the_way_is_passed_on_the_nearer_side():
    blocking = QRectF(200, 10, 120, 80)
    path = route((120, 40), (400, 40), [blocking])
    assert not any(blocking.contains(point) for point in points(path))
    assert path.boundingRect().top() < blocking.top()  # 30 above the line, 50 below it


def test_a_detour_clears_every_card_above_the_way():
    cards = [QRectF(200, 10, 120, 80), QRectF(220, -100, 80, 100)]
    path = route((120, 40), (400, 40), cards)
    assert not any(card.contains(point) for point in points(path) for card in cards)


def test_backwards_connections_go_round_below_and_enter_from_the_left():
    path = route((520, 40), (0, 40), tail=QRectF(400, 0, 120, 80), head=QRectF(0, 0, 120, 80))
    assert path.boundingRect().bottom() > 80
    assert path.boundingRect().left() < 0
    assert path.boundingRect().right() > 520
    assert path.currentPosition() == QPointF(0, 40)


def test_between_rows_a_backwards_connection_runs_in_the_gap():
    path = route((520, 40), (0, 240), tail=QRectF(400, 0, 120, 80), head=QRectF(0, 200, 120, 80))
    levels = {round(point.y()) for point in points(path) if 100 < point.x() < 400}
    assert levels == {140}


def test_the_targets_line_runs_below_all_cards_between_its_ends():
    cards = [QRectF(0, 0, 90, 100), QRectF(200, -100, 90, 400), QRectF(400, 0, 130, 190), QRectF(900, 0, 50, 900)]
    path = target_path(QPointF(45, 100), QPointF(465, 190), cards)
    assert 300 < path.boundingRect().bottom() < 340
    assert path.currentPosition() == QPointF(465, 190)


def test_a_long_label_of_the_target_keeps_clear_of_every_card_above_it():
    """The second card begins 155 units from the line's start: a label of 94 ends before it, one of 200 would lie on it."""
    cards = [QRectF(0, 0, 90, 100), QRectF(200, -100, 90, 400), QRectF(400, 0, 130, 190)]
    paths = [target_path(QPointF(45, 100), QPointF(465, 190), cards, (width, 24.0)) for width in (94.0, 200.0)]
    assert [path.boundingRect().bottom() for path in paths] == [314.0, 324.0]


def test_a_label_of_the_targets_line_begins_where_nothing_hangs_down_to_it():
    """Cards with what hangs from them end at 100, 330 and 200; the label's top is at 310: only the second one is in its way."""
    hanging = [QRectF(0, 0, 90, 100), QRectF(200, -100, 90, 430), QRectF(400, 0, 130, 200)]
    assert label_start(45.0, 465.0, hanging, 310.0, 94.0) == 61.0, "between the start and the second card: 61 + 94 < 200 - 14"
    assert label_start(45.0, 465.0, hanging, 310.0, 126.0) == 304.0, "behind it, 14 away: 61 + 126 > 186"
    assert label_start(45.0, 465.0, hanging, 310.0, 200.0) == 61.0, "there it would be longer than the line: it stays at the start"


def test_corners_are_rounded_only_as_far_as_the_lines_allow():
    path = rounded([QPointF(0, 0), QPointF(10, 0), QPointF(10, 4), QPointF(30, 4)])
    assert path.boundingRect() == QRectF(0, 0, 30, 4)


@pytest.mark.parametrize("drop", [-3.0, 0.0, 3.0])
def test_a_short_way_forward_stays_a_line(drop):
    path = route((120, 40), (132, 40 + drop))
    assert path.length() < 15


def test_bars_cover_what_the_corners_lead_along():
    """A pixel is covered exactly where it lies within half a width of one of the straight lines."""
    way = np.array([[[4.0, 10.0], [20.0, 10.0], [20.0, 40.0], [60.0, 40.0], [60.0, 20.0], [76.0, 20.0]]])
    ends, heights = bars(way, 2.0)
    assert ends.shape == (5, 4)
    picture = EdgePicture(60, 90)
    picture.draw_lines(ends, heights, np.ones(5), np.array([255.0, 255.0, 255.0], np.float32))
    inked = (picture.pixels >> 24) > 128
    expected = np.zeros((60, 90), dtype=bool)
    for (x0, y0), (x1, y1) in zip(way[0], way[0, 1:], strict=False):
        left, right, top, bottom = (int(v) for v in (min(x0, x1) - 1, max(x0, x1) + 1, min(y0, y1) - 1, max(y0, y1) + 1))
        expected[top:bottom, left:right] = True
    np.testing.assert_array_equal(inked, expected)


def test_the_targets_line_begins_left_of_the_input_where_its_own_card_is_dragged_away():
    """While a card is dragged none may lie below the input and at its left: it ended in an error."""
    path = target_path(QPointF(45, 100), QPointF(465, 190), [QRectF(46, 150, 90, 60), QRectF(400, 0, 130, 190)])
    assert path.currentPosition() == QPointF(465, 190)
    assert path.boundingRect().left() == pytest.approx(45 - TARGET_LEAD)
