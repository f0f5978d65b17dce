"""How a loss reads the target: MSE takes classes behind a softmax, one number for each, and refuses them elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.dataset import Target
from nnlab.core.preparation import DataSettings, prepare
from nnlab.graph import targets
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, validate
from nnlab.training.complete_run import prepare_run, result_of
from nnlab.training.settings import TrainingSettings

IRIS = Target("classes", ("setosa", "versicolor", "virginica"))


def network(*, softmax: bool, units: int = 3, loss: str = "mse") -> Graph:
    b = GraphBuilder()
    y = b.dense(b.input(features=4), units=units)
    b.node(loss, b.softmax(y) if softmax else y)
    return b.build()


def errors(graph: Graph) -> list[str]:
    return [d.message for d in validate(graph, DataShape(4, IRIS)) if d.is_error]


def test_mse_takes_classes_behind_a_softmax_and_one_output_for_each() -> None:
    assert errors(network(softmax=True)) == []
    assert errors(network(softmax=True, units=2)) == ["2 outputs for a target of 3 classes; mse_1 needs one output per class."]
    (refused,) = errors(network(softmax=False))
    assert refused.startswith("mse_1 does not fit the target, which is one of 3 classes")


def test_classes_become_a_one_for_the_true_class() -> None:
    y = np.array([2, 0, 1])
    assert (targets.encoded(network(softmax=True), IRIS, y) == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]).all()
    assert targets.encoded(network(softmax=False, loss="cross_entropy"), IRIS, y) is y


def test_its_loss_is_the_mean_square_over_classes() -> None:
    """Computed here from the outputs: the mean over samples and classes of (p - t)²."""
    data = prepare(DataSettings("iris", seed=1))
    graph = network(softmax=True)
    run = prepare_run(graph, data, TrainingSettings("sgd", {}, 0.1, 10, seed=3))
    run.train(300)
    run.evaluator.load(run.state.arena)
    outputs = run.evaluator.predict(data.x).astype(np.float64)
    squares = (outputs - np.array([[row == k for k in range(3)] for row in data.y])) ** 2
    result = result_of(run, data)
    assert result.loss == pytest.approx(squares.mean(), rel=1e-5)
    assert result.metrics["accuracy"] > 0.8 and np.allclose(outputs.sum(axis=1), 1, atol=1e-6)
