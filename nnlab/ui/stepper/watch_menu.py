"""The menu of the right button on a tensor or a cell of Step: what of it is to be watched."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from nnlab.ui.document.debugging_edits import watch_texts
from nnlab.ui.document.document import Document
from nnlab.ui.document.watch_actions import fill_with_watches
from nnlab.ui.stepper.model import StepModel


class WatchMenu(QObject):
    """`refused(sentence)` when something cannot be watched."""

    refused = Signal(str)

    def __init__(self, model: StepModel, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._document, self._widget = model, document, parent

    def open(self, argument: str, index: tuple[int, ...], at: QPoint) -> None:
        """For an element of a tensor of this moment, by its kernel argument."""
        menu = self.menu(argument, index)
        if menu is not None:
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(at)

    def menu(self, argument: str, index: tuple[int, ...]) -> QMenu | None:
        """None for what has no name in the network."""
        instruction = self._model.instruction
        operands = instruction.operands if instruction is not None else ()
        tensor = next((o.tensor for o in operands if o.argument.name == argument), None)
        if tensor is None:
            return None
        menu = QMenu(self._widget)
        fill_with_watches(menu, self._document, watch_texts(tensor, index), self.refused.emit)
        return menu
