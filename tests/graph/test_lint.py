"""What is told of networks that run, but probably not as meant; and what is nobody's mistake."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder, Output
from nnlab.graph.graph import Graph
from nnlab.graph.lint import lint
from nnlab.graph.validation import infer


def told(graph: Graph) -> list[tuple[str, str]]:
    shapes = infer(graph).shapes
    return [(kind, node_id) for kind, node_id, _ in lint(graph, shapes)]


def network(make: Callable[[GraphBuilder, Output], Output], loss: str = "mse", features: int = 2) -> Graph:
    b = GraphBuilder()
    b.node(loss, make(b, b.input(features=features)))
    return b._graph


def sentence(graph: Graph) -> str:
    ((_, _, found),) = lint(graph, infer(graph).shapes)
    return found


def test_a_plain_network_has_nothing_to_say() -> None:
    assert told(network(lambda b, x: b.dense(b.tanh(b.dense(x, units=8)), units=1))) == []


def test_all_layers_frozen_is_told_at_the_last() -> None:
    graph = network(lambda b, x: b.dense(b.tanh(b.dense(x, units=8)), units=1))
    assert told(edits.set_frozen(graph, ["dense_1"], True)) == []
    assert told(edits.set_frozen(graph, ["dense_1", "dense_2"], True)) == [("all_frozen", "dense_2")]


@pytest.mark.parametrize(
    ("low", "high", "is_told"),
    [
        (-1.0, 1.0, True),
        (-4.59, 4.59, True),
        (-4.6, 1.0, False),
        (-1.0, 4.6, False),
        (0.0, 9.0, True),
        (-0.1, 9.0, False),
        (0.5, 1.0, True),
    ],
)
def test_logits_that_cannot_be_sure_are_told(low: float, high: float, is_told: bool) -> None:
    """A logit of 4.6 is a probability of 0.99; without negative ones none falls below one half."""

    def make(b: GraphBuilder, x: Output) -> Output:
        return b.hard_tanh(b.dense(x, units=1), min_val=low, max_val=high)

    assert told(network(make, "binary_cross_entropy")) == ([("bounded_logits", "hard_tanh_1")] if is_told else [])
    assert told(network(make)) == [], "MSE takes numbers of any range"


def test_bounds_are_written_with_a_minus() -> None:
    text = sentence(network(lambda b, x: b.tanh(b.dense(x, units=1)), "binary_cross_entropy"))
    assert text == (
        "binary_cross_entropy_1 takes logits, but tanh_1 keeps every logit between −1 and 1, so no probability can come near 0 or 1."
    )
    text = sentence(network(lambda b, x: b.relu(b.dense(x, units=1)), "binary_cross_entropy"))
    assert text == "binary_cross_entropy_1 takes logits, but relu_1 outputs nothing below 0, so no logit can be negative."


def test_what_the_loss_applies_itself_is_told() -> None:
    assert told(network(lambda b, x: b.sigmoid(b.dense(x, units=1)), "binary_cross_entropy")) == [("squashed_twice", "sigmoid_1")]
    assert told(network(lambda b, x: b.softmax(b.dense(x, units=3)), "cross_entropy")) == [("squashed_twice", "softmax_1")]


@pytest.mark.parametrize(
    ("before", "between", "after", "is_told"),
    [(2, 8, 1, True), (4, 4, 8, True), (8, 4, 4, True), (4, 3, 8, False), (8, 3, 4, False), (8, 8, 8, True)],
)
def test_two_layers_without_an_activation_are_one_unless_they_are_a_bottleneck(
    before: int, between: int, after: int, is_told: bool
) -> None:
    graph = network(lambda b, x: b.dense(b.dense(x, units=between), units=after), features=before)
    assert told(graph) == ([("linear", "dense_2")] if is_told else [])
    two = edits.connect(edits.add_node(graph, "tanh"), "dense_1", "tanh_1")
    assert told(two) == [], "something else reads the layer between"


def test_the_same_twice_is_told_where_it_has_no_effect() -> None:
    assert told(network(lambda b, x: b.dense(b.relu(b.relu(b.dense(x, units=4))), units=1))) == [("repeated", "relu_2")]
    assert told(network(lambda b, x: b.dense(b.tanh(b.tanh(b.dense(x, units=4))), units=1))) == []
    graph = network(lambda b, x: b.dense(b.hard_tanh(b.hard_tanh(b.dense(x, units=4)), max_val=2.0), units=1))
    assert told(graph) == [], "with other settings it does something else"


def test_a_scale_of_zero_closes_the_way() -> None:
    assert told(network(lambda b, x: b.dense(b.scale(b.dense(x, units=4), factor=0.0), units=1)))[:1] == [("closed", "scale_1")]
    assert told(network(lambda b, x: b.dense(b.tanh(b.scale(b.dense(x, units=4), factor=0.5)), units=1))) == []


def test_a_layer_on_images_acts_row_by_row() -> None:
    def images(b: GraphBuilder, x: Output, flat: bool) -> Output:
        maps = b.relu(b.conv2d(b.reshape(x, shape="1, 4, 4"), filters=2, kernel_size=3))
        return b.dense(b.flatten(maps) if flat else maps, units=1)

    assert told(network(lambda b, x: images(b, x, False), features=16)) == [("row_by_row", "dense_1")]
    assert told(network(lambda b, x: images(b, x, True), features=16)) == []


def test_a_row_of_images_is_shown_with_its_shape() -> None:
    """3 × 3 windows leave 2 × 2 of 4 × 4."""
    graph = network(lambda b, x: b.dense(b.layer_norm(b.conv2d(b.reshape(x, shape="1, 4, 4"), filters=2)), units=1), features=16)
    assert sentence(graph) == "dense_1 acts on every row of the images (N, 2, 2, 2) separately; add a flatten before it."


def test_three_axes_that_are_no_image_are_nobodys_mistake() -> None:
    assert told(network(lambda b, x: b.dense(b.relu(b.reshape(x, shape="1, 4, 4")), units=1), features=16)) == []
    assert told(network(lambda b, x: b.dense(b.reshape(b.conv2d(b.reshape(x, shape="1, 4, 4"), filters=2), shape="2, 4"), units=1),
                        features=16)) == []  # fmt: skip


def test_two_layers_over_rows_are_judged_by_their_last_axis() -> None:
    """4 → 3 → 8 numbers in each of 2 rows: the middle is a bottleneck, whatever the number of rows; 4 → 4 → 8 is none."""

    def rows(units: int) -> Graph:
        return network(lambda b, x: b.dense(b.dense(b.reshape(x, shape="2, 4"), units=units), units=8), features=8)

    assert told(rows(3)) == [] and told(rows(4)) == [("linear", "dense_2")]
    assert sentence(rows(4)) == "dense_2 follows dense_1 without an activation: together they are equivalent to one layer."


def test_indices_that_were_computed_are_fractions() -> None:
    """Through what passes numbers on as they are, back to a layer, an activation or a normalisation."""

    def table(make: Callable[[GraphBuilder, Output], Output]) -> list[str]:
        graph = network(lambda b, x: b.dense(b.flatten(b.embedding(make(b, x))), units=1), features=4)
        return [text for kind, _, text in lint(graph, infer(graph).shapes) if kind == "fractions"]

    words = "embedding_1 takes whole numbers, but {} outputs fractions; connect it to the input."
    assert table(lambda b, x: x) == [] and table(lambda b, x: b.flatten(b.reshape(x, shape="2, 2"))) == []
    assert table(lambda b, x: b.flatten(b.reshape(b.dense(x, units=4), shape="2, 2"))) == [words.format("dense_1")]
    assert table(lambda b, x: b.tanh(x)) == [words.format("tanh_1")]
    assert table(lambda b, x: b.flatten(b.layer_norm(x))) == [words.format("layer_norm_1")]
    assert table(lambda b, x: b.add(x, x)) == [], "sums of whole numbers are whole"


def test_what_does_harm_is_said_in_a_sentence() -> None:
    assert sentence(network(lambda b, x: b.sigmoid(b.dense(x, units=1)), "binary_cross_entropy")) == (
        "binary_cross_entropy_1 takes logits and applies sigmoid itself; sigmoid_1 applies it a second time."
    )
    assert sentence(network(lambda b, x: b.dense(b.relu(b.relu(b.dense(x, units=4))), units=1))) == (
        "relu_2 has no effect: relu_1 before it already does the same."
    )
    closed = network(lambda b, x: b.dense(b.scale(b.dense(x, units=4), factor=0.0), units=1))
    (first, *_) = lint(closed, infer(closed).shapes)
    assert first[2] == "scale_1 sets every value to 0: layers before it cannot learn."
    frozen = edits.set_frozen(network(lambda b, x: b.dense(x, units=1)), ["dense_1"], True)
    assert sentence(frozen) == "Every layer is frozen: training changes nothing."
