"""Numbers travel from where they stood to where they belong in another form; none does where no motion is wanted."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.matrix_forms import Form, Matrix
from nnlab.ui.stepper.matrix_view import MatrixView


def layer(units: int) -> Form:
    """A row of W for each unit; with one unit beside it as it lies before a second is added."""
    values = np.arange(1.0, 3 * units + 1).reshape(units, 3)
    return Form((Matrix("W", "", values, "weight", lambda r, c: (r, c), row=0),), ("",))


def turned(units: int) -> Form:
    values = np.arange(1.0, 3 * units + 1).reshape(units, 3).T
    return Form((Matrix("W^T", "", values, "weight", lambda r, c: (c, r), column=0),), ("",))


@pytest.fixture
def view(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> MatrixView:
    monkeypatch.setattr(theme, "duration", lambda milliseconds: milliseconds)
    view = MatrixView(theme)
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show_form(layer(1))
    view.show()
    return view


def at(view: MatrixView, milliseconds: int, number: tuple[int, int]) -> tuple[QRectF, float]:
    view.morph._animation.setCurrentTime(milliseconds)
    placed = view.placed[0]
    rows, columns = placed.matrix.values.shape
    row, column = next((r, c) for r in range(rows) for c in range(columns) if placed.matrix.index(r, c) == number)
    return view.morph.cell(placed, row, column)


def test_a_row_becomes_a_column_number_by_number(view: MatrixView) -> None:
    before = view.cells
    view.show_form(turned(1), before)
    assert view.morph.is_running
    after = view.cells
    for number in ((0, 0), (0, 2)):
        start, _ = at(view, 0, number)
        middle, opacity = at(view, 200, number)
        assert start == before["weight", number] and opacity == 1.0
        assert middle.center().x() == pytest.approx((before["weight", number].center().x() + after["weight", number].center().x()) / 2)
        assert at(view, 399, number)[0].center().y() == pytest.approx(after["weight", number].center().y(), abs=1.0)
    image = view.grab().toImage()
    assert image.width() >= 400, "it can be painted on the way"
    view.morph.stop()
    assert at(view, 0, (0, 1))[0] == after["weight", (0, 1)]


def test_a_number_that_stood_nowhere_appears_in_its_place(view: MatrixView) -> None:
    view.show_form(layer(2), view.cells)
    rect, opacity = at(view, 200, (1, 1))
    assert rect == view.cells["weight", (1, 1)] and opacity == pytest.approx(0.5, abs=0.05)
    assert at(view, 200, (0, 1))[1] == 1.0, "the first neuron is what it was"


def test_there_is_no_motion_where_none_is_wanted(view: MatrixView, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    theme.reduced_motion = True
    try:
        view.show_form(turned(2), view.cells)
        assert not view.morph.is_running and view.morph.progress == 1.0
    finally:
        theme.reduced_motion = False
