"""Which part of the feature space pictures show, and where in it the network is asked. By arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from known_networks import table

from nnlab.training.domain import cell_centres, domain, grid, raw_features


def test_the_domain_is_the_data_sets_own() -> None:
    data = replace(table([[1.0, 2.0], [3.0, 8.0]], [0, 0]), domain=((-5.0, 5.0), (0.0, 1.0)))
    assert domain(data) == ((-5.0, 5.0), (0.0, 1.0))


def test_without_one_it_reaches_a_tenth_beyond_the_samples() -> None:
    data = table([[1.0, -20.0], [3.0, 80.0], [2.0, 0.0]], [0, 0, 0])
    np.testing.assert_allclose(domain(data), [(0.8, 3.2), (-30.0, 90.0)], rtol=1e-12)


def test_a_feature_that_never_changes_has_a_domain_of_some_width() -> None:
    (low, high), _ = domain(table([[4.0, 0.0], [4.0, 1.0]], [0, 0]))
    assert low < 4.0 < high and high - low < 1e-6


def test_cells_are_asked_at_their_centres() -> None:
    assert cell_centres(-2.0, 2.0, 4).tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert cell_centres(0.0, 3.0, 1).tolist() == [1.5]


def test_the_grid_goes_row_by_row_from_the_lowest_second_feature() -> None:
    data = replace(table([[0.0, 0.0]], [0]), domain=((0.0, 2.0), (10.0, 14.0)))
    assert grid(data, 2).tolist() == [[0.5, 11.0], [1.5, 11.0], [0.5, 13.0], [1.5, 13.0]]
    assert raw_features(data) == 2
