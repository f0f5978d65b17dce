"""Which networks are a sum of their hidden units, and why others are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import nnlab
from nnlab.core.errors import GraphError
from nnlab.graph.builder import GraphBuilder, Output
from nnlab.graph.graph import Graph
from nnlab.graph.unit_sum import UnitSum, unit_sum


def network(middle: Callable[[GraphBuilder, Output], Output], loss: str = "mse", features: int = 1) -> Graph:
    b = GraphBuilder()
    b.node(loss, middle(b, b.input(features=features)))
    return b.build()


def test_one_hidden_layer() -> None:
    found = unit_sum(network(lambda b, x: b.dense(b.tanh(b.dense(x, units=8)), units=1)))
    assert found == UnitSum("tanh_1.y", "dense_2", "dense_1", "tanh_1", True)
    assert (found.weight, found.bias) == ("dense_2.weight", "dense_2.bias")


def test_a_layer_without_activation_has_units_that_are_lines() -> None:
    assert unit_sum(network(lambda b, x: b.dense(b.dense(x, units=3), units=1))) == UnitSum("dense_1.y", "dense_2", "dense_1", "", True)


def test_units_of_a_deeper_network_are_no_functions_of_a_place() -> None:
    found = unit_sum(network(lambda b, x: b.dense(b.relu(b.dense(b.tanh(b.dense(x, units=8)), units=4)), units=1), "mae"))
    assert found == UnitSum("relu_1.y", "dense_3", "dense_2", "relu_1", False)


def test_whatever_is_before_the_output_layer_counts() -> None:
    found = unit_sum(network(lambda b, x: b.dense(b.layer_norm(b.dense(x, units=8)), units=1)))
    assert found == UnitSum("layer_norm_1.y", "dense_2", "", "", False)
    branches = unit_sum(network(lambda b, x: b.dense(b.concat(b.tanh(b.dense(x, units=2)), b.relu(b.dense(x, units=3))), units=1)))
    assert branches.units == "concat_1.y" and not branches.is_first_layer


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (Graph(), "The network has no loss; connect its output to MSE"),
        (network(lambda b, x: b.dense(x, units=1)), "There is no hidden layer before dense_1; insert one"),
        (network(lambda b, x: b.dense(b.tanh(b.dense(x)), units=2)), "dense_2 has 2 outputs"),
        (network(lambda b, x: b.sigmoid(b.dense(b.tanh(b.dense(x)), units=1))), "passes through sigmoid_1, so it is no plain sum"),
        (network(lambda b, x: b.dense(b.tanh(b.dense(x)), units=1), "binary_cross_entropy"), "reads the output as the logit"),
    ],
)
def test_why_a_network_is_no_sum(graph: Graph, words: str) -> None:
    with pytest.raises(GraphError, match=words) as caught:
        unit_sum(graph)
    assert str(caught.value).endswith(".")


def test_an_adapter_at_work_hides_what_the_weights_say() -> None:
    graph = network(lambda b, x: b.dense(b.tanh(b.dense(x, units=8)), units=1))
    with pytest.raises(GraphError, match="dense_2 has an adapter that adds to its weights; disable it"):
        unit_sum(nnlab.lora.attach(graph, ["dense_2"], rank=1, name="a"))
    adapted = nnlab.lora.attach(graph, ["dense_1", "dense_2"], rank=1, name="a")
    assert unit_sum(nnlab.lora.enable(adapted, "a", False)) == unit_sum(graph)
    assert not unit_sum(nnlab.lora.attach(graph, ["dense_1"], rank=1, name="a")).is_first_layer


def test_a_loss_without_input_says_so() -> None:
    b = GraphBuilder()
    b.node("mse")
    with pytest.raises(GraphError, match="Nothing is connected to mse_1"):
        unit_sum(b._graph)
