"""Handles of a unit stand on the sum: the centre on it, the slope along its tangent, the height at the plateau."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from nnlab.ui.approximation.handles import REACH, TANGENT, UnitHandles
from nnlab.ui.approximation.sum_picture import Grip, Handles, SumPicture
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.plot import Plot

X = np.linspace(-2.0, 2.0, 5)
NOW = np.array([0.0, 1.0, 2.0, 3.0, 4.0])  # x + 2
PICTURE = SumPicture(
    X, (-1.0, 1.0), NOW, None, (np.empty(0), np.empty(0)), NOW, np.zeros(5), (), 1, 1, np.array([-0.5]), Handles(-0.5, 1.0, 2.0, 1.5)
)


@pytest.fixture
def handles(shown: Callable, theme: Theme) -> UnitHandles:
    plot = Plot(theme, "a plot")
    shown(plot, 500, 400)
    plot.set_range((-2.0, 2.0), (-1.0, 5.0))
    made = UnitHandles(theme, plot)
    made.picture = PICTURE
    return made


def test_they_stand_on_the_sum_and_along_its_tangent(handles: UnitHandles) -> None:
    places, plot = handles.places(), handles._plot
    centre = places[Grip.CENTRE]
    assert (plot.x_at(centre.x()), plot.y_at(centre.y())) == pytest.approx((-0.5, 1.5))
    along = places[Grip.SLOPE] - centre
    assert np.hypot(along.x(), along.y()) == pytest.approx(handles._theme.metrics.px(TANGENT)) and along.x() > 0
    slope = (plot.y_at(places[Grip.SLOPE].y()) - 1.5) / (plot.x_at(places[Grip.SLOPE].x()) + 0.5)
    assert slope == pytest.approx(1.0)
    height = places[Grip.HEIGHT]
    assert (plot.x_at(height.x()), plot.y_at(height.y())) == pytest.approx((1.5, 3.5))


@pytest.mark.parametrize(
    ("has", "expected"),
    [
        (Handles(None, None, 1.0, 0.0), {Grip.HEIGHT}),
        (Handles(0.0, None, 1.0, 0.0), {Grip.CENTRE, Grip.HEIGHT}),
        (Handles(3.0, 1.0, 1.0, 0.0), {Grip.HEIGHT}),
    ],
    ids=["no-centre", "no-slope", "centre-not-seen"],
)
def test_what_a_unit_does_not_have_is_left_out(handles: UnitHandles, has: Handles, expected: set[Grip]) -> None:
    handles.picture = replace(PICTURE, handles=has)
    assert set(handles.places()) == expected


def test_the_nearest_within_reach_can_be_taken(handles: UnitHandles) -> None:
    centre, reach = handles.places()[Grip.CENTRE], handles._theme.metrics.px(REACH)
    assert handles.near(centre + QPointF(0, reach - 1)) is Grip.CENTRE
    assert handles.near(centre + QPointF(0, reach + 2)) is None
    assert "Alt" in handles.words(Grip.CENTRE) and "weight" in handles.words(Grip.HEIGHT)
    handles.picture = None
    assert handles.places() == {} and handles.near(centre) is None
