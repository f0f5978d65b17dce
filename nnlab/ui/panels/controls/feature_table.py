"""Figures of every column of the data, training or validation: a row for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from nnlab.training.feature_statistics import ColumnStatistics
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.model_index import ModelIndex

_ROOT = QModelIndex()
FIGURES: tuple[tuple[str, str, Callable[[ColumnStatistics], float | int | None]], ...] = (
    ("mean", "Mean", lambda s: s.mean),
    ("std", "Standard deviation", lambda s: s.std),
    ("min", "Least", lambda s: s.least),
    ("25 %", "A quarter of the samples lie below", lambda s: s.quarter),
    ("median", "Half of the samples lie below", lambda s: s.median),
    ("75 %", "Three quarters of the samples lie below", lambda s: s.three_quarters),
    ("max", "Greatest", lambda s: s.greatest),
    ("distinct", "Different values", lambda s: s.distinct),
    ("r", "Correlation with the target (Pearson)", lambda s: s.correlation),
)


class _Figures(QAbstractTableModel):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.statistics: Sequence[ColumnStatistics] = ()

    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.statistics)

    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else 1 + len(FIGURES)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self.statistics[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.tokens.text if column else self._theme.tokens.text2
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if not column:
            return row.name
        name, _, figure = FIGURES[column - 1]
        value = figure(row)
        text = numbers.NOTHING if value is None else numbers.count(value) if isinstance(value, int) else numbers.number(value)
        return text if role == Qt.ItemDataRole.DisplayRole else f"{row.name} {name} {text}"

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section <= len(FIGURES):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft)
        if role == Qt.ItemDataRole.ToolTipRole and section:
            return FIGURES[section - 1][1]
        return (FIGURES[section - 1][0] if section else "column") if role == Qt.ItemDataRole.DisplayRole else None


class FeatureTable(QTableView):
    """The statistics of the columns; nothing is edited in it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figures = _Figures(theme, self)
        self.setModel(self._figures)
        self.setAccessibleName("Statistics of every column")
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        theme.changed.connect(self.viewport().update)
        follow(theme, self)

    @property
    def statistics(self) -> Sequence[ColumnStatistics]:
        return self._figures.statistics

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self.setFont(self._theme.font("caption"))
        self.horizontalHeader().setFont(self._theme.font("caption"))
        self.verticalHeader().setDefaultSectionSize(px(23))
        for column in range(1 + len(FIGURES)):
            self.setColumnWidth(column, px(68 if column else 110))

    def show_statistics(self, statistics: Sequence[ColumnStatistics]) -> None:
        self._figures.beginResetModel()
        self._figures.statistics = statistics
        self._figures.endResetModel()
