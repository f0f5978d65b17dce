"""What every import page is made of: a title, what is seen of the data, forms beside it, and a foot that says what will be predicted.

Reading and preparing are jobs: the page says how far they are, Cancel ends them, and what cannot be used is told while the page stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnlab.core.preparation import SPLIT, TEST_SHARE, VALIDATION_SHARE, Data, DataSettings
from nnlab.core.setting import Value
from nnlab.core.written import percent
from nnlab.jobs.context import JobContext
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.jobs import LiveJob, LiveJobs
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.dialog_size import take_room
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.settings_form import SettingsForm

SIZE = (1400, 800)
SIDE = 224  # width of the forms beside their labels
SPLITTING = (replace(SPLIT, title="Split"), replace(VALIDATION_SHARE, title="Validation"), replace(TEST_SHARE, title="Test"))


class ImportPage(QDialog):
    """`answer` is what was decided, with the samples it makes, once the page is accepted. A subclass fills `_left` and `_side`."""

    def __init__(self, theme: Theme, jobs: LiveJobs, path: Path, settings: DataSettings, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._theme, self._jobs, self.path, self.settings = theme, jobs, path, settings
        self._job: LiveJob | None = None
        self.answer: tuple[DataSettings, Data] | None = None
        self.setWindowTitle(title)
        self.title = Label(theme, path.name, "title")
        self.about = ElidedLabel(theme, "Reading …", "body", "text2")
        self.split_title = Label(theme, "Samples", "name")
        self.split_form = SettingsForm(theme, SPLITTING, self._split_values())
        self.split_form.committed.connect(self._on_split)
        self.summary = ElidedLabel(theme, "", "body")
        self.problem = Label(theme, "", "caption", "error")
        self.problem.setWordWrap(True)
        self.import_button = PressButton("&Import")
        self.import_button.setDefault(True)
        self.import_button.setEnabled(False)
        self.import_button.clicked.connect(self.take)
        self.train_button = PressButton("Import and &train")
        self.train_button.setEnabled(False)
        self.train_button.setAutoDefault(False)
        self.train_button.setToolTip("Begins to train the network that the data suggests")
        self.train_button.clicked.connect(self._take_and_train)
        self.trains = False  # whether training is to begin at once
        self.cancel_button = PressButton("Cancel")
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        self._inset: list[QWidget] = [self.split_title]  # labels in line with the forms' own
        self._left, self._side = QVBoxLayout(), QVBoxLayout()
        self._lay_out()

    def _lay_out(self) -> None:
        self._forms = QWidget()
        self._forms.setLayout(self._side)
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._forms)
        self._middle = QHBoxLayout()
        self._middle.addLayout(self._left, 1)
        self._middle.addWidget(self._area)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.summary, 1)
        self._foot.addWidget(self.cancel_button)
        self._foot.addWidget(self.import_button)
        self._foot.addWidget(self.train_button)
        self._column = QVBoxLayout(self)
        for part in (self.title, self.about):
            self._column.addWidget(part)
        self._column.addLayout(self._middle, 1)
        self._column.addWidget(self.problem)
        self._column.addLayout(self._foot)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        px, padding, grid = metrics.px, metrics.padding, metrics.grid
        take_room(self, self._column, metrics, SIZE)
        self._middle.setSpacing(padding)
        self._left.setSpacing(px(4))
        self._side.setContentsMargins(0, 0, 0, 0)
        self._side.setSpacing(px(4))
        self._foot.setSpacing(grid)
        self._area.setFixedWidth(metrics.label + px(SIDE))
        for label in self._inset:
            label.setContentsMargins(padding, px(6), padding, 0)

    # Work in the background

    @property
    def is_ready(self) -> bool:
        """Whether what is shown can be taken."""
        raise NotImplementedError

    def take(self) -> None:
        """Prepares the samples in the background and accepts, or says why they cannot be used."""
        raise NotImplementedError

    def allow(self, is_allowed: bool) -> None:
        """Whether what is shown can be taken now."""
        self.import_button.setEnabled(is_allowed)
        self.train_button.setEnabled(is_allowed)

    def _take_and_train(self) -> None:
        self.trains = True
        self.take()

    def _start(self, name: str, run: Callable[[JobContext], Any], then: Callable[[Any], None]) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._jobs.start(name, run, lane="import")
        self._job.progressed.connect(self._show_progress)
        self._job.finished.connect(then)
        self._job.failed.connect(self._on_failed)

    def _show_progress(self) -> None:
        progress = None if self._job is None else self._job.job.progress
        if progress is not None and progress.words:
            self.summary.set_color("text2")
            self.summary.setText(f"{progress.words[:1].upper()}{progress.words[1:]}: {percent(progress.fraction)}")

    def _on_failed(self, sentence: str, detail: str) -> None:
        self._job, self.trains = None, False
        self._say(sentence)
        self.allow(self.is_ready)

    def _on_prepared(self, answer: tuple[DataSettings, Data]) -> None:
        self._job, self.answer = None, answer
        self.accept()

    def done(self, result: int) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        super().done(result)

    # The samples

    def _split_values(self) -> dict[str, Value]:
        s = self.settings
        return {"split": s.split, "validation_share": s.validation_share, "test_share": s.test_share}

    def _on_split(self, name: str, value: Value) -> None:
        self.settings = replace(self.settings, **{name: value})  # type: ignore[arg-type]  # the form holds a field to its setting's type
        self._say("")

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
