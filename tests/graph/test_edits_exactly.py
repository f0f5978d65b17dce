"""Every edit with exactly what it changes, and every refusal with its sentence."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.core.errors import GraphError
from nnlab.graph import annotation, edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diff import diff
from nnlab.graph.graph import Edge, Graph
from tests.support.fix_proposals import drawn
from tests.support.graph_changes import changes, moves


def make(b: GraphBuilder) -> None:
    """input_1 → dense_1 → tanh_1 → add_1 (with dense_2 and dense_3) → dense_4 → mse_1."""
    x = b.input(features=2)
    total = b.add(b.tanh(b.dense(x, units=3)), b.dense(x, units=3), b.dense(x, units=3))
    b.mse(b.dense(total, units=1))


GRAPH = drawn(make)


def test_a_new_node_stands_at_the_origin_or_where_it_is_put() -> None:
    assert moves(GRAPH, edits.add_node(GRAPH, "relu")) == {"relu_1": (0.0, 0.0)}
    assert moves(GRAPH, edits.add_node(GRAPH, "relu", position=(3.0, -4.0), node_id="other")) == {"other": (3.0, -4.0)}
    with pytest.raises(GraphError, match=r"^A node named 'tanh_1' already exists; choose another name\.$"):
        edits.add_node(GRAPH, "relu", node_id="tanh_1")


def test_ports_of_a_sum_close_up_when_a_node_or_a_connection_goes() -> None:
    closed = {"-tanh_1>add_1.a", "-dense_2>add_1.b", "-dense_3>add_1.c", "+dense_2>add_1.a", "+dense_3>add_1.b"}
    assert changes(GRAPH, edits.disconnect(GRAPH, Edge("tanh_1", "add_1", "a"))) == closed
    assert changes(GRAPH, edits.remove_nodes(GRAPH, ["tanh_1"])) == (closed - {"-tanh_1>add_1.a"}) | {"-tanh_1"}
    assert changes(GRAPH, edits.disconnect(GRAPH, Edge("tanh_1", "add_1", "a"), close_up=False)) == {"-tanh_1>add_1.a"}
    two = edits.cut(GRAPH, [Edge("tanh_1", "add_1", "a"), Edge("dense_2", "add_1", "b")])
    assert changes(GRAPH, two) == {"-tanh_1>add_1.a", "-dense_2>add_1.b", "-dense_3>add_1.c", "+dense_3>add_1.a"}
    with pytest.raises(GraphError, match=r"^There is no edge from input_1 to mse_1\.$"):
        edits.disconnect(GRAPH, Edge("input_1", "mse_1", "x"))


def test_what_goes_takes_no_other_with_it() -> None:
    assert changes(GRAPH, edits.remove_nodes(GRAPH, ["dense_4", "mse_1"])) == {"-dense_4", "-mse_1"}
    assert changes(GRAPH, edits.remove_nodes(GRAPH, [])) == set()


def test_without_it_its_first_input_is_read_in_its_place() -> None:
    assert changes(GRAPH, edits.bypass_node(GRAPH, "tanh_1")) == {"-tanh_1", "+dense_1>add_1.a"}
    assert changes(GRAPH, edits.bypass_node(GRAPH, "add_1")) == {"-add_1", "+tanh_1>dense_4.x"}
    assert changes(GRAPH, edits.bypass_node(GRAPH, "input_1")) == {"-input_1"}
    detached = {"-dense_1>tanh_1.x", "-tanh_1>add_1.a", "+dense_1>add_1.a"}
    assert changes(GRAPH, edits.detach_node(GRAPH, "tanh_1")) == detached


def test_a_part_that_is_taken_out_keeps_its_own_connections() -> None:
    assert changes(GRAPH, edits.detach(GRAPH, ["dense_1", "tanh_1"])) == {"-input_1>dense_1.x", "-tanh_1>add_1.a", "+input_1>add_1.a"}


def test_the_first_free_port_is_joined_else_the_first() -> None:
    assert changes(GRAPH, edits.connect(GRAPH, "input_1", "add_1")) == {"+input_1>add_1.d"}
    assert changes(GRAPH, edits.connect(GRAPH, "input_1", "add_1", "b")) == {"-dense_2>add_1.b", "+input_1>add_1.b"}
    assert changes(GRAPH, edits.connect(GRAPH, "input_1", "mse_1")) == {"-dense_4>mse_1.x", "+input_1>mse_1.x"}
    full = edits.connect(edits.connect(edits.add_node(GRAPH, "subtract"), "dense_1", "subtract_1"), "dense_2", "subtract_1")
    assert changes(GRAPH, full) == {"+subtract_1", "+dense_1>subtract_1.a", "+dense_2>subtract_1.b"}
    assert changes(full, edits.connect(full, "dense_3", "subtract_1")) == {"-dense_1>subtract_1.a", "+dense_3>subtract_1.a"}


@pytest.mark.parametrize(
    ("source", "target", "port", "sentence"),
    [
        ("mse_1", "dense_1", None, "mse_1 is a loss; other nodes cannot read it."),
        ("dense_1", "input_1", None, "input_1 is an input; it reads the data, not another node."),
        ("input_1", "dense_4", "z", "dense_4 has no input 'z'; it has x."),
        ("input_1", "add_1", "z", "add_1 has no input 'z'; it has a, b, c, d."),
        ("dense_4", "dense_1", None, "dense_4 is computed from dense_1: this edge would close a cycle."),
        ("dense_1", "dense_1", "x", "dense_1 is computed from dense_1: this edge would close a cycle."),
        ("input_1", "dense_4", "x", None),
    ],
)
def test_a_refusal_is_one_sentence(source: str, target: str, port: str | None, sentence: str | None) -> None:
    assert edits.refusal(GRAPH, source, target, port) == sentence
    called = edits.refusal(GRAPH, source, target, port, lambda name: f"“{name}”")
    assert called == (sentence and sentence.replace(source, f"“{source}”").replace(target, f"“{target}”")
                      if source != target else sentence and sentence.replace(source, f"“{source}”"))  # fmt: skip


def test_one_reaches_itself_and_what_is_computed_from_it() -> None:
    pairs = [("tanh_1", "mse_1"), ("mse_1", "tanh_1"), ("mse_1", "mse_1"), ("dense_2", "tanh_1")]
    assert [edits.reaches(GRAPH, start, goal) for start, goal in pairs] == [True, False, True, False]


def test_what_is_put_into_a_connection_of_a_group_joins_it() -> None:
    edge = Edge("dense_1", "tanh_1", "x")
    inserted = {"+relu_1", "-dense_1>tanh_1.x", "+dense_1>relu_1.x", "+relu_1>tanh_1.x"}
    after = edits.insert_on_edge(GRAPH, edge, "relu", (7.0, 8.0))
    assert changes(GRAPH, after) == inserted and moves(GRAPH, after) == {"relu_1": (7.0, 8.0)}
    whole = annotation.group_nodes(GRAPH, ["dense_1", "tanh_1"])
    assert "relu_1" in edits.insert_on_edge(whole, edge, "relu", (0.0, 0.0)).group_of
    half = annotation.group_nodes(GRAPH, ["dense_1"])
    assert "relu_1" not in edits.insert_on_edge(half, edge, "relu", (0.0, 0.0)).group_of
    sized = edits.insert_on_edge(GRAPH, edge, "dense", (0.0, 0.0), "middle", {"units": 5})
    assert "+middle units=5" in changes(GRAPH, sized)


def test_freezing_is_of_parameters_and_refused_where_there_are_none() -> None:
    assert changes(GRAPH, edits.set_frozen(GRAPH, ["dense_1", "dense_2"], True)) == {
        "dense_1.frozen=bias,weight", "dense_2.frozen=bias,weight",
    }  # fmt: skip
    bias = edits.freeze(GRAPH, "dense_1", ["bias"])
    assert changes(GRAPH, bias) == {"dense_1.frozen=bias"}
    assert changes(bias, edits.set_frozen(bias, ["dense_1"], False)) == {"dense_1.frozen="}
    with pytest.raises(GraphError, match=r"^tanh_1 has no parameters to freeze\.$"):
        edits.set_frozen(GRAPH, ["tanh_1"], True)
    assert edits.set_frozen(GRAPH, ["tanh_1"], False) == GRAPH


def test_a_frozen_layer_stays_frozen_as_a_whole_when_it_gets_a_bias() -> None:
    plain = edits.configure(GRAPH, "dense_1", bias=False)
    frozen = edits.set_frozen(plain, ["dense_1"], True)
    assert changes(plain, frozen) == {"dense_1.frozen=weight"}
    assert changes(frozen, edits.configure(frozen, "dense_1", bias=True)) == {"dense_1.bias=True", "dense_1.frozen=bias,weight"}
    half = edits.freeze(GRAPH, "dense_1", ["bias"])
    assert changes(half, edits.configure(half, "dense_1", bias=False)) == {"dense_1.bias=False", "dense_1.frozen="}


def test_an_operator_is_exchanged_with_its_edges_as_far_as_they_fit() -> None:
    assert changes(GRAPH, edits.replace_operator(GRAPH, "tanh_1", "relu")) == {"-tanh_1", "+relu_1", "+dense_1>relu_1.x", "+relu_1>add_1.a"}
    three = edits.replace_operator(GRAPH, "add_1", "subtract")
    assert changes(GRAPH, three) == {"-add_1", "+subtract_1", "+tanh_1>subtract_1.a", "+dense_2>subtract_1.b", "+subtract_1>dense_4.x"}
    assert edits.replace_operator(GRAPH, "tanh_1", "tanh") is GRAPH
    named = edits.rename_node(GRAPH, "tanh_1", "bend")
    assert "bend" in edits.replace_operator(named, "bend", "relu"), "a name that somebody gave stays"
    placed = edits.move_nodes(GRAPH, {"tanh_1": (5, 6)})
    assert edits.replace_operator(placed, "tanh_1", "relu")["relu_1"].position == (5.0, 6.0)


def test_renaming_carries_edges_and_groups() -> None:
    grouped = annotation.group_nodes(GRAPH, ["dense_1", "tanh_1"])
    renamed = edits.rename_node(grouped, "tanh_1", "bend")
    assert changes(GRAPH, renamed) == {"-tanh_1", "+bend", "+dense_1>bend.x", "+bend>add_1.a"}
    assert renamed.groups[0].members == ("dense_1", "bend")
    assert edits.rename_node(GRAPH, "tanh_1", "tanh_1") is GRAPH


def test_a_difference_says_what_computes_otherwise() -> None:
    grouped = annotation.group_nodes(GRAPH, ["dense_1"])
    others = [
        GRAPH, grouped, edits.move_nodes(grouped, {"dense_1": (1, 1)}), edits.move_nodes(GRAPH, {"dense_1": (1, 1)}),
        edits.freeze(GRAPH, "dense_1", ["bias"]), edits.add_node(GRAPH, "relu"),
    ]  # fmt: skip
    found = [diff(GRAPH, other) for other in others]
    assert [d.is_empty for d in found] == [True, False, False, False, False, False]
    assert [d.computes_the_same for d in found] == [True, True, True, True, False, False]
    assert [d.only_moves for d in found] == [True, False, False, True, False, False]
    assert found[4].changed == ("dense_1",) and found[5].added == ("relu_1",)
    assert diff(edits.add_node(GRAPH, "relu"), GRAPH).removed == ("relu_1",)


def test_a_graph_without_nodes_is_a_value_too() -> None:
    assert changes(Graph(), edits.add_node(Graph(), "input", {"features": 7})) == {"+input_1 features=7"}


def test_adapters_stay_with_a_layer_and_go_with_its_matrix() -> None:
    from nnlab.graph import adapters

    graph = adapters.attach(mlp([2, 8, 8, 1]), ["dense_2"], rank=2, name="task")
    assert [a.name for a in edits.configure(graph, "dense_2", units=5)["dense_2"].adapters] == ["task"]
    assert edits.configure(graph, "dense_1", units=5)["dense_2"].adapters == graph["dense_2"].adapters
    assert not any(node.adapters for node in edits.replace_operator(graph, "dense_2", "layer_norm"))


def test_ports_close_up_unless_something_is_about_to_be_joined_there() -> None:
    graph = edits.add_node(edits.add_node(Graph(), "input"), "add")
    for _ in range(3):
        graph = edits.connect(graph, "input_1", "add_1")
    first = graph.incoming("add_1")[0]
    for closed in (edits.disconnect(graph, first), edits.cut(graph, [first])):
        assert [edge.target_port for edge in closed.incoming("add_1")] == ["a", "b"]
    for open_ in (edits.disconnect(graph, first, close_up=False), edits.cut(graph, [first], close_up=False)):
        assert [edge.target_port for edge in open_.incoming("add_1")] == ["b", "c"]
