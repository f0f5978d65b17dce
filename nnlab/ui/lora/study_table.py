"""The study of a scenario as a table, a row a method, which can be copied into a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from nnlab.studies.lora.study import StudySummary
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.lora.cost_rows import kilobytes

HEADINGS = ("method", "new task", "lowest", "highest", "old task", "learn", "optimiser, kB", "file, kB", "seeds")


class StudyTable(QTableWidget):
    """`picked(summary)` by a double click or Enter."""

    picked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(0, len(HEADINGS), parent)
        self._theme = theme
        self._summaries: Sequence[StudySummary] = ()
        self.setHorizontalHeaderLabels(HEADINGS)
        self.setAccessibleName("Results of the study")
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.doubleClicked.connect(lambda index: self.picked.emit(self._summaries[index.row()]))
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFont(self._theme.font("body"))
        self.horizontalHeader().setFont(self._theme.font("caption"))
        self.verticalHeader().setDefaultSectionSize(self._theme.metrics.value_row)

    def show_summaries(self, summaries: Sequence[StudySummary]) -> None:
        self._summaries = summaries
        self.setRowCount(len(summaries))
        for row, summary in enumerate(summaries):
            for column, text in enumerate(_texts(summary)):
                item = QTableWidgetItem(text)
                side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentRow()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= row < len(self._summaries):
            self.picked.emit(self._summaries[row])
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """The selected rows, or all, with the headings, as a spreadsheet takes them."""
        rows = sorted({index.row() for index in self.selectedIndexes()}) or range(len(self._summaries))
        lines = ["\t".join(HEADINGS), *("\t".join(_texts(self._summaries[row])) for row in rows)]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _texts(summary: StudySummary) -> tuple[str, ...]:
    shares = (summary.new_accuracy, summary.lowest, summary.highest, summary.old_accuracy)
    return (
        summary.title, *(numbers.fixed(value, 3) for value in shares), numbers.count(summary.parameters),
        kilobytes(summary.optimizer_bytes), kilobytes(summary.file_bytes), str(len(summary.rows)),
    )  # fmt: skip
