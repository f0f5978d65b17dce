"""Parallel coordinates: brushing by mouse and keys, choosing a line, drawing many."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.sweep.columns import SweepColumns
from nnlab.ui.sweep.parallel_plot import ParallelPlot

Make = Callable[..., SweepColumns]
AXES = ("units", "optimizer", "loss")


@pytest.fixture
def plot(qtbot: QtBot, theme: Theme, columns: Make) -> ParallelPlot:
    plot = ParallelPlot(theme)
    qtbot.addWidget(plot)
    plot.resize(500, 260)
    plot.show_columns(columns(9), AXES)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def at(plot: ParallelPlot, axis: int, fraction: float) -> QPoint:
    return QPointF(plot._x(axis), plot._y(fraction)).toPoint()


def drag(qtbot: QtBot, plot: ParallelPlot, axis: int, begin: float, end: float) -> None:
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=at(plot, axis, begin))
    for share in (0.3, 0.7, 1.0):
        qtbot.mouseMove(plot, at(plot, axis, begin + share * (end - begin)))
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=at(plot, axis, end))


def inside(plot: ParallelPlot) -> list[int]:
    found = plot.inside
    return list(range(plot._places.shape[1])) if found is None else np.flatnonzero(found).tolist()


def test_a_range_dragged_on_an_axis_keeps_the_trials_within(qtbot: QtBot, plot: ParallelPlot) -> None:
    told: list[object] = []
    plot.brushed.connect(told.append)
    drag(qtbot, plot, 0, 0.6, 1.0)  # units 4 and 8: at 2/3 and 1 of a logarithmic axis from 1 to 8
    assert inside(plot) == [2, 3, 6, 7]
    drag(qtbot, plot, 1, 0.0, 0.5)  # and adam
    assert inside(plot) == [2, 6] and np.flatnonzero(told[-1]).tolist() == [2, 6]
    assert plot.accessibleDescription() == "2 of 9 trials within the ranges"


def test_a_drag_within_a_range_moves_it_and_a_click_takes_it_away(qtbot: QtBot, plot: ParallelPlot) -> None:
    plot.set_range("loss", 0.2, 0.4)
    drag(qtbot, plot, 2, 0.3, 0.6)
    assert plot.ranges["loss"] == pytest.approx((0.5, 0.7), abs=0.02)
    drag(qtbot, plot, 2, 0.6, 1.0)
    assert plot.ranges["loss"] == pytest.approx((0.8, 1.0), abs=0.02)  # it stays on the axis, as wide as it was
    drag(qtbot, plot, 2, 0.1, 0.1)
    assert plot.ranges == {} and plot.inside is None


def test_keys_do_what_the_mouse_does(qtbot: QtBot, plot: ParallelPlot) -> None:
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert plot.ranges == {"loss": (0.5, 1.0)}
    qtbot.keyClick(plot, Qt.Key.Key_Down)
    assert plot.ranges["loss"] == pytest.approx((0.45, 0.95))
    qtbot.keyClick(plot, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert plot.ranges["loss"] == pytest.approx((0.45, 0.9))
    plot.set_range("units", 0.0, 0.5)
    qtbot.keyClick(plot, Qt.Key.Key_Delete)
    assert set(plot.ranges) == {"units"}
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.ranges == {}


def test_a_click_on_a_line_chooses_it_and_a_double_click_opens_it(qtbot: QtBot, plot: ParallelPlot) -> None:
    place = QPointF((plot._x(0) + plot._x(1)) / 2, plot._y((0.0 + 0.25) / 2)).toPoint()  # units 1, adam: trials 0 and 4
    with qtbot.waitSignal(plot.chosen) as chosen:
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [0]
    with qtbot.waitSignal(plot.opened) as opened:
        qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=place)
    assert opened.args[0].trial.settings == {"units": 1, "optimizer": "adam", "seed": 0}
    plot.set_range("units", 0.6, 1.0)  # what is brushed out is not chosen
    assert plot.nearest(QPointF(place)) == -1


def test_lines_are_drawn_where_the_numbers_are(plot: ParallelPlot, theme: Theme) -> None:
    image = plot.grab().toImage()
    ratio = image.devicePixelRatio()

    def differs(x: float, y: float) -> bool:
        colors = [image.pixelColor(round(x * ratio), round(y * ratio) + d) for d in (-1, 0, 1)]
        return any(abs(c.lightness() - theme.tokens.panel.lightness()) > 12 for c in colors)

    middle = (plot._x(0) + plot._x(1)) / 2
    assert differs(middle, plot._y((1 / 3 + 0.75) / 2))  # units 2, sgd
    assert not differs(middle, plot._y(0.02)) and not differs(middle, plot._y(0.98))


def test_a_failed_trial_has_a_line_as_far_as_it_is_known_and_all_of_it_can_be_drawn(plot: ParallelPlot, columns: Make) -> None:
    assert np.isnan(plot._places[2, 8]) and not np.isnan(plot._places[1, 8])
    plot.mark_best([8])
    plot.choose(8)
    plot.grab()
    for axes in ((), ("units",), AXES):
        plot.show_columns(columns(2), axes)
        plot.grab()


def test_ranges_stay_while_results_come_and_go_with_another_sweep(plot: ParallelPlot, columns: Make) -> None:
    plot.set_range("loss", 0.5, 1.0)
    plot.show_columns(plot._columns, AXES)
    assert plot.ranges == {"loss": (0.5, 1.0)}
    plot.show_columns(columns(5), AXES)
    assert plot.ranges == {}


def test_ten_thousand_lines_are_drawn_once_until_something_changes(plot: ParallelPlot, columns: Make) -> None:
    plot.show_columns(columns(10_000), AXES)
    plot.grab()
    drawn = plot._picture
    plot.choose(5)
    plot.grab()
    assert drawn is not None and plot._picture is drawn
    plot.set_range("loss", 0.5, 1.0)
    plot.grab()
    assert plot._picture is not drawn
