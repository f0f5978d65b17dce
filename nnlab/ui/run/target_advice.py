"""Advice on the document's target column, kept up to date: the column is read when the data change, the network judged with every edit."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings
from nnlab.studies.advice import Advice, advise, column_of
from nnlab.studies.target_column import TargetColumn, find
from nnlab.ui.document.document import Document
from nnlab.ui.run.jobs import LiveJob, LiveJobs


class TargetAdvice(QObject):
    """`changed` when there is other advice; `failed(sentence)` when the column cannot be read, or the advice not be followed."""

    changed = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, jobs: LiveJobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._jobs = document, jobs
        self._is_wanted = False
        self._column: TargetColumn | None = None
        self._read_for: object = None
        self._job: LiveJob | None = None
        self.problem = ""  # why there is none, in a sentence
        self.advice: Advice | None = None
        document.changed.connect(lambda _: self._judge())
        document.data_changed.connect(self._read)
        document.replaced.connect(self._read)

    def want(self) -> None:
        """Somebody looks: the column is read now, and again whenever the data change."""
        self._is_wanted = True
        self._read()

    def _read(self) -> None:
        """In a job, since a table may be large."""
        data = self._document.project.data
        if not self._is_wanted:
            return
        if data == self._read_for:
            self._judge()
            return
        self._read_for, self._column = data, None
        if self._job is not None:
            self._job.cancel()
        self._job = self._jobs.start("Reading the target", lambda context: _looked_at(data), quiet=True, lane="advice")
        self._job.finished.connect(self._take)
        self._job.failed.connect(self._say_why_not)

    def _take(self, column: TargetColumn) -> None:
        self._column = column
        self._judge()

    def _say_why_not(self, sentence: str, detail: str) -> None:
        self.problem, self.advice = sentence, None
        self.changed.emit()

    def _judge(self) -> None:
        if self._column is not None:
            self.problem, self.advice = "", advise(self._column, self._document.graph)
            self.changed.emit()

    @property
    def changes_something(self) -> bool:
        """Whether following the advice makes another network."""
        graph = self._document.graph
        try:
            return self.advice is not None and self.advice.loss is not None and self.advice.apply(graph) != graph
        except NNLabError:
            return False

    def apply(self) -> None:
        """Gives the network the recommended loss and output layer, as one undoable edit."""
        if self.advice is None:
            return
        try:
            graph = self.advice.apply(self._document.graph)
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        self._document.edit(self.advice.headline, replace(self._document.project, graph=graph))


def _looked_at(data: DataSettings) -> TargetColumn:
    """The target column, counted and sorted here, where nobody waits for it."""
    column = column_of(data)
    find(column)
    return column
