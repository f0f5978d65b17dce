"""Diagnostics in words, and fixes that work."""

from __future__ import annotations

import pytest
from networks import mlp

import nnlab
from nnlab.core.dataset import Target
from nnlab.core.errors import GraphError
from nnlab.graph import edits, validation
from nnlab.graph.adapt import adapt
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import DataShape, infer, known_shape_reason, validate

GRAPH = mlp([2, 8, 8, 1])
PLAIN = DataShape(2, Target("continuous", ("y",)))
TWO = DataShape(2, Target("binary", ("no", "yes")))
FOUR = DataShape(13, Target("classes", ("a", "b", "c", "d")))


def messages(graph: Graph, data: DataShape | None = None) -> list[str]:
    return [d.message for d in validate(graph, data)]


def test_a_good_graph_has_nothing_to_say() -> None:
    assert messages(GRAPH, PLAIN) == []


def test_shapes() -> None:
    shapes = infer(GRAPH)
    assert shapes["dense_2", "weight"] == (8, 8)
    assert shapes["tanh_2", "y"] == (8,)
    assert shapes["mse_1", "loss"] == (1,)


def test_missing_input_names_node_and_port() -> None:
    graph = edits.disconnect(GRAPH, Edge("tanh_1", "dense_2", "x"))
    assert "dense_2 has no input: connect a layer to its port x." in messages(graph)
    assert len([d for d in validate(graph) if d.severity == "error"]) == 1, "what follows from it is not told again"


def test_two_losses_two_inputs_none() -> None:
    two = edits.connect(edits.add_node(GRAPH, "mse"), "dense_3", "mse_2")
    found = [d for d in validate(two) if "second loss" in d.message]
    assert found[0].node_id == "mse_2"
    assert validate(found[0].fixes[0].apply(two), PLAIN) == ()
    assert any("second input" in m for m in messages(edits.add_node(GRAPH, "input")))
    assert any("no loss" in m for m in messages(edits.remove_nodes(GRAPH, ["mse_1"])))
    assert messages(Graph()) == ["The canvas is empty: add an input, a layer and a loss."]


def test_unequal_shapes_show_both() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=13)
    b.mse(b.add(b.dense(x, units=16), b.dense(x, units=16)))
    graph = edits.configure(b.build(), "dense_2", units=4)
    assert "add_1 takes tensors of equal shape: b is (N, 4), expected (N, 16)." in messages(graph)


def test_a_cycle_in_a_file_is_named() -> None:
    text = GRAPH.to_json().replace('"input_1",\n   "y",\n   "dense_1"', '"dense_2",\n   "y",\n   "dense_1"')
    graph = Graph.from_json(text)
    assert graph != GRAPH
    assert any("form a cycle" in m for m in messages(graph))


@pytest.mark.parametrize("data", [PLAIN, TWO, FOUR], ids=["continuous", "binary", "classes"])
def test_adapting_makes_any_data_fit(data: DataShape) -> None:
    graph = adapt(GRAPH, data)
    assert [d for d in validate(graph, data) if d.severity == "error"] == []
    assert adapt(graph, data) is graph or adapt(graph, data) == graph


def test_data_that_does_not_fit_offers_the_fix() -> None:
    (features, loss) = validate(GRAPH, FOUR)
    assert (features.message, features.fixes[0].label) == ("input_1 takes 2 features, but the data has 13.", "Set features to 13")
    assert "one of 4 classes; use cross_entropy" in loss.message
    graph = edits.replace_operator(GRAPH, "mse_1", "cross_entropy")
    (problem,) = [d for d in validate(graph, DataShape(2, FOUR.target)) if d.severity == "error"]
    assert (problem.node_id, problem.message, problem.fixes[0].label) == (
        "dense_3", "1 output for a target of 4 classes; cross_entropy_1 needs one logit per class.", "Set units to 4",
    )  # fmt: skip


def test_a_connection_is_refused_with_both_shapes() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=13)
    h = b.dense(x, units=16)
    b.mse(b.add(h, b.dense(h, units=16)))
    graph = b.build()
    reason = known_shape_reason(graph, "input_1", "add_1", "b")
    assert reason == "add_1 takes tensors of equal shape: b is (N, 13), expected (N, 16)."
    assert known_shape_reason(graph, "dense_1", "add_1", "b") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not an NN Lab graph"),
        ('{"nodes": [{"id": "a", "operator": "denes"}]}', "a: there is no operator named 'denes'"),
        ('{"nodes": [{"id": "a", "operator": "dense"}, {"id": "a", "operator": "dense"}]}', "Two nodes have the id 'a'"),
        ('{"nodes": [{"id": "a", "operator": "dense"}], "edges": [["b", "y", "a", "x"]]}', "no node 'b'"),
        ('{"nodes": [{"id": "a", "operator": "dense", "settings": {"units": 0}}]}', "a: units is 0; it must be from 1 to 65,536"),
        ('{"format": 99, "nodes": []}', "a newer NN Lab"),
        ('{"nodes": [], "code": "import os"}', "unknown field `code`"),
    ],
)
def test_bad_files_say_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(nnlab.NNLabError, match=message):
        Graph.from_json(text)


def test_the_builder_refuses_what_cannot_run() -> None:
    b = nnlab.GraphBuilder()
    b.dense(b.input(features=2), units=3)
    with pytest.raises(GraphError, match="no loss"):
        b.build()
    with pytest.raises(AttributeError, match="no operator 'denes'"):
        b.denes  # noqa: B018


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ('[["a", "y", "l", "x"], ["b", "y", "l", "x"]]', "Two edges lead into the port x of l"),
        ('[["a", "zzz", "b", "x"]]', "a has no such output; its output is y"),
        ('[["a", "y", "b", "zzz"]]', "b has no such input; it has x"),
        ('[["a", "y", "m", "foo"]]', "m has no such input"),
    ],
)
def test_edges_of_a_file_end_at_ports_that_exist(edges: str, message: str) -> None:
    nodes = ", ".join(f'{{"id": "{i}", "operator": "{o}"}}' for i, o in (("a", "input"), ("b", "dense"), ("m", "add"), ("l", "mse")))
    with pytest.raises(GraphError, match=message):
        Graph.from_json(f'{{"nodes": [{nodes}], "edges": {edges}}}')


def test_a_file_may_leave_a_port_of_a_sum_open() -> None:
    """Two edges into a sum: it has the ports a, b and one to spare."""
    nodes = '{"id": "a", "operator": "input"}, {"id": "m", "operator": "add"}'
    for port, is_there in (("b", True), ("c", True), ("d", False)):
        text = f'{{"nodes": [{nodes}], "edges": [["a", "y", "m", "a"], ["a", "y", "m", "{port}"]]}}'
        if is_there:
            assert [e.target_port for e in Graph.from_json(text).incoming("m")] == ["a", port]
        else:
            with pytest.raises(GraphError, match="m has no such input; it has a, b, c"):
                Graph.from_json(text)


class TestRemembered:
    """A graph is looked at once, and its data are compared with it once, whoever asks."""

    @pytest.fixture
    def looks(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        found: list[str] = []
        for name in ("_structure", "_against_data"):
            real = getattr(validation, name)
            monkeypatch.setattr(validation, name, lambda *a, name=name, real=real: found.append(name) or real(*a))
        return found

    def test_once_alone_and_once_on_its_data(self, looks: list[str]) -> None:
        graph = mlp([2, 8, 1])
        assert validate(graph) is validate(graph) and looks == ["_structure"]
        assert validate(graph, PLAIN) is validate(graph, PLAIN) and looks == ["_structure", "_against_data"]

    def test_other_data_are_compared_anew(self, looks: list[str]) -> None:
        graph = mlp([2, 8, 1])
        assert validate(graph, PLAIN) == () and any(d.is_error for d in validate(graph, FOUR))
        assert validate(graph, PLAIN) == () and validate(graph) == ()
        assert looks == ["_structure"] + ["_against_data"] * 3

    def test_another_operator_may_change_what_is_said(self, looks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        graph = mlp([2, 8, 1])
        validate(graph)
        monkeypatch.setattr(validation.operators, "version", validation.operators.version + 1)
        validate(graph)
        assert looks == ["_structure"] * 2


def kinds(graph: Graph, data: DataShape | None = None) -> list[tuple[str, str | None]]:
    return [(problem.kind, problem.node_id) for problem in validate(graph, data)]


def test_only_the_first_input_and_the_first_loss_are_compared_with_the_data() -> None:
    """The others are told to go, whatever they take."""
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=2, id="x"), units=1), id="loss")
    graph = edits.connect(edits.add_node(b.build(), "input", {"features": 5}, node_id="other"), "other", "dense_1")
    graph = edits.connect(graph, "x", "dense_1")
    graph = edits.connect(edits.add_node(graph, "cross_entropy", node_id="second"), "dense_1", "second")
    number = Target("continuous", ("y",))
    told = [pair for pair in kinds(graph, DataShape(2, number)) if pair[0] in ("features", "wrong_loss")]
    assert told == []
    swapped = edits.replace_operator(edits.replace_operator(graph, "second", "mse"), "loss", "cross_entropy")
    names = {node.id: node.operator for node in swapped.losses}
    told = [pair for pair in kinds(swapped, DataShape(3, number)) if pair[0] in ("features", "wrong_loss")]
    assert told == [("features", "x"), ("wrong_loss", next(iter(names)))] and list(names.values()) == ["cross_entropy", "mse"]


def test_an_output_that_nobody_reads_is_told_where_it_has_an_input() -> None:
    """A node alone has nobody to read it; one that reads nothing itself is told to be joined first."""
    alone = edits.add_node(Graph(), "input", {"features": 2})
    assert kinds(alone) == [("no_loss", None)]
    two = edits.add_node(alone, "dense")
    assert kinds(two) == [("missing_input", "dense_1"), ("no_loss", None), ("unread", "input_1")]
    assert kinds(edits.connect(two, "input_1", "dense_1")) == [("no_loss", None), ("unread", "dense_1")]


@pytest.mark.parametrize(("sources", "missing"), [(0, 2), (1, 1), (2, None)])
def test_how_many_inputs_a_sum_misses_is_said(sources: int, missing: int | None) -> None:
    graph = edits.add_node(edits.add_node(Graph(), "input", {"features": 2}), "add")
    for _ in range(sources):
        graph = edits.connect(graph, "input_1", "add_1")
    said = [problem.message for problem in validate(graph) if problem.kind == "missing_input"]
    assert said == ([f"add_1 needs at least two inputs; connect {missing} more."] if missing else [])
