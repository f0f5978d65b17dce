"""Any plot's curves as numbers, and the menu of a plot in a panel that is no picture as a whole."""

from __future__ import annotations

import csv
import io

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.base import LivePanel
from nnlab.ui.panels.plotting.curve_table import curve_table
from nnlab.ui.panels.plotting.export import as_csv, as_image, as_svg
from nnlab.ui.panels.plotting.plot import Plot, make_line
from nnlab.ui.run.live_view import LiveView


def two_curves(theme: Theme) -> Plot:
    plot = Plot(theme, "Two curves")
    for x, y in (([0.0, 1.0, 2.0], [-1.0, -2.0, -3.0]), ([0.5], [1.0])):
        line = make_line(theme.tokens.text)
        line.setData(np.array(x), np.array(y))
        plot.view.addItem(line)
    return plot


def test_curves_are_columns_in_the_units_of_the_axes(qtbot: QtBot, theme: Theme) -> None:
    plot = two_curves(theme)
    qtbot.addWidget(plot)
    plot.logarithmic = True
    table = curve_table(plot)
    assert table is not None
    rows = list(csv.reader(io.StringIO(as_csv(table))))
    assert rows[0] == ["x_1", "y_1", "x_2", "y_2"]
    assert [float(row[1]) for row in rows[1:]] == [0.1, 0.01, 0.001]
    assert rows[1][2:] == ["0.5", "10.0"]
    assert rows[2][2:] == ["", ""]
    empty = Plot(theme, "Nothing")
    qtbot.addWidget(empty)
    assert curve_table(empty) is None


class PanelOfPlots(LivePanel):
    name, title = "panel_of_plots", "Plots"

    def draw(self, view: LiveView) -> None:
        """Nothing of a run."""


def test_every_plot_in_a_panel_has_the_menu(qtbot: QtBot, studio, theme: Theme) -> None:  # type: ignore[no-untyped-def]
    panel = PanelOfPlots(studio().services)
    qtbot.addWidget(panel)
    page = QWidget()
    column = QVBoxLayout(page)
    plot, below = two_curves(theme), QWidget()
    for widget in (plot, below):
        column.addWidget(widget, 1)
    panel.set_content(page)
    panel.resize(300, 300)
    panel.show()
    menu = panel.plot_menu(plot.mapTo(panel, QPoint(40, 40)))
    assert menu is not None
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Copy picture", "Save picture as PNG…", "Save picture as SVG…", "Copy data", "Save data as CSV…",
    ]  # fmt: skip
    assert panel.plot_menu(below.mapTo(panel, QPoint(5, 5))) is None
    image = as_image(plot)
    colors = {image.pixelColor(x, y).rgb() for x in range(image.width()) for y in range(0, image.height(), 4)}
    assert len(colors) > 2  # the ground, ticks and curves
    svg = as_svg(plot, "Two curves")
    assert b"<text" in svg
    assert svg.count(b"<polyline") + svg.count(b"<path") >= 2
