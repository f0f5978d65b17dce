"""Matrices: how numbers are written in cells, and where they stand."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.arrangement import cell_texts
from nnlab.ui.stepper.matrix_forms import Form, Matrix
from nnlab.ui.stepper.matrix_view import MatrixView


def form(*shapes: tuple[int, int], stacked: bool = False) -> Form:
    generator = np.random.default_rng(0)
    matrices = tuple(Matrix("W", "weights", generator.standard_normal(s), f"m{k}", lambda r, c: (r, c), 0, 0) for k, s in enumerate(shapes))
    return Form(matrices, ("", *("=" for _ in shapes[1:])), stacked)


def shown(qtbot: QtBot, theme: Theme, which: Form, width: int = 480, height: int = 240) -> MatrixView:
    view = MatrixView(theme)
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show_form(which)
    view.show()
    return view


def test_all_cells_of_a_matrix_have_the_same_decimals() -> None:
    assert cell_texts(np.array([[-1.0347, 0.0114], [0.5274, 0.0]]), 3) == [["−1.03", "0.01"], ["0.53", "0.00"]]
    assert cell_texts(np.array([[0.05213, -0.00093]]), 3) == [["0.0521", "−0.0009"]]
    assert cell_texts(np.array([[1e-6, -2e-7]]), 2) == [["1e−6", "−2e−7"]]
    assert cell_texts(np.array([[np.nan, 0.0]]), 3) == [["NaN", "0"]]


@pytest.mark.parametrize("shapes", [((8, 1), (8, 2), (2, 1)), ((32, 64), (64, 1)), ((1, 1),), ((128, 784), (784, 1))])
def test_every_matrix_lies_within_the_widget_and_none_overlaps(qtbot: QtBot, theme: Theme, shapes: tuple[tuple[int, int], ...]) -> None:
    view = shown(qtbot, theme, form(*shapes))
    rects = [placed.rect for placed in view.placed]
    assert len(rects) == len(shapes)
    for k, rect in enumerate(rects):
        assert rect.left() >= -1 and rect.right() <= view.width() + 1
        assert rect.top() >= 0 and rect.bottom() <= view.height() + 1
        assert all(not rect.intersects(other) for other in rects[k + 1 :])
    assert not view.grab().isNull()


def test_rows_stand_under_one_another(qtbot: QtBot, theme: Theme) -> None:
    view = shown(qtbot, theme, form((1, 8), (1, 8), stacked=True))
    first, second = (placed.rect for placed in view.placed)
    assert first.bottom() < second.top()
    assert first.left() == second.left()


def test_a_place_belongs_to_the_cell_it_lies_in(qtbot: QtBot, theme: Theme) -> None:
    view = shown(qtbot, theme, form((8, 2)))
    placed = view.placed[0]
    for row, column in ((0, 0), (7, 1), (3, 0)):
        assert placed.at(placed.cell(row, column).center()) == (row, column)
    assert placed.at(placed.rect.topLeft() * 0.5) is None
