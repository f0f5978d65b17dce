"""Counts and curves equal scikit-learn's, ties and all, also where a class is never called."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from nnlab.training.counted_scores import area_under, class_counts, r_squared, roc


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    y, predicted = random.integers(0, 4, 60), random.integers(0, 3, 60)  # class 3 is never called
    for k in range(4):
        expected = metrics.precision_recall_fscore_support(y, predicted, labels=[k], zero_division=0)
        counts = class_counts(y, predicted, k)
        assert [counts.precision, counts.recall, counts.f1] == pytest.approx([float(values[0]) for values in expected[:3]], abs=1e-15)


@pytest.mark.parametrize("levels", [3, 10, 10_000], ids=["many ties", "ties", "none"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_curve_is_that_of_scikit_learn(levels: int, dtype: type[np.floating]) -> None:
    random = np.random.default_rng(levels)
    ranked = (random.integers(0, levels, 80) / levels).astype(dtype)
    is_positive = random.random(80) < 0.3 + 0.4 * ranked
    expected = metrics.roc_curve(is_positive, ranked)
    for found, wanted in zip(roc(is_positive, ranked), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-15)
    assert area_under(*expected[:2]) == pytest.approx(metrics.roc_auc_score(is_positive, ranked), abs=1e-15)


def test_r_squared_is_weighted_by_the_variance_of_each_output() -> None:
    random = np.random.default_rng(1)
    y = random.standard_normal((30, 3)) * [1.0, 10.0, 0.1]
    predicted = y + random.standard_normal((30, 3))
    assert r_squared(y, predicted) == pytest.approx(metrics.r2_score(y, predicted, multioutput="variance_weighted"), abs=1e-12)


def test_points_on_a_straight_line_are_left_out_also_of_three() -> None:
    """A positive and a negative of each score: (1, 1), (2, 2), (3, 3) of three and three."""
    is_positive, ranked = np.array([True, False] * 3), np.repeat([3.0, 2.0, 1.0], 2)
    false_positives, true_positives, thresholds = roc(is_positive, ranked)
    assert (false_positives.tolist(), true_positives.tolist()) == ([0.0, 1 / 3, 1.0], [0.0, 1 / 3, 1.0])
    assert thresholds.tolist() == [np.inf, 3.0, 1.0]
