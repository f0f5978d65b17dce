"""The list of adapters on one base. Digits switch to one alone, 0 to the base alone, Shift and a digit adds one or takes it out."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QMessageBox, QVBoxLayout, QWidget

from nnlab.training.session_adapters import AdapterSummary
from nnlab.ui.adapters.adapter_edits import AdapterEdits
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.lora.adapter_row import AdapterRow
from nnlab.ui.lora.shown_adapter import ShownAdapter
from nnlab.ui.widgets.painting import draw_focus

# Shift and a digit are another key on every keyboard; where they are not, the digit itself comes.
_DIGITS = {Qt.Key.Key_0 + k: k for k in range(10)} | dict(
    zip((ord(c) for c in ')!@#$%^&*('), range(10), strict=True)
)  # fmt: skip


class AdaptersList(QWidget):
    """`save_wanted` for the adapter that is shown: the panel knows where to."""

    save_wanted = Signal()

    def __init__(self, theme: Theme, edits: AdapterEdits, shown: ShownAdapter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._edits, self._shown = theme, edits, shown
        self.rows: list[AdapterRow] = []
        self._summaries: dict[str, AdapterSummary] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setAccessibleName("Adapters")
        self.setAccessibleDescription(
            "A digit switches to that adapter alone, 0 to the base alone, Shift and a digit adds one; F2 renames, Ctrl D duplicates, "
            "Delete takes away"
        )
        shown.changed.connect(self._show)
        edits.refused.connect(self._show_again)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.update()

    def show_adapters(self, summaries: dict[str, AdapterSummary]) -> None:
        self._summaries = summaries
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if summaries else Qt.FocusPolicy.NoFocus)  # a list of none has no place to show it
        while len(self.rows) > len(summaries):
            row = self.rows.pop()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(summaries):
            self._add_row()
        self._show()

    def row(self, name: str) -> AdapterRow:
        """The row of an adapter. Raises KeyError where there is none."""
        return self.rows[list(self._summaries).index(name)] if name in self._summaries else self.rows[len(self.rows)]

    def _add_row(self) -> None:
        index = len(self.rows)
        row = AdapterRow(self._theme, index + 1, self)
        row.chosen.connect(partial(self._choose, index))
        row.toggled.connect(lambda on, index=index: self._edits.enable(self._name(index), on))
        row.weighed.connect(lambda weight, gesture, index=index: self._edits.set_weight(self._name(index), weight, gesture))
        row.renamed.connect(lambda new, index=index: self._rename(self._name(index), new))
        row.menu_wanted.connect(partial(self._open_menu, index))
        self._column.addWidget(row)
        self.rows.append(row)

    def _name(self, index: int) -> str:
        return list(self._summaries)[index]

    def _show(self) -> None:
        for row, (name, summary) in zip(self.rows, self._summaries.items(), strict=True):
            row.show_adapter(summary, name == self._shown.name)

    def _show_again(self, sentence: str) -> None:
        """A switch that was clicked goes back where the edit was refused."""
        if sentence:
            self._show()

    def _choose(self, index: int) -> None:
        self._shown.choose_adapter(self._name(index))
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    # What one can do with a row

    def _rename(self, old: str, new: str) -> None:
        if self._edits.rename(old, new):
            self._shown.follow_name(old, new)

    def delete(self, name: str) -> None:
        """Asks only where something would be lost that no file holds."""
        if self._edits.has_unsaved_work(name) and not ask_to_delete(self, name):
            return
        self._edits.delete(name)

    def _open_menu(self, index: int) -> None:
        self._choose(index)
        row = self.rows[index]
        menu = self.menu(self._name(index))
        menu.exec(row.more.mapToGlobal(QPoint(0, row.more.height())))
        menu.deleteLater()

    def menu(self, name: str) -> QMenu:
        """Everything that can be done with one adapter."""
        menu, summary, edits = QMenu(self), self._summaries[name], self._edits
        row = self.row(name)
        menu.addAction("Switch to it alone", lambda: edits.switch(name))
        menu.addAction("Keep as it is" if summary.learns else "Train", lambda: edits.learn(name, not summary.learns)).setEnabled(
            not summary.merged
        )
        menu.addAction("Unmerge" if summary.merged else "Merge into W", lambda: edits.merge(name, not summary.merged))
        menu.addSeparator()
        menu.addAction("Rename", row.edit_name)
        menu.addAction("Duplicate", lambda: edits.duplicate(name))
        menu.addAction("Save…", self.save_wanted.emit)
        menu.addSeparator()
        menu.addAction("Delete", lambda: self.delete(name))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        names, key, current = list(self._summaries), event.key(), self._shown.name
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        other = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        number = None if other else _DIGITS.get(key)
        if number is not None and number <= len(names):
            if number == 0:
                self._edits.switch(None)
            elif shift:
                name = names[number - 1]
                self._edits.enable(name, not self._summaries[name].enabled)
            else:
                self._edits.switch(names[number - 1])
                self._shown.choose_adapter(names[number - 1])
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and current in names:
            at = names.index(current) + (1 if key == Qt.Key.Key_Down else -1)
            self._shown.choose_adapter(names[min(max(at, 0), len(names) - 1)])
        elif key == Qt.Key.Key_F2 and current:
            self.row(current).edit_name()
        elif key == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier and current:
            self._edits.duplicate(current)
        elif key == Qt.Key.Key_Delete and current:
            self.delete(current)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, self._theme.tokens)
            painter.end()


def ask_to_delete(parent: QWidget, name: str) -> bool:
    """Whether an adapter whose numbers are in no file may be taken away."""
    buttons = QMessageBox.StandardButton
    question = f"“{name}” has learned what no file holds. Delete it? Undo brings it back while the window is open."
    return QMessageBox.question(parent, "Delete adapter", question, buttons.Yes | buttons.Cancel, buttons.Cancel) == buttons.Yes
