"""The tables of the import page: one row for each column of the file, and the file's first rows."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from nnlab.tables.cell_table import CellTable
from nnlab.tables.column_settings import KIND_TITLES, in_words
from nnlab.tables.plan import TablePlan
from nnlab.tables.proposal import Proposal
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.model_index import ModelIndex

HEADS = ("Column", "Use", "Cells", "Becomes", "Missing", "Different", "For example", "Remark")
USE_WORDS = {"feature": "input", "target": "target", "left_out": "left out", "group": "group", "time": "time"}
EXAMPLES = 3
PREVIEWED = 50  # rows
NUMBERS = (4, 5)  # columns set flush right
_ROOT = QModelIndex()
Rows = list[tuple[str | None, ...]]


class ColumnsModel(QAbstractTableModel):
    """What each column is read as and used for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.proposal: Proposal | None = None
        self.plan: TablePlan | None = None
        self._examples: list[str] = []
        self._asked: frozenset[str] = frozenset()

    def show_table(self, cells: CellTable, proposal: Proposal, head: Rows) -> None:
        """`head` are the file's first rows, read beforehand: of thousands of columns that takes a second."""
        self.beginResetModel()
        self.proposal, self.plan = proposal, proposal.plan
        self._examples = []
        for k in range(len(cells.columns)):
            values = list(dict.fromkeys(cell for row in head if (cell := row[k])))
            self._examples.append(", ".join(value[:24] for value in values[:EXAMPLES]))
        self._asked = frozenset(question.column for question in proposal.open_questions(proposal.plan))
        self.endResetModel()

    def show_plan(self, plan: TablePlan) -> None:
        assert self.proposal is not None
        self.plan = plan
        self._asked = frozenset(question.column for question in self.proposal.open_questions(plan))
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(HEADS) - 1))

    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() or self.plan is None else len(self.plan.columns)

    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole and section not in NUMBERS:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self.plan is None or self.proposal is None:
            return None
        row, place = index.row(), index.column()
        column = self.plan.columns[row]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(row, place)
        if role == Qt.ItemDataRole.TextAlignmentRole and place in NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            tokens = self._theme.tokens
            if place == len(HEADS) - 1 and column.name in self._asked:
                return tokens.warn
            return tokens.text3 if column.use == "left_out" else tokens.accent if place == 1 and column.use == "target" else None
        if role == Qt.ItemDataRole.FontRole and column.use == "target" and place < 2:
            return self._theme.font("name")
        return None

    def _text(self, row: int, place: int) -> str:
        assert self.plan is not None and self.proposal is not None
        column, reading = self.plan.columns[row], self.proposal.readings[row]
        question = reading.question if column.name in self._asked else ""
        remark = self.proposal.remarks.get(column.name, "")
        return (
            column.name, USE_WORDS[column.use], KIND_TITLES[column.kind].lower(), in_words(reading, column),
            f"{reading.missing:,}" if reading.missing else "–", f"{reading.distinct:,}", self._examples[row], question or remark,
        )[place]  # fmt: skip


class RowsModel(QAbstractTableModel):
    """The first rows of the file as they stand in it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._columns: tuple[str, ...] = ()
        self._rows: Rows = []

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called."""
        return self._columns

    def show_table(self, cells: CellTable, head: Rows) -> None:
        self.beginResetModel()
        self._columns, self._rows = cells.columns, head
        self.endResetModel()

    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._columns[section] if orientation == Qt.Orientation.Horizontal else f"{section + 1}"

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cell = self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return "missing" if cell is None else cell[:200]
        if role == Qt.ItemDataRole.ForegroundRole and cell is None:
            return self._theme.tokens.text3
        return None
