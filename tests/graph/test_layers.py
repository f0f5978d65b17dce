"""Layers are what has weights and a width: the one that makes the output, and the hidden ones."""

from __future__ import annotations

import nnlab
from nnlab.graph import edits
from nnlab.graph.layers import hidden_layers, is_layer, output_layer


def deep() -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=16), shape="1, 4, 4")
    filters = b.relu(b.batch_norm(b.conv2d(image, filters=2, kernel_size=3)))
    b.cross_entropy(b.layer_norm(b.dense(b.prelu(b.dense(b.flatten(filters), units=5)), units=3)))
    return b.build()


def test_norms_and_slopes_have_weights_but_no_width_of_their_own() -> None:
    assert [node.id for node in deep().topological() if is_layer(node)] == ["conv2d_1", "dense_1", "dense_2"]


def test_the_output_layer_lies_before_what_has_no_width() -> None:
    graph = deep()
    last = output_layer(graph)
    assert last is not None and last.id == "dense_2"
    assert [node.id for node in hidden_layers(graph)] == ["conv2d_1", "dense_1"]


def test_there_is_none_without_a_loss_or_behind_a_branch() -> None:
    graph = deep()
    assert output_layer(edits.remove_nodes(graph, ["cross_entropy_1"])) is None
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.add(b.dense(x, units=2), b.dense(x, units=2)))
    assert output_layer(b.build()) is None
    assert [node.id for node in hidden_layers(b.build())] == ["dense_1", "dense_2"]
