"""Class weights and label smoothing of the cross-entropy, where the suite over all operators does not reach."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nnlab
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.graph import Graph


def logits_of_data(classes: int, **settings: object) -> Graph:
    """The data themselves are the logits."""
    b = nnlab.GraphBuilder()
    b.cross_entropy(b.input(features=classes), **settings)
    return b.build()


def loss(x: list[list[float]], y: list[int], **settings: object) -> float:
    return nnlab.Session(logits_of_data(len(x[0]), **settings), dtype="float64").loss(x, y)


def test_the_mean_is_over_the_weights_of_the_true_classes() -> None:
    x = np.log([[0.5, 0.25, 0.25], [0.1, 0.7, 0.2]]).tolist()
    expected = (3 * -math.log(0.5) + 0.5 * -math.log(0.7)) / (3 + 0.5)
    assert loss(x, [0, 1], class_weights="3; 0.5, 1") == pytest.approx(expected, rel=1e-14)


def test_a_mean_over_several_batches_is_that_of_the_whole() -> None:
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((11, 3)), generator.integers(0, 3, 11)
    graph = logits_of_data(3, class_weights="5, 1, 0.1", label_smoothing=0.1)
    values = [Evaluator(graph, "float64", capacity).loss(x, y)[0] for capacity in (11, 4)]
    assert values[0] == pytest.approx(values[1], rel=1e-14)


def test_an_evenly_smoothed_target_is_met_by_equal_logits() -> None:
    graph = logits_of_data(4, label_smoothing=1.0)
    b = nnlab.GraphBuilder()
    b.cross_entropy(b.dense(b.input(features=1), units=4, init="zeros"), label_smoothing=1.0)
    assert nnlab.Session(graph, dtype="float64").loss([[2.0, 2.0, 2.0, 2.0]], [1]) == pytest.approx(math.log(4), rel=1e-15)
    _, gradients = nnlab.Session(b.build(), dtype="float64").gradients([[1.0]], [3])
    np.testing.assert_allclose(gradients["dense_1.bias"], 0, atol=1e-16)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_stable_for_huge_logits(dtype: str) -> None:
    session = nnlab.Session(logits_of_data(2, label_smoothing=0.5, class_weights="2 1"), dtype=dtype)
    # -log p is 0 and 1000: (1 - s) w_0 * 0 + s / 2 * (2 * 0 + 1 * 1000), over the weight 2 of class 0
    assert session.loss([[1000.0, 0.0]], [0]) == 125.0


@pytest.mark.parametrize(("text", "given"), [("1", "1 number"), ("1, 2", "2 numbers"), ("1 2 3 4", "4 numbers")])
def test_a_wrong_number_of_class_weights_is_named(text: str, given: str) -> None:
    with pytest.raises(nnlab.NNLabError) as caught:
        nnlab.Session(logits_of_data(3, class_weights=text))
    assert str(caught.value) == f"cross_entropy_1: there are 3 classes, but class_weights has {given}; give one for each class, or none."


@pytest.mark.parametrize("text", ["0, 1, 1", "1, -1, 1", "nan 1 1", "inf 1 1", "a lot", "1 2 x"])
def test_weights_are_positive_numbers(text: str) -> None:
    with pytest.raises(nnlab.NNLabError, match="class_weights is .*; it must be positive numbers separated by commas or spaces"):
        logits_of_data(3, class_weights=text)
