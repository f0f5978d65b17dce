"""The test part in the data panel: how many samples wait, a button that asks them, what they said and how often they were asked."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.files.project import SavedProject
from nnlab.jobs.context import JobContext
from nnlab.training.scores import TITLES
from nnlab.training.test_evaluation import TestEvaluation, times_in_words
from nnlab.ui.document.document import Document
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label


class TestPart(QWidget):
    """Hidden while no samples are set aside. Training goes on while the samples are evaluated."""

    __test__ = False  # no test case, whatever pytest thinks of its name

    def __init__(self, theme: Theme, document: Document, session: LiveSession) -> None:
        super().__init__()
        self._theme, self._document, self._session = theme, document, session
        self._job: LiveJob | None = None
        self.title = Label(theme, "Test", "caption", "text2")
        self.button = PressButton("Evaluate on test")
        self.button.setToolTip("Asks the samples that were set aside; every time is counted, as each look makes the next worth less")
        self.button.clicked.connect(self.evaluate)
        self.said = Label(theme, "", "body", "text")
        self.problem = Label(theme, "", "caption", "error")
        for label in (self.said, self.problem):
            label.setWordWrap(True)
        self._column = QVBoxLayout(self)
        for widget in (self.title, self.button, self.said, self.problem):
            self._column.addWidget(widget)
        document.runs_changed.connect(self.refresh)
        document.replaced.connect(self._on_replaced)
        self.show_data(None)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setContentsMargins(metrics.padding, metrics.px(4), metrics.padding, metrics.px(8))
        self._column.setSpacing(metrics.px(4))

    def show_data(self, data: Data | None) -> None:
        has_part = data is not None and len(data.test_x) > 0
        self.setVisible(has_part)
        if has_part:
            self._say("")
        self.refresh()

    def refresh(self) -> None:
        """Shows the newest evaluation of the project."""
        tests = self._document.runs.tests
        self.said.setText(in_words(tests[-1], len(tests)) if tests else "Not looked at yet.")

    def evaluate(self) -> None:
        """Evaluates the weights of this moment in the background; refused in words where that cannot be."""
        self._say("")
        if self._job is not None:
            return
        try:
            saved = SavedProject(self._document.project, self._session.snapshot())
        except NNLabError as error:
            self._say(str(error))
            return

        def work(job: JobContext) -> TestEvaluation:
            from nnlab.files.session_file import session_of

            return session_of(saved).evaluate_on_test()

        self.button.setEnabled(False)
        self._job = self._session.jobs.start("Evaluate on test", work, lane="test")
        self._job.finished.connect(self._on_finished)
        self._job.failed.connect(self._on_failed)
        self._job.ended.connect(self._on_ended)

    def _on_replaced(self) -> None:
        """Another project: what the one before is asked does not count here."""
        if self._job is not None:
            self._job.finished.disconnect(self._on_finished)
            self._job.failed.disconnect(self._on_failed)
            self._job.cancel()

    def _on_finished(self, found: TestEvaluation) -> None:
        try:
            self._document.keep_test(found)
        except NNLabError as error:
            self._say(str(error))

    def _on_failed(self, sentence: str, detail: str) -> None:
        self._say(sentence)

    def _on_ended(self) -> None:
        self._job = None
        self.button.setEnabled(True)

    def _say(self, sentence: str) -> None:
        if sentence:
            self.show()
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))


def in_words(found: TestEvaluation, times: int) -> str:
    """What the newest evaluation said, and how many there were."""
    name, value = found.main
    score = "" if value is None else f"{TITLES[name]} {numbers.percent(value) if name == 'accuracy' else numbers.number(value)}, "
    samples = f"{numbers.count(found.samples)} samples at iteration {numbers.count(found.iteration)}"
    return f"{score}loss {numbers.number(found.loss)} on {samples}. Looked at {times_in_words(times)}."
