"""Student's t beside SciPy's."""

from __future__ import annotations

import pytest
from scipy.special import stdtr, stdtrit

from nnlab.core.student_t import cdf, quantile


@pytest.mark.parametrize("freedom", [1.0, 1.37, 2.0, 3.5, 9.0, 29.7, 62.0, 1000.0])
def test_it_equals_scipy(freedom: float) -> None:
    for probability in (0.025, 0.3, 0.5, 0.6, 0.9, 0.975, 0.999):
        assert quantile(freedom, probability) == pytest.approx(float(stdtrit(freedom, probability)), rel=1e-10, abs=1e-12)
    for t in (0.0, 0.1, 1.0, 3.0, 40.0):
        assert cdf(freedom, t) == pytest.approx(float(stdtr(freedom, t)), rel=1e-13)


def test_one_degree_is_cauchy_s() -> None:
    assert quantile(1.0, 0.75) == pytest.approx(1.0, rel=1e-14)  # tan(pi / 4)
