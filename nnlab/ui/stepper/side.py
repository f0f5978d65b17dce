"""The stepper's side column: what the moment read and wrote, in numbers, and the finite difference of a weight."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.difference_check import DifferenceCheck
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.stepper.step_edits import StepEdits
from nnlab.ui.stepper.tensor_table import TensorTable, tensor_rows
from nnlab.ui.widgets.panel import Panel

LOWEST_TENSORS = 96  # pixels before the interface scale: the title and one tensor


class StepSide(QWidget):
    """Follows a `StepModel`."""

    def __init__(
        self, theme: Theme, model: StepModel, document: Document, selection: Selection | None = None, edits: StepEdits | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme, self._model = theme, model
        self._edits, self._hides = edits, False
        self.table = TensorTable(theme)
        if edits is not None:
            self.table.entered.connect(edits.enter)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.table)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.tensors = Panel(theme, "Tensors of this operation", "What an operation reads and writes appears here. Press F10 to step.")
        self.tensors.set_content(self._scroll)
        self.check = DifferenceCheck(theme, model, document, selection)
        self._column = _Column(theme, self.tensors, self.check)
        # Where the window is low both keep their height, and one scrolls: rows of half their height cannot be read.
        scroll = QScrollArea()
        scroll.setWidget(self._column)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what has the focus is scrolled to
        for part in (scroll.viewport(), self._column):  # Qt takes a widget that is covered by opaque ones for hidden
            part.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        model.changed.connect(self._refresh)
        model.element_changed.connect(self._refresh)
        theme.changed.connect(self._repaint)
        follow(theme, self)
        self._refresh()

    def set_hidden(self, hides: bool) -> None:
        """Whether what was written is to be predicted."""
        if hides != self._hides:
            self._hides = hides
            self._refresh()

    def _refresh(self) -> None:
        rows = tensor_rows(self._model, self._edits.editable() if self._edits is not None else frozenset())
        if self._hides:
            rows = tuple(replace(row, is_hidden=row.written, place=None if row.written else row.place) for row in rows)
        self.table.show_rows(rows)
        self.tensors.set_empty(None if rows else "What an operation reads and writes appears here. Press F10 to step.")

    def _repaint(self) -> None:
        self.table.update()
        self._column.update()

    def apply_metrics(self) -> None:
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.side_column, self._theme.metrics.px(600))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(240), self._theme.metrics.px(130))


class _Column(QWidget):
    """Both parts, one above the other, with a line between them."""

    def __init__(self, theme: Theme, tensors: Panel, check: DifferenceCheck) -> None:
        super().__init__()
        self._theme, self._tensors, self._check = theme, tensors, check
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(tensors, 1)
        column.addWidget(check)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._tensors.setMinimumHeight(self._theme.metrics.px(LOWEST_TENSORS))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.panel)
        painter.fillRect(0, self._check.y(), self.width(), 1, self._theme.tokens.line)
        painter.end()
