"""The table of runs: what ends is kept; renaming, pinning and deleting are undone; weights are taken up again; seeds are a band."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from nnlab.training.kept_runs import KeptRuns
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.controls.run_table import NAME, SAMPLE, LineSample, RunTable, TableRow


def kept(number: int) -> SimpleNamespace:
    """As much of a kept run as a row needs."""
    return SimpleNamespace(number=number, name=f"run {number}")


def headings(table) -> list[str]:  # type: ignore[no-untyped-def]
    return [table.horizontalHeaderItem(k).text() for k in range(table.columnCount())]


def test_runs_are_kept_edited_and_taken_up_again(
    qtbot: QtBot, studio: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s = studio()
    panel, loss = s.panel("runs"), s.panel("loss")
    document, table, runs = s.document, panel.table_, panel._runs
    assert panel.is_empty
    view = s.train(40)
    assert not panel.is_empty and table.rowCount() == 1 and table.item(0, NAME).text() == "run 1"
    weights = view.frame.get("dense_1.weight").copy()
    s.session.rewind()
    qtbot.waitUntil(lambda: len(document.runs) == 1)
    kept = document.runs[1]
    assert kept.iteration == 40 and kept.best.weights["dense_1.weight"].tobytes() == weights.tobytes()
    assert kept.best.curves.mean.tolist() == view.curves.mean.tolist()
    assert not document.can_undo  # a run that ends is no step of the history
    document.edit("Rate", replace(document.project, training=replace(document.project.training, learning_rate=0.1)))
    s.train(20)
    assert headings(table)[:3] == ["", "run", "rate"] and [table.item(k, 2).text() for k in range(2)] == ["0.1", "0.01"]
    assert [table.item(k, NAME).text() for k in range(2)] == ["run 2", "run 1"]

    saved = runs.present(s.session.snapshot())  # what a file holds: the run under way is among them
    assert [(run.number, run.iteration) for run in saved] == [(1, 40), (2, 20)] and len(document.runs) == 1
    assert saved[2].best.weights["dense_1.weight"].tobytes() == s.views[-1].frame.get("dense_1.weight").tobytes()

    runs.toggle(kept)
    assert [other.name for other in loss.plot.others] == ["run 1"] and loss.plot.x_range[1] == 40
    assert "run 1, kept: loss" in loss.plot.accessibleDescription()
    table.cellClicked.emit(1, SAMPLE)
    assert not loss.plot.others
    table.setCurrentCell(1, NAME)
    table.item(1, NAME).setText(" slow ")
    assert document.runs[1].name == "slow" and document.undo_stack.undoText() == "Rename run 1 to slow"
    runs.pin(document.runs[1])
    assert document.runs[1].is_pinned and [other.name for other in loss.plot.others] == ["slow"]
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert len(document.runs) == 0 and not loss.plot.others and table.rowCount() == 1
    for _ in range(3):
        document.undo()
    assert (document.runs[1].name, document.runs[1].is_pinned) == ("run 1", False)
    with qtbot.waitSignal(runs.refused) as told:
        runs.rename(document.runs[1], "")
    assert "needs a name" in told.args[0] and table.item(1, NAME).text() == "run 1"

    table.setCurrentCell(1, NAME)
    words = [action.text() for action in panel.menu().actions() if action.text()]
    assert words[:2] == ["Start from its weights", "Take over its settings"]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "runs.csv"), ""))
    next(action for action in panel.menu().actions() if action.text().startswith("Save table")).trigger()
    assert (tmp_path / "runs.csv").read_text().splitlines()[1].startswith("1,run 1,false,0,40,")

    runs.restore(document.runs[1])
    qtbot.waitUntil(lambda: s.views[-1].frame.iteration == 0 and len(document.runs) == 2)
    assert np.array_equal(s.views[-1].frame.get("dense_1.weight"), weights)
    assert document.undo_stack.undoText() == "Weights of run 1"
    document.undo()
    s.session.synchronise()
    qtbot.waitUntil(lambda: s.views[-1].frame.iteration == 20)  # the run comes back as it was
    runs.set_up_like(document.runs[1])
    assert document.project.training.learning_rate == 0.01
    document.replace(document.project, "another", KeptRuns())
    assert len(document.runs) == 0 and panel.is_empty


def test_several_seeds_are_one_run_with_a_band(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel, loss = s.panel("runs"), s.panel("loss")
    with qtbot.waitSignal(panel._runs.refused, check_params_cb=lambda text: "Train the network first" in text):
        panel._runs.repeat(2)
    view = s.train(30)
    panel._runs.repeat(2)
    assert panel._runs.is_repeating and not panel.repeat_button.isEnabled()
    qtbot.waitUntil(lambda: len(s.document.runs) == 1 and not panel._runs.is_repeating)
    kept = s.document.runs[1]
    assert [seed.seed for seed in kept.seeds] == [0, 1] and kept.iteration == 30
    assert kept.seeds[0].curves.mean.tobytes() == view.curves.mean.tobytes()  # the same run as in the window, to the bit
    assert len(loss.plot.others[0].seeds) == 2 and loss.plot.seed_bands.items[0].image is not None
    assert panel.table_.item(1, panel.table_.columnCount() - 1).text() == "2" and "Band:" in panel.same.text()


def test_many_runs_are_measured_once_for_all_that_has_changed(qtbot: QtBot, theme: Theme) -> None:
    """Columns are as wide as their contents: with sixty runs, each of thousands of changed cells measured all of them, for four seconds."""
    table = RunTable(theme)
    qtbot.addWidget(table)
    figures = ("0.1", "0.2", "0.9", "40", "1")
    headings = ("rate", "train", "val", "right", "iterations", "seeds")
    kept_rows = [TableRow(kept(k), f"run {k}", LineSample(None), {"rate": "0.01"}, figures) for k in range(60)]  # type: ignore[arg-type]
    told: list[tuple[int, int]] = []
    table.show()
    for rate in ("0.1", "0.0123456789", "0.01"):
        live = TableRow(None, "run 61", LineSample(()), {"rate": rate}, figures)
        if rate == "0.0123456789":
            table.model().dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
        table.show_rows(headings, [live, *kept_rows])
        qtbot.waitUntil(lambda: table.columnWidth(2) >= table.sizeHintForColumn(2) > 0)
        assert table.item(5, 2).foreground().color() == (theme.tokens.text3 if rate == "0.01" else theme.tokens.text)
    assert told == [(0, 60), (0, 60)]


def test_only_rows_that_say_something_else_are_filled_again(qtbot: QtBot, theme: Theme) -> None:
    """After many runs an edit took the window a quarter of a second: every cell of every row was written anew."""
    table = RunTable(theme)
    qtbot.addWidget(table)
    figures = ("0.1", "0.2", "0.9", "40", "1")
    rows = [TableRow(None, "run 4", LineSample(()), {"rate": "0.1"}, figures)]
    rows += [TableRow(kept(k), f"run {k}", LineSample(None), {"rate": "0.01"}, figures) for k in (3, 2, 1)]  # type: ignore[arg-type]
    written: list[int] = []
    headings = ("rate", "train", "val", "right", "iterations", "seeds")
    table.show_rows(headings, rows)
    table.model().dataChanged.connect(lambda first, last: written.extend(range(first.row(), last.row() + 1)))
    table.show_rows(headings, rows)
    assert written == []
    rows[2] = replace(rows[2], name="slow")
    table.show_rows(headings, rows)
    assert set(written) == {2} and table.item(2, NAME).text() == "slow"
    written.clear()
    table.show_figures(0, ("0.3", *figures[1:]))
    table.show_rows(headings, rows)
    assert set(written) == {0} and table.item(0, 3).text() == "0.1"
    rows[0] = replace(rows[0], settings={"rate": "0.01"})
    table.show_rows(headings, rows)  # what is equal to the run under way is grey
    assert {table.item(k, 2).foreground().color().name() for k in (1, 2, 3)} == {theme.tokens.hex("text3")}
    theme.toggle()
    table.show_rows(headings, rows)
    assert {table.item(k, 2).foreground().color().name() for k in (1, 2, 3)} == {theme.tokens.hex("text3")}
    table.item(1, NAME).setText("refused")
    table.show_rows(headings, rows)
    assert table.item(1, NAME).text() == "run 3"
    table.show_rows(headings, rows[:2])
    table.show_rows(headings, rows)
    assert [table.item(k, NAME).text() for k in range(4)] == ["run 4", "run 3", "slow", "run 1"]
