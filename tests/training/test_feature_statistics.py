from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.training.feature_statistics import BINS, VALIDATION, class_counts, column_statistics, feature_statistics


def test_figures_of_a_column_are_those_of_arithmetic() -> None:
    found = column_statistics("a", np.array([1.0, 2.0, 2.0, 3.0, 7.0]), np.array([0.0, 1.0, 1.0, 2.0, 6.0]))
    assert (found.samples, found.mean, found.median, found.least, found.greatest, found.distinct) == (5, 3.0, 2.0, 1.0, 7.0, 4)
    assert found.std == pytest.approx(np.sqrt((4 + 1 + 1 + 0 + 16) / 5)) and (found.quarter, found.three_quarters) == (2.0, 3.0)
    assert found.correlation == pytest.approx(1.0) and found.histogram.sum() == 5 and len(found.histogram) == BINS
    assert column_statistics("b", np.ones(4), np.arange(4.0)).correlation is None, "a constant column is correlated with nothing"


def test_a_continuous_target_is_a_column_and_classes_are_counted_by_part() -> None:
    diabetes = prepare(DataSettings("diabetes"))
    found = feature_statistics(diabetes, VALIDATION)
    assert [s.name for s in found] == [*diabetes.raw_features, *diabetes.target.names]
    correlations = [np.corrcoef(x, diabetes.validation_y[:, 0])[0, 1] for x in diabetes.raw_validation_x.T]
    assert [s.correlation for s in found] == [*map(pytest.approx, correlations), None]
    assert [counts.tolist() for counts in class_counts(diabetes)] == [[], []]
    assert found[-1].mean == pytest.approx(diabetes.validation_y.mean()) and found[0].samples == len(diabetes.validation_y)
    training, held = class_counts(prepare(DataSettings("iris")))
    assert training.tolist() == [40, 40, 40] and held.tolist() == [10, 10, 10]
    assert feature_statistics(prepare(DataSettings("iris", validation_share=0.0)), VALIDATION) == ()
    assert all(s.correlation is None for s in feature_statistics(prepare(DataSettings("iris")))), "three classes are on no scale"


def test_quarters_are_those_of_a_hundred_intervals() -> None:
    """Of 0², 1², … 100² those of 25, 50 and 75; and a target that never differs is correlated with nothing."""
    values = np.arange(101.0) ** 2
    found = column_statistics("c", values, np.ones(101))
    assert (found.least, found.quarter, found.median, found.three_quarters, found.greatest) == (0.0, 625.0, 2500.0, 5625.0, 10000.0)
    assert found.correlation is None and found.histogram.shape == (16,)
