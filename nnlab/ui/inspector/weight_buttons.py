"""Buttons for changing weights by hand: open their table, draw them again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.ui.inspector.parts import button
from nnlab.ui.look.theme import Theme, follow

EDIT_TIP = "Opens the table of all weights, to change single ones"
REINITIALISE_TIP = (
    "Draws these weights again with another seed; other layers and the optimiser's moments stay. "
    "Undo restores the current weights exactly"
)


class WeightButtons(QWidget):
    """`edit` and `reinitialise` when pressed."""

    edit = Signal()
    reinitialise = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.edit_button = button("Edit weights…", EDIT_TIP, self.edit.emit)
        self.reinitialise_button = button("Re-initialise", REINITIALISE_TIP, self.reinitialise.emit)
        self._row = QHBoxLayout(self)
        for one in (self.edit_button, self.reinitialise_button):
            self._row.addWidget(one)
        self._row.addStretch(1)
        follow(theme, self)

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """Both buttons, in reading order."""
        return self.edit_button, self.reinitialise_button

    def apply_metrics(self) -> None:
        self._row.setContentsMargins(0, self._theme.metrics.px(6), 0, 0)
        self._row.setSpacing(self._theme.metrics.grid)
