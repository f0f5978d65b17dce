"""Marks of the study stand where their numbers are, are picked by mouse and keys, and are read out; the table holds the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.studies.lora.study import StudyRow, StudySummary, summarize
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.study_plot import StudyPlot, short_title
from nnlab.ui.lora.study_table import StudyTable


def row(method: str, rank: int, seed: int, new: float, old: float, parameters: int) -> StudyRow:
    return StudyRow(method, rank, seed, new, old, parameters, 8 * parameters, 4 * parameters, 1.0, "")


ROWS = [
    row("base", 0, 0, 0.15, 0.98, 0), row("full", 0, 0, 0.97, 0.45, 17_226), row("lora", 1, 0, 0.80, 0.60, 458),
    row("lora", 1, 1, 0.84, 0.50, 458), row("lora", 8, 0, 0.95, 0.20, 3_664), row("lora", 8, 1, 0.95, 0.20, 3_664),
]  # fmt: skip


@pytest.fixture
def plot(theme: Theme, qtbot: QtBot) -> Iterator[StudyPlot]:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(600, 260)
    found = StudyPlot(theme, page)
    found.resize(560, 220)
    found.rank = 8
    found.show_summaries(summarize(ROWS), 2)
    page.show()
    qtbot.waitExposed(page)
    yield found
    page.close()


def test_marks_are_at_their_numbers(plot: StudyPlot) -> None:
    found = {short_title(summary): k for k, summary in enumerate(plot.shown)}
    assert list(found) == ["base", "r 1", "r 8", "full"], "ordered by what learns"
    xs = [plot.mark(k).x() for k in found.values()]
    assert xs == sorted(xs) and len(set(xs)) == 4
    bottom, top = plot.y_pixels(0.0), plot.y_pixels(1.0)
    for name, expected in (("base", 0.15), ("r 1", 0.82), ("r 8", 0.95), ("full", 0.97)):
        assert (plot.mark(found[name]).y() - bottom) / (top - bottom) == pytest.approx(expected, abs=1e-6)
    ratio = (xs[2] - xs[1]) / (xs[3] - xs[1])  # logarithmic: log(3664/458) / log(17226/458)
    assert ratio == pytest.approx(0.5733, abs=1e-3)
    assert "new 0.950, old 0.200, 3,664 learn" in plot.accessibleDescription()


def test_marks_are_picked(plot: StudyPlot) -> None:
    told: list[StudySummary] = []
    plot.picked.connect(told.append)
    viewport, at = plot.viewport(), plot.mark(2)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at.toPoint())
    assert plot.index_at(at + QPointF(3, 3)) == 2 and plot.index_at(QPointF(1, 1)) == -1
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert [short_title(summary) for summary in told] == ["r 8", "full"]


def test_the_table_is_copied_as_a_spreadsheet_takes_it(theme: Theme, qtbot: QtBot) -> None:
    table = StudyTable(theme)
    qtbot.addWidget(table)
    table.show_summaries(summarize(ROWS))
    table.copy()
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert {len(line) for line in lines} == {9} and len(lines) == 5
    found = {line[0]: line[1:] for line in lines}
    assert found["LoRA, r = 1"] == ["0.820", "0.800", "0.840", "0.550", "458", "3.7", "1.8", "2"]
    table.selectRow(0)
    table.copy()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 2
