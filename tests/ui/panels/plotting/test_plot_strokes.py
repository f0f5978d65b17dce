"""Lines of plots are as much thicker on a projector as edges are."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPen
from pytestqt.qtbot import QtBot

from nnlab.ui.look.metrics import PROJECTED_STROKE
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.plot import Plot, line_pen, make_line, thicker


def ink(plot: Plot, ground: QColor) -> float:
    """Pixels' worth of line in the middle column of the picture."""
    image = plot.grab().toImage()
    column = round(plot.picture.center().x() * image.devicePixelRatio())
    top, bottom = (round(y * image.devicePixelRatio()) for y in (plot.picture.top() + 4, plot.picture.bottom() - 4))
    reds = np.array([QColor(image.pixel(column, y)).red() for y in range(top, bottom)], dtype=float)
    return float(np.abs(reds - ground.red()).sum() / abs(255 - ground.red()))


def test_a_line_is_thicker_on_a_projector(theme: Theme, qtbot: QtBot) -> None:
    plot = Plot(theme, "a line")
    qtbot.addWidget(plot)
    line = make_line(QColor(255, 0, 0), 2.0)
    plot.view.addItem(line)
    line.setData([0.0, 1.0, 2.0], [0.5, 0.53, 0.47])
    plot.set_range((0.0, 2.0), (0.0, 1.0))
    plot.resize(300, 200)
    plot.show()
    ground = QColor(theme.tokens.panel)
    designed = ink(plot, ground)
    try:
        theme.set_projected(True)
        projected = ink(plot, ground)
        assert plot.stroke == PROJECTED_STROKE
    finally:
        theme.set_projected(False)
    assert projected / designed == pytest.approx(PROJECTED_STROKE, rel=0.25)
    assert ink(plot, ground) == pytest.approx(designed, rel=0.1) and line.opts["pen"].widthF() == 2.0


def test_dashes_stay_as_long_as_they_were() -> None:
    pen = line_pen(QColor("red"), 2.0)
    pen.setDashPattern([3.0, 2.0])
    wide = thicker(pen, 1.5)
    assert isinstance(wide, QPen) and wide.widthF() == 3.0 and wide.isCosmetic()
    assert [length * wide.widthF() for length in wide.dashPattern()] == [6.0, 4.0]
