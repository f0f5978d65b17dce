"""What all runs start from: fresh weights or confidently wrong ones, a click apart; weights from elsewhere are shown by their name.

The wrong start is learned beside the display (progress and cancel are those of every job), and becomes the project's initial weights by one
undoable edit, which takes all runs back to iteration 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.jobs.context import JobContext
from nnlab.studies.wrong_start import NAME, wrong_start
from nnlab.training.initial_weights import InitialWeights, SwappedLabels
from nnlab.training.project import Project
from nnlab.ui.document.document import Document
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.segmented import Option, Segmented

FRESH, WRONG, GIVEN = "fresh", "wrong", "given"
RECIPE = SwappedLabels()
FRESH_TIP = "Weights drawn from the seed; undo brings back what the runs had learned"
WRONG_TIP = (
    f"All runs start from weights that learned the swapped labels first (Adam {RECIPE.learning_rate:g}, {RECIPE.updates:,} updates), "
    "so they are sure and wrong; rewinds to iteration 0, and can be undone"
)
NO_CLASSES = "There are no classes whose labels could be swapped: the target is numbers"


class StartSwitch(QWidget):
    """Follows the document. `refused(sentence)`: a wrong start was asked for and there is none."""

    refused = Signal(str)

    def __init__(self, theme: Theme, session: LiveSession, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._session, self._document = theme, session, document
        self._job: LiveJob | None = None
        self._gradients = ""  # in words
        self._asked: Project | None = None  # what the start that is being learned is for
        self.caption = Label(theme, "Start", "body", "text2")
        options = (Option(FRESH, "fresh", FRESH_TIP), Option(WRONG, NAME, WRONG_TIP), Option(GIVEN, "given"))
        self.choice = Segmented(theme, options, "What all runs start from")
        self.choice.chosen.connect(self.choose)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.caption)
        self._row.addWidget(self.choice)
        follow(theme, self)
        for signal in (document.initial_changed, document.replaced, session.state_changed):
            signal.connect(self.show_document)
        self.show_document()

    def apply_metrics(self) -> None:
        self._row.setSpacing(self._theme.metrics.px(4))

    def set_narrow(self, is_narrow: bool) -> None:
        """Shorter words where there is little room; they are explained in full all the same."""
        self.caption.setVisible(not is_narrow)
        self.choice.button(WRONG).setText("wrong" if is_narrow else NAME)

    @property
    def is_learning(self) -> bool:
        return self._job is not None

    @property
    def job(self) -> LiveJob | None:
        """What learns the wrong start, while it does."""
        return self._job

    def show_document(self) -> None:
        """Which start the project has; while one is being learned, that one."""
        initial, data = self._document.project.initial, self._session.data
        given = self.choice.button(GIVEN)
        is_given = initial is not None and initial.recipe is None
        given.setVisible(is_given)
        if initial is not None and is_given:
            given.setText(initial.name)
            given.setAccessibleName(initial.name)
        self.choice.choose(WRONG if self.is_learning else GIVEN if is_given else FRESH if initial is None else WRONG)
        wrong = self.choice.button(WRONG)
        has_classes = data is not None and data.target.classes > 1
        wrong.setEnabled(has_classes and self._session.can_run)
        wrong.setToolTip(WRONG_TIP if has_classes else NO_CLASSES)
        self._explain()

    def _explain(self) -> None:
        """How the start came about, what of the network it does not fit, and what the first gradients are worth."""
        initial = self._document.project.initial
        words = FRESH_TIP if initial is None else initial.words or initial.name
        misfits = initial.misfits(self._document.graph) if initial is not None else ()
        if misfits:
            words += f". {', '.join(misfits)} {'does' if len(misfits) == 1 else 'do'} not fit and {_is(misfits)} drawn from the seed"
        words += self._gradients
        self.caption.set_color("warn" if misfits else "text2")
        self.caption.setText("Start *" if misfits else "Start")
        self.caption.setToolTip(words)
        self.choice.setToolTip(words)
        self.choice.setAccessibleDescription(words)

    def show_gradients(self, names: Sequence[str], norms: Sequence[float]) -> None:
        """The first gradient of every run from this start; none while they are not known."""
        known = [f"{name} {numbers.number(norm, 3)}" for name, norm in zip(names, norms, strict=False) if math.isfinite(norm)]
        self._gradients = f". Norm of the first gradient: {', '.join(known)}" if known else ""
        self._explain()

    # Choosing

    def toggle(self) -> None:
        """The other of the two starts."""
        self.choose(WRONG if self._document.project.initial is None and not self.is_learning else FRESH)

    def choose(self, name: str) -> None:
        project, data = self._document.project, self._session.data
        self._give_up()
        if name == FRESH and project.initial is not None:
            self._document.edit("Fresh start", replace(project, initial=None))
        elif name == WRONG and (project.initial is None or project.initial.recipe is None):
            if data is None or data.target.classes < 2:
                self.refused.emit(f"{NO_CLASSES}.")
            else:
                self._learn(project, data)
        self.show_document()

    def _learn(self, project: Project, data: Data) -> None:
        def study(context: JobContext) -> InitialWeights:
            return wrong_start(project, data, RECIPE, context)

        self._asked = project
        self._job = self._session.jobs.start("Learning the swapped labels", study, lane="start")
        self._job.finished.connect(self._take)
        self._job.failed.connect(self._fail)
        self._job.ended.connect(self._end)

    def _give_up(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _take(self, found: InitialWeights) -> None:
        project = self._document.project
        if self._job is None or self._asked is None or self.sender() is not self._job:
            return  # given up meanwhile
        if (project.graph, project.data, project.training) != (self._asked.graph, self._asked.data, self._asked.training):
            self.refused.emit("The project changed while the wrong start was learned; choose it again.")
            return
        self._job = None
        self._document.edit("Confidently wrong start", replace(project, initial=found))

    def _fail(self, sentence: str, detail: str) -> None:
        """Said by the jobs already."""
        if self.sender() is self._job:
            self._job = None

    def _end(self) -> None:
        if self._job is not None and self.sender() is self._job:
            self._job = None
        self.show_document()


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
