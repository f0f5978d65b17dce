"""A matrix as a heat-map table: painted where it is seen, edited by keyboard and mouse, copied and pasted."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.colormaps import contrast, sign_pixels
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets import matrix_table
from nnlab.ui.widgets.matrix_table import MatrixTable, exact

VALUES = np.array([[0.5, -1.25, 0.0], [2.0, 4.87e-4, -0.1]], dtype=np.float32)


def table_of(qtbot: QtBot, theme: Theme, values: np.ndarray) -> MatrixTable:
    table = MatrixTable(theme, "W")
    qtbot.addWidget(table)
    rows, columns = (tuple(str(k + 1) for k in range(n)) for n in values.shape)
    table.show_matrix(values, rows, columns, ("unit", "input"))
    table.set_values(values, 2.0)
    table.resize(500, 200)
    with qtbot.waitExposed(table):
        table.show()
    return table


@pytest.fixture
def table(qtbot: QtBot, theme: Theme) -> MatrixTable:
    return table_of(qtbot, theme, VALUES)


@pytest.mark.parametrize("moved", [False, True])
def test_numbers_grow_with_the_interface(qtbot: QtBot, theme: Theme, moved: bool) -> None:
    """As tall as a caption at 200 %, also where a style sheet gives the table back an older font because it was put elsewhere."""
    table = MatrixTable(theme, "W")
    page = QWidget()
    qtbot.addWidget(page if moved else table)
    table.ensurePolished()
    theme.set_scale(2.0)
    if moved:
        table.setParent(page)
    table.show_matrix(np.full((1, 1), 8.0, dtype=np.float32), ("1",), ("1",), ("unit", "input"))
    table.set_values(np.full((1, 1), 8.0, dtype=np.float32), 1e6)
    table.resize(500, 200)
    page.resize(500, 200)
    (page if moved else table).show()
    table.show()
    image = table.viewport().grab(table.visualRect(table.model_.index(0, 0)).adjusted(0, 0, -1, -1)).toImage()
    ground = image.pixelColor(1, 1)
    written = [y for y in range(1, image.height() - 1) if any(image.pixelColor(x, y) != ground for x in range(1, image.width() - 1))]
    tall = QFontMetrics(theme.font("caption")).tightBoundingRect("8").height()
    assert len(written) >= tall - 1


def choose(table: MatrixTable, top: int, left: int, bottom: int, right: int) -> None:
    model = table.model_
    table.setCurrentIndex(model.index(top, left))
    table.selectionModel().select(
        QItemSelection(model.index(top, left), model.index(bottom, right)), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )


def cell(table: MatrixTable, row: int, column: int) -> QPoint:
    return table.visualRect(table.model_.index(row, column)).center()


def editor(table: MatrixTable) -> QLineEdit:
    return next(line for line in table.findChildren(QLineEdit) if line.isVisible())


def test_cells_say_what_they_are(table: MatrixTable) -> None:
    index = table.model_.index(1, 1)
    assert index.data() == "4.87e−4"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "unit 2, input 2: 0.000487"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "unit 2, input 2: 4.87e−4"
    assert table.model_.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == "input 3"
    assert exact(np.float32(0.1)) == 0.1


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_a_cell_has_the_sign_maps_colour_and_a_number_that_can_be_read(table: MatrixTable, theme: Theme, mode: str) -> None:
    theme.set_mode(mode)  # type: ignore[arg-type]
    picture = table.viewport().grab().toImage()
    for (row, column), pixel in np.ndenumerate(sign_pixels(VALUES, 2.0, theme.is_dark)):
        rect = table.visualRect(table.model_.index(row, column))
        ground = picture.pixelColor(rect.left() + 4, rect.top() + 4)
        assert (ground.rgb() & 0xFFFFFF) == int(pixel) & 0xFFFFFF
        across, down = range(rect.left() + 4, rect.right() - 2), range(rect.top() + 4, rect.bottom() - 4)
        inside = np.array([picture.pixelColor(x, y).getRgb()[:3] for x in across for y in down])
        assert contrast(inside, np.array(ground.getRgb()[:3])).max() > 3.5  # the thinnest strokes are blended


@pytest.mark.parametrize("begin", ["double click", "enter", "digit"])
def test_a_number_is_typed_into_a_cell(table: MatrixTable, qtbot: QtBot, begin: str) -> None:
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell(table, 1, 0))
    typed = "-0.75"
    if begin == "double click":
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell(table, 1, 0))
        assert editor(table).selectedText() == "2"
    elif begin == "enter":
        qtbot.keyClick(table, Qt.Key.Key_Return)
    else:
        qtbot.keyClicks(table, "-")
        typed = "0.75"
    with qtbot.waitSignal(table.entered) as caught:
        qtbot.keyClicks(editor(table), typed)
        qtbot.keyClick(editor(table), Qt.Key.Key_Return)
    assert caught.args == [[(1, 0)], "-0.75"]


def test_what_is_typed_is_judged_at_once_and_given_up_by_escape(table: MatrixTable, qtbot: QtBot) -> None:
    heard: list[object] = []
    table.entered.connect(lambda *args: heard.append(args))
    choose(table, 0, 0, 0, 0)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    line = editor(table)
    for text, wrong in (("1", False), ("1e", False), ("1ex", True), ("-", False), ("1e-3", False)):
        line.clear()
        qtbot.keyClicks(line, text)
        assert bool(line.property("invalid")) is wrong, text
    table.set_values(VALUES * 2, 2.0)
    assert line.text() == "1e-3"  # learning goes on, typing too
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    qtbot.keyClick(table, Qt.Key.Key_Return)  # and leaving without typing sets nothing either
    qtbot.keyClick(editor(table), Qt.Key.Key_Return)
    assert not heard


def test_a_selection_is_copied_with_every_digit_and_pasted(table: MatrixTable, qtbot: QtBot) -> None:
    choose(table, 0, 1, 1, 2)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert text == "-1.25\t0.0\n0.000487\t-0.1"
    choose(table, 0, 0, 0, 0)
    with qtbot.waitSignal(table.pasted) as caught:
        qtbot.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert caught.args == [0, 0, text]


def test_one_number_fills_the_selection_and_delete_makes_it_zero(table: MatrixTable, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("0.25\n")
    choose(table, 0, 0, 1, 1)
    four = [(0, 0), (0, 1), (1, 0), (1, 1)]
    for key, modifier, text in (
        (Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier, "0.25"),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, "0"),
    ):
        with qtbot.waitSignal(table.entered) as caught:
            qtbot.keyClick(table, key, modifier)
        assert caught.args == [four, text]


def test_what_may_not_be_edited_is_not(table: MatrixTable, qtbot: QtBot) -> None:
    table.set_editable(False)
    choose(table, 0, 0, 0, 0)
    with qtbot.assertNotEmitted(table.entered):
        qtbot.keyClick(table, Qt.Key.Key_Delete)
        qtbot.keyClick(table, Qt.Key.Key_Return)
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell(table, 0, 0))
    assert not [line for line in table.findChildren(QLineEdit) if line.isVisible()]


def test_a_large_matrix_is_as_quick_as_a_small_one(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).normal(size=(256, 784)).astype(np.float32)
    table = table_of(qtbot, theme, values)
    written: list[float] = []
    monkeypatch.setattr(matrix_table, "number", lambda value, digits: written.append(value) or "")
    table.scrollTo(table.model_.index(200, 700))
    table.viewport().repaint()
    assert float(values[200, 700]) in written and len(written) < 200
    table.selectAll()
    assert len(table.chosen) == values.size
