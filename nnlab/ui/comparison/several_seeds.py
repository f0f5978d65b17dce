"""The same comparison from several seeds, in the background: every run's band as it grows, then who is the best, or that nobody is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.jobs.context import JobContext
from nnlab.jobs.remaining import remaining_words
from nnlab.studies.comparison import MEASURE_WORDS, Comparison, RunOutcome, compare, summary
from nnlab.training.difference import Difference
from nnlab.training.project import Project
from nnlab.ui.comparison.band_plot import BandPlot, SeedRow
from nnlab.ui.comparison.run_keys import RUN_KEYS
from nnlab.ui.comparison.statement import titled
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJob, LiveJobs
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.label import ElidedLabel, Label

SEEDS = 5


class SeveralSeeds(QWidget):
    """Hidden until there is something to say, and when it is closed. `resized`: it needs another height."""

    resized = Signal()

    def __init__(self, theme: Theme, jobs: LiveJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._jobs = theme, jobs
        self._job: LiveJob | None = None
        self._differences: tuple[Difference, ...] = ()
        self._outcomes: list[RunOutcome] = []
        self.title = Label(theme, "Over several seeds", "name")
        self.words = ElidedLabel(theme, "", "caption", "text2")
        self.close_button = IconButton.of(theme, icon(theme, "close"), "Close", "Ends the runs that are still to come, and puts this away")
        self.close_button.clicked.connect(self.clear)
        self.bands = BandPlot(theme)
        self.verdict = Label(theme, "", "caption", "text")
        self.verdict.setWordWrap(True)
        self._head = QHBoxLayout()
        for widget in (self.title, self.words, self.close_button):
            self._head.addWidget(widget, 1 if widget is self.words else 0)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.bands)
        self._column.addWidget(self.verdict)
        self._column.addStretch(1)
        self.hide()
        follow(theme, self)

    @property
    def has_something(self) -> bool:
        return not self.isHidden()

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def wanted_height(self, width: int) -> int:
        return max(self._column.heightForWidth(width), self._column.minimumSize().height())

    def clear(self) -> None:
        self._stop()
        self.hide()
        self.resized.emit()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._column.setContentsMargins(0, px(4), 0, px(6))
        self._column.setSpacing(px(2))
        self._head.setSpacing(px(8))

    def start(self, project: Project, data: Data, key: str, values: Sequence[str], steps: int) -> None:
        """Trains every value for so many steps from each seed; a repetition that is under way ends."""
        self._stop()
        self._differences, self._outcomes = tuple(Difference(key, value) for value in values), []
        differences, seeds = self._differences, SEEDS

        def study(context: JobContext) -> Comparison:
            return compare(project, data, differences, steps, seeds, context)

        self.words.setText(f"{numbers.count(steps)} iterations each")
        self.verdict.setText("")
        self._show_rows(None)
        job = self._job = self._jobs.start(f"Comparing {numbers.count(steps)} iterations from {seeds} seeds", study)
        job.partial.connect(self._take)
        job.progressed.connect(self._show_progress)
        job.finished.connect(self._conclude)
        job.failed.connect(self._fail)
        self.show()
        self.resized.emit()

    def _take(self, outcome: RunOutcome) -> None:
        if self.sender() is self._job:
            self._outcomes.append(outcome)
            self._show_rows(summary(self._differences, self._outcomes))

    def _show_progress(self) -> None:
        if self._job is not None and self._job.job.progress is not None:
            left = remaining_words(self._job.job.remaining)
            self.words.setText(f"{self._job.job.progress.words}{f', {left}' if left else ''}")

    def _conclude(self, found: Comparison) -> None:
        if self.sender() is not self._job:
            return
        self._job = None
        self.words.setText(f"{MEASURE_WORDS.get(found.measure, found.measure)}, {len(self._outcomes) // len(found.bands)} seeds")
        self._show_rows(found)
        self.verdict.setText(found.verdict)
        self.resized.emit()

    def _fail(self, sentence: str, detail: str) -> None:
        self._job = None
        self.words.setText("")
        self.verdict.setText(sentence)
        self.resized.emit()

    def _show_rows(self, found: Comparison | None) -> None:
        rows = []
        for difference, key in zip(self._differences, RUN_KEYS, strict=False):
            own = [outcome for outcome in self._outcomes if outcome.setting == str(difference)]
            measure = found.measure if found is not None else ""
            values = tuple(math.nan if o.stopped else dict(o.result.metrics).get(measure, math.nan) for o in own)
            wins = found is not None and self._job is None and found.winner == str(difference)
            rows.append(SeedRow(titled(difference.key, difference.text), key, values, wins))
        self.bands.show_rows(rows, found is None or found.measure == "accuracy")
