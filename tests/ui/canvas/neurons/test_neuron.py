"""The inside of a neuron in numbers, calculated by hand and against the engine."""

import math

import numpy as np
import pytest

from nnlab.graph.builder import GraphBuilder
from nnlab.graph.validation import infer
from nnlab.training.session import Session
from nnlab.ui.canvas.model import content as cards
from nnlab.ui.canvas.neurons.neuron import NeuronContext, Products, describe, share
from nnlab.ui.canvas.neurons.sample import FrameSample
from nnlab.ui.look.numbers import decimals

X = np.array([[1.0, 2.0], [3.0, -1.0]])
VALUES = {
    "input_1.y": X,
    "dense_1.weight": np.array([[0.5, -0.25], [1.0, 2.0]]),
    "dense_1.bias": np.array([0.1, -0.2]),
    "dense_1.y": np.array([[0.1, 4.8], [1.85, 0.8]]),  # 0.5 · 1 − 0.25 · 2 + 0.1 = 0.1
    "tanh_1.y": np.tanh(np.array([[0.1, 4.8], [1.85, 0.8]])),
    "dense_2.weight": np.array([[2.0, -1.0]]),
    "dense_2.bias": np.array([0.0]),
    "dense_2.y": np.array([[0.3], [0.4]]),
    "mse_1.sample_loss": np.array([0.49, 0.36]),
    "mse_1.target": np.array([[1.0], [1.0]]),
}


def network(units: int = 2, activation: str = "tanh"):
    b = GraphBuilder()
    hidden = b.node(activation, b.dense(b.input(features=2), units=units))
    b.mse(b.dense(hidden, units=1))
    return b.build()


def inside(graph, card: str, unit: int, sample, **around):
    shapes = infer(graph)
    found = cards.describe(graph, shapes)
    owner = cards.card_of(found)
    edges = [edge for edge in graph.edges if owner[edge.target] == card and owner[edge.source] != card]
    weights = cards.weights(graph, shapes, found, owner, edges[0]) if edges else None
    return describe(found[card], unit, weights, NeuronContext(graph, found, owner, real="float64", **around), sample)


class TestByHand:
    def test_products_sum_bias_and_z(self):
        neuron = inside(network(), "dense_1", 0, FrameSample(VALUES.get))
        terms, rest = neuron.products.listed(8)
        assert [(t.label, t.x, t.w, t.product) for t in terms] == [("x₁", 1.0, 0.5, 0.5), ("x₂", 2.0, -0.25, -0.5)]
        assert rest is None
        assert (neuron.products.total, neuron.bias, neuron.z) == (0.0, 0.1, 0.1)

    def test_units_and_inputs_are_counted_from_one(self):
        first, second = (inside(network(), "dense_1", unit, FrameSample(VALUES.get)) for unit in (0, 1))
        assert (first.title, first.short, first.unit) == ("dense_1, neuron 1", "neuron 1", 0)
        assert (second.title, second.short, second.unit) == ("dense_1, neuron 2", "neuron 2", 1)
        feature = inside(network(), "input_1", 1, FrameSample(VALUES.get))
        assert (feature.title, feature.short, feature.result, feature.column) == ("input_1, x₂", "x₂", "x", None)
        labels = [Products(np.ones(12), np.ones(12), "a").term(i).label for i in (0, 8, 9, 11)]
        assert labels == ["a₁", "a₉", "a₁₀", "a₁₂"]
        assert inside(network(), "dense_1", 2, FrameSample(VALUES.get)) is None, "there are two"

    def test_the_point_on_the_curve_and_its_slope(self):
        neuron = inside(network(), "dense_1", 0, FrameSample(VALUES.get))
        assert neuron.activation.title == "tanh"
        assert (neuron.activation.z, neuron.activation.a) == (0.1, math.tanh(0.1))
        assert neuron.activation.slope == pytest.approx(1 - math.tanh(0.1) ** 2, abs=1e-12)
        place = int(np.argmin(np.abs(neuron.activation.x - 1.0)))
        assert neuron.activation.y[place] == pytest.approx(math.tanh(neuron.activation.x[place]), abs=1e-12)
        assert neuron.result == "a"

    def test_another_sample_of_the_batch(self):
        neuron = inside(network(), "dense_1", 1, FrameSample(VALUES.get, 1))
        assert [t.product for t in neuron.products.listed(8)[0]] == [3.0, -2.0]
        assert neuron.z == 0.8

    def test_without_an_activation_z_is_the_output(self):
        neuron = inside(network(), "dense_2", 0, FrameSample(VALUES.get))
        assert (neuron.result, neuron.output, neuron.z, neuron.activation) == ("z", 0.3, 0.3, None)
        assert [t.label for t in neuron.products.listed(8)[0]] == ["a₁", "a₂"]

    def test_inputs_go_by_their_names(self):
        sample = FrameSample(VALUES.get)
        neuron = inside(network(), "dense_1", 0, sample, names=("age", "bmi"))
        assert [t.label for t in neuron.products.listed(8)[0]] == ["age", "bmi"]
        column = np.array([[1.0, 7.0], [2.0, 8.0]])
        feature = inside(network(), "input_1", 1, sample, names=("age", "bmi"), features=column)
        assert (feature.short, feature.output, feature.column.tolist()) == ("bmi", 2.0, [7.0, 8.0])

    def test_unknown_values_have_no_inside(self):
        assert inside(network(), "dense_1", 0, FrameSample({}.get)) is None
        stale = VALUES | {"dense_1.weight": np.ones((5, 2))}  # a frame of the network before the edit
        assert inside(network(), "dense_1", 0, FrameSample(stale.get)) is None

    def test_a_samples_share_of_the_loss(self):
        graph = network()
        found = cards.describe(graph, infer(graph))["mse_1"]
        part = share(found, graph, FrameSample(VALUES.get, 1))
        assert (part.outputs.tolist(), part.target.tolist(), part.loss, part.is_class) == ([0.4], [1.0], 0.36, False)


class TestImages:
    """Two images of 1 × 2 pixels."""

    def test_an_input_card_of_images_shows_the_sample(self):
        neuron = inside(network(), "input_1", 0, FrameSample(VALUES.get, 1), image_shape=(1, 2))
        assert neuron.image.tolist() == [[3.0, -1.0]] and (neuron.title, neuron.result) == ("input_1", "x")

    def test_only_a_layer_that_reads_the_pixels_shows_its_weights_as_one(self):
        sample = FrameSample(VALUES.get)
        assert inside(network(), "dense_1", 0, sample, image_shape=(1, 2)).image_shape == (1, 2)
        assert inside(network(), "dense_1", 0, sample).image_shape is None
        assert inside(network(), "dense_1", 0, sample, image_shape=(2, 2)).image_shape is None, "four pixels are not two inputs"
        assert inside(network(), "dense_2", 0, sample, image_shape=(1, 2)).image_shape is None


class TestLongSums:
    products = Products(np.arange(1.0, 41.0), np.where(np.arange(40) % 2, -1.0, 1.0))

    def test_the_largest_come_first_and_nothing_is_lost(self):
        terms, rest = self.products.listed(20)
        assert [t.index for t in terms] == [39, 38, 37, 36, 35, 34, 33, 32]
        assert rest.count == 32
        assert sum(t.product for t in terms) + rest.total == pytest.approx(self.products.total)

    def test_all_in_order_when_they_fit(self):
        few = Products(np.ones(16), np.arange(16.0))
        terms, rest = few.listed(16)
        assert [t.index for t in terms] == list(range(16))
        assert rest is None
        assert few.listed(15)[1].count == 8

    def test_what_is_not_a_number_is_shown(self):
        x = np.ones(30)
        x[17] = np.nan
        assert Products(x, np.arange(30.0)).listed(6)[0][0].index == 17

    def test_room_for_one_row_is_the_sum_of_all(self):
        assert self.products.listed(1) == ((), self.products.listed(0)[1])


@pytest.mark.parametrize(
    ("values", "places"), [([1.798, 0.1], 3), ([12.3], 2), ([0.05], 5), ([1e-9], 6), ([4e5], 0), ([], 3), ([np.nan], 3)]
)
def test_a_column_has_the_decimals_of_its_largest_number(values, places):
    assert decimals(values) == places


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "gelu", "leaky_relu"])
def test_every_number_is_the_engines(activation):
    graph = network(5, activation)
    session = Session(graph, dtype="float64", seed=3)
    x = np.random.default_rng(0).normal(size=(7, 2))
    evaluated = session_values(session, x)
    for unit in range(5):
        neuron = inside(graph, "dense_1", unit, FrameSample(evaluated.get, 4))
        assert neuron.products.total + neuron.bias == pytest.approx(neuron.z, abs=1e-12)
        assert neuron.output == evaluated[f"{activation}_1.y"][4, unit]
        place = np.interp(neuron.z, neuron.activation.x, neuron.activation.y)
        assert place == pytest.approx(neuron.output, abs=2e-3)  # the point lies on the curve that is drawn


def session_values(session, x):
    from nnlab.engine.evaluator import Evaluator

    evaluator = Evaluator(session.graph, "float64")
    for name, value in session.parameters.items():
        evaluator.program.places[name].view(evaluator.state.arena, 1)[...] = value
    names = [name for name in evaluator.program.places if name.endswith(".y")]
    return {**session.parameters, **evaluator.activations(x, names)}


def test_softmax_looks_at_all_units_and_has_no_curve():
    b = GraphBuilder()
    b.mse(b.softmax(b.dense(b.input(features=2), units=2)))
    values = VALUES | {"softmax_1.y": np.array([[0.1, 0.9], [0.5, 0.5]])}
    graph = b.build()
    found = cards.describe(graph, infer(graph))
    card = "dense_1" if "softmax_1" not in found else "softmax_1"
    neuron = inside(graph, card, 1, FrameSample(values.get))
    assert neuron.activation is None
    assert "all units" in neuron.words
    assert neuron.output == 0.9


def test_any_other_operator_shows_what_it_reads():
    b = GraphBuilder()
    x = b.input(features=2)
    b.mse(b.add(x, b.dense(x, units=2)))
    values = VALUES | {"add_1.y": np.array([[1.1, 6.8], [0.0, 0.0]])}
    neuron = inside(b.build(), "add_1", 1, FrameSample(values.get))
    assert neuron.reads == (("input_1", 2.0), ("dense_1", 4.8))
    assert (neuron.result, neuron.output) == ("y", 6.8)
