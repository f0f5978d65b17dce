"""Which nodes share a card, what enters and leaves it, and where it stands: by hand for small graphs."""

from __future__ import annotations

import pytest
from networks import mlp

import nnlab
from nnlab.graph import annotation, docking, edits
from nnlab.graph.graph import Graph

GRAPH = mlp([2, 8, 8, 1])  # input_1, dense_1 tanh_1, dense_2 tanh_2, dense_3, mse_1


def folded(graph: Graph, *members: str) -> Graph:
    return annotation.set_group(annotation.group_nodes(graph, members, "Part"), "group_1", collapsed=True)


def placed(graph: Graph, **places: tuple[float, float]) -> Graph:
    return edits.move_nodes(graph, places)


def test_a_layer_and_its_activation_are_one_card() -> None:
    assert docking.cards(GRAPH) == (("input_1",), ("dense_1", "tanh_1"), ("dense_2", "tanh_2"), ("dense_3",), ("mse_1",))
    assert (docking.host(GRAPH, "tanh_1"), docking.docked(GRAPH, "dense_1"), docking.docked(GRAPH, "dense_3")) == (
        "dense_1",
        "tanh_1",
        None,
    )
    two = edits.connect(edits.add_node(GRAPH, "relu"), "dense_1", "relu_1")
    assert docking.host(two, "tanh_1") is None and docking.host(two, "relu_1") is None, "two read the layer"
    behind = edits.connect(edits.add_node(GRAPH, "relu"), "tanh_2", "relu_1")
    assert docking.host(behind, "relu_1") is None, "an activation has no parameters"
    assert docking.host(edits.add_node(GRAPH, "relu"), "relu_1") is None, "it reads nothing"


def test_what_enters_and_leaves_a_card() -> None:
    shown = docking.shown(GRAPH)
    assert {name: (card.entries, card.exit, card.title) for name, card in shown.items()} == {
        "input_1": ((), "input_1", "input_1"), "dense_1": ((("dense_1", "x"),), "tanh_1", "dense_1"),
        "dense_2": ((("dense_2", "x"),), "tanh_2", "dense_2"), "dense_3": ((("dense_3", "x"),), "dense_3", "dense_3"),
        "mse_1": ((("mse_1", "x"),), "", "mse_1"),
    }  # fmt: skip
    assert docking.card_of(GRAPH, "tanh_2") is shown["dense_2"]


def test_a_folded_group_is_entered_where_it_is_read_from_outside() -> None:
    card = docking.shown(folded(GRAPH, "dense_2", "tanh_2", "dense_3"))["/group_1"]
    assert (card.nodes, card.entries, card.exit) == (("dense_2", "tanh_2", "dense_3"), (("dense_2", "x"),), "dense_3")
    assert card.title == "Part" and list(docking.shown(folded(GRAPH, "dense_2", "tanh_2")))[2] == "/group_1"
    ends = docking.shown(folded(GRAPH, "dense_3", "mse_1"))["/group_1"]
    assert (ends.entries, ends.exit) == ((("dense_3", "x"),), ""), "a loss has nothing to hand on"


def test_of_several_outputs_the_last_that_is_computed_leaves_the_group() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    first, second = b.dense(x, units=3, id="first"), b.dense(x, units=3, id="second")
    b.mse(b.add(first, b.dense(b.dense(second, units=3, id="third"), units=3, id="fourth"), id="sum"))
    graph = b.build()
    inside = docking.shown(folded(graph, "first", "second", "third"))["/group_1"]
    assert (inside.entries, inside.exit) == ((("first", "x"), ("second", "x")), "third")
    partly = docking.shown(folded(graph, "first", "sum"))["/group_1"]
    assert (partly.entries, partly.exit) == ((("first", "x"), ("sum", "b")), "sum"), "only one of the sum's inputs is inside"
    unread = edits.add_node(edits.add_node(Graph(), "dense", node_id="last"), "dense", node_id="start")
    unread = edits.connect(unread, "start", "last")
    assert docking.shown(folded(unread, "last", "start"))["/group_1"].exit == "last"
    loose = folded(edits.add_node(GRAPH, "add"), "add_1")
    assert docking.shown(loose)["/group_1"].entries == (("add_1", "a"), ("add_1", "b")), "a sum has two inputs, whatever is connected"


PLACES = {"dense_2": (0.0, 10.0), "tanh_2": (30.0, 0.0), "dense_3": (100.0, 40.0)}  # middle 50, 20


def test_a_folded_group_stands_in_the_middle_of_its_nodes() -> None:
    graph = placed(folded(GRAPH, *PLACES), **PLACES)
    assert docking.place(graph, docking.shown(graph)["/group_1"]) == (50.0, 20.0)
    apart = placed(GRAPH, dense_1=(7.0, 8.0), tanh_1=(9.0, 9.0))
    assert docking.place(apart, docking.shown(apart)["dense_1"]) == (7.0, 8.0)


def test_what_shares_a_card_moves_with_it() -> None:
    graph = placed(folded(GRAPH, *PLACES), **PLACES)
    assert docking.moved(graph, {"/group_1": (60.0, 15.0)}) == {"dense_2": (10.0, 5.0), "tanh_2": (40.0, -5.0), "dense_3": (110.0, 35.0)}
    assert docking.moved(graph, {"dense_1": (3.0, 4.0)}) == {"dense_1": (3.0, 4.0), "tanh_1": (3.0, 4.0)}
    assert docking.moved(graph, {"/group_1": (50.0, 20.0 + 5e-7), "mse_1": (1.0, 2.0)}) == {"mse_1": (1.0, 2.0)}, "rounding is no move"


@pytest.mark.parametrize("move", [(2e-6, 0.0), (0.0, -2e-6)])
def test_anything_larger_than_rounding_is_a_move(move: tuple[float, float]) -> None:
    graph = placed(folded(GRAPH, *PLACES), **PLACES)
    found = docking.moved(graph, {"/group_1": (50.0 + move[0], 20.0 + move[1])})
    assert found["dense_2"] == pytest.approx((0.0 + move[0], 10.0 + move[1]), abs=1e-12)
