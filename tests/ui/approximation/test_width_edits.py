"""Width and activation of the last hidden layer, as pure edits of the graph."""

from __future__ import annotations

import pytest

from nnlab.core.errors import GraphError
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.ui.approximation.width_edits import with_activation, with_units


def network(hidden: bool = True) -> Graph:
    b = GraphBuilder()
    x = b.input(features=1)
    b.mse(b.dense(b.tanh(b.dense(x, units=3)) if hidden else x, units=1))
    return b.build()


def operators_of(graph: Graph) -> list[str]:
    return sorted(node.operator for node in graph.nodes)


def test_the_last_hidden_layer_gets_so_many_units() -> None:
    assert with_units(network(), 7)["dense_1"].settings["units"] == 7


def test_an_activation_is_exchanged_taken_away_and_put_in_again() -> None:
    relu = with_activation(network(), "relu")
    assert operators_of(relu) == ["dense", "dense", "input", "mse", "relu"]
    linear = with_activation(relu, "")
    assert operators_of(linear) == ["dense", "dense", "input", "mse"]
    assert operators_of(with_activation(linear, "sigmoid")) == ["dense", "dense", "input", "mse", "sigmoid"]
    assert with_activation(linear, "") is linear


def test_without_a_hidden_layer_it_is_said() -> None:
    with pytest.raises(GraphError):
        with_units(network(hidden=False), 7)
