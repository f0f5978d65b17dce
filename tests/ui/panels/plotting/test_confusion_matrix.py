"""The confusion matrix tells classes apart whose long names begin alike, and says the whole names where it is pointed at."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.confusion_matrix import ConfusionMatrix

LONG = ("cultivated by Barolo growers", "cultivated by Grignolino growers", "cultivated by Barbera growers")


def shown(qtbot: QtBot, theme: Theme, names: tuple[str, ...]) -> ConfusionMatrix:
    matrix = ConfusionMatrix(theme)
    qtbot.addWidget(matrix)
    matrix.resize(300, 200)
    matrix.show_counts(np.eye(len(names), dtype=np.int64) * 4, names)
    return matrix


def test_names_give_way_to_the_cells(qtbot: QtBot, theme: Theme) -> None:
    """On a projector the matrix of three own classes was 25 pixels wide, beside names of a hundred."""
    matrix = shown(qtbot, theme, ("Silver birch", "Small-leaved lime", "Sweet chestnut"))
    assert matrix.row_names == matrix.shown_names
    matrix.resize(150, 200)
    assert matrix.row_names == ("Sil.", "Sma.", "Swe.")
    assert matrix._places().cell_width >= 18
    assert matrix.column_names(20) == ("Si.", "Sm.", "Sw.")  # "Sma." would be an S and dots


def test_long_names_lose_what_they_have_in_common(qtbot: QtBot, theme: Theme) -> None:
    matrix = shown(qtbot, theme, LONG)
    assert matrix.shown_names == ("Barolo", "Grignolino", "Barbera")
    assert matrix.names == LONG
    assert matrix.column_names(200) == ("Barolo", "Grignolino", "Barbera")
    assert matrix.column_names(30) == ("Baro.", "Grig.", "Barb.")  # where the rows' names do not fit
    assert matrix.sentence(0, 2).startswith("True cultivated by Barolo growers, predicted cultivated by Barbera growers")
    assert not matrix.grab().isNull()


def test_short_names_stay_whole(qtbot: QtBot, theme: Theme) -> None:
    assert shown(qtbot, theme, ("type A", "type B")).shown_names == ("type A", "type B")


def test_a_name_that_is_pointed_at_is_told_in_full(qtbot: QtBot, theme: Theme) -> None:
    matrix = shown(qtbot, theme, LONG)
    corner = next(QPointF(x, y) for y in range(200) for x in range(300) if matrix.cell_at(QPointF(x, y)) == (0, 0))
    assert matrix.name_at(corner - QPointF(20, -8)) == LONG[0]
    assert matrix.name_at(corner + QPointF(4, -10)) == LONG[0]
    last = next(QPointF(x, y) for y in range(199, 0, -1) for x in range(299, 0, -1) if matrix.cell_at(QPointF(x, y)) == (2, 2))
    assert matrix.name_at(QPointF(corner.x() - 20, last.y())) == LONG[2]
    assert matrix.name_at(QPointF(last.x(), corner.y() - 10)) == LONG[2]
    assert matrix.name_at(QPointF(1, 1)) == ""
