"""The window's place for background work: an item in the transport bar, and the list that opens above it.

It looks at the jobs when they say so, at most ten times a second, and only what is written differently repaints.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from nnlab.jobs.remaining import remaining_words
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.jobs import LiveJob, LiveJobs
from nnlab.ui.widgets.job_item import JobRow
from nnlab.ui.widgets.jobs_list import JobsList
from nnlab.ui.widgets.transport_bar import TransportBar


def row_of(live: LiveJob) -> JobRow:
    """A job as it is written now."""
    job = live.job
    progress = job.progress
    if progress is None:
        return JobRow(job.name, None, is_cancelled=job.is_cancelled)
    return JobRow(job.name, job.fraction, remaining_words(job.remaining), progress.words, job.is_cancelled)


class RunningJobs(QObject):
    """Shows the jobs of one window."""

    def __init__(self, theme: Theme, window: QWidget, jobs: LiveJobs, bar: TransportBar) -> None:
        super().__init__(window)
        self._jobs, self._bar = jobs, bar
        self._shown: tuple[LiveJob, ...] = ()
        self.list = JobsList(theme, window, bar.jobs)
        self.list.cancel_requested.connect(self._cancel)
        bar.jobs.opened.connect(self.open_list)
        bar.jobs.cancel_requested.connect(lambda: self._cancel(0))
        jobs.changed.connect(self.refresh)

    def open_list(self) -> None:
        self._shown = self._jobs.shown
        self.list.open_list([row_of(live) for live in self._shown])

    def refresh(self) -> None:
        self._shown = self._jobs.shown
        rows = [row_of(live) for live in self._shown]
        self._bar.show_jobs(rows)
        self.list.show_rows(rows)

    def _cancel(self, k: int) -> None:
        if k < len(self._shown):
            self._shown[k].cancel()
            self.refresh()
