"""Breakpoints: everything that stepping stops at, and conditions that training stops at, each with how often that came about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget

from nnlab.core.errors import NNLabError
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.formula_code import problem_of
from nnlab.engine.tensor_formula import tensor_formula
from nnlab.ui.document.debugging_edits import (
    breakpoint_words,
    change_breakpoint,
    remove_breakpoints,
    remove_condition,
    set_condition,
    set_condition_times,
    switch_condition,
    toggle_breakpoint,
)
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import Services
from nnlab.ui.panels.controls.breakpoint_row import BreakpointRow
from nnlab.ui.panels.controls.condition_field import ConditionField, ConditionRow
from nnlab.ui.panels.row_panel import RowPanel
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.focus import focused_within
from nnlab.ui.widgets.label import Label

EMPTY = (
    "Breakpoints stop the stepper at an operation, a phase or a neuron. F9 sets one at the selected node or the operation shown; "
    "so do the menu of a card and the right button on the blocks below."
)


class BreakpointsPanel(RowPanel):
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
        self.conditions: list[ConditionRow] = []
        self.new = ConditionField("Stop when: a new condition", self._judge)
        self.new.taken.connect(self._add_condition)
        self.problem = Label(theme, "", "caption", "error")
        self.problem.setWordWrap(True)
        self.new.judged.connect(self._show_problem)
        self.words = Label(theme, EMPTY, "caption", "text2")
        self.words.setWordWrap(True)
        self.set_below(self.new, self.problem, self.words)
        document, session = services.document, services.session
        for signal in (document.debugging_changed, document.changed, document.replaced, session.stepped, session.state_changed):
            signal.connect(self.follow)
        self.apply_metrics()
        self.follow()

    def draw(self, view: LiveView) -> None:
        """Counts go up while training runs."""
        self._show_conditions()

    def follow(self, *_: object) -> None:
        """Shows the document's breakpoints and how often each was reached."""
        document, debugging = self._services.document, self._services.session.debugging
        shown = document.project.debugging.breakpoints
        had_focus = focused_within(self) is not None
        self.fit(self.rows, len(shown), self._make_row)
        for row, each in zip(self.rows, shown, strict=True):
            is_here = not each.node or each.node in document.graph
            row.show_breakpoint(each, breakpoint_words(each, document.graph), debugging.hits(each), is_here)
        self._show_conditions()
        conditions = document.project.debugging.conditions
        self.new.name_after(document.graph)
        self.words.setVisible(not shown)
        self.run.setEnabled(self._services.session.can_run and any(each.is_on for each in shown))
        self.clear_all.setEnabled(bool(shown or conditions))
        number = len(shown) + len(conditions)
        self.setWindowTitle(f"{self.title} ({number})" if number else self.title)
        if had_focus and self.rows and focused_within(self) is None:
            self.rows[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_conditions(self) -> None:
        document, debugging = self._services.document, self._services.session.debugging
        shown = document.project.debugging.conditions
        self.fit(self.conditions, len(shown), self._make_condition, len(self.rows))
        for row, each in zip(self.conditions, shown, strict=True):
            row.show_condition(each, *debugging.condition(each.text))
            row.field.name_after(document.graph)

    def _make_condition(self) -> ConditionRow:
        row = ConditionRow(self._services.theme, self._judge)
        row.switched.connect(lambda is_on: switch_condition(self._services.document, row.text, is_on))
        row.times_chosen.connect(lambda times: set_condition_times(self._services.document, row.text, times))
        row.written.connect(lambda text: self._set_condition(text, row.text))
        row.removed.connect(lambda: remove_condition(self._services.document, row.text))
        return row

    def begin_condition(self, formula: str) -> None:
        """Writes the beginning of a condition over a formula, for the person to complete."""
        self.new.setText(f"{formula} > ")
        self.new.setModified(True)
        self.new.setFocus(Qt.FocusReason.OtherFocusReason)

    def _judge(self, text: str) -> str:
        """What is wrong with a condition in the network that is trained, in one sentence."""
        frame = self._services.session.frame
        try:
            formula = tensor_formula(text)
        except NNLabError as error:
            return str(error)
        return problem_of(formula, frame.program) if frame is not None else ""

    def _add_condition(self, text: str) -> None:
        if text and self._set_condition(text):
            self.new.clear()

    def _set_condition(self, text: str, before: str = "") -> bool:
        try:
            set_condition(self._services.document, text, before)
        except NNLabError as error:
            self._show_problem(str(error))
            return False
        self._show_problem("")
        return True

    def _show_problem(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if problem:  # it may lie below what the panel's height shows
            self._column.activate()
            self._area.ensureWidgetVisible(self.problem, 0, self._theme.metrics.px(4))

    def clear(self) -> None:
        """Breakpoints stay, whatever is trained."""

    def _make_row(self) -> BreakpointRow:
        row = BreakpointRow(self._services.theme)
        row.switched.connect(lambda is_on: self._change(row, "Switch on" if is_on else "Switch off", lambda b: replace(b, is_on=is_on)))
        row.times_chosen.connect(lambda times: self._change(row, f"Stop from time {times}", lambda b: replace(b, times=times)))
        row.removed.connect(lambda: self._remove(row))
        row.picked.connect(lambda: self._pick(row))
        row.moved.connect(lambda steps: self._move(row, steps))
        return row

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
