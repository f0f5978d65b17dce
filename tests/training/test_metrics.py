"""Metrics against scikit-learn, and the boundary that a loss implies."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, mean_absolute_error, r2_score

from nnlab.core.dataset import Target
from nnlab.training.metrics import confusion, metrics, mistakes, predicted_classes, predicted_numbers, probabilities

GENERATOR = np.random.default_rng(5)
THREE, TWO, PLAIN = Target("classes", ("a", "b", "c")), Target("binary", ("no", "yes")), Target("continuous", ("y",))


def test_classes_equal_scikit_learn() -> None:
    outputs, y = GENERATOR.standard_normal((50, 3)), GENERATOR.integers(0, 3, 50)
    predicted = outputs.argmax(axis=1)
    assert metrics(outputs, y, THREE, "softmax") == {"accuracy": pytest.approx(accuracy_score(y, predicted))}
    np.testing.assert_array_equal(confusion(outputs, y, THREE, "softmax"), confusion_matrix(y, predicted, labels=[0, 1, 2]))


def test_numbers_equal_scikit_learn() -> None:
    outputs, y = GENERATOR.standard_normal((50, 1)), GENERATOR.standard_normal((50, 1))
    found = metrics(outputs, y, PLAIN, "identity")
    assert found["mae"] == pytest.approx(mean_absolute_error(y, outputs))
    assert found["r2"] == pytest.approx(r2_score(y, outputs))


@pytest.mark.parametrize(("link", "expected"), [("sigmoid", [0, 1, 1]), ("identity", [0, 0, 1])])
def test_the_boundary_is_that_of_the_loss(link: str, expected: list[int]) -> None:
    outputs, y = np.array([[-0.1], [0.4], [0.6]]), np.array(expected)
    assert predicted_classes(outputs, link).tolist() == expected
    assert metrics(outputs, y, TWO, link) == {"accuracy": 1.0}
    assert np.trace(confusion(outputs, y, TWO, link)) == 3


def test_on_the_boundary_lies_the_first_class() -> None:
    assert predicted_classes(np.array([[0.0]]), "sigmoid").tolist() == [0]
    assert predicted_classes(np.array([[0.5]]), "identity").tolist() == [0]


def test_nothing_to_measure() -> None:
    assert metrics(np.empty((0, 1)), np.empty(0), TWO, "sigmoid") == {}
    assert "r2" not in metrics(np.ones((3, 1)), np.ones((3, 1)), PLAIN, "identity")


def test_mistakes_are_counted_by_class() -> None:
    assert mistakes(np.array([[1.0, 2.0, 0.0], [3.0, 1.0, 1.0], [0.0, 0.0, 5.0]]), np.array([1, 2, 2]), THREE, "softmax") == 1
    assert mistakes(np.array([[-1.0], [1.0], [1.0]]), np.array([1, 1, 0]), TWO, "sigmoid") == 2
    assert mistakes(np.ones((3, 1)), np.zeros((3, 1)), PLAIN, "identity") == 0


def test_probabilities_are_those_of_the_link_however_many_axes_there_are() -> None:
    logits = GENERATOR.standard_normal((4, 5, 3))
    powers = np.exp(logits)
    np.testing.assert_allclose(probabilities(logits, "softmax"), powers / powers.sum(axis=2, keepdims=True))
    single = logits[:, :, :1]
    expected = 1 / (1 + np.exp(-single))
    np.testing.assert_allclose(probabilities(single, "sigmoid"), np.concatenate([1 - expected, expected], axis=2))
    assert probabilities(np.array([[-0.5], [0.25], [1.5]]), "identity").tolist() == [[1.0, 0.0], [0.75, 0.25], [0.0, 1.0]]
    assert probabilities(np.array([[-0.5, 0.25, 1.5]]), "identity").tolist() == [[0.0, 0.25, 1.0]]
    large = probabilities(np.array([[1000.0, 1001.0], [-1001.0, -1000.0]]), "softmax")
    np.testing.assert_allclose(large, [[1 / (1 + np.e), np.e / (1 + np.e)]] * 2)


def test_numbers_behind_a_sigmoid_are_its_values() -> None:
    z = np.array([[-2.0], [0.0], [3.0]])
    np.testing.assert_allclose(predicted_numbers(z, PLAIN, "sigmoid"), 1 / (1 + np.exp(-z)))
    assert predicted_numbers(z, PLAIN, "identity") is z and predicted_numbers(z, TWO, "sigmoid") is z
    y = np.array([[0.2], [0.4], [0.9]])
    assert metrics(z, y, PLAIN, "sigmoid")["r2"] == pytest.approx(r2_score(y, 1 / (1 + np.exp(-z))))


def test_of_two_outputs_the_greater_is_the_class_and_small_numbers_have_a_share_too() -> None:
    outputs = np.array([[-3.0, -2.0], [2.0, 1.0]])
    assert predicted_classes(outputs, "softmax").tolist() == [1, 0]
    y = 1e-3 * GENERATOR.standard_normal((50, 1))
    assert metrics(0.5 * y, y, PLAIN, "identity")["r2"] == pytest.approx(r2_score(y, 0.5 * y))
