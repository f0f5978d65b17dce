"""A sum of three units over x from −1 to 1, made of numbers that one checks by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from nnlab.training.units import Units

X = np.linspace(-1.0, 1.0, 5)
CONTRIBUTIONS = np.array([[0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0, 1.0], [-9.0, 0.0, 0.0, 0.0, 0.0]])
CENTRES = (0.5, -0.5, 0.0)  # of units 1, 2 and 3


@pytest.fixture
def found() -> SimpleNamespace:
    """What a probe says: bias 10, centres −b/w as above for w = 2; the fit is bias and all units."""
    units = Units(np.full((3, 1), 2.0), np.array([-2.0 * centre for centre in CENTRES]), np.array([1.0, 1.0, -1.0]))
    total = SimpleNamespace(contributions=CONTRIBUTIONS, bias=10.0, units=units, structure=None)
    fit = 10.0 + CONTRIBUTIONS.sum(axis=0)
    return SimpleNamespace(x=X, domain=(-1.0, 1.0), fit=fit, truth=fit + 0.25, sum=total, inside=None, outside=None)
