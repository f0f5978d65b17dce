"""What is said when numbers go wrong: the cause, the sample and the value; a smaller learning rate only where weights have grown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import DataError, TrainingError
from nnlab.engine.compile import Update
from nnlab.engine.not_finite import _largest_read
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training.session import Session

X = np.random.default_rng(0).standard_normal((8, 2))
Y = np.random.default_rng(1).standard_normal((8, 1))
KEPT = "The weights from before this iteration are kept"


def said(graph: Graph, x: np.ndarray = X, y: np.ndarray = Y, steps: int = 500, update: Update | None = None, **setup: Any) -> str:
    """What training ends with."""
    run = Run(Setup(graph, x, y, update=update or Update("sgd", 0.01), batch_size=4, seed=1, **setup))
    with pytest.raises(TrainingError) as caught:
        run.train(steps)
    return str(caught.value)


def embedding(vocabulary: int = 8) -> Graph:
    b = GraphBuilder()
    b.mse(b.dense(b.flatten(b.embedding(b.input(features=2), vocabulary=vocabulary, features=3)), units=1))
    return b.build()


@pytest.mark.parametrize(
    ("value", "reason", "advice"),
    [
        (20, "x is 20 and the vocabulary has the whole numbers 0 to 7", "set the vocabulary to at least 21"),
        (0.5, "x is 0.5 and", "connect it to whole numbers that count from 0"),
        (-1, "x is -1 and", "connect it to whole numbers that count from 0"),
    ],
)
@pytest.mark.parametrize("shuffle", [False, True])
def test_a_number_without_a_row_names_the_sample_and_the_vocabulary(value: float, reason: str, advice: str, shuffle: bool) -> None:
    x = np.zeros((8, 2))
    x[6, 1] = value
    text = said(embedding(), x, shuffle=shuffle)
    assert "embedding_1.y became NaN (forward of embedding_1), because " + reason in text
    assert f" in sample 6. {KEPT}; {advice}" in text and text.endswith(f"{advice}.")
    assert "learning rate" not in text


def test_a_single_step_counts_the_samples_of_its_batch() -> None:
    session = Session(embedding())
    with pytest.raises(TrainingError, match="x is 9 and the vocabulary .* in sample 1"):
        session.step([[0, 0], [0, 9], [1, 1]], [[0], [0], [0]])


def test_a_negative_target_is_refused_before_its_logarithm_is_taken() -> None:
    b = GraphBuilder()
    b.kl_divergence(b.log_softmax(b.dense(b.input(features=2), units=2)))
    y = np.full((8, 2), 0.5)
    y[3, 1] = -0.25
    with pytest.raises(DataError, match=r"kl_divergence_1 takes targets of at least 0, but y has -0\.25 for sample 3\."):
        Run(Setup(b.build(), X, y, update=Update("sgd", 0.01), batch_size=4))


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "rmsprop", "adagrad"])
def test_an_epsilon_of_zero_is_blamed_for_its_division(optimizer: str) -> None:
    x = np.hstack([X[:, :1], np.zeros((8, 1))])
    text = said(mlp([2, 1]), x, update=Update(optimizer, 0.01, {"eps": 0.0}))
    assert "dense_1.weight became NaN (update of dense_1), because its gradient is 0 and eps is 0: a division by 0." in text
    assert text.endswith("set eps above 0, as to 1e−8.") and "learning rate" not in text


def test_a_layer_norm_of_equal_inputs_names_the_sample() -> None:
    b = GraphBuilder()
    b.mse(b.dense(b.layer_norm(b.input(features=2), eps=0.0), units=1))
    x = X.copy()
    x[5] = 3.0
    text = said(b.build(), x, shuffle=False)
    assert f"because all its inputs are equal and eps is 0: a division by 0 in sample 5. {KEPT}; set eps above 0" in text


def test_a_batch_norm_of_a_constant_feature_names_it() -> None:
    b = GraphBuilder()
    b.mse(b.dense(b.batch_norm(b.input(features=2), eps=0.0), units=1))
    x = X.copy()
    x[:, 1] = 3.0
    assert "feature 1 is the same in the whole batch and eps is 0" in said(b.build(), x)


def test_data_that_was_not_scaled_is_named_with_its_value() -> None:
    y = Y.copy()
    y[2] = 3e30
    text = said(mlp([2, 3, 1]), y=y)
    assert "because the target reaches 3e30 in sample 2." in text and text.endswith("scale the data to about 1.")
    x = X.copy()
    x[7, 0] = -1e38
    text = said(mlp([2, 3, 1], activation="relu"), x)
    assert "the input reaches 1e38 in sample 7" in text and "learning rate" not in text


@pytest.mark.parametrize("rate", [1.0, 10.0, 1e3])
def test_weights_that_have_grown_need_a_smaller_learning_rate(rate: float) -> None:
    text = said(mlp([2, 8, 1], activation="relu"), y=100 * Y, update=Update("sgd", rate))
    assert "because weights have grown to " in text and "try a smaller learning rate" in text


def test_where_nothing_has_grown_the_learning_rate_is_not_to_blame() -> None:
    b = GraphBuilder()
    node = b.dense(b.input(features=2), units=2)
    for _ in range(8):
        node = b.scale(node, factor=1e6)
    b.mse(node)
    text = said(b.build(), y=np.zeros((8, 2)))
    assert "stopped at iteration 1: " in text and "learning rate" not in text
    assert "look at the settings of the layers before it" in text


def scaled(b: GraphBuilder, node: Any, times: int, factor: float) -> Any:
    for _ in range(times):
        node = b.scale(node, factor=factor)
    return node


@pytest.mark.parametrize(("x", "is_said"), [(999.0, False), (-1000.0, True)])
def test_numbers_from_a_thousand_on_are_said_to_meet(x: float, is_said: bool) -> None:
    run = Run(Setup(mlp([2, 1]), X, Y, update=Update("sgd", 0.01), batch_size=4))
    run.train(1)
    run.state["input_1.y"][2] = (np.inf, x)
    found = _largest_read(run.state, run.program.instructions[0])
    assert (found is not None and found.reason == "numbers up to 1,000 meet there") == is_said


@pytest.mark.parametrize(("x", "is_large"), [(1e9, False), (1.01e9, True)])
def test_data_beyond_a_thousand_million_were_not_scaled(x: float, is_large: bool) -> None:
    """Squared three times they leave the range of float32 either way."""
    b = GraphBuilder()
    power = b.input(features=2)
    for _ in range(3):
        power = b.multiply(power, power)
    b.mse(b.dense(power, units=1))
    text = said(b.build(), np.full((8, 2), x))
    assert ("the input reaches" in text) == is_large and ("meet there" in text) != is_large


@pytest.mark.parametrize(("times", "has_grown"), [(99.0, False), (101.0, True)])
def test_weights_have_grown_from_a_hundred_times_the_largest_first_one(times: float, has_grown: bool) -> None:
    b = GraphBuilder()
    b.mse(scaled(b, b.dense(b.input(features=2), units=1, bias=False), 7, 1e6))
    run = Run(Setup(b.build(), X, Y, update=Update("sgd", 0.01), batch_size=4, seed=1))
    weight = run.state["dense_1.weight"]
    weight[0, 0] = times * np.abs(weight).max()
    with pytest.raises(TrainingError) as caught:
        run.train(1)
    assert ("weights have grown to" in str(caught.value)) == has_grown
