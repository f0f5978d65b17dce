"""Losses of a few numbers, against arithmetic: (prediction − target)², and −log p."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.studies.loss_by_hand import squared_error, surprise


def test_squared_errors_and_their_mean() -> None:
    each, mean = squared_error(np.array([1.0, 2.5, -3.0]), np.array([1.0, 2.0, 1.0]))
    assert each.tolist() == pytest.approx([0.0, 0.25, 16.0]) and mean == pytest.approx(16.25 / 3)


def test_surprises_of_probabilities_and_their_mean() -> None:
    each, mean = surprise(np.array([0.5, 0.25, 0.999]))
    assert each.tolist() == pytest.approx([np.log(2), np.log(4), -np.log(0.999)], rel=1e-5)
    assert mean == pytest.approx((np.log(8) - np.log(0.999)) / 3, rel=1e-5)


def test_a_single_number_is_its_own_mean() -> None:
    for each, mean in (squared_error(np.array([3.0]), np.array([1.0])), surprise(np.array([0.1]))):
        assert len(each) == 1 and each[0] == pytest.approx(mean)
