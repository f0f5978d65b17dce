"""What was called otherwise before an edit."""

from __future__ import annotations

from networks import mlp

from nnlab.engine.former import former_names
from nnlab.graph import edits
from nnlab.graph.graph import Graph


def network() -> Graph:
    """Layers of 5 and of 4 units, each at a place of its own."""
    graph = mlp([2, 5, 4, 1])
    return edits.move_nodes(graph, {node.id: (40.0 * k, 0.0) for k, node in enumerate(graph.nodes)})


def test_a_renamed_node_is_known_by_its_operator_settings_and_place() -> None:
    graph = network()
    assert former_names(graph, edits.rename_node(graph, "dense_1", "first")) == {"first": "dense_1"}
    both = edits.rename_node(edits.rename_node(graph, "dense_1", "first"), "tanh_2", "bend")
    assert former_names(graph, both) == {"first": "dense_1", "bend": "tanh_2"}
    assert former_names(graph, graph) == {}


def test_another_size_or_another_place_is_another_node() -> None:
    graph = network()
    renamed = edits.rename_node(graph, "dense_1", "first")
    assert former_names(graph, edits.configure(renamed, "first", units=6)) == {}
    assert former_names(graph, edits.move_nodes(renamed, {"first": (7.0, 7.0)})) == {}


def test_a_node_goes_to_one_that_was_there_and_not_to_two() -> None:
    """Two alike that swap nothing: each is taken once."""
    graph = edits.move_nodes(mlp([2, 4, 4, 1]), {"dense_1": (0.0, 0.0), "dense_2": (0.0, 0.0)})
    renamed = edits.rename_node(edits.rename_node(graph, "dense_1", "a"), "dense_2", "b")
    found = former_names(graph, renamed)
    assert sorted(found) == ["a", "b"] and sorted(found.values()) == ["dense_1", "dense_2"]
