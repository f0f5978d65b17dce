"""Sums on the way, the residual and what a dragged handle means, against sums worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from nnlab.training.function_errors import Errors
from nnlab.ui.approximation.pictures import centres_of, residual_of, sum_picture


@pytest.fixture
def view() -> SimpleNamespace:
    data = SimpleNamespace(raw_x=np.array([[0.0], [1.0]]), y=np.array([[11.0], [12.0]]), raw_features=("time",))
    return SimpleNamespace(data=data)


def test_the_first_units_are_summed_up_behind_the_bias(view: SimpleNamespace, found: SimpleNamespace) -> None:
    assembly = SimpleNamespace(added=2, indices=np.array([1, 0, 2]), unit=None)
    picture = sum_picture(view, found, assembly)  # type: ignore[arg-type]
    assert picture.now.tolist() == [11.0, 12.0, 13.0, 14.0, 15.0]  # 10 + 1 + (0 … 4)
    assert picture.before is None and picture.handles is None and (picture.added, picture.units) == (2, 3)
    assert picture.centres.tolist() == [-0.5, 0.5, 0.0] and picture.name == "time"


def test_a_network_that_is_no_sum_shows_its_fit(view: SimpleNamespace, found: SimpleNamespace) -> None:
    found.sum = None
    picture = sum_picture(view, found, SimpleNamespace(added=0, indices=np.empty(0), unit=None))  # type: ignore[arg-type]
    assert picture.now is found.fit and picture.units == 0


def test_units_behind_another_layer_have_no_centres(found: SimpleNamespace) -> None:
    found.sum.units = None
    assert np.isnan(centres_of(found.sum)).tolist() == [True] * 3


def test_the_residual_is_target_minus_fit_with_the_sign_it_has_at_its_largest(view: SimpleNamespace, found: SimpleNamespace) -> None:
    assert residual_of(view, found, 3) is None  # nothing is known of the errors
    found.inside = Errors(0.25, (0.5,), 0.2, 5)
    curve = residual_of(view, found, 3)  # type: ignore[arg-type]
    assert curve is not None and curve.is_curve and curve.values.tolist() == [0.25] * 5 and curve.supremum == (0.5, 0.25)
    found.truth, found.inside = None, Errors(3.0, (1.0,), 1.0, 2, True)
    samples = residual_of(view, found, 3)  # type: ignore[arg-type]
    assert samples is not None and not samples.is_curve
    assert samples.values.tolist() == [-2.0, -3.0] and samples.supremum == (1.0, -3.0)  # 11 − 13 and 12 − 15
