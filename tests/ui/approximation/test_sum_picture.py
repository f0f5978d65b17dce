"""How far a plot of a sum reaches, and what a screen reader says of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnlab.ui.approximation.sum_picture import Handles, SumPicture, description, extent

X = np.linspace(-2.0, 2.0, 5)
PICTURE = SumPicture(
    X, (-1.0, 1.0), X, np.array([9.0, -1.0, 0.0, 2.0, -9.0]), (np.array([0.0]), np.array([0.5, np.nan])), X, None, (), 2, 3
)  # fmt: skip


def test_it_reaches_from_the_least_to_the_largest_of_samples_and_of_the_target_within_the_domain() -> None:
    assert extent(PICTURE) == (-1.0, 2.0)
    assert extent(replace(PICTURE, samples=(X, np.array([5.0, -3.0])))) == (-3.0, 5.0)
    assert extent(replace(PICTURE, domain=(-2.0, 2.0))) == (-9.0, 9.0)
    assert extent(replace(PICTURE, target=None)) == (0.5, 0.5)
    assert extent(replace(PICTURE, target=None, samples=(X[:0], X[:0]))) == (0.0, 1.0), "of nothing"
    assert PICTURE.centres.shape == (0,)


@pytest.mark.parametrize(
    ("handles", "words"),
    [
        (None, "2 of 3 units added"),
        (Handles(0.5, -2.0, 1.5, 0.0), "2 of 3 units added; the last one has centre 0.500, height 1.50, slope −2.00"),
        (Handles(None, None, 1.23456, 0.0), "2 of 3 units added; the last one has height 1.23"),
    ],
)  # fmt: skip
def test_what_is_said_of_it(handles: Handles | None, words: str) -> None:
    assert description(replace(PICTURE, handles=handles)) == words
