"""Dead and saturated units: how many, since which iteration, and how many parameters get no gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training.complete_run import prepare_run
from nnlab.training.diagnoses._flat_units import feeds_loss, is_flat
from nnlab.training.diagnosis import Diagnosis, diagnoses
from nnlab.training.observation import Observation
from nnlab.training.settings import TrainingSettings
from nnlab.training.weight_path import WeightPath

AT = np.array([0, 10, 20, 30, 40])


def found(alive: tuple[int, ...]) -> Diagnosis:
    """A layer of 8 units, 6 of them dead by their biases at all but some of five moments; the run stands at the last."""
    b = GraphBuilder()
    hidden = b.relu(b.dense(b.input(features=2), units=8))
    b.binary_cross_entropy(b.dense(hidden, units=1))
    data, settings = prepare(DataSettings("circle")), TrainingSettings("sgd", {}, 0.1, 32)
    run = prepare_run(b.build(), data, settings)
    place, weights = run.program.places["dense_1.bias"], np.tile(run.state.arena[: run.program.parameters_end], (len(AT), 1))
    for row, iteration in enumerate(AT.tolist()):
        if iteration not in alive:
            weights[row, place.offset : place.offset + 6] = -100.0
    run.state.arena[: run.program.parameters_end] = weights[-1]
    path = WeightPath(AT, weights, len(AT) - 1)
    seen = Observation(
        run.program.graph, settings, data.x, data.y, run.state.stored(), run.history.curves(), data, path=lambda: path
    )  # fmt: skip
    (one,) = diagnoses["dead_units"].find(seen)
    return one


@pytest.mark.parametrize(
    ("alive", "words"),
    [
        ((0, 10, 20), " since iteration 30,"), ((0, 20), " since iteration 30,"), ((0, 10, 20, 30), " since iteration 40,"),
        ((), " from the beginning,"),
    ],
)  # fmt: skip
def test_it_is_said_since_when(alive: tuple[int, ...], words: str) -> None:
    assert words in found(alive).evidence


def test_the_parameters_of_dead_units_are_counted() -> None:
    assert "so 18 of 33 parameters get no gradient" in found((0,)).evidence  # six of eight units with two weights and a bias; 24 + 9


def dead(count: int, units: int) -> Diagnosis | None:
    """A layer of which so many units are dead, after no training."""
    b = GraphBuilder()
    b.binary_cross_entropy(b.dense(b.relu(b.dense(b.input(features=2), units=units)), units=1))
    data, settings = prepare(DataSettings("circle")), TrainingSettings("sgd", {}, 0.1, 32)
    run = prepare_run(b.build(), data, settings)
    bias = np.full(units, 100.0, np.float32)
    bias[:count] = -100.0
    parameters = {**run.state.stored(), "dense_1.bias": bias}
    seen = Observation(run.program.graph, settings, data.x, data.y, parameters, run.history.curves(), data)
    return next(diagnoses["dead_units"].find(seen), None)


@pytest.mark.parametrize(
    ("count", "units", "named", "parameters", "end"),
    [
        (4, 8, " (1, 2, 3 and 4)", "12 of 33", "."), (1, 2, "", "3 of 9", "."), (2, 4, " (1 and 2)", "6 of 17", "."),
        (8, 16, " (1, 2, 3, 4, 5, 6, 7 and 8)", "24 of 65", "."),
        (9, 16, "", "27 of 65", "."), (3, 3, "", "9 of 13", ": nothing before it learns any more."),
    ],
)  # fmt: skip
def test_half_of_a_layer_is_told_and_up_to_eight_units_are_named(count: int, units: int, named: str, parameters: str, end: str) -> None:
    one = dead(count, units)
    assert one is not None
    rows = min(512, len(prepare(DataSettings("circle")).x))
    words = f"{count} of the {units} units of relu_1{named} are 0 for all {rows} samples, so {parameters} parameters get no gradient{end}"
    assert one.evidence == words
    assert (one.figure, one.mark, one.units) == (f"{count} of {units}", f"{count} of {units} always 0", tuple(range(count)))
    assert dict(one.figures) == {"dead": count, "units": units, "samples": rows}
    assert one.harm == pytest.approx(0.6 + 0.39 * count / units)
    assert one.chart is not None
    assert one.chart.values == (0.0,) * count + (float(rows),) * (units - count)
    assert (one.chart.labels, one.chart.meant) == (tuple(str(k + 1) for k in range(units)), tuple(range(count)))
    assert one.remedies[1].label == "Learning rate 0.1 → 0.01, from iteration 0" and one.remedies[1].starts_over


@pytest.mark.parametrize(("count", "units"), [(3, 8), (7, 15), (1, 1), (0, 2)])
def test_fewer_than_half_are_common(count: int, units: int) -> None:
    assert dead(count, units) is None


# Saturated units


def saturated(first: int, second: int) -> Diagnosis | None:
    """Two units of tanh, one for each feature: of 20 samples so many are 10, where its slope is next to nothing, the others 0."""
    b = GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=2), units=2)), units=1))
    x = np.zeros((20, 2))
    x[:first, 0] = x[:second, 1] = 10.0
    settings = TrainingSettings("sgd", {}, 0.1, 20)
    run = Run(Setup(b.build(), x, np.arange(20.0)[:, None], update=Update("sgd", 0.1), batch_size=20))
    parameters = {**run.state.stored(), "dense_1.weight": np.eye(2, dtype=np.float32), "dense_1.bias": np.zeros(2, np.float32)}
    seen = Observation(run.program.graph, settings, x, np.arange(20.0)[:, None], parameters, run.history.curves())
    return next(diagnoses["saturated_units"].find(seen), None)


def test_saturated_units_are_told_from_85_percent_on() -> None:
    one = saturated(18, 16)
    assert one is not None
    assert one.evidence == "85 % of the activations of tanh_1 are saturated: their slope is at most 5 % of the greatest."
    assert (one.figure, one.mark, one.units, one.node) == ("85 %", "85 % saturated", (0,), "tanh_1")
    assert dict(one.figures) == pytest.approx({"share": 0.85, "units": 2, "saturated_units": 1})
    assert one.harm == pytest.approx(0.84)
    assert one.chart is not None
    assert (one.chart.labels, one.chart.values, one.chart.meant) == (("1", "2"), (0.9, 0.8), (0,))
    assert one.remedies[0].label == "Normalise what enters tanh_1"
    both = saturated(17, 17)
    assert both is not None and both.units == (0, 1)
    assert saturated(17, 16) is None and saturated(0, 0) is None


def observed(graph: Graph, x: np.ndarray, **parameters: np.ndarray) -> Observation:
    training = TrainingSettings("sgd", {}, 0.1, 32)
    run = Run(Setup(graph, x, np.zeros((len(x), 1)), update=Update("sgd", 0.1), batch_size=32), frames=False)
    run.state.set_parameters({name.replace("__", "."): values for name, values in parameters.items()})
    return Observation.of_run(run, training)


def test_a_unit_of_a_convolution_is_a_channel_with_all_its_places() -> None:
    """Of 3 × 3 windows of 4 × 4 images, there are four places; ReLU is flat where what it reads is at most 0."""
    b = GraphBuilder()
    layer = b.conv2d(b.reshape(b.input(features=16), shape="1, 4, 4"), filters=3, kernel_size=3, padding=0)
    b.mse(b.dense(b.flatten(b.relu(layer)), units=1))
    graph = b.build()
    seen = observed(graph, np.random.default_rng(0).standard_normal((5, 16)))
    read, flat = seen.tensor("conv2d_1.y"), is_flat(seen, graph["relu_1"])
    assert read is not None and flat is not None and flat.shape == (5, 4, 3)
    np.testing.assert_array_equal(flat, np.moveaxis(read <= 0, 1, -1).reshape(5, 4, 3))
    assert is_flat(seen, graph["conv2d_1"]) is None and not feeds_loss(seen, graph["relu_1"])


@pytest.mark.parametrize(("activation", "slope", "greatest"), [("tanh", lambda y: 1 - y**2, 1.0), ("sigmoid", lambda y: y * (1 - y), 0.25)])
def test_an_activation_is_flat_at_a_twentieth_of_its_greatest_slope(activation: str, slope: Any, greatest: float) -> None:
    b = GraphBuilder()
    b.mse(b.node(activation, b.dense(b.input(features=1), units=1)))
    graph = b.build()
    x = np.linspace(-6.0, 6.0, 49)[:, None]
    seen = observed(graph, x, dense_1__weight=np.ones((1, 1)), dense_1__bias=np.zeros(1))
    node = graph[f"{activation}_1"]
    flat = is_flat(seen, node)
    expected = slope(np.tanh(x) if activation == "tanh" else 1 / (1 + np.exp(-x))) <= 0.05 * greatest
    assert flat is not None and 0 < expected.sum() < 49
    np.testing.assert_array_equal(flat[:, 0, :], expected)
    assert feeds_loss(seen, node) and not feeds_loss(seen, graph["input_1"])


def test_what_can_die_or_makes_the_output_is_not_called_saturated() -> None:
    """A ReLU that passes nothing on is dead; an output at its limit may be right. In between, tanh at its limits is saturated."""
    x = np.linspace(1.0, 2.0, 12)[:, None]

    def kinds(hidden: str, output: str, **parameters: np.ndarray) -> list[str | None]:
        b = GraphBuilder()
        b.mse(b.node(output, b.dense(b.node(hidden, b.dense(b.input(features=1), units=2)), units=1)))
        return [one.node for one in diagnoses["saturated_units"].find(observed(b.build(), x, **parameters))]

    far = {"dense_1__weight": np.full((2, 1), -50.0), "dense_1__bias": np.zeros(2)}
    assert kinds("tanh", "softplus", **far) == ["tanh_1"]
    assert kinds("relu", "sigmoid", **far) == []
    assert kinds("relu", "tanh", dense_1__weight=np.full((2, 1), 50.0), dense_2__weight=np.full((1, 2), 50.0)) == []
