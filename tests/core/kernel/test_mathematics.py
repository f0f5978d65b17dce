"""Functions of kernels against SciPy's, digit by digit."""

from __future__ import annotations

import numpy as np
import pytest
from kept_kernels import keep
from scipy.special import ndtr

from nnlab.core.kernel import kernel
from nnlab.core.kernel.mathematics import normal_below


@kernel
def below(x, y):  # type: ignore[no-untyped-def]
    for i in range(x.size):
        y[i] = normal_below(x[i])


keep(below)


def computed(x: np.ndarray) -> np.ndarray:
    y = np.empty_like(x)
    below(x, y)
    return y


@pytest.mark.parametrize(("lowest", "error"), [(-2.0, 5.5e-7), (-6.0, 1.3e-6), (-12.0, 4.5e-6)])
def test_the_normal_distribution_in_float32_keeps_the_digits_of_small_probabilities(lowest: float, error: float) -> None:
    x = np.linspace(lowest, 9.0, 50_001, dtype=np.float32)
    assert np.max(np.abs(computed(x) / ndtr(x.astype(np.float64)) - 1)) < error


def test_the_normal_distribution_in_float64_is_that_of_the_library() -> None:
    x = np.linspace(-30.0, 9.0, 10_001)
    assert np.allclose(computed(x), ndtr(x), rtol=1e-13, atol=0.0)


@pytest.mark.parametrize("real", [np.float32, np.float64])
def test_the_normal_distribution_at_its_ends(real: type) -> None:
    found = computed(np.array([-np.inf, -200.0, 0.0, 200.0, np.inf, np.nan], real))
    assert found[2] == pytest.approx(0.5, rel=1e-6) and np.isnan(found[5])
    assert abs(found[0]) < 1e-37 and abs(found[1]) < 1e-37 and found[3] == found[4] == 1.0
