"""Tidying: layers from left to right, nothing on top of anything, and what is in a group stays together."""

from __future__ import annotations

from itertools import pairwise

import networks
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlab
from nnlab.core.errors import GraphError
from nnlab.graph import annotation, docking, edits
from nnlab.graph.card_size import CARD, HEIGHT
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.layout import FRAME, Box, _columns, _cuts, _framed, _in_rows, _layered, _stacked, _with_comments, arrange
from nnlab.graph.rows import Size


def middles(graph: Graph) -> dict[str, tuple[float, float]]:
    return {name: docking.place(graph, card) for name, card in docking.shown(graph).items()}


def test_a_chain_is_one_row() -> None:
    places = middles(arrange(networks.mlp([2, 8, 8, 1])))
    assert {y for _, y in places.values()} == {0.0}
    xs = [x for x, _ in places.values()]
    assert xs == sorted(xs) and min(b - a for a, b in pairwise(xs)) >= CARD


def test_a_long_chain_is_several_rows_read_from_left_to_right() -> None:
    places = list(middles(arrange(networks.mlp([2, *[8] * 18, 1]))).values())
    assert max(x for x, _ in places) <= 8 * 168, "no wider than a window shows with names to be read"
    rows = sorted({y for _, y in places})
    assert len(rows) >= 3
    for (x, y), (next_x, next_y) in pairwise(places):
        assert (next_y == y and next_x >= x + CARD) or (next_y == rows[rows.index(y) + 1] and next_x < x), "on, or to the next row's start"


@given(networks.graphs(), st.data())
@settings(max_examples=60, deadline=None)
def test_no_card_lies_on_another_and_frames_hold_their_own_alone(graph: Graph, data: st.DataObject) -> None:
    names = [node.id for node in graph]
    for _ in range(data.draw(st.integers(0, 2))):
        graph = annotation.group_nodes(graph, data.draw(st.sets(st.sampled_from(names), min_size=1)))
    for group in graph.groups:
        if data.draw(st.booleans()):
            graph = annotation.set_group(graph, group.id, collapsed=True)
    tidy = arrange(graph)
    assert annotation and tidy.edges == graph.edges and arrange(tidy) == tidy, "tidying twice changes nothing more"
    places = middles(tidy)
    rects = {name: (x - CARD / 2, y - HEIGHT / 2, x + CARD / 2, y + HEIGHT / 2) for name, (x, y) in places.items()}
    listed = list(rects.items())
    for i, (first, a) in enumerate(listed):
        for second, b in listed[:i]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]), (first, second)
    cards = docking.shown(tidy)
    for group in tidy.groups:
        if group.collapsed:
            continue
        own = [name for name, card in cards.items() if set(card.nodes) <= set(group.members)]
        left, top = min(rects[n][0] for n in own) - FRAME, min(rects[n][1] for n in own) - FRAME
        right, bottom = max(rects[n][2] for n in own) + FRAME, max(rects[n][3] for n in own) + FRAME
        for name, (x, y) in places.items():
            assert name in own or not (left < x < right and top < y < bottom), f"{name} stands in the frame of {group.title}"


def test_parts_that_are_not_joined_stand_below_each_other() -> None:
    graph = arrange(edits.add_node(edits.add_node(networks.mlp([2, 3, 1]), "dense"), "relu"))
    assert graph["dense_3"].position[1] >= graph["dense_1"].position[1] + HEIGHT


def test_comments_go_with_what_they_stand_beside() -> None:
    graph = arrange(networks.mlp([2, 8, 8, 1]))
    moved = edits.move_nodes(graph, {"dense_2": (graph["dense_2"].position[0] + 500.0, 300.0), "tanh_2": (0.0, 0.0)})
    x, y = moved["dense_2"].position
    moved = annotation.add_comment(moved, "here", (x - 20.0, y - 100.0))
    tidy = arrange(moved)
    assert tidy.comments[0].position == pytest.approx((tidy["dense_2"].position[0] - 20.0, tidy["dense_2"].position[1] - 100.0))


def test_columns_are_168_apart_unless_a_name_needs_more() -> None:
    """A card is 120 wide, or 28 and 8.8 for every letter of its name; 44 stay between two cards."""
    graph = arrange(networks.mlp([2, 8, 8, 1]))
    assert {n: x for n, (x, _) in middles(graph).items()} == {
        "input_1": 0.0,
        "dense_1": 168.0,
        "dense_2": 336.0,
        "dense_3": 504.0,
        "mse_1": 672.0,
    }
    wide = middles(arrange(edits.rename_node(graph, "dense_2", "a_name_of_20_letters")))  # 28 + 20 * 8.8 = 204
    steps = [b - a for a, b in pairwise(x for x, _ in wide.values())]
    assert steps == pytest.approx([168.0, (120 + 204) / 2 + 44, (204 + 120) / 2 + 44, 168.0])


def test_rows_are_136_apart_and_a_layer_is_centred_on_its_line() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.dense(b.add(*(b.dense(x, units=3, id=name) for name in ("one", "two", "three"))), units=1))
    places = middles(arrange(b.build()))
    assert sorted(places[n][1] for n in ("one", "two", "three")) == [0.0, 136.0, 272.0]
    assert {y for n, (_, y) in places.items() if n not in ("one", "two", "three")} == {136.0}


def test_a_part_that_is_not_joined_stands_one_row_below() -> None:
    graph = arrange(edits.add_node(edits.add_node(networks.mlp([2, 3, 1]), "dense"), "relu"))
    assert sorted({y for _, y in middles(graph).values()}) == [0.0, 136.0, 272.0]


def test_a_group_takes_its_frame_and_its_title_into_account() -> None:
    """Frames are 18 to the left and right of their cards, 36 above and below; the group is laid out as one box."""
    graph = annotation.group_nodes(networks.mlp([2, 8, 8, 1]), ["dense_1", "tanh_1", "dense_2", "tanh_2"])
    places = middles(arrange(graph))
    wide = 168.0 + 120 + 2 * 18
    assert [x for x, _ in places.values()] == pytest.approx(
        [0.0, (120 + wide) / 2 + 44 - 84, (120 + wide) / 2 + 44 + 84, wide + 120 + 88, wide + 120 + 88 + 168]
    )
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.dense(b.add(b.dense(x, units=3, id="one"), b.dense(x, units=3, id="two")), units=1))
    for grouped in ("one", "two"):  # the upper and the lower of the two
        beside = middles(arrange(annotation.group_nodes(b.build(), [grouped])))
        apart = abs(beside["one"][1] - beside["two"][1])
        assert apart == (80 + 2 * 36) / 2 + 80 / 2 + (136 - 80), "half the frame, half a card, and the room between rows"


def test_a_cycle_has_no_layers() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.dense(b.dense(x, units=2), units=1))
    graph = b.build()
    broken = Graph(graph.nodes, (*[e for e in graph.edges if e.target != "dense_1"], Edge("dense_2", "dense_1", "x")))
    with pytest.raises(GraphError, match="cycle"):
        arrange(broken)


def test_a_folded_group_that_is_in_its_place_is_not_moved_by_a_rounding_error() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=1)
    b.tanh(x)
    b.log_softmax(x)
    b.mse(b.dense(b.dense(x, units=1), units=1))
    graph = annotation.group_nodes(b.build(), {"tanh_1", "dense_2"})
    tidy = arrange(annotation.set_group(graph, graph.groups[0].id, collapsed=True))
    assert arrange(tidy) == tidy


def test_an_empty_graph_stays_empty() -> None:
    assert arrange(Graph()) == Graph()


def box(width: float, height: float, open_width: float = 10.0, open_height: float = 20.0) -> Box:
    return Box(width, height, {"": (0.0, 0.0)}, Size(width + 44.0, height, open_width, open_height))


def test_a_group_is_a_box_around_its_cards() -> None:
    """Two cards of 120 × 80 and 200 × 160, 204 apart: from −60 to 304 and, both on one line, from −80 to 80.

    18 of frame on the left and right, 36 above and below; opened, 36 and 72 in all are added to what they take.
    """
    found = _framed({"a": box(120.0, 80.0, 100.0, 90.0), "b": box(200.0, 160.0, 300.0, 400.0)}, [("a", "b")])
    assert (found.width, found.height) == (364.0 + 2 * 18.0, 160.0 + 2 * 36.0)
    assert found.places == {"a": (-122.0, 0.0), "b": (82.0, 0.0)}, "60 right of −182, 100 left of 182"
    assert found.size == Size(364.0 + 36.0 + 44.0, 232.0, 100.0 + 300.0 + 36.0, 400.0 + 72.0)


def test_boxes_of_one_layer_are_stacked() -> None:
    """56 between two: 136 less a card of 80."""
    sizes = [Size(100.0, 80.0, 110.0, 200.0), Size(120.0, 90.0, 105.0, 300.0), Size(90.0, 80.0, 90.0, 50.0)]
    assert _stacked(sizes, 7.0) == Size(120.0, 7.0, 110.0, 550.0 + 2 * 56.0)


def test_what_is_read_across_a_border_is_counted_once() -> None:
    """a is read by b next door and by d at the end; b by c."""
    layers = [["a"], ["b", "e"], ["c"], ["d"]]
    assert _cuts(layers, [("a", "b"), ("a", "d"), ("b", "c"), ("e", "d"), ("outside", "a")]) == [1, 3, 2, 0]


@pytest.mark.parametrize(
    ("widths", "first", "middles"),
    [
        ([120.0, 120.0], [120.0], [0.0, 168.0]), ([120.0, 128.0], [120.0], [0.0, 168.0]), ([120.0, 130.0], [120.0], [0.0, 169.0]),
        ([200.0, 120.0], [120.0, 200.0], [40.0, 40.0 + 204.0]),
    ],
)  # fmt: skip
def test_layers_of_a_row_stand_a_column_apart_or_44_from_edge_to_edge(widths: list, first: list, middles: list) -> None:
    assert _columns(widths, first) == middles


def test_parts_below_each_other_have_the_room_of_all() -> None:
    """A chain of two and a single card: rows of 80, 136 from line to line."""
    boxes = {name: box(120.0, 80.0, 100.0, 90.0) for name in "abc"}
    places, size = _layered(boxes, [("a", "b")])
    assert places == {"a": (0.0, 0.0), "b": (168.0, 0.0), "c": (0.0, 136.0)}
    assert size == Size(328.0, 216.0, 200.0, 180.0), "136 + 80 high"


def test_rows_of_one_part_are_64_apart() -> None:
    """Twelve cards that are 168 apart are read in two rows of six: 80 + 64 + 80 high, the second begins below the first."""
    boxes = {f"{k:02}": Box(120.0, 80.0, {}, Size(168.0, 80.0, 150.0, 400.0)) for k in range(12)}
    layers = [[name] for name in boxes]
    places, height, size = _in_rows(boxes, list(pairwise(boxes)), layers, 1000.0)
    assert [places[f"{k:02}"] for k in (0, 5, 6, 11)] == [(0.0, 1000.0), (840.0, 1000.0), (0.0, 1144.0), (840.0, 1144.0)]
    assert height == 224.0 and size == Size(1008.0, 224.0, 900.0, 864.0)


def test_in_a_row_each_layer_is_centred_on_the_tallest() -> None:
    boxes = {"a": box(120.0, 80.0), "b": box(120.0, 80.0), "c": box(120.0, 100.0), "tall": box(120.0, 300.0)}
    pairs = [("a", "b"), ("a", "c"), ("b", "tall"), ("c", "tall")]
    places, height, size = _in_rows(boxes, pairs, [["a"], ["b", "c"], ["tall"]], 0.0)
    assert places["tall"] == (336.0, -40.0 + 150.0) and places["a"] == (0.0, 110.0)
    assert places["b"] == (168.0, 110.0 - 236.0 / 2 + 40.0) and places["c"][1] - places["b"][1] == 40.0 + 56.0 + 50.0
    assert height == 300.0 and size.open_height == 20.0 + 56.0 + 20.0


def test_a_comment_goes_with_the_nearest_node_in_both_directions() -> None:
    before = edits.move_nodes(networks.mlp([2, 1]), {"input_1": (0.0, 0.0), "dense_1": (100.0, 0.0), "mse_1": (0.0, 90.0)})
    before = annotation.add_comment(before, "text", (10.0, 60.0))  # 30 from the loss, 61 from the input
    after = _with_comments(before, edits.move_nodes(before, {"mse_1": (7.0, 95.0), "input_1": (1.0, 2.0)}))
    assert after.comments[0].position == (17.0, 65.0)
