"""Error against width: axes in powers of ten, ε that can be moved, a mark that can be clicked, and a slope that is theory's."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from nnlab.studies.approximation.width_curves import TheorySlope
from nnlab.ui.approximation.width_picture import WidthLine, WidthPicture
from nnlab.ui.approximation.width_plot import STEP, WidthPlot, reading_of_slope
from nnlab.ui.look.theme import Theme

WIDTHS = np.array([1, 4, 16, 64])
MEDIAN = np.array([1.0, 0.1, 0.01, 0.001])
LINE = WidthLine(
    "relu", "ReLU", WIDTHS, WIDTHS, MEDIAN, MEDIAN / 2, MEDIAN * 2, np.full(4, 2), True, "ReLU units",
    {0: {1: 2.0, 4: 0.05, 16: 0.02, 64: 0.002}, 1: {1: 0.5, 4: 0.2, 16: 0.005, 64: 0.0005}},
)  # fmt: skip
SLOPE = TheorySlope("Interpolation", -2.0, "sup", "width", "two derivatives", "A. Author, 1900")
PICTURE = WidthPicture((LINE,), (np.array([4, 16]), np.array([0.2, 0.02])), (), (16, 0.05), None, "sup", (SLOPE,))


@pytest.fixture
def plot(shown: Callable, theme: Theme) -> WidthPlot:
    made = WidthPlot(theme)
    shown(made, 600, 400)
    made.show_picture(PICTURE)
    return made


def pixel(plot: WidthPlot, width: float, error: float) -> QPointF:
    return QPointF(float(plot.x_pixels(math.log10(width))), float(plot.y_pixels(math.log10(error))))


def test_the_axes_hold_all_widths_and_errors(plot: WidthPlot) -> None:
    low, high = math.log10(0.0005), math.log10(2.0)
    margin = 0.08 * (high - low)
    assert plot.x_range == pytest.approx((0.0, math.log10(64)))
    assert plot.y_range == pytest.approx((low - margin, high + margin))
    assert [tick.text for tick in plot.x_ticks()] == ["1", "2", "4", "8", "16", "32", "64"]
    said = plot.accessibleDescription()
    assert said.startswith("ReLU: 16 units reach 0.05; theory: Interpolation") and "1/N²" in said


def test_epsilon_follows_keys_and_the_mouse_and_stays_in_the_picture(plot: WidthPlot) -> None:
    moved: list[float] = []
    plot.epsilon_moved.connect(moved.append)
    QTest.keyClick(plot, Qt.Key.Key_Up)
    assert moved == [pytest.approx(0.05 * STEP)]
    at = QPoint(round(plot.picture.left()) + 5, round(plot.epsilon_y))
    goal = pixel(plot, 1, 0.004)
    QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(plot.viewport(), QPoint(at.x(), round(goal.y())))
    QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x(), round(goal.y())))
    assert plot.epsilon == pytest.approx(0.004, rel=0.02)
    assert plot.words_of(LINE).startswith("ReLU: 64 units reach 0.00")
    plot.set_epsilon(0.0)
    assert math.log10(plot.epsilon) == pytest.approx(plot.y_range[0])
    assert plot.words_of(LINE).startswith("ReLU: no width tried reaches")


def test_a_mark_is_told_and_clicked(plot: WidthPlot) -> None:
    at, picked = pixel(plot, 16, 0.01), []
    plot.picked.connect(lambda name, k: picked.append((name, k)))
    found = plot.mark_at(at + QPointF(2, 2))
    assert found is not None and found[1] == 2
    assert plot.words_at(at) == "16 ReLU units: 0.010, from 0.0050 to 0.020 over 2 seeds\nClick to load the median one"
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert picked == [("relu", 2)]
    assert plot.reading_of_seeds(LINE) == "ReLU: 16 units reach 0.05 in the median\n2 of 2 seeds come to it, with 4 to 16"


def test_theory_is_as_steep_as_it_says_and_begins_at_the_worst_line(plot: WidthPlot) -> None:
    ends = plot.slope_line(SLOPE)
    assert ends is not None
    (x0, y0), (x1, y1) = ((plot.x_at(end.x()), plot.y_at(end.y())) for end in ends)
    assert (x0, y0) == pytest.approx((0.0, 0.0)) and (y1 - y0) / (x1 - x0) == pytest.approx(-2.0)
    middle = QPointF((ends[0].x() + ends[1].x()) / 2, (ends[0].y() + ends[1].y()) / 2)
    assert plot.words_at(middle) == reading_of_slope(SLOPE, "N")
    assert reading_of_slope(SLOPE, "N") == "Interpolation: the error falls as 1/N²\nFor two derivatives\nA. Author, 1900"
    plot.show_picture(WidthPicture((), PICTURE.built, (), None))
    assert plot.slope_line(SLOPE) is None and plot.words_at(middle) == ""
