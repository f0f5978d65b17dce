"""Where cards go that are added, inserted or docked: a column is 168 units wide."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.core.errors import GraphError
from nnlab.graph import annotation, card_edits, edits
from nnlab.graph.graph import Edge, Graph

PLACES = {
    "input_1": (0.0, 0.0), "dense_1": (200.0, 10.0), "tanh_1": (200.0, 10.0), "dense_2": (400.0, 20.0), "mse_1": (600.0, 30.0),
}  # fmt: skip
GRAPH = edits.move_nodes(mlp([2, 8, 1]), PLACES)


def places(graph: Graph) -> dict[str, tuple[float, float]]:
    return {node.id: node.position for node in graph.nodes}


def sources(graph: Graph, node_id: str) -> list[str]:
    return [edge.source for edge in graph.inputs(node_id)]


@pytest.mark.parametrize(
    ("right", "moved", "middle"), [(168.0, 168.0, 168.0), (336.0, 0.0, 168.0), (335.0, 1.0, 168.0), (500.0, 0.0, 250.0)]
)
def test_an_edge_is_stretched_until_a_card_fits_into_it(right: float, moved: float, middle: float) -> None:
    """Two columns of 168 lie between the ends of an edge with a card in its middle."""
    graph = edits.move_nodes(GRAPH, {"input_1": (0.0, 0.0), "dense_1": (right, 40.0), "tanh_1": (right, 40.0), "dense_2": (900.0, 20.0)})
    edge = graph.incoming("dense_1")[0]
    graph = edits.insert_on_edge(graph, edge, "layer_norm", (77.0, 77.0))
    found = places(card_edits.make_room(graph, "layer_norm_1", edge))
    assert found["layer_norm_1"] == (middle, 20.0)
    assert found["dense_1"] == found["tanh_1"] == (right + moved, 40.0) and found["dense_2"] == (900.0 + moved, 20.0)
    assert found["input_1"] == (0.0, 0.0)


def test_no_room_is_made_for_what_docks_or_for_an_edge_that_goes_back() -> None:
    edge = GRAPH.incoming("mse_1")[0]
    docked = edits.insert_on_edge(GRAPH, edge, "relu", (1.0, 1.0))
    assert card_edits.make_room(docked, "relu_1", edge) is docked
    for x in (-100.0, 0.0):
        back = edits.move_nodes(GRAPH, {"dense_1": (x, 0.0)})
        edge = back.incoming("dense_1")[0]
        inserted = edits.insert_on_edge(back, edge, "layer_norm", (1.0, 1.0))
        assert card_edits.make_room(inserted, "layer_norm_1", edge) is inserted


def test_what_is_added_behind_or_before_a_node() -> None:
    docked = card_edits.add_behind(edits.remove_nodes(GRAPH, ["mse_1"]), "relu", "dense_2", (1.0, 2.0))
    assert docked["relu_1"].position == (400.0, 20.0) and sources(docked, "relu_1") == ["dense_2"]
    beside = card_edits.add_behind(GRAPH, "relu", "dense_2", (1.0, 2.0))
    assert beside["relu_1"].position == (1.0, 2.0), "the loss reads the layer too"
    before = card_edits.add_before(edits.remove_nodes(GRAPH, ["input_1"]), "input", "dense_1", "x", (3.0, 4.0))
    assert sources(before, "dense_1") == ["input_1"] and before["input_1"].position == (3.0, 4.0)


def test_docking_takes_an_activation_to_a_layer_and_its_group() -> None:
    graph = annotation.group_nodes(edits.add_node(GRAPH, "relu", position=(9.0, 9.0)), ["dense_2"])
    after = card_edits.dock(graph, "relu_1", "dense_2")
    assert (sources(after, "relu_1"), sources(after, "mse_1")) == (["dense_2"], ["relu_1"])
    assert after["relu_1"].position == (400.0, 20.0) and after.groups[0].members == ("dense_2", "relu_1")


def test_a_spliced_card_keeps_its_activation_and_joins_the_group_around() -> None:
    graph = annotation.group_nodes(GRAPH, ["dense_2", "mse_1"])
    after = card_edits.splice(graph, "dense_1", Edge("dense_2", "mse_1", "x"))
    assert [sources(after, n) for n in ("dense_2", "dense_1", "tanh_1", "mse_1")] == [["input_1"], ["dense_2"], ["dense_1"], ["tanh_1"]]
    assert after.groups[0].members == ("dense_2", "mse_1", "dense_1", "tanh_1")
    with pytest.raises(GraphError, match="cannot be inserted between dense_2 and mse_1"):
        card_edits.splice(GRAPH, "input_1", Edge("dense_2", "mse_1", "x"))
