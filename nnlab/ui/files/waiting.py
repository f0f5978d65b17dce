"""A large file is read or written beside the window, which goes on painting; a box over it says what is done and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.telling import listening
from nnlab.jobs.context import JobContext
from nnlab.jobs.service import ENDED, JobState
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import ElidedLabel, Label

LARGE = 4_000_000  # bytes; reading or writing fewer is done before anybody notices
WIDTH = 420
_LOOK = 30  # milliseconds

T = TypeVar("T")


class WaitingBox(QDialog):
    """Stays until `work` has ended. `work` may tell how far it is (`nnlab.core.telling`); what is told raises where Cancel was pressed."""

    def __init__(self, theme: Theme, jobs: LiveJobs, title: str, work: Callable[[], object], may_cancel: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._theme = theme
        self.title = ElidedLabel(theme, title, "name")
        self.words = Label(theme, " ", "caption", "text2")
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("How far it is")
        self.cancel_button = PressButton("Cancel")
        self.cancel_button.setVisible(may_cancel)
        self.cancel_button.clicked.connect(self.reject)
        self._may_cancel = may_cancel
        self._column, self._foot = QVBoxLayout(self), QHBoxLayout()
        self._foot.addStretch(1)
        self._foot.addWidget(self.cancel_button)
        for widget in (self.title, self.bar, self.words):
            self._column.addWidget(widget)
        self._column.addLayout(self._foot)
        self.job = jobs.start(title, lambda context: _done(context, work), quiet=True, lane="file").job
        timer = QTimer(self, interval=_LOOK)
        timer.timeout.connect(self._look)
        timer.start()
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedWidth(metrics.px(WIDTH))
        self._column.setContentsMargins(metrics.padding, metrics.padding, metrics.padding, metrics.padding)
        self._column.setSpacing(metrics.grid)

    def _look(self) -> None:
        if self.job.state in ENDED:  # asked, since a window that closes tells nothing more
            self.accept()
            return
        progress = self.job.progress
        if progress is not None and progress.words:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * progress.fraction))
            self.words.setText(f"{progress.words[:1].upper()}{progress.words[1:]}")

    def reject(self) -> None:
        """Cancel and Escape; what cannot be ended goes on."""
        if self._may_cancel:
            self.job.cancel()
            super().reject()


def _done(context: JobContext, work: Callable[[], object]) -> object:
    """What the work gives; an error in words is a result as well, raised again by whoever waits."""
    with listening(lambda share, words: context.report(share, 1.0, words)):
        try:
            return work()
        except NNLabError as error:
            return error


def wait_for(window: QWidget, theme: Theme, jobs: LiveJobs, title: str, work: Callable[[], T], may_cancel: bool = True) -> T | None:
    """The work's result, None where it was cancelled or the window closed meanwhile. Raises the NNLabError that the work raises."""
    box = WaitingBox(theme, jobs, title, work, may_cancel, window.window())
    box.setWindowModality(Qt.WindowModality.ApplicationModal)
    box.exec()
    box.deleteLater()
    if box.job.state is not JobState.FINISHED:
        return None
    if isinstance(box.job.result, NNLabError):
        raise box.job.result
    return cast(T, box.job.result)
