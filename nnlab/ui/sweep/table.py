"""The trials of a sweep as a table: only the rows in sight are asked for, so ten thousand cost what forty do.

A click on a heading sorts, a double click or Enter opens a trial, Ctrl+C copies the selected rows. Trials of the best combination are
written in the accent; what failed says why in the last column.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from nnlab.studies.sweeps.trials import TrialResult
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.sweep.columns import ERROR, SweepColumns, description, title_of
from nnlab.ui.widgets.model_index import ModelIndex

_ROOT = QModelIndex()


class SweepModel(QAbstractTableModel):
    """Rows are results of `columns`, in the order asked for, of which those that are brushed out are left away."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.columns = SweepColumns()
        self.order = np.zeros(0, dtype=np.int64)  # the result that each row shows
        self._sorted_by, self._descending = -1, False
        self._shown: np.ndarray | None = None
        self._best: frozenset[str] = frozenset()

    @property
    def headings(self) -> tuple[str, ...]:
        return (*self.columns.names, ERROR)

    def show_columns(self, columns: SweepColumns) -> None:
        """Another sweep."""
        self.beginResetModel()
        self.columns, self._shown, self._best = columns, None, frozenset()
        self._sorted_by = -1
        self.order = self._wanted_order()
        self.endResetModel()

    def follow(self) -> None:
        """More results have come."""
        wanted, before = self._wanted_order(), len(self.order)
        if len(wanted) > before and np.array_equal(wanted[:before], self.order):
            self.beginInsertRows(_ROOT, before, len(wanted) - 1)
            self.order = wanted
            self.endInsertRows()
        elif not np.array_equal(wanted, self.order):
            self._lay_out(wanted)

    def show_only(self, shown: np.ndarray | None) -> None:
        """Leaves away the results where `shown`, bool (results,), is false; None shows all."""
        self._shown = shown
        self.follow()

    def mark_best(self, identities: frozenset[str]) -> None:
        if identities != self._best:
            self._best = identities
            if len(self.order):
                self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by, self._descending = column, order == Qt.SortOrder.DescendingOrder
        self._lay_out(self._wanted_order())

    def result(self, row: int) -> TrialResult:
        return self.columns.results[int(self.order[row])]

    def row_of(self, index: int) -> int:
        """The row of a result, -1 where it is not shown."""
        found = np.flatnonzero(self.order == index)
        return int(found[0]) if len(found) else -1

    def _lay_out(self, wanted: np.ndarray) -> None:
        """Other rows; what is selected stays selected where it is still there."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        results = [int(self.order[index.row()]) for index in before]
        self.order = wanted
        rows = {result: self.row_of(result) for result in set(results)}
        after = [
            self.index(rows[result], index.column()) if rows[result] >= 0 else QModelIndex()
            for result, index in zip(results, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _wanted_order(self) -> np.ndarray:
        shown = np.arange(len(self.columns))
        if self._shown is not None:
            known = min(len(self._shown), len(shown))
            shown = shown[:known][self._shown[:known]]
        if not 0 <= self._sorted_by < len(self.headings):
            return shown
        name = self.headings[self._sorted_by]
        if name == ERROR:
            keys = np.array([self.columns.results[k].error for k in shown], dtype=object)
            order = np.array(sorted(range(len(shown)), key=keys.__getitem__), dtype=np.int64)
            return shown[order[::-1] if self._descending else order]
        values = self.columns.numbers(name)[shown]
        order = np.argsort(-values if self._descending else values, kind="stable")  # what has no number is last either way
        return shown[order]

    # Qt

    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() or not self.columns.names else len(self.headings)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.order):
            return None
        result, name = self.result(index.row()), self.headings[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return result.error if name == ERROR else self.columns.written(result, name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if name == ERROR else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            tokens = self._theme.tokens
            if result.error:
                return tokens.error if name == ERROR else tokens.text2
            return tokens.accent if result.trial.identity in self._best else None
        if role == Qt.ItemDataRole.FontRole and result.trial.identity in self._best:
            return self._theme.font("name")
        if role == Qt.ItemDataRole.ToolTipRole:
            return result.error or description(result)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{name} {result.error if name == ERROR else self.columns.written(result, name)}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.headings):
            return None
        name = self.headings[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return title_of(name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{name}. Click to sort."
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if name == ERROR else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class SweepTable(QTableView):
    """`opened(result)` when the person wants to have a trial's settings, `chosen(index)` when the current row changes."""

    opened = Signal(object)
    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.model_ = SweepModel(theme, self)
        self.setModel(self.model_)
        self.setAccessibleName("Trials of the sweep")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        heading = self.horizontalHeader()
        heading.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        heading.setHighlightSections(False)
        heading.setStretchLastSection(True)
        heading.setSortIndicatorClearable(True)
        heading.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.model_.result(index.row())))
        self.selectionModel().currentRowChanged.connect(self._on_current)
        follow(theme, self)
        theme.changed.connect(self.viewport().update)

    def show_columns(self, columns: SweepColumns) -> None:
        self.model_.show_columns(columns)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._fit_headings()

    @property
    def current(self) -> TrialResult | None:
        """The trial of the current row."""
        row = self.currentIndex().row()
        return self.model_.result(row) if 0 <= row < self.model_.rowCount() else None

    def choose(self, index: int) -> None:
        """Makes a result's row the current one, where it is shown."""
        row = self.model_.row_of(index)
        if row >= 0:
            self.selectRow(row)
            self.scrollTo(self.model_.index(row, 0))

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFont(self._theme.font("body"))
        self.horizontalHeader().setFont(self._theme.font("caption"))
        self.verticalHeader().setMinimumSectionSize(metrics.px(16))
        self.verticalHeader().setDefaultSectionSize(metrics.value_row + metrics.px(2))
        self.horizontalHeader().setMinimumSectionSize(metrics.px(40))
        self._fit_headings()

    def _fit_headings(self) -> None:
        """Every column is as wide as its title and its usual values."""
        if not self.model_.columns.names:
            return
        caption, body = QFontMetrics(self._theme.font("caption")), QFontMetrics(self._theme.font("name"))
        room = self._theme.metrics.px(36)  # margins and the arrow of the sorting
        for section, name in enumerate(self.model_.headings[:-1]):
            widest = "binary_cross" if any(isinstance(r.get(name), str) for r in self.model_.columns.results[:50]) else "0.00012345"
            width = max(caption.horizontalAdvance(title_of(name)) + room, body.horizontalAdvance(widest) + room // 2)
            self.setColumnWidth(section, width)

    def _on_current(self, now: QModelIndex | QPersistentModelIndex, _: object) -> None:
        if 0 <= now.row() < len(self.model_.order):
            self.chosen.emit(int(self.model_.order[now.row()]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current is not None:
            self.opened.emit(current)
        else:
            super().keyPressEvent(event)

    def _copy(self) -> None:
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        lines = ["\t".join(self.model_.headings), *("\t".join(self._texts(row)) for row in rows)]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _texts(self, row: int) -> Sequence[str]:
        result = self.model_.result(row)
        return [str("" if (value := result.get(name)) is None else value) for name in self.model_.headings]
