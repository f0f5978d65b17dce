"""Helps with the form of a sweep: which settings this project has, values worth trying, and what a choice would mean.

Every value is tried on the network before anything runs; that is done beside the display, a moment after the last keystroke.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.files.project import Project
from nnlab.jobs.context import JobContext
from nnlab.studies.sweeps.sweep import check_sweep
from nnlab.training.varied import known_keys, present_value, suggestions
from nnlab.ui.document.document import Document
from nnlab.ui.look import numbers
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession
from nnlab.ui.sweep.form import SweepForm
from nnlab.ui.sweep.run import LANE, sweep_of

PAUSE = 200  # milliseconds without a keystroke after which a choice is checked
FIRST = ("units", "learning_rate")  # what an empty form begins with


class FormGuide(QObject):
    """Follows the document and the form while the form can be seen."""

    def __init__(self, document: Document, session: LiveSession, form: SweepForm) -> None:
        super().__init__(form)
        self._document, self._session, self._form = document, session, form
        self._checking: LiveJob | None = None
        self._known: tuple[Project, Data, Mapping[str, tuple[str, ...]]] | None = None
        self._later = QTimer(self, singleShot=True, interval=PAUSE)
        self._later.timeout.connect(self.check)
        for signal in (form.changed, document.changed, document.training_changed, document.data_changed):
            signal.connect(self.check_later)

    def offer(self) -> None:
        """Fills the lists of keys, and a form in which nothing varies yet with what is worth trying."""
        project, data = self._document.project, self._session.data
        if data is None:
            return
        nodes = (f"{node.id}.{setting.name}" for node in project.graph for setting in node.kind.settings)
        self._form.offer((*known_keys(project), *nodes), self.suggested)
        if not self._form.rows:
            worth = self._worth(project, data)
            for key in (key for key in FIRST if key in worth):
                self._form.add_row(key, self.suggested(key))

    def suggested(self, key: str) -> str:
        """Values to try for a key, as one types them; empty for one that is none."""
        data = self._session.data
        if data is None:
            return ""
        try:
            return ",".join(self._worth(self._document.project, data).get(key) or (present_value(self._document.project, key),))
        except NNLabError:  # it is still being typed
            return ""

    def _worth(self, project: Project, data: Data) -> Mapping[str, tuple[str, ...]]:
        """`suggestions`, worked out once for a project: every loss is tried on its network."""
        if self._known is None or self._known[0] is not project or self._known[1] is not data:
            self._known = project, data, suggestions(project, data)
        return self._known[2]

    def check_later(self) -> None:
        self._later.start()

    def check(self) -> None:
        """Works out how many trials the form means, or what is wrong with it."""
        data, choice, project = self._session.data, self._form.choice, self._document.project
        if not self._form.isVisible() or data is None or self._session.is_closed:
            return
        if self._checking is not None:
            self._checking.cancel()

        def study(context: JobContext) -> str:
            sweep = sweep_of(project, choice)
            count = check_sweep(sweep, data)
            return f"{'Up to ' if sweep.random is not None else ''}{numbers.count(count)} trials"

        self._checking = self._session.jobs.start("Checking the sweep", study, quiet=True, lane=LANE)
        self._checking.finished.connect(self._say_count)
        self._checking.failed.connect(self._say_wrong)

    def _say_count(self, words: str) -> None:
        self._form.say(words, False)

    def _say_wrong(self, sentence: str, detail: str) -> None:
        self._form.say(sentence, True)
