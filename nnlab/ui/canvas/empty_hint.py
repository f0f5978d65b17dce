"""What stands on an empty canvas: how to begin, in words and as buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from nnlab.ui.theme import Theme
from nnlab.ui.widgets.buttons import plain_text
from nnlab.ui.widgets.label import Label

HOW = (
    "Double-click or press Tab to add an operator, or drag one here from the palette.\n"
    "Ctrl+V takes a TensorFlow Playground address, or a line such as 2-8-8-1 tanh."
)


class EmptyHint(QWidget):
    """Words over a row of buttons; `set_starts` says which. A child of the view: what the mouse does between the buttons is the view's."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Empty canvas")
        title = Label(theme, "The canvas is empty", role="title", parent=self)
        words = Label(theme, HOW, role="body", color="text2", parent=self)
        for label in (title, words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.metrics.grid)
        column = QVBoxLayout(self)
        column.setSpacing(theme.metrics.px(14))
        column.addWidget(title)
        column.addWidget(words)
        column.addLayout(self._row)

    def set_starts(self, starts: Sequence[QAction | QMenu]) -> None:
        """A button for each: an action runs, a menu opens."""
        self._row.addStretch(1)
        for start in starts:
            made = QPushButton(plain_text(start) if isinstance(start, QAction) else f"{start.title()}…")
            made.setToolTip(start.toolTip())
            if isinstance(start, QAction):
                made.clicked.connect(start.trigger)
            else:
                made.clicked.connect(lambda checked=False, made=made, menu=start: menu.popup(made.mapToGlobal(made.rect().bottomLeft())))
            self._row.addWidget(made)
        self._row.addStretch(1)
