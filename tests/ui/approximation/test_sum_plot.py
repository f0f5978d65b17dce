"""The plot of a sum: its range is that of the target, keys and mouse move handles in the plot's numbers, a point tells its values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from nnlab.ui.approximation.sum_picture import Grip, Handles, SumPicture
from nnlab.ui.approximation.sum_plot import STEP, SumPlot
from nnlab.ui.look.theme import Theme

X = np.linspace(-2.0, 2.0, 41)
PICTURE = SumPicture(
    X, (-1.0, 1.0), X + 0.5, X, (np.array([0.0]), np.array([2.0])), X, 0.5 * X, (), 1, 2, np.array([0.0, np.nan]),
    Handles(0.0, 1.0, 0.5, 1.0), "time",
)  # fmt: skip


@pytest.fixture
def plot(shown: Callable, theme: Theme) -> SumPlot:
    made = SumPlot(theme)
    shown(made, 500, 400)
    made.show_picture(PICTURE)
    return made


def test_it_shows_the_range_of_target_and_samples_with_room_for_the_marks(plot: SumPlot) -> None:
    assert plot.x_range == (-2.0, 2.0)
    assert plot.y_range == pytest.approx((-1 - 0.28 * 3, 2 + 0.18 * 3))  # target within its domain −1 … 1, a sample at 2
    assert plot.accessibleDescription() == "1 of 2 units added; the last one has centre 0, height 0.500, slope 1.00"
    assert plot.reading(0.52) == "time 0.500\nsum of 1: 0.5000\nfit: 1.000\ntarget: 0.5000" and plot.reading(9.0) == ""
    for curve, values in ((plot.fit, X + 0.5), (plot.now, X), (plot.road, X)):
        np.testing.assert_array_equal(curve.getData()[1], values)
    assert not plot.area.is_empty and plot.before.isVisible()
    plot.show_picture(SumPicture(X, (-1.0, 1.0), X, X, PICTURE.samples, X, None, (), 2, 2))
    assert plot.area.is_empty and not plot.before.isVisible() and not plot.now.isVisible(), "all units are the fit"
    plot.show_picture(None)
    assert plot.shown is None and plot.reading(0.0) == ""


def test_keys_choose_a_handle_and_move_it(plot: SumPlot) -> None:
    said: list[tuple[object, ...]] = []
    plot.grabbed.connect(lambda grip: said.append((grip,)))
    plot.dragged.connect(lambda *where: said.append(where))
    plot.let_go.connect(lambda: said.append(()))
    QTest.keyClick(plot, Qt.Key.Key_H)
    assert plot.handles.chosen is Grip.HEIGHT
    QTest.keyClick(plot, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    low, high = plot.y_range
    assert said[0] == (Grip.HEIGHT,) and said[2] == ()
    assert said[1][1:] == pytest.approx((1.0, 1.0 + STEP * (high - low)))
    stepped: list[int] = []
    plot.stepped.connect(stepped.append)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert stepped == [1, -1]


def test_the_mouse_drags_a_handle_and_lets_it_go(plot: SumPlot) -> None:
    said: list[tuple[object, ...]] = []
    plot.dragged.connect(lambda *where: said.append(where))
    plot.let_go.connect(lambda: said.append(()))
    centre = plot.handles.places()[Grip.CENTRE].toPoint()
    QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    QTest.mouseMove(plot.viewport(), centre + QPoint(30, -20))
    QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=centre + QPoint(30, -20))
    grip, x, y = said[0]
    assert grip == Grip.CENTRE and said[-1] == ()
    per_pixel = 4.0 / plot.picture.width(), float(np.ptp(plot.y_range)) / plot.picture.height()
    assert (x, y) == pytest.approx((30 * per_pixel[0], 20 * per_pixel[1]), abs=2 * max(per_pixel))
