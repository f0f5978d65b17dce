"""The extremes of a tensor are NumPy's, also where numbers are special: they are found among the bits of the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from kept_kernels import keep

from nnlab.core.kernel.quantities import MAX_ABS, MAXIMUM, MINIMUM, reduced

keep(reduced)
SPECIAL = (0.0, -0.0, 1e-42, -1e-42, 3.5, -7.25, 3.4e38, -3.4e38, np.inf, -np.inf)
EXPECTED = {MAX_ABS: lambda v: np.abs(v).max(), MAXIMUM: np.max, MINIMUM: np.min}


@pytest.mark.parametrize("real", [np.float32, np.float64])
def test_extremes_are_numpys_whatever_the_numbers(real: type) -> None:
    generator = np.random.default_rng(3)
    vectors = [np.array([value], real) for value in SPECIAL]
    vectors += [np.array(SPECIAL, real), np.array([-2.0, -1.0], real), np.array([1.0, 2.0], real)]
    for size in (1, 2, 7, 8, 9, 31, 64, 1000):
        vectors += [generator.standard_normal(size).astype(real), generator.choice(SPECIAL, size).astype(real)]
    for values in vectors:
        for reduction, expected in EXPECTED.items():
            assert reduced(values, reduction, 0.0) == expected(values), (values, reduction)


@pytest.mark.parametrize("real", [np.float32, np.float64])
@pytest.mark.parametrize("nan", [np.nan, -np.nan])
def test_one_nan_anywhere_makes_every_extreme_nan(real: type, nan: float) -> None:
    for size, place in ((1, 0), (9, 0), (9, 8), (64, 37)):
        values = np.full(size, np.inf, real)
        values[place] = nan
        for reduction in EXPECTED:
            assert np.isnan(reduced(values, reduction, 0.0)) and np.isnan(reduced(-values, reduction, 0.0))
