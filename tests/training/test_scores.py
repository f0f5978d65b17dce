"""Scores equal scikit-learn's, and what is undefined says why."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

import nnlab
from nnlab.core.dataset import Target
from nnlab.training.scores import scores

GENERATOR = np.random.default_rng(5)
THREE, TWO, PLAIN = Target("classes", ("a", "b", "c")), Target("binary", ("no", "yes")), Target("continuous", ("y",))


def test_two_classes_equal_scikit_learn() -> None:
    outputs, y = GENERATOR.standard_normal((80, 1)), GENERATOR.integers(0, 2, 80)
    outputs += 0.8 * y[:, None]
    predicted = (outputs[:, 0] > 0).astype(int)
    found = scores(outputs, y, TWO, "sigmoid")
    precision, recall, f1, _ = sklearn_metrics.precision_recall_fscore_support(y, predicted, average="binary")
    assert found.values == {
        "accuracy": pytest.approx(sklearn_metrics.accuracy_score(y, predicted)), "precision": pytest.approx(precision),
        "recall": pytest.approx(recall), "f1": pytest.approx(f1), "auc": pytest.approx(sklearn_metrics.roc_auc_score(y, outputs[:, 0])),
    }  # fmt: skip
    assert found.remarks == {}
    (curve,) = found.roc
    assert (curve.of, found.samples, found["auc"].title) == ("yes", 80, "Area under the ROC curve")
    at_zero = int(np.argmin(np.where(curve.thresholds > 0, curve.thresholds, np.inf)))  # everything above 0 is called yes
    assert curve.true_positives[at_zero] == pytest.approx(recall, abs=0.03)


def test_several_classes_equal_scikit_learn() -> None:
    outputs, y = GENERATOR.standard_normal((90, 3)), np.arange(90) % 3
    outputs[np.arange(90), y] += 1.0
    found, predicted = scores(outputs, y, THREE, "softmax"), outputs.argmax(axis=1)
    shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    precision, recall, f1, _ = sklearn_metrics.precision_recall_fscore_support(y, predicted, average="macro")
    assert [found[name].value for name in ("precision", "recall", "f1")] == pytest.approx([precision, recall, f1])
    assert found["auc"].value == pytest.approx(sklearn_metrics.roc_auc_score(y, shares, multi_class="ovr"))
    assert [curve.of for curve in found.roc] == ["a", "b", "c"]
    assert scores(outputs, np.eye(3)[y], THREE, "softmax").values == found.values


def test_numbers_equal_scikit_learn() -> None:
    outputs, y = GENERATOR.standard_normal((50, 2)), GENERATOR.standard_normal((50, 2))
    found = scores(outputs, y, Target("continuous", ("u", "v")), "identity").values
    assert found["mae"] == pytest.approx(sklearn_metrics.mean_absolute_error(y, outputs))
    assert found["r2"] == pytest.approx(1 - ((y - outputs) ** 2).sum() / ((y - y.mean(axis=0)) ** 2).sum())


@pytest.mark.parametrize(
    ("outputs", "y", "undefined"),
    [
        ([[-1.0], [-2.0]], [0, 1], {"precision": "No sample is called yes"}),
        ([[1.0], [-2.0]], [0, 0], {"recall": "None of these samples is yes", "auc": "All samples are no"}),
        ([[-1.0], [-2.0]], [0, 0], {"precision": "No sample", "recall": "None", "f1": "No sample is yes", "auc": "All samples are no"}),
        ([[np.nan], [1.0]], [0, 1], dict.fromkeys(("accuracy", "precision", "recall", "f1", "auc"), "Some outputs are not finite")),
    ],
)
def test_what_two_classes_leave_undefined_says_why(outputs: list[list[float]], y: list[int], undefined: dict[str, str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = scores(np.array(outputs), np.array(y), TWO, "sigmoid")
    assert {name for name, value in found.values.items() if value is None} == set(undefined)
    for name, words in undefined.items():
        assert found[name].remark.startswith(words)


def test_a_class_that_is_missing_is_told() -> None:
    outputs, y = np.eye(3)[[0, 0, 0, 1]], np.array([0, 0, 1, 1])
    found = scores(outputs, y, THREE, "softmax")
    assert found["recall"].value == pytest.approx(0.75)
    assert "1 of 3 classes do not occur" in found["recall"].remark
    assert (found["auc"].value, found["auc"].remark) == (None, "There is no sample of c, so its area is undefined.")
    never = scores(np.eye(3)[[0, 0, 1]], np.array([0, 1, 2]), THREE, "softmax")
    assert never["precision"].remark == "No sample is called c, which counts as 0."


@pytest.mark.parametrize(("y", "words"), [([3.0, 3.0], "All targets are equal"), ([3.0], "R² compares"), ([], "There are no samples")])
def test_an_undefined_r2_says_why(y: list[float], words: str) -> None:
    found = scores(np.zeros((len(y), 1)), np.array(y), PLAIN, "identity")
    assert found["r2"].value is None and found["r2"].remark.startswith(words)


def test_a_session_scores_its_predictions() -> None:
    b = nnlab.GraphBuilder()
    b.binary_cross_entropy(b.dense(b.input(features=1), units=1))
    session = nnlab.Session(b.build())
    session.set_parameters({"dense_1.weight": np.array([[1.0]]), "dense_1.bias": np.array([0.0])})
    found = session.scores([-2.0, -1.0, 1.0, 2.0], [0, 1, 0, 1])
    assert found.values == {"accuracy": 0.5, "precision": 0.5, "recall": 0.5, "f1": 0.5, "auc": 0.75}
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=1), units=1))
    assert set(nnlab.Session(b.build()).scores([1.0, 2.0], [0.5, 1.5]).values) == {"mae", "r2"}


@pytest.mark.parametrize(("classes", "words"), [(3, "b, c"), (4, "b, c, d"), (5, "b, c, d and 1 more"), (6, "b, c, d and 2 more")])
def test_up_to_three_classes_are_named(classes: int, words: str) -> None:
    """All samples are called a."""
    target, y = Target("classes", tuple("abcdef"[:classes])), np.arange(2 * classes) % classes
    outputs = np.tile(np.eye(classes)[0], (len(y), 1))
    found = scores(outputs, y, target, "softmax")
    assert found["precision"].remark == f"No sample is called {words}, which counts as 0."
    only_a = scores(np.eye(classes)[[0, 0, 1]], np.array([0, 0, 1]), target, "softmax")
    absent = {3: "c", 4: "c, d", 5: "c, d, e", 6: "c, d, e and 1 more"}[classes]
    assert only_a["auc"].remark == f"There is no sample of {absent}, so its area is undefined."
    assert only_a["f1"].remark == f"{classes - 2} of {classes} classes do not occur in these samples and are left out."
