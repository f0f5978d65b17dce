"""The table of trials: its rows while results come, sorting, brushing, and what keys do."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from nnlab.studies.sweeps.trials import Trial, TrialResult
from nnlab.ui.look.theme import Theme
from nnlab.ui.sweep.columns import SweepColumns
from nnlab.ui.sweep.table import SweepTable

Make = Callable[..., SweepColumns]


def shown(qtbot: QtBot, theme: Theme, columns: SweepColumns) -> SweepTable:
    table = SweepTable(theme)
    qtbot.addWidget(table)
    table.show_columns(columns)
    table.resize(600, 300)
    table.show()
    return table


def texts(table: SweepTable, column: str) -> list[str]:
    at = table.model_.headings.index(column)
    return [str(table.model_.index(row, at).data()) for row in range(table.model_.rowCount())]


def test_rows_say_what_trials_found_and_why_they_failed(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    table = shown(qtbot, theme, columns(3))
    assert texts(table, "optimizer") == ["adam", "sgd", "adam"]
    assert texts(table, "loss") == ["1.000", "0.5000", "–"]
    assert texts(table, "error") == ["", "", "It broke."]
    assert table.model_.headerData(0, Qt.Orientation.Horizontal) == "units"


def test_results_that_come_are_appended_and_keep_the_selection(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    found = columns(3)
    table = shown(qtbot, theme, found)
    table.selectRow(1)
    found.add([TrialResult(Trial({"units": 16, "optimizer": "sgd", "seed": 9}), {"loss": 0.01, "iterations": 5}, 1.0)])
    table.model_.follow()
    assert texts(table, "units") == ["1", "2", "2", "16"] and table.current is found.results[1]


def test_sorting_keeps_what_has_no_number_last_and_the_selection(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    found = columns(5)
    table = shown(qtbot, theme, found)
    table.selectRow(0)
    loss = table.model_.headings.index("loss")
    table.sortByColumn(loss, Qt.SortOrder.AscendingOrder)
    assert texts(table, "loss") == ["0.2500", "0.3333", "0.5000", "1.000", "–"] and table.current is found.results[0]
    found.add([TrialResult(Trial({"units": 16, "optimizer": "sgd", "seed": 9}), {"loss": 0.3, "iterations": 5}, 1.0)])
    table.model_.follow()
    assert texts(table, "loss")[:3] == ["0.2500", "0.3000", "0.3333"] and table.current is found.results[0]
    table.sortByColumn(loss, Qt.SortOrder.DescendingOrder)
    assert texts(table, "loss")[0] == "1.000" and texts(table, "loss")[-1] == "–"
    table.sortByColumn(table.model_.headings.index("error"), Qt.SortOrder.DescendingOrder)
    assert texts(table, "error")[0] == "It broke."


def test_only_what_is_brushed_is_shown(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    found = columns(5)
    table = shown(qtbot, theme, found)
    table.model_.show_only(np.array([True, False, True, False, False]))
    assert texts(table, "units") == ["1", "4"] and table.model_.row_of(2) == 1 and table.model_.row_of(1) == -1
    table.model_.show_only(None)
    assert table.model_.rowCount() == 5


def test_enter_opens_the_current_trial_and_ctrl_c_copies_rows(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    found = columns(3)
    table = shown(qtbot, theme, found)
    table.choose(1)
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [found.results[1]]
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == ["units\toptimizer\tseed\tloss\titerations\tseconds\terror", "2\tsgd\t1\t0.5\t5\t0.25\t"]


def test_trials_of_the_best_combination_stand_out(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    found = columns(3)
    table = shown(qtbot, theme, found)
    table.model_.mark_best(frozenset({found.results[1].trial.identity}))
    colors = [table.model_.index(row, 0).data(Qt.ItemDataRole.ForegroundRole) for row in range(2)]
    assert colors == [None, theme.tokens.accent]


def test_ten_thousand_rows_cost_what_is_in_sight(qtbot: QtBot, theme: Theme, columns: Make) -> None:
    found = columns(10_000)
    table = shown(qtbot, theme, found)
    qtbot.waitExposed(table)

    def paint(row: int) -> float:
        table.scrollTo(table.model_.index(row, 0))
        begun = time.perf_counter()
        table.grab()
        return time.perf_counter() - begun

    few = shown(qtbot, theme, columns(40))
    qtbot.waitExposed(few)
    few.grab()
    begun = time.perf_counter()
    few.grab()
    of_forty = time.perf_counter() - begun
    paint(0)
    assert min(paint(k) for k in (5000, 9999, 1, 7000)) < 5 * of_forty + 0.02
