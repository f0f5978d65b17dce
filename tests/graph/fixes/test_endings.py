"""What is proposed where the network meets its data: features, loss, number of outputs. Every proposal with exactly what it changes."""

from __future__ import annotations

import pytest

from nnlab.core.dataset import Target
from nnlab.graph.builder import GraphBuilder, Output
from nnlab.graph.diagnostic import DataShape
from nnlab.graph.graph import Graph
from tests.support.fix_proposals import between, drawn, proposed

NUMBER = DataShape(3, Target("continuous", ("y",)))
ROWS = DataShape(64, Target("continuous", ("y",)))


def test_the_input_gets_the_features_of_the_data() -> None:
    graph = drawn(lambda b: b.mse(b.dense(b.input(features=3), units=1)))
    found = proposed(graph, "features", "input_1", DataShape(13, NUMBER.target))
    assert found == [("Set features to 13", "Set features of input_1 to 13", {"input_1.features=13"})]


@pytest.mark.parametrize(
    ("loss", "target", "fitting"),
    [
        ("cross_entropy", Target("continuous", ("y",)), ["mse", "huber", "mae"]),
        ("mse", Target("classes", ("a", "b", "c")), ["cross_entropy"]),
        ("kl_divergence", Target("binary", ("a", "b")), ["binary_cross_entropy", "cross_entropy", "hinge"]),
    ],
)
def test_the_usual_loss_comes_first_and_three_are_enough(loss: str, target: Target, fitting: list[str]) -> None:
    graph = drawn(lambda b: b.node(loss, b.dense(b.input(features=3), units=2)))
    assert proposed(graph, "wrong_loss", f"{loss}_1", DataShape(3, target)) == [
        (f"Use {name}", f"Use {name} for {loss}_1", {f"-{loss}_1", f"+{name}_1", f"+dense_1>{name}_1.x"}) for name in fitting
    ]


def test_the_layer_before_the_loss_gets_as_many_units_or_another_follows_it() -> None:
    graph = drawn(lambda b: b.mse(b.tanh(b.dense(b.input(features=3), units=4))))
    assert proposed(graph, "wrong_width", "dense_1", NUMBER) == [
        ("Set units to 1", "Set units of dense_1 to 1", {"dense_1.units=1"}),
        ("Add a dense layer of 1", "Add a dense layer before mse_1", between("tanh_1", "dense_2", "mse_1.x", " units=1")),
    ]


def test_two_layers_that_are_added_have_no_setting_of_their_sum() -> None:
    def make(b: GraphBuilder) -> None:
        x = b.input(features=3)
        b.mse(b.layer_norm(b.add(b.dense(x, units=4), b.dense(x, units=4))))

    assert proposed(drawn(make), "wrong_width", "mse_1", NUMBER) == [
        ("Add a dense layer of 1", "Add a dense layer before mse_1", between("layer_norm_1", "dense_3", "mse_1.x", " units=1")),
    ]


# A layer that reads rows one by one


def rows(first: int, last: int, *, between_them: bool = True) -> Graph:
    """8 rows of 8 through two layers of so many units into a loss."""

    def make(b: GraphBuilder) -> None:
        hidden: Output = b.dense(b.reshape(b.input(features=64), shape="8, 8"), units=first)
        b.mse(b.dense(b.relu(hidden) if between_them else hidden, units=last))

    return drawn(make)


def test_the_first_layer_reads_the_whole_image_and_the_last_gets_as_many_units() -> None:
    before_first = between("reshape_1", "flatten_1", "dense_1.x")
    before_loss = {"+flatten_1", "-dense_2>mse_1.x", "+dense_2>flatten_1.x"}
    assert proposed(rows(5, 3), "wrong_width", "dense_2", ROWS) == [
        ("Add a flatten", "Add a flatten before dense_1", before_first),
        ("Add a flatten, set units to 1", "Add a flatten before dense_1", {*before_first, "dense_2.units=1"}),
        ("Add a flatten", "Add a flatten before mse_1", {*before_loss, "+flatten_1>mse_1.x"}),
        ("Add a flatten and dense 1", "Add a flatten before mse_1",
         {*before_loss, "+dense_3 units=1", "+flatten_1>dense_3.x", "+dense_3>mse_1.x"}),
    ]  # fmt: skip


def test_a_last_layer_that_has_as_many_units_keeps_them() -> None:
    labels = [(label, name) for label, name, _ in proposed(rows(5, 1), "wrong_width", "dense_2", ROWS)]
    assert labels == [
        ("Add a flatten", "Add a flatten before dense_1"), ("Add a flatten", "Add a flatten before mse_1"),
        ("Add a flatten and dense 1", "Add a flatten before mse_1"),
    ]  # fmt: skip


def test_where_the_problem_is_told_of_another_node_the_layer_is_named() -> None:
    """The loss wants a row and gets 8 × 3: told of the loss, the layer is dense_2's."""
    graph = drawn(lambda b: b.cross_entropy(b.relu(b.dense(b.reshape(b.input(features=64), shape="8, 8"), units=5))))
    found = proposed(graph, "shape", "cross_entropy_1", DataShape(64, Target("classes", ("a", "b", "c"))))
    first = between("reshape_1", "flatten_1", "dense_1.x")
    assert found[:2] == [
        ("Add a flatten", "Add a flatten before dense_1", first),
        ("Add a flatten, set units of dense_1 to 3", "Add a flatten before dense_1", {*first, "dense_1.units=3"}),
    ]


def test_where_a_flat_layer_of_the_image_is_read_the_setting_is_named() -> None:
    """A row of 5 numbers for 3 classes, told of the loss behind two layers that are one after the other: the nearer one's units."""
    graph = drawn(lambda b: b.cross_entropy(b.dense(b.tanh(b.dense(b.input(features=64), units=7)), units=5)))
    found = proposed(graph, "wrong_width", "dense_2", DataShape(64, Target("classes", ("a", "b", "c"))))
    assert found == [
        ("Set units to 3", "Set units of dense_2 to 3", {"dense_2.units=3"}),
        ("Add a dense layer of 3", "Add a dense layer before cross_entropy_1",
         between("dense_2", "dense_3", "cross_entropy_1.x", " units=3")),
    ]  # fmt: skip


def test_a_layer_that_reads_rows_one_by_one_may_read_them_all() -> None:
    """8 rows of 8: the first layer of the two is where the image ends, though the warning is of any."""
    graph = drawn(lambda b: b.mse(b.flatten(b.dense(b.conv2d(b.reshape(b.input(features=64), shape="1, 8, 8")), units=2))))
    found = proposed(graph, "row_by_row", "dense_1")
    whole = between("conv2d_1", "flatten_2", "dense_1.x")
    assert found == [
        ("Add a flatten", "Add a flatten before dense_1", whole),
        ("Add a flatten", "Add a flatten before dense_1", whole),
    ]
