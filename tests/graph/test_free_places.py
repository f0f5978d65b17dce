"""Room for one more card: 12 units between cards of 120 by 80, nothing in frames that reach 18 around their cards and 36 above."""

from __future__ import annotations

import pytest

from nnlab.graph import annotation, edits
from nnlab.graph.free_places import cleared, right_of_everything
from nnlab.graph.graph import Graph


def cards(*places: tuple[float, float]) -> Graph:
    """Layers that are not connected: dense_1, dense_2 … at these places."""
    graph = Graph()
    for place in places:
        graph = edits.add_node(graph, "dense", position=place)
    return graph


def put(graph: Graph, x: float, y: float, node_id: str = "new") -> tuple[float, float]:
    """Where a card comes to stand that was wanted at a place."""
    return cleared(edits.add_node(graph, "dense", position=(x, y), node_id=node_id), node_id)[node_id].position


def test_one_column_further_than_the_last_and_level_with_the_newest() -> None:
    assert right_of_everything(Graph()) == (0.0, 0.0)
    assert right_of_everything(cards((50.0, 7.0), (400.0, 8.0), (100.0, 9.0))) == (568.0, 9.0)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ((0.0, 0.0), (0.0, 136.0)), ((132.0, 0.0), (132.0, 0.0)), ((131.0, 0.0), (131.0, 136.0)), ((-131.0, 0.0), (-131.0, 136.0)),
        ((0.0, 92.0), (0.0, 92.0)), ((0.0, 91.0), (0.0, 227.0)), ((0.0, -91.0), (0.0, -227.0)), ((-132.0, 0.0), (-132.0, 0.0)),
    ],
)  # fmt: skip
def test_beside_one_card(wanted: tuple[float, float], found: tuple[float, float]) -> None:
    """Free from 120 + 12 across or 80 + 12 down; else one row of 136 lower, or higher where lower is still taken."""
    assert put(cards((0.0, 0.0)), *wanted) == found


def test_below_before_above_and_as_near_as_there_is_room() -> None:
    assert put(cards((0.0, 0.0), (0.0, 136.0)), 0.0, 0.0) == (0.0, -136.0)
    assert put(cards((0.0, 0.0), (0.0, 136.0), (0.0, -136.0)), 0.0, 0.0) == (0.0, 272.0)


def test_a_long_name_needs_more_room() -> None:
    """28 and 8.8 for each of 20 letters are 204: half of it, half of 120, and 12 are 174."""
    name = "a_name_of_20_letters"
    assert put(cards((0.0, 0.0)), 175.0, 0.0, name) == (175.0, 0.0)
    assert put(cards((0.0, 0.0)), 173.0, 0.0, name) == (173.0, 136.0)


@pytest.mark.parametrize(("wanted", "is_free"), [
    ((137.0, 0.0), False), ((139.0, 0.0), True), ((0.0, -115.0), False), ((0.0, -117.0), True), ((0.0, 97.0), False), ((0.0, 99.0), True),
])  # fmt: skip
def test_frames_are_for_their_own(wanted: tuple[float, float], is_free: bool) -> None:
    """A frame around one card reaches 60 + 18 to each side, 40 + 18 down and 40 + 36 up."""
    graph = annotation.group_nodes(cards((0.0, 0.0)), ["dense_1"])
    assert (put(graph, *wanted) == wanted) is is_free
    folded = annotation.set_group(graph, "group_1", collapsed=True)
    assert put(folded, *wanted) == wanted, "a folded group is a card and has no frame"


def test_a_member_may_stand_in_its_frame_and_what_is_docked_needs_no_room() -> None:
    graph = annotation.group_nodes(cards((0.0, 0.0), (137.0, 0.0)), ["dense_1", "dense_2"])
    assert cleared(graph, "dense_2") is graph
    docked = edits.connect(edits.add_node(cards((0.0, 0.0)), "relu"), "dense_1", "relu_1")
    assert cleared(docked, "relu_1") is docked
