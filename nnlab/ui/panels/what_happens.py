"""What happens: the pictures of all runs, how good they are over time, and every run's own loss, one below the other.

Where the window is low, the own losses give way; the pictures and the scores never do.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.comparison.invitation import Invitation
from nnlab.ui.comparison.own_losses import OwnLosses
from nnlab.ui.comparison.sample_focus import SampleFocus
from nnlab.ui.comparison.scores import Scores
from nnlab.ui.comparison.several_seeds import SeveralSeeds
from nnlab.ui.comparison.shown_run import ShownRun
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.run_pictures import RunPictures
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.run.other_runs import LateRun

LEAST_SCORES, OWN, OWN_SHARE = 150, (104, 216), 0.195  # pixels; the own losses take a share of the height between two sizes


class WhatHappens(QWidget):
    """Lays its parts out by itself: pictures are squares, and what is left belongs to the scores."""

    def __init__(
        self, theme: Theme, crosshair: Crosshair, focus: SampleFocus, jobs: LiveJobs, invitation: Invitation, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._count = 0  # runs that have a place
        self._late: Sequence[tuple[LateRun, str]] = ()  # runs that catch up
        self._shown, self._has_scores = 0, False  # runs shown last, and whether their scores were
        self.pictures = RunPictures(theme, focus, invitation, self)
        self.seeds = SeveralSeeds(theme, jobs, self)
        self.scores = Scores(theme, crosshair, self)
        self.own = OwnLosses(theme, crosshair, self)
        self.seeds.resized.connect(self._arrange)
        self.pictures.resized.connect(self._arrange)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def place_runs(self, count: int, late: Sequence[tuple[LateRun, str]] = ()) -> None:
        """Places for so many runs, and for those that catch up, each with the name it will have."""
        if (count, late) == (self._count, self._late):
            return  # arranging repaints everything
        self._count, self._late = count, late
        self.pictures.place_runs(count, late)
        self.own.place_runs(count)
        self._arrange()

    def show_pictures(self, runs: Sequence[ShownRun]) -> None:
        """`runs` from the project's own on."""
        self.pictures.show_runs(runs, self.scores.of_validation)
        self.scores.watched.note(runs)

    def show_curves(self, runs: Sequence[ShownRun]) -> None:
        """How good the runs are, and their own losses; while they train these two take turns, for they change slowly."""
        view = runs[0].view
        is_all = not view.playing or len(runs) != self._shown
        self._shown, self._has_scores = len(runs), not self._has_scores
        first = view.curves.origin
        last = max(view.frame.iteration, int(view.curves.iterations[-1]) if len(view.curves.mean) else 0)
        if is_all or self._has_scores:
            self.scores.show_runs(runs, first, last)
        if self.own.isVisible() and (is_all or not self._has_scores):
            self.own.show_runs(runs, self.scores.axis_of(runs), first, last)

    def _arrange(self) -> None:
        px, padding = self._theme.metrics.px, self._theme.metrics.padding
        width, height = self.width() - 2 * padding, self.height()
        seeds = self.seeds.wanted_height(width) if self.seeds.has_something else 0
        own = min(max(round(OWN_SHARE * height), px(OWN[0])), px(OWN[1]))
        room = height - seeds - px(LEAST_SCORES)
        pictures = self.pictures.wanted_height(width, room)
        has_own = pictures + own <= room
        self.pictures.setGeometry(padding, 0, width, pictures)
        self.seeds.setGeometry(padding, pictures, width, seeds)
        rest = height - pictures - seeds - (own if has_own else 0)
        self.scores.setGeometry(padding, pictures + seeds, width, rest)
        self.own.setGeometry(padding, height - own, width, own)
        self.own.setVisible(has_own)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._theme.tokens.line)
        for part in (self.scores, self.own):
            if part.isVisible():
                painter.drawLine(0, part.y(), self.width(), part.y())
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
        painter.end()
