"""A field over one cell of a matrix, in which its number is typed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from nnlab.core.tensor import Index
from nnlab.ui.look.numbers import editable

LEAST_WIDTH, LEAST_HEIGHT = 84, 26


class CellField(QLineEdit):
    """Enter takes what is typed (`typed(argument, index, text)`), Escape or leaving the field gives it up."""

    typed = Signal(str, tuple, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._matrix = parent
        self._place: tuple[str, Index] = ("", ())
        self.returnPressed.connect(self._take)
        self.hide()

    def open(self, cell: QRectF, argument: str, index: Index, value: float, name: str) -> None:
        """Over a cell, within the matrix's widget."""
        parent = self._matrix
        self._place = (argument, index)
        self.setAccessibleName(name)
        self.setText(editable(value))
        width, height = max(LEAST_WIDTH, round(cell.width())), max(LEAST_HEIGHT, round(cell.height()))
        x = min(max(0, round(cell.center().x() - width / 2)), parent.width() - width)
        y = min(max(0, round(cell.center().y() - height / 2)), parent.height() - height)
        self.setGeometry(x, y, width, height)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self) -> None:
        text = self.text()
        self._close()
        self.typed.emit(*self._place, text)

    def _close(self) -> None:
        if self.isVisible():
            self.hide()
            self._matrix.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)
            event.accept()  # nothing typed here is a key of the matrix below

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hide()
