import math

import numpy as np

from nnlab.core.dataset import datasets
from nnlab.datasets.multi_gaussian import CENTRES, SIGNS, value


def by_definition(x: float, y: float) -> float:
    """The strongest of the six hills and hollows, one at a time."""
    strongest = 0.0
    for (centre_x, centre_y), sign in zip(CENTRES, SIGNS, strict=True):
        height = sign * max(0.0, 1.0 - math.hypot(x - centre_x, y - centre_y) / 2.0)
        if abs(height) > abs(strongest):
            strongest = height
    return strongest


def test_values_are_those_of_the_strongest_hill_or_hollow() -> None:
    table = datasets["multi_gaussian"].make({"samples": 1000, "noise": 0.0}, 0)
    np.testing.assert_allclose(table.y[:, 0], [by_definition(*point) for point in table.x], atol=1e-14)
    assert 0.2 < (table.y == 0.0).mean() < 0.6


def test_the_centres_are_the_extremes() -> None:
    assert value(*CENTRES.T).tolist() == SIGNS.tolist()
