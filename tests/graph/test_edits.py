"""Edits are pure functions that never leave a graph inconsistent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import mlp

import nnlab
from nnlab.core.errors import GraphError, NNLabError, SettingError
from nnlab.core.operator import operators
from nnlab.graph import docking, edits
from nnlab.graph.diff import diff
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.layout import arrange
from nnlab.graph.validation import infer

GRAPH = mlp([2, 8, 8, 1])


def test_new_nodes_count_up() -> None:
    graph = edits.add_node(edits.add_node(Graph(), "dense"), "dense")
    assert [n.id for n in graph] == ["dense_1", "dense_2"]
    assert graph.nodes[0].settings["units"] == 8


def test_connect_replaces_and_disconnect_removes() -> None:
    graph = edits.connect(GRAPH, "input_1", "dense_2")
    assert Edge("input_1", "dense_2", "x") in graph.edges
    assert Edge("tanh_1", "dense_2", "x") not in graph.edges
    graph = edits.disconnect(graph, Edge("input_1", "dense_2", "x"))
    assert not graph.incoming("dense_2")


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("dense_3", "dense_1", "would close a cycle"),
        ("dense_1", "dense_1", "would close a cycle"),
        ("mse_1", "dense_1", "mse_1 is a loss"),
        ("dense_1", "input_1", "input_1 is an input"),
    ],
)
def test_impossible_connections_say_why(source: str, target: str, reason: str) -> None:
    with pytest.raises(GraphError, match=reason):
        edits.connect(GRAPH, source, target)


def test_removing_a_node_closes_the_ports_of_a_merge() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    parts = [b.dense(x, units=3) for _ in range(3)]
    b.mse(b.add(*parts))
    graph = edits.remove_nodes(b.build(), ["dense_2"])
    assert [(e.source, e.target_port) for e in graph.inputs("add_1")] == [("dense_1", "a"), ("dense_3", "b")]
    assert graph.ports("add_1") == ("a", "b", "c")


def test_bypass_joins_the_neighbours() -> None:
    graph = edits.bypass_node(GRAPH, "tanh_1")
    assert Edge("dense_1", "dense_2", "x") in graph.edges
    assert "tanh_1" not in graph


def test_insert_on_edge() -> None:
    graph = edits.insert_on_edge(GRAPH, Edge("tanh_2", "dense_3", "x"), "relu", (0, 0))
    assert Edge("tanh_2", "relu_1", "x") in graph.edges
    assert Edge("relu_1", "dense_3", "x") in graph.edges


def test_rename_carries_edges() -> None:
    graph = edits.rename_node(GRAPH, "dense_2", "hidden layer")
    assert {e.source for e in graph.incoming("tanh_2")} == {"hidden layer"}
    for bad in ("a.b", "", " x", "a/b", "x" * 65, "two\nlines"):
        with pytest.raises(GraphError, match="cannot be the name of a node"):
            edits.rename_node(GRAPH, "dense_2", bad)
    with pytest.raises(GraphError, match="already"):
        edits.rename_node(GRAPH, "dense_2", "dense_1")


def test_replace_operator_renames_what_was_counted() -> None:
    graph = edits.replace_operator(GRAPH, "tanh_1", "relu")
    assert "relu_1" in graph and "tanh_1" not in graph
    assert Edge("relu_1", "dense_2", "x") in graph.edges


def test_settings_are_checked() -> None:
    for value, message in ((0, "units is 0; it must be from 1 to 65,536"), (2.5, "whole number"), ("8", "must be a number")):
        with pytest.raises(SettingError, match=f"dense_1: .*{message}|dense_1: {message}"):
            edits.configure(GRAPH, "dense_1", units=value)
    with pytest.raises(SettingError, match="dense_1: there is no setting 'unit'; choose from bias, init, l1, l2, units"):
        edits.configure(GRAPH, "dense_1", unit=3)


def test_diff_tells_moves_from_changes() -> None:
    moved = edits.move_nodes(GRAPH, {"dense_1": (5, 5)})
    assert diff(GRAPH, moved).moved == ("dense_1",) and diff(GRAPH, moved).computes_the_same
    changed = edits.configure(GRAPH, "dense_1", units=4)
    assert diff(GRAPH, changed).changed == ("dense_1",) and not diff(GRAPH, changed).computes_the_same
    assert diff(GRAPH, GRAPH).is_empty


def test_an_activation_that_alone_reads_a_layer_is_docked() -> None:
    assert docking.cards(GRAPH) == (("input_1",), ("dense_1", "tanh_1"), ("dense_2", "tanh_2"), ("dense_3",), ("mse_1",))
    fan_out = edits.connect(edits.add_node(GRAPH, "dense"), "dense_1", "dense_4")
    assert docking.host(fan_out, "tanh_1") is None


def test_layout_runs_to_the_right_without_overlap() -> None:
    graph = arrange(GRAPH)
    for edge in graph.edges:
        assert graph[edge.source].position[0] <= graph[edge.target].position[0]
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.dense(b.concat(*[b.dense(x, units=2) for _ in range(4)]), units=1))
    cards = {n.position for n in b.build()}
    assert len(cards) == 8


OPERATORS = sorted(operators.names())


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_random_edits_keep_the_graph_consistent(data: st.DataObject) -> None:
    graph = GRAPH
    for _ in range(data.draw(st.integers(1, 25))):
        ids = [n.id for n in graph] or ["none"]
        action = data.draw(st.sampled_from(("add", "remove", "connect", "disconnect", "bypass", "replace", "rename")))
        try:
            if action == "add":
                graph = edits.add_node(graph, data.draw(st.sampled_from(OPERATORS)))
            elif action == "remove":
                graph = edits.remove_nodes(graph, [data.draw(st.sampled_from(ids))])
            elif action == "connect":
                graph = edits.connect(graph, data.draw(st.sampled_from(ids)), data.draw(st.sampled_from(ids)))
            elif action == "disconnect" and graph.edges:
                graph = edits.disconnect(graph, data.draw(st.sampled_from(graph.edges)))
            elif action == "bypass":
                graph = edits.bypass_node(graph, data.draw(st.sampled_from(ids)))
            elif action == "replace":
                graph = edits.replace_operator(graph, data.draw(st.sampled_from(ids)), data.draw(st.sampled_from(OPERATORS)))
            elif action == "rename":
                graph = edits.rename_node(graph, data.draw(st.sampled_from(ids)), data.draw(st.text(max_size=5)))
        except NNLabError:
            continue
        ids_now = {n.id for n in graph}
        assert all(e.source in ids_now and e.target in ids_now for e in graph.edges)
        assert len({(e.target, e.target_port) for e in graph.edges}) == len(graph.edges)
        graph.topological()
        infer(graph)
        assert Graph.from_json(graph.to_json()) == graph


def test_a_layer_exchanged_for_a_loss_feeds_nothing() -> None:
    graph = edits.replace_operator(GRAPH, "dense_1", "mse")
    assert not graph.outgoing("mse_2")
    assert Graph.from_json(graph.to_json()) == graph


def test_the_operator_it_has_already_changes_nothing() -> None:
    graph = mlp([2, 8, 1])
    assert edits.replace_operator(graph, "tanh_1", "tanh") is graph


def test_what_is_detached_leaves_the_order_of_the_others_as_it_was() -> None:
    """The middle one of three that are joined: what entered it takes its place."""
    b = nnlab.GraphBuilder()
    x = b.input(features=4)
    b.mse(b.concat(*(b.dense(x, units=4) for _ in range(3))))
    graph = edits.detach_node(b.build(), "dense_2")
    assert [edge.source for edge in graph.inputs("concat_1")] == ["dense_1", "input_1", "dense_3"]
    assert not graph.inputs("dense_2") and not graph.outgoing("dense_2")
