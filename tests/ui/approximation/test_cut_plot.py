"""The plot of a cut: its axis is the input along which it runs further, and it says where it lies and how far off the fit is."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from nnlab.ui.approximation.cut_plot import CutPlot
from nnlab.ui.approximation.surface_cut import CutValues
from nnlab.ui.look.theme import Theme


def test_a_steep_cut_is_shown_along_the_second_input(qtbot: QtBot, theme: Theme) -> None:
    plot = CutPlot(theme)
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    x, y = np.linspace(0.0, 1.0, 11), np.linspace(-2.0, 2.0, 11)
    fit = np.linspace(0.0, 10.0, 11)
    target = fit.copy()
    target[4] -= 0.75
    plot.show_cut(CutValues(x, y, fit, target, np.ones(11, dtype=bool)), ("width", "length"))
    assert plot.along is y and plot.x_range == (-2.0, 2.0)
    low, high = plot.y_range
    assert low == -0.6 and high == 10.6  # 6 % of the range to either side
    assert plot.accessibleDescription() == "from (0, −2) to (1, 2) of width and length; largest difference 0.7500"
    plot.show_cut(CutValues(y, x, fit, None, np.ones(11, dtype=bool)), ("width", "length"))
    assert plot.along is y and "difference" not in plot.accessibleDescription()
