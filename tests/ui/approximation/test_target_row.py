"""The row says at every key whether what stands in it is a formula or an interval, and passes on only what is one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.approximation.target_editor import setting_of
from nnlab.ui.approximation.target_row import TargetRow, interval
from nnlab.ui.look.theme import Theme


@pytest.fixture
def row(qtbot: QtBot, theme: Theme) -> Iterator[TargetRow]:
    page = QWidget()
    qtbot.addWidget(page)
    made = TargetRow(theme, setting_of("function", "samples"), setting_of("function", "noise"))
    column = QVBoxLayout(page)
    column.addWidget(made)
    column.addStretch(1)
    made.sentence.setParent(page)
    page.resize(944, 300)
    made.show_formula("sin(x)", "", 1)
    page.show()
    page.activateWindow()
    made.formula.setFocus()
    yield made
    page.close()  # until then it lives


def retype(row: TargetRow, text: str) -> None:
    row.formula.selectAll()
    QTest.keyClicks(row.formula, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-3 … 3", (-3.0, 3.0)), ("−3, 3", (-3.0, 3.0)), ("0 to 1e2", (0.0, 100.0)), ("-1;0.5", (-1.0, 0.5)), ("2 .. 1", (2.0, 1.0)),
        ("", None), ("1", None), ("1 2 3", None), ("a, b", None),
    ],
)  # fmt: skip
def test_an_interval_is_read_as_people_write_it(text: str, found: tuple[float, float] | None) -> None:
    assert interval(text) == found


def test_a_formula_is_judged_at_every_key_and_taken_with_enter(row: TargetRow) -> None:
    taken: list[str] = []
    row.formula.typed.connect(taken.append)
    retype(row, "cos(x")
    assert "cos" in row.formula.text() and row.formula.problem and not row.sentence.isHidden()
    QTest.keyClick(row.formula, Qt.Key.Key_Return)
    assert taken == []
    QTest.keyClicks(row.formula, ")")
    assert row.formula.problem == "" and row.sentence.isHidden()
    QTest.keyClick(row.formula, Qt.Key.Key_Return)
    assert taken == ["cos(x)"]


def test_a_variable_is_known_only_with_as_many_inputs(row: TargetRow) -> None:
    retype(row, "x*y")
    assert "y" in row.formula.problem
    row.show_formula("x*y", "", 2)
    assert row.formula.problem == "" and row.formula.prefix == "f(x, y) ="


def test_what_is_being_typed_is_not_disturbed_and_what_is_no_formula_is_given_up(row: TargetRow) -> None:
    retype(row, "2*(")
    row.show_formula("sin(x)", "", 1)  # the document says again what it has
    assert row.formula.text() == "2*("
    row.samples.setFocus()
    assert row.formula.text() == "sin(x)" and row.formula.problem == ""


def test_a_domain_that_is_none_is_said_under_its_field(row: TargetRow) -> None:
    taken: list[tuple[float, float]] = []
    row.domain.typed.connect(lambda low, high: taken.append((low, high)))
    for text, words in (("3 to 1", "from 3 to 1; its end must be larger"), ("here", "'here' is no interval")):
        row.domain.setFocus()
        row.domain.selectAll()
        QTest.keyClicks(row.domain, text)
        QTest.keyClick(row.domain, Qt.Key.Key_Return)
        assert words in row.sentence.text.text() and not row.sentence.isHidden()
    row.domain.selectAll()
    QTest.keyClicks(row.domain, "-2, 2.5")
    QTest.keyClick(row.domain, Qt.Key.Key_Return)
    assert taken == [(-2.0, 2.5)] and row.sentence.isHidden()


def test_captions_give_way_in_a_narrow_window_and_fields_do_not(row: TargetRow) -> None:
    page = row.parentWidget()
    assert page is not None
    for width, is_narrow in ((1100, False), (688, True)):
        page.resize(width, 300)
        QTest.qWait(0)
        assert row.caption.isHidden() == row.domain_caption.isHidden() == is_narrow
        fields = (row.formula, row.library, row.draw, row.table, row.domain, row.samples, row.noise, row.dimensions)
        places = [field.geometry() for field in fields]
        assert all(left.right() < right.left() for left, right in itertools.pairwise(places)), "nothing touches"
        assert places[-1].right() <= row.width()
