"""Problems: what keeps the network from training, or will make it train badly, in words, each with buttons that fix it.

A row that is chosen selects its node, and `node_wanted` asks the canvas to bring it into view. Fixes are sought for the rows in sight
only: a hundred dead ends cost no more than five.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.graph.diagnostic import Diagnostic, Fix, count
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.controls.problem_row import ProblemRow
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.widgets.focus import focused_within, holds
from nnlab.ui.widgets.label import Label

NO_PROBLEMS = "No problems: this network can train."


class ProblemsPanel(LivePanel):
    """The session's diagnostics, errors first, then what stopped the last run. `node_wanted(id)` when one should be seen."""

    name = "problems"
    title = "Problems"

    node_wanted = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        self._failure = services.session.failure
        self._shown: tuple[Diagnostic, ...] | None = None
        self.rows: list[ProblemRow] = []  # those that show a problem
        self._all_rows: list[ProblemRow] = []
        self.summary = Label(services.theme, "", "caption", "text2")
        self.add_option(self.summary)
        page = QWidget()
        page.setAccessibleName("List of problems")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(page)
        self.set_content(self._area)
        self._seek = QTimer(self, singleShot=True, interval=0)
        self._seek.timeout.connect(self._seek_fixes)
        self._area.verticalScrollBar().valueChanged.connect(lambda _: self._seek.start())
        services.session.state_changed.connect(self.refresh)
        services.session.failed.connect(self._failed)
        services.session.recovered.connect(self._recovered)
        services.selection.changed.connect(self._mark_current)
        self.refresh()

    def clear(self) -> None:
        """What was shown is gone; the list has its own ways to hear of it."""

    def _recovered(self) -> None:
        """What stopped the run is history."""
        if self._failure:
            self._failure = ""
            self.refresh()

    def _draw_newest(self) -> None:
        """Nothing of a frame is shown here."""

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is to be shown now."""
        session = self._services.session
        found = sorted(session.diagnostics, key=lambda d: not d.is_error)
        if session.data is None and session.reason:
            found.insert(0, Diagnostic("error", session.reason))
        if self._failure:
            found.insert(0, Diagnostic("error", self._failure))
        return tuple(found)

    def refresh(self) -> None:
        """Shows the session's diagnostics as they are now."""
        if self._services.session.is_playing:
            self._failure = ""
        problems = self.problems
        if self._shown is not None and _texts(problems) == _texts(self._shown):
            for row, problem in zip(self.rows, problems, strict=True):
                if row.problem is not problem:
                    row.problem = problem
            return
        place = self._focused_row()
        self._shown = problems
        for row, problem in zip(self._all_rows, problems, strict=False):
            row.problem = problem
        while len(self._all_rows) < len(problems):
            self._add_row(problems[len(self._all_rows)])
        self.rows = self._all_rows[: len(problems)]
        for i, row in enumerate(self._all_rows):
            row.setVisible(i < len(problems))
        self._tell_counts(problems)
        self.set_empty(None if problems else NO_PROBLEMS)
        self._mark_current()
        if place is not None and self.rows:  # who fixes problems by keyboard stays in the list
            self.rows[min(place, len(self.rows) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        self._seek.start()

    def _tell_counts(self, problems: Sequence[Diagnostic]) -> None:
        errors = sum(problem.is_error for problem in problems)
        words = [count(number, word) for number, word in ((errors, "error"), (len(problems) - errors, "warning")) if number]
        self.summary.setText("   ".join(words))
        self.setWindowTitle(f"{self.title} ({len(problems)})" if problems else self.title)  # what the tab of its dock says
        self.setAccessibleDescription(", ".join(words) or NO_PROBLEMS)

    # Rows

    def _add_row(self, problem: Diagnostic) -> None:
        """One more row. Rows are kept, not made again: one that is acted on may not vanish under its own event."""
        row = ProblemRow(self._services.theme, problem)
        row.picked.connect(lambda: self._pick(row))
        row.fix_chosen.connect(self.apply_fix)
        row.moved.connect(lambda steps: self._move(row, steps))
        self._column.insertWidget(len(self._all_rows), row)
        self._all_rows.append(row)

    def _pick(self, row: ProblemRow) -> None:
        node_id = row.problem.node_id
        if node_id is not None and node_id in self._services.document.graph:
            self._services.selection.set([node_id])
            self.node_wanted.emit(node_id)

    def _move(self, row: ProblemRow, steps: int) -> None:
        """To another row, which is chosen by coming to it."""
        place = min(len(self.rows) - 1, max(0, self.rows.index(row) + steps))
        self.rows[place].setFocus(Qt.FocusReason.TabFocusReason)
        self._area.ensureWidgetVisible(self.rows[place], 0, 0)
        self._pick(self.rows[place])

    def _focused_row(self) -> int | None:
        focused = focused_within(self)
        return next((i for i, row in enumerate(self.rows) if focused is not None and holds(row, focused)), None)

    def apply_fix(self, fix: Fix) -> None:
        """Applies a fix, as one undoable step. One that no longer fits the graph is told like a failed run."""
        try:
            self._services.document.apply_fix(fix)
        except NNLabError as error:
            self._failed(str(error), "")

    def _seek_fixes(self) -> None:
        """Shows the fixes of the rows in sight."""
        if not self.isVisible():
            return
        top, height = self._area.verticalScrollBar().value(), self._area.viewport().height()
        for i, row in enumerate(self.rows):
            if top - row.height() <= i * row.height() <= top + height:
                row.show_fixes()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._seek.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._seek.start()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.rows:
            self.rows[0].setFocus(event.reason())

    def _failed(self, message: str, _: str) -> None:
        self._failure = message
        self.refresh()

    def _mark_current(self) -> None:
        chosen = set(self._services.selection.nodes)
        for row in self.rows:
            is_current = row.problem.node_id in chosen
            if is_current != row.is_current:
                row.is_current = is_current
                row.update()

    def table(self) -> ExportTable | None:
        """Severity, node and sentence of every problem."""
        problems = self.problems
        if not problems:
            return None
        return ExportTable(
            ("severity", "node", "problem"),
            ([p.severity for p in problems], [p.node_id or "" for p in problems], [p.message for p in problems]),
        )


def _texts(problems: Sequence[Diagnostic]) -> list[tuple[str, str, str | None]]:
    return [(p.severity, p.message, p.node_id) for p in problems]
