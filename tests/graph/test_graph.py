"""The graph as a value: who reads whom, at which ports and in which order; what its file may hold."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from nnlab.core.errors import GraphError
from nnlab.graph.graph import FORMAT, MOST_TEXT, MOST_TITLE, Edge, Graph, make_node


def joined(*edges: tuple[str, str, str], sums: tuple[str, ...] = ("sum",)) -> Graph:
    """Dense layers named by single letters in the order of the alphabet, and sums; edges as (source, target, port)."""
    names = sorted({name for source, target, _ in edges for name in (source, target)} | set(sums))
    nodes = tuple(make_node(name, "add" if name in sums else "dense") for name in names)
    return Graph(nodes, tuple(Edge(source, target, port) for source, target, port in edges))


@pytest.mark.parametrize(
    ("taken", "ports"),
    [("", "ab"), ("a", "ab"), ("ab", "abc"), ("abc", "abcd"), ("ad", "abcd"), ("de", "abcde")],
)
def test_a_sum_has_two_ports_and_one_to_spare_and_keeps_those_that_are_taken(taken: str, ports: str) -> None:
    """Where letters are missing in between after a deletion, those behind them stay."""
    graph = joined(*((f"n{port}", "sum", port) for port in taken))
    assert graph.ports("sum") == tuple(ports if taken != "de" else "abcde")
    if taken:
        assert graph.ports(f"n{taken[0]}") == ("x",)


@pytest.mark.parametrize("order", ["ab", "ba", "cab", "bca", "dcba"])
def test_inputs_come_in_the_order_of_the_ports(order: str) -> None:
    graph = joined(*((f"n{port}", "sum", port) for port in order))
    assert [edge.target_port for edge in graph.inputs("sum")] == sorted(order)
    assert [edge.target_port for edge in graph.incoming("sum")] == list(order)
    assert [(edge.source, edge.target) for edge in graph.outgoing("na")] == [("na", "sum")]
    assert graph.incoming("na") == graph.outgoing("sum") == graph.inputs("nobody") == ()


def test_ancestors_are_all_that_values_flow_from() -> None:
    graph = joined(("a", "b", "x"), ("b", "sum", "a"), ("c", "sum", "b"), ("sum", "d", "x"))
    assert graph.ancestors("d") == {"a", "b", "c", "sum"} and graph.ancestors("b") == {"a"} and graph.ancestors("a") == frozenset()
    circle = joined(("a", "b", "x"), ("b", "a", "x"), sums=())
    assert circle.ancestors("a") == {"a", "b"}


def test_an_order_follows_the_edges_and_else_that_of_the_nodes() -> None:
    graph = joined(("d", "a", "x"), ("a", "sum", "a"), ("c", "sum", "b"), sums=("sum",))
    assert [node.id for node in graph.nodes] == ["a", "c", "d", "sum"]
    assert [node.id for node in graph.topological()] == ["c", "d", "a", "sum"]
    later = joined(("z", "b", "x"), ("z", "a", "x"), ("a", "sum", "a"), ("b", "sum", "b"))
    assert [node.id for node in later.topological()] == ["z", "a", "b", "sum"], "two that become ready together"


def test_a_circle_names_its_nodes_and_what_hangs_on_it() -> None:
    with pytest.raises(GraphError, match=r"^The nodes b, c form a cycle; remove one of the edges between them\.$") as caught:
        joined(("a", "d", "x"), ("b", "c", "x"), ("c", "b", "x"), sums=()).topological()
    assert caught.value.node_id == "b"


def test_a_new_name_has_the_lowest_number_that_is_free() -> None:
    graph = Graph(tuple(make_node(name, "dense") for name in ("dense_1", "dense_3")))
    assert (graph.new_id("dense"), graph.new_id("tanh")) == ("dense_2", "tanh_1")
    assert "dense_3" in graph and "dense_2" not in graph and len(graph) == 2
    with pytest.raises(GraphError, match="There is no node 'dense_2' in this graph"):
        graph["dense_2"]


def test_losses_and_inputs_are_found_by_their_operators() -> None:
    graph = Graph((make_node("in", "input"), make_node("a", "dense"), make_node("l", "mse")))
    assert [node.id for node in graph.losses] == ["l"] and [node.id for node in graph.input_nodes] == ["in"]


def test_copies_are_equal_and_remember_nothing() -> None:
    graph = joined(("a", "sum", "a"), ("b", "sum", "b"))
    graph.ancestors("sum"), graph.topological()
    for made in (pickle.loads(pickle.dumps(graph)), copy.copy(graph), copy.deepcopy(graph)):
        assert made == graph and set(vars(made)) == {"nodes", "edges", "groups", "comments"}


# Files


def written(**content: object) -> str:
    nodes = [{"id": "x", "operator": "input", "settings": {}}, {"id": "s", "operator": "add", "settings": {}}]
    return json.dumps({"nodes": nodes} | content)


def test_titles_and_comments_are_cut_where_they_end_in_the_window() -> None:
    groups = [{"id": "g", "title": "t" * (MOST_TITLE + 1), "members": ["x"]}]
    comments = [{"id": "c", "text": "w" * (MOST_TEXT + 1), "position": [1.0, 2.0]}]
    graph = Graph.from_json(written(groups=groups, comments=comments))
    assert (len(graph.groups[0].title), len(graph.comments[0].text)) == (MOST_TITLE, MOST_TEXT)
    assert graph.groups[0].collapsed is False and graph.comments[0].position == (1.0, 2.0)
    assert Graph.from_json(graph.to_json()) == graph


def test_what_a_file_leaves_out_is_as_it_is_drawn_anew() -> None:
    graph = Graph.from_json(written(comments=[{"id": "c", "text": "w"}]))
    assert graph.nodes[0].position == graph.comments[0].position == (0.0, 0.0)
    assert (graph.edges, graph.groups, graph.nodes[0].frozen, graph.nodes[0].adapters) == ((), (), frozenset(), ())
    with_edge = Graph.from_json(written(edges=[["x", "y", "s", "a"]]))
    assert with_edge.edges == (Edge("x", "s", "a"),) and with_edge.edges[0].source_port == "y"


@pytest.mark.parametrize(("ports", "is_refused"), [("a", False), ("b", False), ("c", True), ("bc", False), ("bd", True), ("abc", False)])
def test_a_file_may_join_as_many_ports_of_a_sum_as_it_has_edges_and_one_more(ports: str, is_refused: bool) -> None:
    nodes = [{"id": f"x{port}", "operator": "input", "settings": {}} for port in ports] + [{"id": "s", "operator": "add", "settings": {}}]
    text = json.dumps({"nodes": nodes, "edges": [[f"x{port}", "y", "s", port] for port in ports]})
    if not is_refused:
        assert len(Graph.from_json(text).edges) == len(ports)
        return
    with pytest.raises(GraphError, match=f"leads to s.{ports[-1]}, but s has no such input; it has a, b") as caught:
        Graph.from_json(text)
    assert caught.value.node_id == "s"


def test_a_port_takes_one_edge_and_a_loss_gives_none() -> None:
    nodes = [{"id": name, "operator": operator, "settings": {}} for name, operator in (("x", "input"), ("d", "dense"), ("l", "mse"))]

    def refused(*edges: list[str]) -> str:
        with pytest.raises(GraphError) as caught:
            Graph.from_json(json.dumps({"nodes": nodes, "edges": list(edges)}))
        return str(caught.value)

    assert refused(["x", "y", "d", "x"], ["d", "y", "d", "x"]) == "Two edges lead into the port x of d; a port takes one."
    assert refused(["l", "y", "d", "x"]) == (
        "An edge starts at l.y, but l has no such output; it is a loss, which other nodes cannot read."
    )
    assert refused(["d", "z", "l", "x"]) == "An edge starts at d.z, but d has no such output; its output is y."
    assert refused(["d", "y", "x", "x"]) == "An edge leads to x.x, but x has no such input; it is an input, which reads the data."
    assert refused(["d", "y", "e", "x"]) == "An edge joins d to e, but there is no node 'e'."


@pytest.mark.parametrize(
    ("version", "frozen", "names"),
    [
        (2, True, {"weight", "bias"}), (2, False, set()), (2, ["weight"], None), (3, ["weight"], {"weight"}), (3, True, None),
        (FORMAT, ["bias"], {"bias"}), (FORMAT, False, None), (1, [], set()), (FORMAT, [], set()),
    ],
)  # fmt: skip
def test_up_to_format_2_a_whole_node_is_frozen_and_then_parameters(version: int, frozen: object, names: set[str] | None) -> None:
    text = json.dumps({"format": version, "nodes": [{"id": "d", "operator": "dense", "settings": {}, "frozen": frozen}]})
    if names is not None:
        assert Graph.from_json(text).nodes[0].frozen == names
        return
    wanted = "true or false" if version < 3 else "the names of parameters"
    with pytest.raises(GraphError, match=rf"^d: what is frozen is given as {wanted} in format {version}\.$"):
        Graph.from_json(text)


def test_only_a_newer_format_is_refused() -> None:
    assert len(Graph.from_json(written(format=FORMAT))) == 2
    with pytest.raises(GraphError, match=f"This graph has format {FORMAT + 1}, of a newer NN Lab; this one reads up to {FORMAT}"):
        Graph.from_json(written(format=FORMAT + 1))


@pytest.mark.parametrize(
    ("names", "said"),
    [(("x", "x"), "Two nodes have the id 'x'; every node needs its own."), (("x", ""), "A node has an empty id.")],
)
def test_every_node_of_a_file_has_a_name_of_its_own(names: tuple[str, str], said: str) -> None:
    nodes = [{"id": name, "operator": "input", "settings": {}} for name in names]
    with pytest.raises(GraphError) as caught:
        Graph.from_json(json.dumps({"nodes": nodes}))
    assert str(caught.value) == said


def test_groups_and_comments_have_names_of_their_own() -> None:
    group = {"id": "g", "title": "G", "members": ["x"]}
    for groups, said in (
        ([group, {**group, "members": ["s"]}], "Two groups have the id 'g'; every group needs its own."),
        ([{**group, "id": ""}], "Two groups have the id ''; every group needs its own."),
        ([{**group, "members": []}], "The group 'G' has no members; a group holds at least one node."),
        ([{**group, "members": ["x", "z"]}], "The group 'G' names a node 'z' that is not there."),
        ([group, {**group, "id": "h"}], "The node 'x' is in two groups; a node can be in one only."),
    ):
        with pytest.raises(GraphError) as caught:
            Graph.from_json(written(groups=groups))
        assert str(caught.value) == said
    with pytest.raises(GraphError, match="Two comments have the same id; every comment needs its own"):
        Graph.from_json(written(comments=[{"id": "c", "text": "a"}, {"id": "c", "text": "b"}]))
