"""What the axes of tensors stand for, from the symbols of the operators alone."""

from __future__ import annotations

import pytest

import nnlab
from nnlab.core.operator import operators
from nnlab.core.preparation import DataSettings, prepare
from nnlab.graph import docking
from nnlab.graph.axes import TensorKind, axes_of, tensor_axes
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer
from nnlab.templates.template import templates


def convnet() -> Graph:
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=64), shape="1, 8, 8")
    pooled = b.max_pool2d(b.relu(b.conv2d(image, filters=5, padding=1)))
    b.cross_entropy(b.dense(b.flatten(b.conv2d(pooled, filters=3)), units=10))
    return b.build()


@pytest.fixture
def attention() -> Graph:
    return templates["attention"].build({"units": 16, "layer_norm": True}, prepare(DataSettings("digits")))


def test_words_of_images_filters_and_vectors() -> None:
    found = tensor_axes(convnet())
    assert found["input_1", "y"].words == ("feature",)
    assert found["reshape_1", "y"].words == ("channel", "row", "column")
    assert found["conv2d_1", "y"].words == ("channel", "row", "column")
    assert found["conv2d_1", "weight"].words == ("filter", "channel", "row", "column")
    assert found["conv2d_1", "bias"].words == ("filter",)
    assert found["max_pool2d_1", "y"].words == ("channel", "row", "column")
    assert found["flatten_1", "y"].words == ("neuron",)
    assert found["dense_1", "weight"].words == ("neuron", "input")
    kinds = [found[name].kind for name in (("conv2d_1", "y"), ("conv2d_1", "weight"), ("dense_1", "weight"), ("dense_1", "y"))]
    assert kinds == [TensorKind.IMAGE, TensorKind.IMAGE, TensorKind.MATRIX, TensorKind.VECTOR]
    assert found["cross_entropy_1", "loss"].kind is TensorKind.NUMBER


def test_a_channel_is_the_same_through_activation_pooling_and_the_next_filters() -> None:
    found = tensor_axes(convnet())
    channel = found["conv2d_1", "y"].axes[0]
    assert found["conv2d_1", "weight"].axes[0] == channel
    assert found["relu_1", "y"].axes == found["conv2d_1", "y"].axes
    assert found["max_pool2d_1", "y"].axes[0] == channel
    assert found["max_pool2d_1", "y"].axes[1:] != found["conv2d_1", "y"].axes[1:]  # a pooled pixel is another pixel
    assert found["conv2d_2", "weight"].axes[1] == channel
    assert found["conv2d_2", "y"].axes[0] != channel


def test_tokens_are_the_same_through_a_block_of_attention(attention: Graph) -> None:
    found = tensor_axes(attention)
    token = found["tokens", "y"].axes[0]
    assert found["tokens", "y"].words == found["query", "y"].words == found["mixed", "y"].words == ("token", "feature")
    assert found["key_transposed", "y"].words == ("feature", "token")
    assert found["scores", "y"].words == found["attention", "y"].words == ("query", "key")
    for name in ("query", "value", "scores", "attention", "mixed", "stream"):
        assert found[name, "y"].axes[0] == token
    query, key = found["scores", "y"].axes
    assert query != key  # the same tokens twice, of which two places are chosen
    assert found["scores", "y"].kind is TensorKind.MATRIX


def test_what_an_embedding_reads_are_tokens() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.flatten(b.embedding(b.input(features=3), vocabulary=12, features=4)), units=1))
    found = tensor_axes(b.build())
    assert found["embedding_1", "y"].words == ("token", "feature")
    assert found["embedding_1", "weight"].words == ("entry", "feature")
    assert found["embedding_1", "y"].axes[0] == found["input_1", "y"].axes[0]


def test_a_tensor_the_graph_does_not_know_has_numbered_axes() -> None:
    assert axes_of(convnet(), "dense_9", "y", (4, 5)).words == ("axis 1", "axis 2")
    assert axes_of(Graph(), "dense_1", "y", (4,)).words == ("axis 1",)


def shapes() -> Graph:
    b = nnlab.GraphBuilder()
    x = b.input(features=12)
    matrix = b.reshape(x, shape="3, 4")
    b.matmul(matrix, b.transpose(matrix))
    b.layer_norm(b.dense(matrix, units=5))
    b.batch_norm(b.conv2d(b.reshape(x, shape="2, 3, 2"), filters=2, kernel_size=2))
    b.reshape(x, shape="2, 3, 1, 2")
    b.embedding(x)
    return b._graph


@pytest.mark.parametrize(
    ("node", "tensor", "words", "kind"),
    [
        ("reshape_1", "x", "neuron", TensorKind.VECTOR), ("reshape_1", "y", "token feature", TensorKind.MATRIX),
        ("transpose_1", "y", "feature token", TensorKind.MATRIX), ("matmul_1", "y", "query key", TensorKind.MATRIX),
        ("dense_1", "weight", "neuron input", TensorKind.MATRIX), ("dense_1", "bias", "neuron", TensorKind.VECTOR),
        ("dense_1", "y", "token feature", TensorKind.MATRIX), ("layer_norm_1", "gain", "neuron", TensorKind.VECTOR),
        ("layer_norm_1", "mean", "token", TensorKind.VECTOR), ("reshape_2", "y", "channel row column", TensorKind.IMAGE),
        ("conv2d_1", "weight", "filter channel row column", TensorKind.IMAGE), ("batch_norm_1", "gain", "channel", TensorKind.VECTOR),
        ("reshape_3", "y", "feature feature token feature", TensorKind.MATRIX),
        ("embedding_1", "weight", "entry feature", TensorKind.MATRIX),
    ],
)  # fmt: skip
def test_what_one_thing_along_each_axis_is_called(node: str, tensor: str, words: str, kind: TensorKind) -> None:
    found = tensor_axes(shapes())[node, tensor]
    assert (" ".join(found.words), found.kind) == (words, kind)


def test_who_begins_an_axis() -> None:
    found = tensor_axes(shapes())
    assert [axis.owner for axis in found["dense_1", "weight"].axes] == ["dense_1", "reshape_1"]
    rows, columns = found["matmul_1", "y"].axes
    assert (rows.owner, rows.symbol, columns.symbol) == ("reshape_1", "...out0", "...out0 attended")
    filters, channel, down, across = found["conv2d_1", "weight"].axes
    assert (filters.owner, channel.owner, down.owner) == ("conv2d_1", "reshape_2", "conv2d_1")
    assert (down.symbol, down.role, across.symbol, across.role) == ("kernel_size rows", "row", "kernel_size columns", "column")
    assert found["reshape_1", "y"].axes == found["transpose_1", "y"].axes[::-1]


def test_an_unfinished_network_says_nothing_of_axes() -> None:
    b = nnlab.GraphBuilder()
    b.dense(b.input(features=2), units=3)
    b.tanh()
    assert tensor_axes(b._graph) == {}


def test_axes_that_are_known_in_another_number_are_numbered() -> None:
    found = axes_of(convnet(), "dense_1", "y", (4, 5))
    assert found.words == ("axis 1", "axis 2") and [axis.symbol for axis in found.axes] == ["0", "1"]
    assert found.axes[0].owner == "dense_1.y"


def test_what_is_known_of_a_graph_is_worked_out_once() -> None:
    graph = convnet()
    assert tensor_axes(graph) is tensor_axes(graph) and infer(graph) is infer(graph) and docking.shown(graph) is docking.shown(graph)
    axes = tensor_axes(graph)
    graph.__dict__["_inferred"] = None  # as after an operator was registered
    assert tensor_axes(graph) is not axes and tensor_axes(graph) == axes


def test_shapes_of_another_version_of_the_operators_are_worked_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = convnet()
    shapes, shown = infer(graph), docking.shown(graph)
    monkeypatch.setattr(operators, "version", operators.version + 1)
    assert infer(graph) is not shapes and docking.shown(graph) is not shown
