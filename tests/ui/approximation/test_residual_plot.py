"""The residual: an axis of its own that grows in steps, the magnification against the sum above, and its largest value in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from nnlab.ui.approximation.residual_plot import ApproximationResidual, Residual
from nnlab.ui.approximation.sum_plot import SumPlot
from nnlab.ui.look.theme import Theme

X = np.linspace(-2.0, 2.0, 5)
RESIDUAL = Residual(X, np.array([0.01, 0.02, -0.03, 0.01, 0.0]), (-1.0, 1.0), (0.0, -0.03), 0.02, True, 7, "time")


@pytest.fixture
def plots(shown: Callable, theme: Theme) -> tuple[SumPlot, ApproximationResidual]:
    above = SumPlot(theme)
    below = ApproximationResidual(theme, above)
    for plot, height in ((above, 400), (below, 140)):
        shown(plot, 500, height)
    above.set_range((-2.0, 2.0), (-5.0, 5.0))
    return above, below


def test_it_shares_the_axis_above_and_says_the_largest_error(plots: tuple[SumPlot, ApproximationResidual]) -> None:
    above, below = plots
    below.show_residual(RESIDUAL)
    assert below.x_range == above.x_range == (-2.0, 2.0)
    assert below.y_range == pytest.approx((-0.05, 0.05))  # the next of 1, 2, 5 above 0.03
    assert below.accessibleDescription() == "largest error 0.0300 at time 0, RMS 0.0200"
    assert [tick.position for tick in below.y_ticks()] == pytest.approx([-0.05, 0.0, 0.05])
    factor = (below.picture.height() / 0.1) / (above.picture.height() / 10.0)
    assert below._magnification() == f"magnified {round(factor)}×" and factor > 1.5
    above.set_range((-2.0, 2.0), (-0.01, 0.01))
    assert below._magnification() == "on its own axis"


def test_beyond_the_domain_it_is_shown_only_where_it_fits_on_the_axis(plots: tuple[SumPlot, ApproximationResidual]) -> None:
    _, below = plots
    below.show_residual(RESIDUAL)
    assert below.area._x.tolist() == X.tolist()
    below.show_residual(replace(RESIDUAL, values=np.array([9.0, 0.02, -0.03, 0.01, 0.0])))
    assert below.area._x.tolist() == [-1.0, 0.0, 1.0] and below.area._y.tolist() == [0.02, -0.03, 0.01]


def test_without_an_exact_target_there_are_points_at_the_samples(plots: tuple[SumPlot, ApproximationResidual]) -> None:
    _, below = plots
    below.show_residual(replace(RESIDUAL, is_curve=False))
    assert below.area._x.size == 0
    below.show_residual(None)
    assert below.shown is None
