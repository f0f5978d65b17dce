"""What of a layer is frozen, parameter by parameter: a check box for each, under the one that freezes all of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from nnlab.graph.graph import Node
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.check import Check


class FreezeChecks(QWidget):
    """`chosen(names)`: the person wants exactly these parameters frozen. Hidden for a node with fewer than two."""

    chosen = Signal(frozenset)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.checks: dict[str, Check] = {}
        self._letters: dict[str, str] = {}
        self._frozen: frozenset[str] = frozenset()
        self._grid = QGridLayout(self)
        follow(theme, self)
        self.hide()

    def show_node(self, node: Node) -> None:
        """Shows what of a node is frozen; nothing is emitted."""
        letters = {parameter.name: parameter.letter for parameter in node.parameters}
        if letters != self._letters:
            self._letters = letters
            for check in self.checks.values():
                self._grid.removeWidget(check)
                check.hide()
                check.deleteLater()
            self.checks = {name: Check(self._theme, letter) for name, letter in letters.items()}
            for name, check in self.checks.items():
                check.setParent(self)
                check.clicked.connect(lambda checked=False, name=name: self._choose(name, checked))
            self._place()
        self._frozen = node.frozen
        for name, check in self.checks.items():
            check.setChecked(name in node.frozen)
            check.setAccessibleName(f"Freeze {name} of {node.id}")
            check.setToolTip(f"A frozen {name} keeps its numbers: no gradient of it is computed and no update made, others learn on")
        self.setVisible(len(letters) > 1)

    def _choose(self, name: str, is_frozen: bool) -> None:
        self.chosen.emit(self._frozen | {name} if is_frozen else self._frozen - {name})

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._grid.setContentsMargins(metrics.label + metrics.grid, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * metrics.grid)
        self._grid.setVerticalSpacing(0)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """As many beside each other as there is room for with their letters: a layer with adapters has many parameters."""
        if not self.checks:
            return
        gap, room = self._grid.horizontalSpacing(), self.width() - self._grid.contentsMargins().left()
        widest = max(check.sizeHint().width() for check in self.checks.values())
        columns = min(len(self.checks), max(1, (room + gap) // (widest + gap)))
        for k, check in enumerate(self.checks.values()):
            self._grid.addWidget(check, k // columns, k % columns, Qt.AlignmentFlag.AlignLeft)
        for column in range(len(self.checks)):
            self._grid.setColumnStretch(column, int(column == columns - 1))
