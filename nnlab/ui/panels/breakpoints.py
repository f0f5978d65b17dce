"""Breakpoints: everything that stepping stops at, each to be switched on and off, with how often it was reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnlab.engine.breakpoint import Breakpoint
from nnlab.ui.document.debugging_edits import breakpoint_words, change_breakpoint, remove_breakpoints, toggle_breakpoint
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.controls.breakpoint_row import BreakpointRow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.focus import focused_within

EMPTY = (
    "Breakpoints stop the stepper at an operation, a phase or a neuron. F9 sets one at the selected node or the operation shown; "
    "so do the menu of a card and the right button on the blocks below."
)


class BreakpointsPanel(LivePanel):
    """Rows in the order in which the breakpoints were set."""

    name = "breakpoints"
    title = "Breakpoints"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        self.rows: list[BreakpointRow] = []
        theme = services.theme
        self.run = IconButton.of(theme, icon(theme, "next_phase", color="text2"), "Run to breakpoint", "Run to breakpoint (F5)")
        self.run.clicked.connect(services.session.step_to_breakpoint)
        self.clear_all = IconButton.of(theme, icon(theme, "delete", color="text2"), "Remove all breakpoints")
        self.clear_all.clicked.connect(self._remove_all)
        self.add_option(self.run)
        self.add_option(self.clear_all)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidgetResizable(True)
        area.setWidget(page)
        self.set_content(area)
        document, session = services.document, services.session
        for signal in (document.debugging_changed, document.changed, document.replaced, session.stepped, session.state_changed):
            signal.connect(self.follow)
        self.follow()

    def follow(self, *_: object) -> None:
        """Shows the document's breakpoints and how often each was reached."""
        document, debugging = self._services.document, self._services.session.debugging
        shown = document.project.debugging.breakpoints
        had_focus = focused_within(self) is not None
        while len(self.rows) > len(shown):
            row = self.rows.pop()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(shown):
            self._add_row()
        for row, each in zip(self.rows, shown, strict=True):
            is_here = not each.node or each.node in document.graph
            row.show_breakpoint(each, breakpoint_words(each, document.graph), debugging.hits(each), is_here)
        self.set_empty(None if shown else EMPTY)
        self.run.setEnabled(self._services.session.can_run and any(each.is_on for each in shown))
        self.clear_all.setEnabled(bool(shown))
        self.setWindowTitle(f"{self.title} ({len(shown)})" if shown else self.title)
        if had_focus and self.rows and focused_within(self) is None:
            self.rows[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        """Breakpoints stay, whatever is trained."""

    def _add_row(self) -> None:
        row = BreakpointRow(self._services.theme)
        row.switched.connect(lambda is_on: self._change(row, "Switch on" if is_on else "Switch off", lambda b: replace(b, is_on=is_on)))
        row.times_chosen.connect(lambda times: self._change(row, f"Stop from time {times}", lambda b: replace(b, times=times)))
        row.removed.connect(lambda: self._remove(row))
        row.picked.connect(lambda: self._pick(row))
        row.moved.connect(lambda steps: self._move(row, steps))
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)

    def _change(self, row: BreakpointRow, label: str, change: Callable[[Breakpoint], Breakpoint]) -> None:
        if row.place is not None:
            change_breakpoint(self._services.document, row.place, change, label)

    def _remove(self, row: BreakpointRow) -> None:
        if row.place is not None:
            toggle_breakpoint(self._services.document, row.place)

    def _remove_all(self) -> None:
        remove_breakpoints(self._services.document)

    def _pick(self, row: BreakpointRow) -> None:
        if row.place is not None and row.place.node in self._services.document.graph:
            self._services.selection.set([row.place.node])

    def _move(self, row: BreakpointRow, steps: int) -> None:
        place = min(len(self.rows) - 1, max(0, self.rows.index(row) + steps))
        self.rows[place].setFocus(Qt.FocusReason.TabFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.rows:
            self.rows[0].setFocus(event.reason())
