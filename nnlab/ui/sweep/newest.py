"""Work beside the display of which only the newest matters: while one piece is worked at, a newer one waits, and replaces who waited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import NNLabError
from nnlab.ui.run.jobs import LiveJob, LiveJobs


class Newest(QObject):
    """`done(answer)` on the display's thread. Functions that are asked must not touch anything that the display changes."""

    done = Signal(object)

    def __init__(self, jobs: LiveJobs, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._name = jobs, name
        self._job: LiveJob | None = None
        self._next: Callable[[], Any] | None = None

    def ask(self, work: Callable[[], Any]) -> None:
        if self._job is not None:
            self._next = work
            return
        try:
            self._job = self._jobs.start(self._name, lambda context: work(), quiet=True)
        except NNLabError:  # the window is closing: there is nobody to show it to
            return
        self._job.finished.connect(self.done)
        self._job.ended.connect(self._on_ended)

    def _on_ended(self) -> None:
        self._job = None
        work, self._next = self._next, None
        if work is not None:
            self.ask(work)
