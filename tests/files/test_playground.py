"""A TensorFlow Playground address gives the network that Playground trains, step for step, and a project gives the address back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlab
from nnlab.core.preparation import prepare
from nnlab.files.playground import read_playground, write_playground
from nnlab.files.playground_address import CLASS_DATASETS, FEATURES, Address, PlaygroundError, parse_address
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.graph.validation import DataShape, validate
from nnlab.training.complete_run import prepare_run, result_of, train

SPIRAL = "#activation=tanh&dataset=spiral&networkShape=4,2&seed=0.12345&noise=10&percTrainData=70&batchSize=5&learningRate=0.1"


def test_an_address_gives_network_data_seed_and_settings() -> None:
    project = read_playground(SPIRAL)
    graph = project.graph
    assert [node.operator for node in graph.topological()] == ["input", "dense", "tanh", "dense", "tanh", "dense", "tanh", "mse"]
    assert [node.settings["units"] for node in graph.nodes if node.operator == "dense"] == [4, 2, 1]
    assert (project.data.name, project.data.settings["noise"], project.data.seed) == ("spiral", 10.0, 12345)
    data = prepare(project.data)
    assert (len(data.x), len(data.validation_x)) == (350, 150)
    assert set(np.unique(data.y)) == {-1.0, 1.0}
    training = project.training
    assert (training.optimizer, training.learning_rate, training.batch_size, training.seed) == ("sgd", 0.1, 5, 12345)
    assert not training.shuffle


@pytest.mark.parametrize("name", CLASS_DATASETS)
def test_every_class_data_set_can_be_trained_on(name: str) -> None:
    project = read_playground(f"#dataset={name}&xSquared=true&sinY=true")
    data = prepare(project.data)
    assert data.features == ("x", "y", "x²", "sin y")
    assert validate(project.graph, DataShape(4, data.target)) == ()


@pytest.mark.parametrize(
    ("address", "inputs"),
    [("#x=false", ("y",)), ("#x=false&y=false&xTimesY=true&sinX=true", ("xy", "sin x")), ("#y=false&ySquared=true", ("x", "y²"))],
)
def test_inputs_that_are_switched_off(address: str, inputs: tuple[str, ...]) -> None:
    project = read_playground(address)
    assert prepare(project.data).features == inputs
    assert project.graph.input_nodes[0].settings["features"] == len(inputs)


def playground_epoch(
    weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray, y: np.ndarray, activation: str, is_classification: bool,
    rate: float, batch_size: int, regularization: str, regularization_rate: float,
) -> float:  # fmt: skip
    """One epoch as nn.ts and playground.ts run it, in NumPy; weights and biases change in place. Returns half the mean squared error."""
    functions: dict[str, Any] = {
        "tanh": (np.tanh, lambda z, a: 1 - a * a),
        "relu": (lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(float)),
        "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a)),
        "linear": (lambda z: z, lambda z, a: np.ones_like(z)),
    }
    kinds = [activation] * (len(weights) - 1) + ["tanh" if is_classification else "linear"]

    def forward(rows: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        sums, outputs = [], [rows]
        for weight, bias, kind in zip(weights, biases, kinds, strict=True):
            sums.append(outputs[-1] @ weight.T + bias)
            outputs.append(functions[kind][0](sums[-1]))
        return sums, outputs

    for start in range(0, len(x), batch_size):
        rows, targets = x[start : start + batch_size], y[start : start + batch_size]
        sums, outputs = forward(rows)
        slope = outputs[-1] - targets
        steps = []
        for k in reversed(range(len(weights))):
            slope = slope * functions[kinds[k]][1](sums[k], outputs[k + 1])
            steps.append((k, slope.T @ outputs[k] / len(rows), slope.sum(axis=0) / len(rows)))
            slope = slope @ weights[k]
        for k, d_weight, d_bias in steps:
            pull = np.sign(weights[k]) if regularization == "L1" else weights[k] if regularization == "L2" else 0.0
            weights[k] -= rate * d_weight + rate * regularization_rate * pull
            biases[k] -= rate * d_bias
    return float(0.5 * ((forward(x)[1][-1] - y) ** 2).mean())


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear"])
@pytest.mark.parametrize(("regularization", "rate"), [("none", 0.0), ("L1", 0.003), ("L2", 0.01)])
@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_training_is_playgrounds_own_arithmetic(activation: str, regularization: str, rate: float, problem: str) -> None:
    project = read_playground(
        f"#activation={activation}&regularization={regularization}&regularizationRate={rate}&problem={problem}&dataset=gauss&noise=25"
    )
    data, training = prepare(project.data), project.training
    session = nnlab.Session(project.graph, "sgd", training.learning_rate, seed=training.seed, dtype="float64")
    x, y = data.x[:60], data.y[:60]
    start = session.parameters
    names = [node.id for node in project.graph.topological() if node.operator == "dense"]
    weights, biases = [start[f"{name}.weight"] for name in names], [start[f"{name}.bias"] for name in names]
    assert max(np.abs(weight).max() for weight in weights) <= 0.5
    for _ in range(3):
        session.fit(x, y, epochs=1, batch_size=training.batch_size, shuffle=training.shuffle)
        loss = playground_epoch(
            weights,
            biases,
            x,
            y,
            activation,
            problem == "classification",
            training.learning_rate,
            training.batch_size,
            regularization,
            rate,
        )
    for name, weight, bias in zip(names, weights, biases, strict=True):
        np.testing.assert_allclose(session.parameters[f"{name}.weight"], weight, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(session.parameters[f"{name}.bias"], bias, rtol=1e-9, atol=1e-12)
    errors = session.predict(x) - y
    assert 0.5 * (errors**2).mean() == pytest.approx(loss, rel=1e-9)


def test_the_first_address_of_the_page_learns_the_circle() -> None:
    project = read_playground("#activation=tanh&networkShape=4,2&dataset=circle")
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    train(run, 25 * 300, lambda done: None)
    assert result_of(run, data).metrics["r2"] > 0.9


# Writing

WRITABLE = st.builds(
    Address,
    activation=st.sampled_from(("relu", "tanh", "sigmoid", "linear")),
    regularization=st.sampled_from(("L1", "L2")),
    batch_size=st.integers(1, 30),
    dataset=st.sampled_from(CLASS_DATASETS),
    learning_rate=st.sampled_from((0.00001, 0.003, 0.03, 0.1, 3.0)),
    regularization_rate=st.sampled_from((0.001, 0.01, 0.3)),
    noise=st.integers(0, 10).map(lambda n: 5.0 * n),
    hidden=st.lists(st.integers(1, 8), min_size=1, max_size=6).map(tuple),
    seed=st.integers(0, 99_999).map(lambda n: f"0.{n:05d}"),
    training_share=st.integers(1, 9).map(lambda n: 10.0 * n),
    features=st.sets(st.sampled_from(FEATURES), min_size=1).map(lambda chosen: tuple(f for f in FEATURES if f in chosen)),
    problem=st.sampled_from(("classification", "regression")),
    zero_weights=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(WRITABLE)
def test_address_to_project_and_back(address: Address) -> None:
    project = read_playground(address.text)
    written = parse_address(write_playground(project))
    assert read_playground(write_playground(project)) == project
    unused = {"dataset": "circle"} if address.problem == "regression" else {}  # of the other problem: nothing here keeps it
    assert written == replace(address, **unused)


def test_without_the_half_steps_are_the_same_at_twice_the_rate() -> None:
    project = read_playground("#regularization=L2&regularizationRate=0.02&learningRate=0.06")
    whole = replace(
        project,
        graph=edits.configure(project.graph, "mse_1", half=False),
        training=replace(project.training, learning_rate=0.03),
    )
    for node in ("dense_1", "dense_2", "dense_3"):
        whole = replace(whole, graph=edits.configure(whole.graph, node, l2=0.02))
    address = parse_address(write_playground(whole))
    assert (address.learning_rate, address.regularization_rate) == (0.06, 0.02)


def changed(**parts: Any) -> Project:
    return replace(read_playground("#dataset=circle"), **parts)


BASE = read_playground("#dataset=circle")
REFUSED = [
    (changed(data=replace(BASE.data, name="digits", settings={})), "does not have the data “Handwritten digits”"),
    (changed(data=replace(BASE.data, settings={})), "classes as the numbers −1 and 1"),
    (changed(data=replace(BASE.data, settings={"signed": True, "samples": 100})), "always makes 500 points"),
    (changed(data=replace(BASE.data, standardize=True)), "does not standardise"),
    (changed(training=replace(BASE.training, optimizer="adam")), "plain SGD"),
    (changed(training=replace(BASE.training, optimizer_settings={"momentum": 0.9})), "plain SGD"),
    (changed(training=replace(BASE.training, schedule="cosine")), "constant learning rate"),
    (changed(graph=edits.replace_operator(BASE.graph, "mse_1", "mae")), "not with MAE"),
    (changed(graph=edits.bypass_node(BASE.graph, "tanh_3")), "is a tanh"),
    (changed(graph=edits.replace_operator(BASE.graph, "tanh_1", "relu")), "this network has relu and tanh"),
    (changed(graph=edits.replace_operator(BASE.graph, "tanh_1", "gelu")), "cannot show gelu_1"),
    (changed(graph=edits.configure(BASE.graph, "dense_1", l1=0.1)), "for all layers alike"),
    (changed(graph=edits.configure(BASE.graph, "dense_3", units=2)), "one unit"),
    (changed(graph=edits.remove_nodes(BASE.graph, ["mse_1"])), "a finished network"),
    (changed(graph=edits.add_node(BASE.graph, "relu")), "not part of the one"),
]  # fmt: skip


@pytest.mark.parametrize(("project", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_what_playground_cannot_show_is_one_sentence(project: Project, sentence: str) -> None:
    with pytest.raises(PlaygroundError) as caught:
        write_playground(project)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")
