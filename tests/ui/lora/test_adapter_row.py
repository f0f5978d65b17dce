"""One row of the list of adapters: what it reads, and what mouse and keys on it ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.training.session_adapters import AdapterSummary
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.adapter_row import AdapterRow

ONE = AdapterSummary("task_a", {"dense_1": 4, "dense_2": 4}, True, 0.5, False, True, 100)


@pytest.fixture
def row(theme: Theme, qtbot: QtBot) -> AdapterRow:
    found = AdapterRow(theme, 1)
    qtbot.addWidget(found)
    found.show_adapter(ONE, True)
    found.resize(264, 50)
    found.show()
    return found


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        (ONE, "r 4"),
        (replace(ONE, ranks={"dense_1": 8, "dense_2": 2}), "r 2 to 8"),
        (replace(ONE, learns=False), "r 4, kept"),
        (replace(ONE, learns=False, enabled=False), "r 4"),
        (replace(ONE, learns=False, merged=True), "r 4, merged"),
    ],
    ids=["learns", "ranks", "kept", "off", "merged"],
)
def test_it_reads_what_the_adapter_is(row: AdapterRow, summary: AdapterSummary, words: str) -> None:
    row.show_adapter(summary, False)
    assert row.rank.text() == words and row.check.isChecked() == summary.enabled
    assert row.accessibleName() == f"Adapter task_a, {words}, {'on' if summary.enabled else 'off'}"
    assert row.slider.accessibleName() == "Weight of task_a" and row.value.accessibleName() == "Weight in numbers of task_a"


def test_moves_of_one_gesture_carry_one_word_and_the_next_gesture_another(row: AdapterRow) -> None:
    told: list[tuple[float, str]] = []
    row.weighed.connect(lambda weight, gesture: told.append((weight, gesture)))
    for values in ((0.25, 0.75), (1.0,)):
        row.slider.sliderPressed.emit()
        for value in values:
            row.slider.moved.emit(value)
        row.slider.sliderReleased.emit()
    assert [weight for weight, _ in told] == [0.25, 0.75, 1.0]
    assert told[0][1] == told[1][1] != told[2][1]


def test_a_name_is_taken_by_return_and_left_by_escape(row: AdapterRow) -> None:
    told: list[str] = []
    row.renamed.connect(told.append)
    QTest.mouseDClick(row, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, row.name.mapTo(row, row.name.rect().center()))
    assert row.editor.isVisible() and row.editor.selectedText() == "task_a"
    QTest.keyClicks(row.editor, "sine")
    QTest.keyClick(row.editor, Qt.Key.Key_Escape)
    assert told == [] and row.name.isVisible()
    row.edit_name()
    QTest.keyClicks(row.editor, " sine ")
    QTest.keyClick(row.editor, Qt.Key.Key_Return)
    assert told == ["sine"] and row.name.isVisible()
    row.edit_name()
    QTest.keyClick(row.editor, Qt.Key.Key_Return)  # the same name
    assert told == ["sine"]


def test_a_click_chooses_and_its_check_tells(row: AdapterRow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(row.chosen):
        QTest.mouseClick(row, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, row.rect().topLeft())
    with qtbot.waitSignal(row.toggled) as caught:
        QTest.mouseClick(row.check, Qt.MouseButton.LeftButton)
    assert caught.args == [False]
