"""A matrix as a table of numbers on heat-map cells: orange above zero, blue below, the same strength for the same magnitude.

Only the cells that can be seen are formatted and painted, so a matrix of 784 × 256 costs no more than one of 8 × 8. Cells are edited in
place: double-click, Enter or simply typing; a selection is copied and pasted as tab-separated text, and Delete makes it zero. The table
changes nothing itself: what the person wants is `entered` or `pasted`, and the numbers shown are those it is given.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from nnlab.ui.look.colormaps import NOT_A_NUMBER, ink, sign_index, sign_table
from nnlab.ui.look.numbers import editable, number, parse_number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.model_index import ModelIndex
from nnlab.ui.widgets.text_undo import share_undo

DIGITS = 4  # significant digits of a cell
_ROOT = QModelIndex()


@cache
def _cell_colors(dark: bool) -> list[tuple[QColor, QColor]]:
    """(cell, number on it) for every row of the sign table, and last for what is not a number."""
    rows = [*(tuple(int(part) for part in row[:3]) for row in sign_table(dark)), NOT_A_NUMBER[dark]]
    return [(QColor(*rgb), ink(rgb[0] << 16 | rgb[1] << 8 | rgb[2])) for rgb in rows]


def exact(value: float | np.floating) -> float:
    """The shortest decimal number that is this one in its own precision: 0.1 for the float32 0.1, not 0.10000000149."""
    return float(str(value)) if isinstance(value, np.floating) else float(value)


class MatrixModel(QAbstractTableModel):
    """The numbers with their headings. `typed(row, column, text)` when a cell was edited."""

    typed = Signal(int, int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values = np.zeros((0, 0), dtype=np.float32)
        self.rows: tuple[str, ...] = ()
        self.columns: tuple[str, ...] = ()
        self.names: tuple[str, str] = ("Row", "Column")  # what a row and a column stand for
        self.is_editable = True

    def show_matrix(self, values: np.ndarray, rows: tuple[str, ...], columns: tuple[str, ...], names: tuple[str, str]) -> None:
        """Shows another matrix, float (rows, columns), with its headings and what they stand for."""
        self.beginResetModel()
        self.values, self.rows, self.columns, self.names = values, rows, columns, names
        self.endResetModel()

    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else self.values.shape[0]

    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else self.values.shape[1]

    def flags(self, index: ModelIndex) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self.is_editable else flags

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        value = self.values[row, column]
        if role == Qt.ItemDataRole.DisplayRole:
            return number(float(value), DIGITS)
        if role == Qt.ItemDataRole.EditRole:
            return editable(exact(value))
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{self.names[0]} {self.rows[row]}, {self.names[1]} {self.columns[column]}: {editable(exact(value))}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.names[0]} {self.rows[row]}, {self.names[1]} {self.columns[column]}: {number(float(value))}"
        return None

    def setData(self, index: ModelIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        self.typed.emit(index.row(), index.column(), str(value))
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        names, what = (self.columns, self.names[1]) if orientation == Qt.Orientation.Horizontal else (self.rows, self.names[0])
        if not 0 <= section < len(names):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return names[section]
        return f"{what} {names[section]}" if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole) else None


class _Cells(QStyledItemDelegate):
    """Paints a cell and edits it in a line."""

    def __init__(self, theme: Theme, table: MatrixTable) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table
        self.colors = np.zeros((0, 0), dtype=np.int16)  # rows of the sign table for the visible cells
        self.corner = (0, 0)  # the first visible cell

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        row, column = index.row(), index.column()
        cell, text = _cell_colors(self._theme.is_dark)[int(self.colors[row - self.corner[0], column - self.corner[1]])]
        rect: QRect = option.rect
        place = rect.adjusted(0, 0, -1, -1)  # a line of the background between the cells
        painter.fillRect(place, cell)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(text)
        shown = number(float(self._table.model_.values[row, column]), DIGITS)
        painter.drawText(place.adjusted(0, 0, -4, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        if self._table.is_marked(row, column):
            self._mark(painter, place, row, column)

    def _mark(self, painter: QPainter, place: QRect, row: int, column: int) -> None:
        """An outline around the selection: lines where the neighbour is not selected. The current cell has one of its own."""
        marked, accent = self._table.is_marked, self._theme.tokens.accent
        for neighbour, line in (
            ((row - 1, column), QRect(place.left(), place.top(), place.width(), 2)),
            ((row + 1, column), QRect(place.left(), place.bottom() - 1, place.width(), 2)),
            ((row, column - 1), QRect(place.left(), place.top(), 2, place.height())),
            ((row, column + 1), QRect(place.right() - 1, place.top(), 2, place.height())),
        ):
            if not marked(*neighbour):
                painter.fillRect(line, accent)
        if (row, column) == self._table.current and self._table.hasFocus():
            painter.setPen(QPen(painter.pen().color(), 1))  # black or white, as the number: mint on orange is hard to see
            painter.drawRect(place.adjusted(3, 3, -4, -4))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: ModelIndex) -> QWidget:
        line = QLineEdit(parent)
        share_undo(line)
        line.setFont(self._theme.font("body"))
        line.setAlignment(Qt.AlignmentFlag.AlignRight)
        line.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        line.textEdited.connect(lambda text: self._judge(line, text))
        return line

    def _judge(self, line: QLineEdit, text: str) -> None:
        """Outlines what is no number as soon as it is typed."""
        wrong = bool(text.strip("+-−. ")) and parse_number(text) is None and not text.lower().rstrip("+-−").endswith("e")
        if wrong != bool(line.property("invalid")):
            line.setProperty("invalid", wrong)
            line.style().unpolish(line)
            line.style().polish(line)

    def setEditorData(self, editor: QWidget, index: ModelIndex) -> None:
        """Writes the number once; what is being typed is not overwritten by a network that goes on learning."""
        if isinstance(editor, QLineEdit) and not editor.property("begun"):
            editor.setProperty("begun", True)
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: ModelIndex) -> None:
        if isinstance(editor, QLineEdit) and editor.isModified():
            model.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        editor.setGeometry(option.rect)


class _Heading(QHeaderView):
    """Headings in the caption's type; those of the current cell are bright."""

    def __init__(self, theme: Theme, table: MatrixTable, orientation: Qt.Orientation) -> None:
        super().__init__(orientation, table)
        self._theme, self._table = theme, table
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSectionsClickable(True)  # a click selects the row or column
        self.setHighlightSections(False)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        across = self.orientation() == Qt.Orientation.Horizontal
        is_current = self._table.current[1 if across else 0] == logicalIndex
        painter.fillRect(rect, self._theme.tokens.panel)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.tokens.text if is_current else self._theme.tokens.text2)
        room = rect.adjusted(2, 0, -5, 0)
        text = str(self.model().headerData(logicalIndex, self.orientation()))
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class MatrixTable(QTableView):
    """`entered(cells, text)` when cells are to have what was typed; `pasted(row, column, text)` when a block is to go there.

    `cells` is a list of (row, column). `current_changed` follows the cell that has the keyboard.
    """

    entered = Signal(object, str)
    pasted = Signal(int, int, str)
    current_changed = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._limit = 1.0
        self._marked = np.zeros((2, 2), dtype=bool)  # the selection, with a border around the matrix that never is
        self.current = (-1, -1)
        self.model_ = MatrixModel(self)
        self._cells = _Cells(theme, self)
        self.setModel(self.model_)
        self.setItemDelegate(self._cells)
        self.setHorizontalHeader(_Heading(theme, self, Qt.Orientation.Horizontal))
        self.setVerticalHeader(_Heading(theme, self, Qt.Orientation.Vertical))
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.model_.typed.connect(lambda row, column, text: self.entered.emit([(row, column)], text))
        self.selectionModel().currentChanged.connect(self._on_current)
        self.selectionModel().selectionChanged.connect(self._on_selection)
        follow(theme, self)

    def show_matrix(self, values: np.ndarray, rows: tuple[str, ...], columns: tuple[str, ...], names: tuple[str, str]) -> None:
        """Shows another matrix, float (rows, columns), with headings and what a row and a column stand for."""
        self.current = (-1, -1)
        self._marked = np.zeros((values.shape[0] + 2, values.shape[1] + 2), dtype=bool)
        self.model_.show_matrix(values, rows, columns, names)
        self._fit_headings()

    def set_values(self, values: np.ndarray, limit: float) -> None:
        """Other numbers in the same cells; ±`limit` is full strength. Cheap: what cannot be seen is not looked at."""
        self._limit = limit
        self.model_.values = values
        self.viewport().update()

    def set_editable(self, is_editable: bool) -> None:
        self.model_.is_editable = is_editable

    @property
    def chosen(self) -> list[tuple[int, int]]:
        """The selected cells, row by row."""
        return [(row, column) for row, column in np.argwhere(self._marked[1:-1, 1:-1]).tolist()]

    def is_marked(self, row: int, column: int) -> bool:
        """Whether a cell is selected; those just outside the matrix are not."""
        return bool(self._marked[row + 1, column + 1])

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        width = QFontMetrics(self._theme.font("caption")).horizontalAdvance("−4.87e−10") + metrics.px(7)
        self.horizontalHeader().setDefaultSectionSize(width)
        self.horizontalHeader().setFixedHeight(metrics.px(24))
        self.verticalHeader().setMinimumSectionSize(metrics.px(16))
        self.verticalHeader().setDefaultSectionSize(metrics.value_row + metrics.px(2))
        self._fit_headings()
        self.viewport().update()

    def _fit_headings(self) -> None:
        """The row headings are as wide as the longest of them, within reason."""
        measure = QFontMetrics(self._theme.font("caption"))
        longest = max((measure.horizontalAdvance(name) for name in self.model_.rows), default=0)
        least = self._theme.metrics.padding + self._theme.metrics.px(16)
        self.verticalHeader().setFixedWidth(max(least, min(longest + self._theme.metrics.px(24), self._theme.metrics.px(120))))

    def _on_current(self, index: QModelIndex) -> None:
        self.current = (index.row(), index.column())
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.viewport().update()
        self.current_changed.emit()

    def _on_selection(self) -> None:
        self._marked[...] = False
        for part in self.selectionModel().selection().toList():
            self._marked[part.top() + 1 : part.bottom() + 2, part.left() + 1 : part.right() + 2] = True
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Looks the colours of the visible cells up all at once, then paints them one by one."""
        area = self.viewport().rect()
        rows, columns = self.model_.values.shape
        top, left = max(0, self.rowAt(area.top())), max(0, self.columnAt(area.left()))
        bottom, right = self.rowAt(area.bottom()), self.columnAt(area.right())
        bottom, right = rows - 1 if bottom < 0 else bottom, columns - 1 if right < 0 else right
        seen = self.model_.values[top : bottom + 1, left : right + 1]
        self._cells.colors, self._cells.corner = sign_index(seen, self._limit), (top, left)
        super().paintEvent(event)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.model_.is_editable and self.chosen:
            self.entered.emit(self.chosen, "0")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self._edit_current("")
        elif plain and len(text) == 1 and text in "0123456789+-−.":
            self._edit_current(text)
        else:
            super().keyPressEvent(event)

    def _edit_current(self, text: str) -> None:
        """Opens the editor of the current cell, with the first character already typed."""
        index = self.currentIndex()
        if not index.isValid() or not self.model_.is_editable:
            return
        self.edit(index)
        editor = self.indexWidget(index) or self.findChild(QLineEdit)
        if text and isinstance(editor, QLineEdit):
            editor.setText(text)
            editor.setModified(True)

    def copy(self) -> None:
        """The selected cells, within the rectangle around them, as tab-separated text with every digit."""
        cells = self.chosen
        if not cells:
            return
        rows, columns = sorted({row for row, _ in cells}), sorted({column for _, column in cells})
        chosen = set(cells)
        lines = (
            "\t".join(str(exact(self.model_.values[row, column])) if (row, column) in chosen else "" for column in columns) for row in rows
        )
        QGuiApplication.clipboard().setText("\n".join(lines))

    def paste(self) -> None:
        cells, text = self.chosen, QGuiApplication.clipboard().text()
        if not cells or not text.strip() or not self.model_.is_editable:
            return
        if len(text.split()) == 1:  # one number goes into every selected cell
            self.entered.emit(cells, text.strip())
        else:
            self.pasted.emit(min(row for row, _ in cells), min(column for _, column in cells), text)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(420), self._theme.metrics.px(200))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(120), self._theme.metrics.px(72))
