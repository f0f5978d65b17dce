"""The curve that a stroke changes: the target inside its domain, the samples where it has no formula, a line at 0 without either."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nnlab.ui.approximation.drawing import present_curve
from nnlab.ui.approximation.sum_picture import SumPicture

X = np.linspace(-2.0, 2.0, 9)
NOTHING = np.empty(0)
PICTURE = SumPicture(X, (-1.0, 1.0), X, X**2, (np.array([3.0, 1.0]), np.array([30.0, 10.0])), X, None, (), 0, 0)


def test_the_target_inside_its_domain_is_what_is_drawn_over() -> None:
    curve = present_curve(PICTURE)
    assert curve.x.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0] and curve.y.tolist() == [1.0, 0.25, 0.0, 0.25, 1.0]


def test_samples_stand_in_for_a_formula_and_a_line_for_samples() -> None:
    samples = present_curve(replace(PICTURE, target=None))
    assert samples.x.tolist() == [1.0, 3.0] and samples.y.tolist() == [10.0, 30.0]
    line = present_curve(replace(PICTURE, target=None, samples=(NOTHING, NOTHING)))
    assert line.x.tolist() == [-1.0, 1.0] and line.y.tolist() == [0.0, 0.0]
