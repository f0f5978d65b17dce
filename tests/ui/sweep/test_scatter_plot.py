"""A scatter of two columns of a sweep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.sweep.columns import SweepColumns
from nnlab.ui.sweep.scatter_plot import ScatterPage

Make = Callable[..., SweepColumns]


def shown(qtbot: QtBot, theme: Theme, columns: SweepColumns) -> ScatterPage:
    page = ScatterPage(theme)
    qtbot.addWidget(page)
    page.resize(480, 300)
    page.show_columns(columns, "loss")
    page.show()
    qtbot.waitExposed(page)
    return page


def test_the_first_setting_is_drawn_against_the_measure_and_any_two_can_be_chosen(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    page = shown(qtbot, theme, columns(9))
    assert (page.across.currentData(), page.up.currentData()) == ("units", "loss")
    assert page.plot.points.groups[0].y.tolist() == [1 / (k + 1) for k in range(8)]  # the failed one has no place
    page.across.setCurrentIndex(page.across.findData("optimizer"))
    page.across.activated.emit(page.across.currentIndex())
    assert page.plot.points.groups[0].x.tolist() == [0, 1] * 4
    assert [tick.text for tick in page.plot.x_ticks()] == ["adam", "sgd"]
    page.show_columns(page._columns, "loss")  # more results leave the choice alone
    assert page.across.currentData() == "optimizer"
    assert page.plot.accessibleDescription() == "loss against optimizer, 9 trials"


def test_a_click_on_a_point_chooses_its_trial(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    page = shown(qtbot, theme, columns(9))
    plot = page.plot
    place = QPoint(round(float(plot.x_pixels(plot._x[3]))), round(float(plot.y_pixels(plot._y[3]))))
    with qtbot.waitSignal(plot.chosen) as chosen:
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [3]
    plot.choose(3)
    assert plot.ring.count == 1
    with qtbot.waitSignal(plot.opened) as opened:
        qtbot.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args[0].trial.settings["seed"] == 3


def test_brushed_out_trials_are_faint_and_the_best_ringed(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    page = shown(qtbot, theme, columns(9))
    plot = page.plot
    plot.show_only(np.arange(9) < 3)
    assert [(len(group.x), group.color) for group in plot.points.groups] == [(5, theme.tokens.stroke), (3, theme.tokens.text2)]
    plot.mark_best([0, 8])
    assert plot.best.count == 1  # the failed one has no place
    plot.grab()
