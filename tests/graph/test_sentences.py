"""What is wrong with a graph, in the sentences that people read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nnlab.core.dataset import Target
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import DataShape
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer, insert_neutral, known_shape_reason, validate
from tests.support.fix_proposals import drawn
from tests.support.graph_changes import changes

BINARY = DataShape(2, Target("binary", ("no", "yes")))
CLASSES = DataShape(2, Target("classes", ("a", "b", "c")))
NUMBERS = DataShape(2, Target("continuous", ("u", "v")))
Make = Callable[[GraphBuilder], object]


def told(graph: Graph, data: DataShape | None = None) -> list[tuple[str, str | None, str]]:
    return [(d.kind, d.node_id, d.message) for d in validate(graph, data)]


def with_loss(loss: str, units: int) -> Graph:
    return drawn(lambda b: b.node(loss, b.dense(b.input(features=2), units=units)))


@pytest.mark.parametrize(
    ("loss", "units", "data", "sentence"),
    [
        ("mse", 3, NUMBERS, "3 outputs for a target of 2 numbers; mse_1 needs as many outputs."),
        ("mse", 1, NUMBERS, "1 output for a target of 2 numbers; mse_1 needs as many outputs."),
        ("cross_entropy", 2, CLASSES, "2 outputs for a target of 3 classes; cross_entropy_1 needs one logit per class."),
        ("binary_cross_entropy", 2, BINARY, "2 outputs for a target of 1 number; binary_cross_entropy_1 needs as many outputs."),
        ("cross_entropy", 3, BINARY, "3 outputs for a target of 2 classes; cross_entropy_1 needs one logit per class."),
    ],
)
def test_as_many_outputs_as_the_target_wants(loss: str, units: int, data: DataShape, sentence: str) -> None:
    assert [d for d in told(with_loss(loss, units), data) if d[0] == "wrong_width"] == [("wrong_width", "dense_1", sentence)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (NUMBERS, "hinge_1 does not fit the target, which is continuous numbers; use mse."),
        (CLASSES, "hinge_1 does not fit the target, which is one of 3 classes; use cross_entropy."),
    ],
)
def test_a_loss_that_does_not_fit_is_told_with_the_one_that_does(data: DataShape, sentence: str) -> None:
    assert told(with_loss("hinge", 2), data) == [("wrong_loss", "hinge_1", sentence)]


def test_a_divergence_does_not_fit_two_classes() -> None:
    sentence = "kl_divergence_1 does not fit the target, which is one of two classes; use binary_cross_entropy."
    assert ("wrong_loss", "kl_divergence_1", sentence) in told(with_loss("kl_divergence", 2), BINARY)


def test_the_width_is_told_of_the_layer_that_decides_it() -> None:
    """Back through what keeps the shape, as far as one node has one input."""
    through = drawn(lambda b: b.mse(b.tanh(b.layer_norm(b.dense(b.input(features=2), units=4)))))
    assert [d[:2] for d in told(through, NUMBERS)] == [("wrong_width", "dense_1")]

    def merged(b: GraphBuilder) -> None:
        x = b.input(features=2)
        b.mse(b.tanh(b.add(b.dense(x, units=4), b.dense(x, units=4))))

    assert [d[:2] for d in told(drawn(merged), NUMBERS)] == [("wrong_width", "mse_1")]
    sliced = drawn(lambda b: b.mse(b.slice(b.dense(b.input(features=2), units=4), stop=3)))
    assert [d[:2] for d in told(sliced, NUMBERS)] == [("wrong_width", "mse_1")]


def test_features_are_counted() -> None:
    graph = with_loss("mse", 2)
    assert told(graph, DataShape(1, NUMBERS.target)) == [("features", "input_1", "input_1 takes 2 features, but the data has 1.")]
    one = edits.configure(graph, "input_1", features=1)
    assert told(one, NUMBERS) == [("features", "input_1", "input_1 takes 1 feature, but the data has 2.")]


def test_what_is_missing_or_there_twice() -> None:
    graph = with_loss("mse", 2)
    assert told(Graph()) == [("empty", None, "The canvas is empty: add an input, a layer and a loss.")]
    assert told(edits.remove_nodes(graph, ["input_1"])) == [
        ("missing_input", "dense_1", "dense_1 has no input: connect a layer to its port x."),
        ("no_input", None, "There is no input: add one for the data."),
    ]
    assert told(edits.remove_nodes(graph, ["mse_1"])) == [
        ("no_loss", None, "There is no loss: add one after the last layer, so that training can minimise it."),
        ("unread", "dense_1", "The output of dense_1 is not used; connect it or remove dense_1."),
    ]
    second = edits.connect(edits.add_node(edits.add_node(graph, "input"), "mae"), "dense_1", "mae_1")
    assert told(second) == [
        ("second_input", "input_2", "input_2 is a second input; a network has exactly one. Remove it and use input_1."),
        ("second_loss", "mae_1", "mae_1 is a second loss beside mse_1; a network has exactly one. Remove one of them."),
        ("unread", "input_2", "The output of input_2 is not used; connect it or remove input_2."),
    ]
    assert [d[0] for d in told(edits.add_node(Graph(), "input"))] == ["no_loss"], "an input alone may wait"
    assert ("unread", "relu_1") not in [d[:2] for d in told(edits.add_node(graph, "relu"))], "nor does what reads nothing"


def test_ports_that_are_missing() -> None:
    graph = edits.add_node(edits.add_node(with_loss("mse", 2), "add"), "subtract")
    found = {node: text for kind, node, text in told(graph) if kind == "missing_input"}
    assert found == {
        "add_1": "add_1 needs at least two inputs; connect 2 more.",
        "subtract_1": "subtract_1 has no input: connect a layer to its port a and b.",
    }
    half = edits.connect(edits.connect(graph, "input_1", "add_1"), "input_1", "subtract_1", "b")
    found = {node: text for kind, node, text in told(half) if kind == "missing_input"}
    assert found == {
        "add_1": "add_1 needs at least two inputs; connect 1 more.",
        "subtract_1": "subtract_1 has no input: connect a layer to its port a.",
    }


def sums(*widths: int) -> Make:
    def make(b: GraphBuilder) -> None:
        x = b.input(features=2)
        b.mse(b.dense(b.concat(*(b.dense(x, units=width) for width in widths)), units=2))

    return make


def test_many_inputs_are_taken_two_by_two() -> None:
    """A concatenation of 3, 4 and 5 numbers has 12; a sum takes equal ones, and the third is compared with the first two's."""
    graph = drawn(sums(3, 4, 5))
    shapes = infer(graph)
    assert shapes["concat_1", "y"] == (12,) and [shapes["concat_1", port] for port in "abc"] == [(3,), (4,), (5,)]
    added = edits.replace_operator(drawn(sums(3, 3, 5)), "concat_1", "add")
    assert [d[1:] for d in told(added)] == [("add_1", "add_1 takes tensors of equal shape: b is (N, 5), expected (N, 3).")]


def test_a_connection_is_refused_under_the_names_that_are_shown() -> None:
    graph = edits.connect(edits.add_node(drawn(sums(3, 4)), "subtract"), "dense_1", "subtract_1")
    reason = "{} takes tensors of equal shape: b is (N, 4), expected (N, 3)."
    assert known_shape_reason(graph, "dense_2", "subtract_1") == reason.format("subtract_1")
    assert known_shape_reason(graph, "dense_2", "subtract_1", called=lambda name: f"the {name}") == reason.format("the subtract_1")
    assert known_shape_reason(graph, "dense_2", "subtract_1", "a") is None, "then b is free"
    assert known_shape_reason(graph, "dense_1", "subtract_1", "b") is None
    assert known_shape_reason(graph, "mse_1", "subtract_1") == "mse_1 is a loss; other nodes cannot read it."
    lost = edits.disconnect(graph, graph.incoming("dense_2")[0])
    assert known_shape_reason(lost, "dense_2", "subtract_1", "b") is None, "nobody knows what comes from there"


def test_what_was_wrong_before_is_no_reason_to_refuse() -> None:
    graph = edits.replace_operator(drawn(sums(3, 4)), "concat_1", "subtract")
    assert known_shape_reason(graph, "dense_2", "subtract_1", "b") is None


def test_a_layer_in_an_edge_keeps_the_function_it_computes_or_its_usual_settings() -> None:
    graph = drawn(sums(3, 4))
    edge = graph.incoming("concat_1")[0]
    inserted = insert_neutral(graph, edge, "dense", (1.0, 2.0))
    assert "+dense_4 units=3 init=identity" in changes(graph, inserted), "as wide as what reaches it"
    assert "+tanh_1" in changes(graph, insert_neutral(graph, edge, "tanh", (1.0, 2.0)))
