"""Where a curve is going, in one word."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.ui.run.trend import trend_in_words


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (np.linspace(1.0, 0.1, 100), "falling"), (np.linspace(0.1, 1.0, 100), "rising"), (np.full(100, 0.5), "steady"),
        (np.linspace(1.0, 0.1, 9), ""), (np.where(np.arange(100) % 2, np.nan, np.linspace(2.0, 1.0, 100)), "falling"),
        (np.concatenate([np.linspace(1.0, 0.5, 80), np.full(40, 0.5)]), "steady"),
    ],
)  # fmt: skip
def test_the_last_tenth_is_compared_with_the_one_before(values: np.ndarray, word: str) -> None:
    assert trend_in_words(values) == word


def steps(before: float, last: float, points: int = 40) -> np.ndarray:
    """A curve that is `before` and, in its last tenth, `last`."""
    values = np.full(points, before)
    values[-max(2, round(0.1 * points)) :] = last
    return values


@pytest.mark.parametrize(
    ("before", "last", "word"),
    [
        (100.0, 101.9, "steady"), (100.0, 102.1, "rising"), (100.0, 98.1, "steady"), (100.0, 97.9, "falling"),
        (0.001, 0.00101, "steady"), (0.001, 0.00103, "rising"), (-10.0, -10.1, "steady"), (-10.0, -10.3, "falling"), (0.0, 1e-9, "rising"),
    ],
)  # fmt: skip
def test_a_fiftieth_of_the_level_is_no_change(before: float, last: float, word: str) -> None:
    assert trend_in_words(steps(before, last)) == word


def test_of_few_points_two_are_compared_with_two() -> None:
    assert trend_in_words(steps(1.0, 2.0, 10)) == "rising"
    assert trend_in_words(np.array([9.0] * 6 + [1.0, 1.0, 1.0, 1.0])) == "steady", "what came before these four is no matter"
    assert trend_in_words(np.array([9.0] * 9)) == ""
