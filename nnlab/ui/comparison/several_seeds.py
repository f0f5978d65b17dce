"""The same comparison from several seeds, in the background: who is the best, or that nobody is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.jobs.context import JobContext
from nnlab.studies.comparison import Comparison, compare
from nnlab.training.difference import SEED_KEY, Difference
from nnlab.training.project import Project
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJob, LiveJobs
from nnlab.ui.widgets.label import Label

SEEDS = 5


class SeveralSeeds(QWidget):
    """Hidden until there is something to say. `resized`: it needs another height."""

    resized = Signal()

    def __init__(self, theme: Theme, jobs: LiveJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._jobs = theme, jobs
        self._job: LiveJob | None = None
        self.verdict = Label(theme, "", "body", "text")
        self.verdict.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.verdict)
        self.hide()
        follow(theme, self)

    @property
    def has_something(self) -> bool:
        return not self.isHidden()

    def wanted_height(self, width: int) -> int:
        return max(self._column.heightForWidth(width), self._theme.metrics.px(24))

    def clear(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.hide()
        self.resized.emit()

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._column.setContentsMargins(0, px(8), 0, px(4))

    def start(self, project: Project, data: Data, key: str, values: Sequence[str], steps: int) -> None:
        """Trains every value for so many steps from each seed."""
        found = tuple(Difference(key, value) for value in values)
        seeds = 1 if key == SEED_KEY else SEEDS

        def study(context: JobContext) -> Comparison:
            return compare(project, data, found, steps, seeds, context)

        self._job = self._jobs.start(f"Comparing {numbers.count(steps)} iterations from {seeds} seeds", study)
        self._job.finished.connect(self._show)
        self._job.failed.connect(self._say)

    def _show(self, found: Comparison) -> None:
        self._say(found.verdict)

    def _say(self, text: str, detail: str = "") -> None:
        self.verdict.setText(text)
        self.show()
        self.resized.emit()
