"""Branches: the runs that went their own way from an earlier iteration, to return to, and what of the run can be gone back to exactly."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nnlab.core.errors import NNLabError
from nnlab.engine.frame import Frame
from nnlab.training.branch import branch_name
from nnlab.training.reach import Reach
from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import count
from nnlab.ui.panels.base import Services
from nnlab.ui.panels.controls.branch_row import BranchRow
from nnlab.ui.panels.row_panel import RowPanel
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.label import Label

EMPTY = (
    "Go back to an earlier iteration on the time strip, then branch a new run from there: the one until now is kept here, with all it "
    "had come to, and can be returned to."
)


class BranchesPanel(RowPanel):
    """The run that is trained first, then those that are kept. `refused(sentence)`: what could not be done."""

    name = "branches"
    title = "Branches"
    refused = Signal(str)
    frames_per_second = 4.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme, self._past = services.theme, services.session.past
        self._shown: tuple[Reach, Frame | None, bool] | None = None
        self.rows: list[BranchRow] = []
        self.new = IconButton.of(theme, icon(theme, "branch", color="text2"), "Branch a new run from here", "Branch a new run from here")
        self.new.clicked.connect(self._branch)
        self.overlay = Check(theme, "In the loss plot", tip="Shows the losses of the branches in the plot of the loss")
        self.overlay.setChecked(self._past.shows_branches)
        self.overlay.clicked.connect(self._set_overlay)
        self.add_option(self.overlay)
        self.add_option(self.new)
        self.words = Label(theme, EMPTY, "caption", "text2")
        self.budget = Label(theme, "", "caption", "text2")
        for part in (self.words, self.budget):
            part.setWordWrap(True)
        self.set_below(self.words, self.budget)
        services.session.state_changed.connect(self.follow)
        self.apply_metrics()
        self.follow()

    def draw(self, view: LiveView) -> None:
        self.follow()

    def clear(self) -> None:
        """What is kept stays, whatever is shown of the run."""

    def follow(self) -> None:
        """Shows the branches as they are."""
        reach, view = self._past.reach, self.view
        frame = view.frame if view is not None else None
        can_run = self._services.session.can_run
        if (reach, frame, can_run) == self._shown:
            return
        self._shown = reach, frame, can_run
        kept = reach.branches
        self.fit(self.rows, len(kept) + 1 if kept else 0, self._make_row)
        if self.rows:
            loss = view.losses.smoothed if view is not None else math.nan
            self.rows[0].show_branch(reach.branch, branch_name(reach.branch), reach.origin, reach.latest, loss, True)
        for row, branch in zip(self.rows[1:], kept, strict=False):
            row.show_branch(branch.number, branch.name, branch.origin, branch.latest, branch.curves.losses.smoothed, False)
        self.words.setVisible(not kept)
        self.overlay.setVisible(bool(kept))
        self.budget.setText(reach_words(reach))
        self.budget.setVisible(can_run)  # nothing can be gone back to in a network that cannot be trained
        self.new.setEnabled(reach.latest > 0 and can_run)
        self.setWindowTitle(f"{self.title} ({len(kept)})" if kept else self.title)

    def _make_row(self) -> BranchRow:
        row = BranchRow(self._services.theme)
        row.chosen.connect(lambda: self._return_to(row.number))
        row.removed.connect(lambda: self._past.forget_branch(row.number))
        return row

    def _branch(self) -> None:
        try:
            self._past.branch()
        except NNLabError as error:
            self.refused.emit(str(error))

    def _return_to(self, number: int) -> None:
        try:
            self._past.return_to(number)
        except NNLabError as error:
            self.refused.emit(str(error))

    def _set_overlay(self, is_on: bool) -> None:
        self._past.shows_branches = is_on
        self._services.session.show_again()


def reach_words(reach: Reach) -> str:
    """What can be gone back to exactly, what it costs, and what room there is."""
    used, budget = reach.nbytes / 2**20, reach.budget / 2**20
    memory = f"{used:.0f} of {budget:.0f} MB" if used >= 10 else f"{used:.1f} of {budget:.0f} MB"
    if not reach.latest:
        return f"Every iteration that is trained can be gone back to exactly. Memory for it: {memory}."
    again = f"; at most {count(reach.spacing)} are computed again" if reach.spacing > 1 else ""
    lost = " Older ones no longer fit." if reach.earliest > 0 else ""
    return f"Iterations {count(reach.earliest)} to {count(reach.latest)} can be gone back to exactly{again}.{lost} Memory: {memory}."
