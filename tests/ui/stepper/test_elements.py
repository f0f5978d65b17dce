"""Which element a followed neuron and sample mean, in every tensor of every kind of instruction."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from renamed import renamed

import nnlab
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.compile import Update, compile
from nnlab.engine.moments import share
from nnlab.graph.letters import letter_of
from nnlab.ui.stepper.elements import SAMPLE, Layout, NamedAxis, activation_layout, layout, named_by_data, parameter_layout
from nnlab.ui.stepper.model import StepModel


def program() -> object:
    b = nnlab.GraphBuilder()
    x = b.input(features=3)
    left, right = b.tanh(b.dense(x, units=4)), b.dense(x, units=4)
    b.cross_entropy(b.dense(b.concat(left, right), units=5))
    return compile(b.build(), 6, update=Update())


def words(found: Layout) -> list[tuple[str, int, str]]:
    return [(axis.word, axis.length, axis.axis.owner if axis.axis is not None else "") for axis in found.axes]


def test_axes_of_every_kind_of_tensor() -> None:
    made = program()
    by_name = {(i.phase, i.node_id, i.parameter): i for i in made.instructions}

    def axes(phase: int, node_id: str, argument: str, shape: tuple[int, ...], parameter: str | None = None) -> list[tuple[str, int, str]]:
        return words(layout(made.graph, by_name[phase, node_id, parameter], argument, shape))

    assert axes(0, "dense_1", "x", (6, 3)) == [(SAMPLE, 6, ""), ("feature", 3, "input_1")]
    assert axes(0, "dense_1", "y", (6, 4)) == [(SAMPLE, 6, ""), ("neuron", 4, "dense_1")]
    assert axes(0, "dense_1", "weight", (4, 3)) == [("neuron", 4, "dense_1"), ("input", 3, "input_1")]
    assert axes(0, "dense_1", "bias", (4,)) == [("neuron", 4, "dense_1")]
    assert axes(0, "tanh_1", "y", (6, 4)) == [(SAMPLE, 6, ""), ("neuron", 4, "dense_1")]
    assert axes(0, "concat_1", "y", (6, 8)) == [(SAMPLE, 6, ""), ("neuron", 8, "concat_1")]
    assert axes(1, "cross_entropy_1", "loss", (1,)) == []
    assert axes(1, "cross_entropy_1", "sample_loss", (6,)) == [(SAMPLE, 6, "")]
    assert axes(1, "cross_entropy_1", "probability", (6, 5)) == [(SAMPLE, 6, ""), ("neuron", 5, "dense_3")]
    assert axes(2, "dense_3", "d_x", (6, 8)) == [(SAMPLE, 6, ""), ("neuron", 8, "concat_1")]
    assert axes(2, "dense_3", "d_weight", (5, 8)) == [("neuron", 5, "dense_3"), ("input", 8, "concat_1")]
    assert axes(3, "dense_1", "gradient", (4, 3), "dense_1.weight") == [("neuron", 4, "dense_1"), ("input", 3, "input_1")]


def test_an_index_is_the_place_along_every_axis() -> None:
    found = parameter_layout(program().graph, "dense_1.weight", (4, 3))
    places = {"neuron": 2, "input": 1}
    assert found.index(lambda axis: places[axis.word]) == (2, 1)


def test_a_choice_beyond_the_axis_means_its_last_place() -> None:
    found = parameter_layout(program().graph, "dense_1.weight", (4, 3))
    assert found.index(lambda axis: 99) == (3, 2)


def test_the_share_of_a_gradient_is_what_was_added_to_it() -> None:
    before, after = np.array([1.0, 5.0, -2.0]), np.array([1.5, 5.0, -4.0])
    assert share(before, after, accumulates=True).tolist() == [0.5, 0.0, 2.0]
    assert share(0.0, after, accumulates=False).tolist() == [1.5, 5.0, 4.0]
    assert np.argmax(share(0.0, np.array([1.0, np.nan]), accumulates=False)) == 1  # what is not finite is what to look at


def test_a_tensor_whose_name_has_two_dots_belongs_to_the_node_before_the_first() -> None:
    made = renamed(program(), "dense_1", "y", "y.task_b")
    forward = next(i for i in made.instructions if (i.phase, i.node_id) == (0, "dense_1"))
    assert words(layout(made.graph, forward, "y", (6, 4))) == [(SAMPLE, 6, ""), ("neuron", 4, "dense_1")]


def test_an_update_of_a_parameter_with_two_dots_is_not_taken_for_one_with_the_last_part() -> None:
    made = renamed(program(), "dense_1", "weight", "task_b.weight")
    update = next(i for i in made.instructions if i.parameter == "dense_1.task_b.weight")
    unknown = "dense_1.task_b.weight"
    assert words(layout(made.graph, update, "gradient", (4, 3))) == [("axis 1", 4, unknown), ("axis 2", 3, unknown)]
    assert StepModel.title(SimpleNamespace(graph=made.graph), update) == "task_b.weight of dense_1"
    assert letter_of(made.graph, "dense_1.task_b.weight") == "task b.weight"


# Names from the data


def axis_of(graph: nnlab.Graph, tensor: str, shape: tuple[int, ...]) -> NamedAxis:
    """The last axis of what a node writes."""
    return activation_layout(graph, tensor, shape).axes[-1]


def classifier(features: int = 4, outputs: int = 3, loss: str = "cross_entropy") -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    b.node(loss, b.dense(b.dense(b.input(features=features), units=features), units=outputs))
    return b.build()


def test_a_place_is_counted_from_one_unless_it_has_a_name() -> None:
    axis = NamedAxis("feature", 3, None, ("alcohol", "ash"))
    assert [axis.place_words(k) for k in range(3)] == ["feature alcohol", "feature ash", "feature 3"]
    assert NamedAxis("neuron", 3).place_words(4) == "neuron 5"


def test_features_and_classes_have_the_names_of_the_data() -> None:
    data, graph = prepare(DataSettings("iris")), classifier()
    read = named_by_data(axis_of(graph, "input_1.y", (6, 4)), graph, data)
    assert (read.word, read.names) == ("feature", data.features)
    given = named_by_data(axis_of(graph, "dense_2.y", (6, 3)), graph, data)
    assert (given.word, given.names, given.place_words(2)) == ("class", ("setosa", "versicolor", "virginica"), "class virginica")
    inside = axis_of(graph, "dense_1.y", (6, 4))
    assert named_by_data(inside, graph, data) == inside, "as many units as features are no features"
    batch = activation_layout(graph, "dense_2.y", (6, 3)).axes[0]
    assert batch.axis is None and named_by_data(batch, graph, data) is batch


def test_axes_of_another_length_or_of_other_data_keep_their_numbers() -> None:
    data = prepare(DataSettings("iris"))
    wider = classifier(5, 2)
    for tensor, shape in (("input_1.y", (6, 5)), ("dense_2.y", (6, 2))):
        axis = axis_of(wider, tensor, shape)
        assert named_by_data(axis, wider, data) == axis
    pixels, digits = classifier(64, 10), prepare(DataSettings("digits"))
    axis = axis_of(pixels, "input_1.y", (6, 64))
    assert named_by_data(axis, pixels, digits) == axis, "pixels go by their numbers"
    assert named_by_data(axis_of(pixels, "dense_2.y", (6, 10)), pixels, digits).names == digits.target.names
    numbers = classifier(10, 1, "mse")
    axis = axis_of(numbers, "dense_2.y", (6, 1))
    assert named_by_data(axis, numbers, prepare(DataSettings("diabetes"))) == axis


def test_axes_of_what_a_node_writes_begin_with_the_sample() -> None:
    found = activation_layout(classifier(), "dense_2.y", (6, 3))
    assert words(found) == [(SAMPLE, 6, ""), ("neuron", 3, "dense_2")]
    assert found.has_batch and not parameter_layout(classifier(), "dense_2.bias", (3,)).has_batch
    assert Layout((1,), ()).index(lambda axis: 9) == (0,)
