"""How parameters stand in a table: a row for every unit and a column for every input, as in W x, headed by what the data call them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from known_networks import table

import nnlab
from nnlab.core.preparation import Data
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer
from nnlab.ui.panels.controls.weight_layout import WeightLayout, layout
from nnlab.ui.stepper.elements import parameter_layout

IRIS = table([[0.0, 0.0]], [0], "classes", ("setosa", "versicolor", "virginica"))


def network(activation: str = "") -> Graph:
    b = nnlab.GraphBuilder()
    output = b.dense(b.tanh(b.dense(b.input(features=2), units=4)), units=3)
    b.cross_entropy(b.node(activation, output) if activation else output)
    return b.build()


def of(graph: Graph, name: str, data: Data | None = None) -> WeightLayout:
    node_id, _, parameter = name.partition(".")
    node = graph[node_id]
    found = next(p for p in node.parameters if p.name == parameter)
    return layout(graph, node, found, infer(graph)[node_id, parameter], data)


def test_a_matrix_has_neurons_down_and_inputs_across() -> None:
    found = of(network(), "dense_1.weight")
    assert (found.name, found.shape, found.axes, found.leading) == ("dense_1.weight", (4, 2), ("neuron", "input"), ())
    assert (found.rows, found.columns, found.names) == (("1", "2", "3", "4"), ("1", "2"), ("neuron", "input input_1"))
    values = np.arange(8.0).reshape(4, 2)
    for (row, column), value in np.ndenumerate(found.matrix(values, ())):
        assert values[found.index(row, column, ())] == value
    assert of(network(), "dense_2.weight").names == ("neuron", "input tanh_1")


def test_a_vector_is_one_column() -> None:
    found = of(network(), "dense_1.bias")
    assert (found.axes, found.rows, found.columns, found.names) == (("neuron",), ("1", "2", "3", "4"), ("b",), ("neuron", ""))
    assert found.matrix(np.arange(4.0), ()).tolist() == [[0.0], [1.0], [2.0], [3.0]] and found.index(2, 0, ()) == (2,)


def test_features_and_classes_head_the_axes_that_stand_for_them() -> None:
    graph = network()
    assert of(graph, "dense_1.weight", IRIS).columns == IRIS.features and len(IRIS.features) == 2
    assert of(graph, "dense_1.weight", IRIS).names == ("neuron", "input")
    assert of(graph, "dense_2.weight", IRIS).rows == of(graph, "dense_2.bias", IRIS).rows == ("setosa", "versicolor", "virginica")
    assert of(graph, "dense_1.weight", IRIS).rows == ("1", "2", "3", "4"), "no loss reads the first layer"
    assert of(network("tanh"), "dense_2.weight", IRIS).rows[0] == "setosa", "through the activation on its card"
    assert of(graph, "dense_2.bias", table([[0.0, 0.0]], [0], "classes", ("a", "b"))).rows == ("1", "2", "3"), "of another number"
    assert of(graph, "dense_2.bias", replace(IRIS, target=replace(IRIS.target, kind="binary"))).rows == ("1", "2", "3")
    assert of(graph, "dense_1.weight", table([[0.0, 0.0, 0.0]], [0])).columns == ("1", "2"), "of other data"


def test_of_filters_the_last_two_axes_are_shown() -> None:
    b = nnlab.GraphBuilder()
    maps = b.conv2d(b.reshape(b.input(features=64), shape="1, 8, 8"), filters=6, kernel_size=3)
    b.mse(b.dense(b.flatten(maps), units=1))
    found = of(b.build(), "conv2d_1.weight", IRIS)
    assert found.shape == (6, 1, 3, 3) and found.leading == tuple(zip(found.axes[:2], (6, 1), strict=True))
    assert (found.axes[0], found.axes[2:], found.names) == ("filter", ("row", "column"), ("row", "column"))
    assert found.rows == found.columns == ("1", "2", "3")
    values = np.arange(54.0).reshape(6, 1, 3, 3)
    assert found.matrix(values, (4, 0)).tolist() == values[4, 0].tolist() and found.index(2, 1, (4, 0)) == (4, 0, 2, 1)


def test_axes_are_called_as_the_stepper_calls_them() -> None:
    b = nnlab.GraphBuilder()
    normalised = b.layer_norm(b.embedding(b.input(features=3), vocabulary=5, features=2))
    b.mse(b.dense(b.flatten(normalised), units=1))
    graph = b.build()
    assert of(graph, "embedding_1.weight").axes == ("entry", "feature")
    for name in ("embedding_1.weight", "layer_norm_1.gain", "dense_1.weight", "dense_1.bias"):
        found = of(graph, name)
        assert found.axes == tuple(axis.word for axis in parameter_layout(graph, name, found.shape).axes)
