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
