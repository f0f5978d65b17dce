"""What is proposed for networks that run, but probably not as meant: every proposal with exactly what it changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nnlab.core.dataset import Target
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import DataShape
from nnlab.graph.graph import Graph
from tests.support.fix_proposals import between, drawn, proposed

NUMBER = DataShape(3, Target("continuous", ("y",)))


def layers(*activations: str) -> Graph:
    """Layers of 4 with these between them, "" for none; the last has one unit."""

    def make(b: GraphBuilder) -> None:
        x = b.input(features=3)
        for activation in activations:
            x = b.dense(x, units=4)
            x = b.node(activation, x) if activation else x
        b.mse(b.dense(x, units=1))

    return drawn(make)


@pytest.mark.parametrize(
    ("activations", "offered", "node"),
    [
        (("",), ["tanh", "relu"], "dense_2"), (("relu", ""), ["relu", "tanh"], "dense_3"),
        (("gelu", "relu", "gelu", ""), ["gelu", "relu", "tanh"], "dense_5"),
    ],
)  # fmt: skip
def test_between_two_layers_goes_the_activation_that_the_network_uses_most(activations: tuple, offered: list[str], node: str) -> None:
    before = f"dense_{int(node[-1]) - 1}"
    graph = layers(*activations)
    count = {name: activations.count(name) + 1 for name in offered}
    reader, source = node, f"{activations[-2]}_{activations.count(activations[-2])}" if len(activations) > 1 else "input_1"
    assert proposed(graph, "linear", node) == [
        *((f"Add {name} between them", f"Add {name} after {before}", between(before, f"{name}_{count[name]}", f"{node}.x"))
          for name in offered),
        (f"Remove {before}", f"Remove {before}", {f"-{before}", f"+{source}>{reader}.x"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "kind", "node", "source", "reader"),
    [
        (lambda b: b.cross_entropy(b.softmax(b.dense(b.input(features=3), units=2))), "squashed_twice", "softmax_1", "dense_1",
         "cross_entropy_1"),
        (lambda b: b.binary_cross_entropy(b.relu(b.dense(b.input(features=3), units=1))), "bounded_logits", "relu_1", "dense_1",
         "binary_cross_entropy_1"),
        (lambda b: b.mse(b.relu(b.relu(b.dense(b.input(features=3), units=1)))), "repeated", "relu_2", "relu_1", "mse_1"),
    ],
)  # fmt: skip
def test_what_does_harm_or_nothing_is_taken_out(
    make: Callable[[GraphBuilder], object], kind: str, node: str, source: str, reader: str
) -> None:
    assert proposed(drawn(make), kind, node) == [(f"Remove {node}", f"Remove {node}", {f"-{node}", f"+{source}>{reader}.x"})]


def test_what_lets_nothing_pass_gets_its_usual_settings() -> None:
    graph = drawn(lambda b: b.mse(b.dropout(b.dense(b.input(features=3), units=1), p=1.0)))
    assert proposed(graph, "closed", "dropout_1") == [
        ("Set probability to 0.5", "Set probability of dropout_1 to 0.5", {"dropout_1.p=0.5"}),
        ("Remove dropout_1", "Remove dropout_1", {"-dropout_1", "+dense_1>mse_1.x"}),
    ]


def test_an_operator_that_says_what_is_doubtful_says_what_helps() -> None:
    graph = drawn(lambda b: b.mse(b.leaky_relu(b.dense(b.input(features=3), units=1), negative_slope=1.0)))
    assert proposed(graph, "doubtful", "leaky_relu_1") == [
        ("Set negative slope to 0.01", "Set negative slope of leaky_relu_1 to 0.01", {"leaky_relu_1.negative_slope=0.01"}),
        ("Remove leaky_relu_1", "Remove leaky_relu_1", {"-leaky_relu_1", "+dense_1>mse_1.x"}),
    ]


def test_a_softmax_of_one_has_no_setting_that_helps() -> None:
    graph = drawn(lambda b: b.mse(b.softmax(b.dense(b.input(features=3), units=1))))
    assert proposed(graph, "doubtful", "softmax_1") == [("Remove softmax_1", "Remove softmax_1", {"-softmax_1", "+dense_1>mse_1.x"})]


def test_a_table_that_is_given_fractions_reads_the_data_itself() -> None:
    graph = drawn(lambda b: b.mse(b.flatten(b.embedding(b.tanh(b.dense(b.input(features=3), units=4))))))
    assert proposed(graph, "fractions", "embedding_1") == [
        ("Connect input_1 here", "Connect input_1 to embedding_1", {"-tanh_1>embedding_1.x", "+input_1>embedding_1.x"}),
        ("Remove embedding_1", "Remove embedding_1", {"-embedding_1", "+tanh_1>flatten_1.x"}),
    ]


def test_of_several_frozen_layers_the_last_or_all_learn_again() -> None:
    graph = edits.set_frozen(layers("tanh"), ["dense_1", "dense_2"], True)
    assert proposed(graph, "all_frozen", "dense_2") == [
        ("Unfreeze dense_2", "Unfreeze dense_2", {"dense_2.frozen="}),
        ("Unfreeze all", "Unfreeze all", {"dense_1.frozen=", "dense_2.frozen="}),
    ]


def test_a_single_frozen_layer_is_all_there_is() -> None:
    graph = edits.set_frozen(drawn(lambda b: b.mse(b.dense(b.input(features=3), units=1))), ["dense_1"], True)
    assert proposed(graph, "all_frozen", "dense_1") == [("Unfreeze dense_1", "Unfreeze dense_1", {"dense_1.frozen="})]


def test_every_input_of_a_row_by_row_layer_may_be_flattened() -> None:
    graph = drawn(lambda b: b.mse(b.flatten(b.dense(b.relu(b.conv2d(b.reshape(b.input(features=64), shape="1, 8, 8"))), units=2))))
    whole = between("relu_1", "flatten_2", "dense_1.x")
    assert proposed(graph, "row_by_row", "dense_1") == [("Add a flatten", "Add a flatten before dense_1", whole)] * 2
