"""What happens: a picture of every run, all of one size. Two stand side by side, more in two rows with their figures beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from nnlab.core.dataset import Target
from nnlab.training.runs import MOST_RUNS
from nnlab.ui.comparison.catching_up import CatchingUp
from nnlab.ui.comparison.class_legend import ClassLegend
from nnlab.ui.comparison.invitation import Invitation
from nnlab.ui.comparison.sample_focus import SampleFocus
from nnlab.ui.comparison.shown_run import ShownRun
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.run_picture import BESIDE, RunPicture
from nnlab.ui.run.other_runs import LateRun

GAP = 16
LOW = 160  # side of a picture where there are three or four, at least
LARGE = 0.66  # and the share of the width that it takes where that is more
LEGEND = 22


class RunPictures(QWidget):
    """`open_wanted(place)`: the person wants to go on with this run as the project."""

    open_wanted = Signal(int)
    resized = Signal()  # it needs another height

    def __init__(self, theme: Theme, focus: SampleFocus, invitation: Invitation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._count = 1
        self._late = 0  # runs that catch up, in the places behind those that are shown
        self._target: Target | None = None
        self._is_same_batch = True
        self.invitation = invitation
        invitation.setParent(self)
        self.pictures = [RunPicture(theme, place, focus, self) for place in range(MOST_RUNS)]
        for picture in self.pictures:
            picture.open_wanted.connect(self.open_wanted)
        self.waiting = [CatchingUp(theme, self) for _ in range(MOST_RUNS)]
        self.legend = ClassLegend(theme, self)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def place_runs(self, count: int, late: Sequence[tuple[LateRun, str]] = ()) -> None:
        """Places for so many runs, and for those that catch up, each with the name it will have."""
        self._count, self._late = count, len(late)
        places = count + len(late)
        for place, (picture, waiting) in enumerate(zip(self.pictures, self.waiting, strict=True)):
            picture.setVisible(place < count)
            waiting.setVisible(count <= place < places)
            if count <= place < places:
                waiting.show_run(*late[place - count])
        self.invitation.setVisible(places in (1, MOST_RUNS - 1))  # where one place of a row is empty
        self._arrange()

    def show_runs(self, runs: Sequence[ShownRun], of_validation: bool) -> None:
        for picture, run in zip(self.pictures, runs, strict=False):
            picture.show_run(run, of_validation)
        self._target = runs[0].view.data.target
        first = self.pictures[0].batch
        self._is_same_batch = all(np.array_equal(picture.batch, first) for picture in self.pictures[: len(runs)])
        self._follow_rings()

    @property
    def _is_low(self) -> bool:
        return self._count + self._late > 2

    def wanted_height(self, width: int, most: int) -> int:
        """The height at which the pictures are squares as large as the width, or at most as that height, allows."""
        return min(self._whole(width) + (self._theme.metrics.px(LEGEND) if self.legend.has_something else 0), most)

    def _whole(self, width: int) -> int:
        """The height of pictures that nothing makes smaller than the width does."""
        px = self._theme.metrics.px
        low = max(px(LOW), round(((width - px(GAP)) // 2 - px(BESIDE)) * LARGE))
        return 2 * low + px(20) if self._is_low else (width - px(GAP)) // 2 + self.pictures[0].around

    def _follow_rings(self) -> None:
        """What the legend has to explain depends on the size, too: many rings need much room."""
        if self._target is not None:
            had = self.legend.has_something
            self.legend.show_classes(self._target, self.pictures[0].ringed, self._is_same_batch)
            if self.legend.has_something != had:
                self.resized.emit()
                self._arrange()

    def _arrange(self) -> None:
        px, gap = self._theme.metrics.px, self._theme.metrics.px(GAP)
        rows, top = (2, px(8)) if self._is_low else (1, 0)
        # In a low window the legend gives way to the data.
        has_legend = self.legend.has_something and self.height() >= self._whole(self.width()) + px(LEGEND)
        self.legend.setVisible(has_legend)
        height = self.height() - top - (px(LEGEND) if has_legend else 0)
        cell_width, cell_height = (self.width() - gap) // 2, (height - px(12) * (rows - 1)) // rows
        for place, picture in enumerate(self.pictures):
            picture.set_low(self._is_low)
            row, column = divmod(place, 2)
            picture.setGeometry(column * (cell_width + gap), top + row * (cell_height + px(12)), cell_width, cell_height)
        head, foot = (0, 0) if self._is_low else self.pictures[0].around_each
        for place, waiting in enumerate(self.waiting):
            waiting.setGeometry(self.pictures[place].geometry().adjusted(0, head, 0, -foot))
        self.invitation.setGeometry(self.waiting[min(self._count + self._late, MOST_RUNS - 1)].geometry())
        self.legend.setGeometry(0, top + height, self.width(), px(LEGEND))
        self._follow_rings()
