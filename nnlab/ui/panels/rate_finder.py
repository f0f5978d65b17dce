"""Rate finder: a copy of the run is trained with a rate that grows from step to step, and the curve of its loss suggests a rate to use.

The test starts where the run stands, or from the project's initial weights when nothing was trained, and runs in the background; the run
itself, its weights and its history stay as they are. Taking the suggestion is one undoable edit of the training settings.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.core.optimizer import LEARNING_RATE
from nnlab.core.preparation import Data
from nnlab.jobs.context import JobContext
from nnlab.jobs.remaining import remaining_words
from nnlab.studies.learning_rate import find_learning_rate, with_suggestion
from nnlab.training.commands import NoNetwork, Snapshot
from nnlab.training.learning_rate_finder import RateCurve
from nnlab.training.project import Project
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.rate_plot import RatePlot
from nnlab.ui.run.answers import wait_for
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.progress_line import ProgressLine

LANE = "learning rate"
LOOK_MILLISECONDS = 100
INVITATION = "A copy of the run is trained with a learning rate that grows from step to step; where its loss falls, a rate is suggested."
KEPT = "The test trained a copy; the run's weights are as they were."


class RateFinderPanel(LivePanel):
    """`find_rate` starts the test, `use` takes what it suggests over into the project."""

    name = "rate_finder"
    title = "Rate finder"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self.job: LiveJob | None = None
        self._tested: Project | None = None  # what the curve is of, or will be
        self._refusal = ""
        self.plot = RatePlot(theme)
        self.words = Label(theme, INVITATION, "caption", "text2")
        self.words.setWordWrap(True)
        self.bar = ProgressLine(theme, "of the learning-rate test done")
        self.find_button = PressButton(icon(theme, "play"), "Find")
        self.use_button, self.cancel_button = PressButton(), PressButton("Cancel")
        self.find_button.setToolTip("Tests 200 rates on a copy of the run, in the background")
        self.cancel_button.setToolTip("Ends the test; nothing of it is kept")
        self._arrange()
        self._timer = QTimer(self, interval=LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._show_progress)
        self.find_button.clicked.connect(self.find_rate)
        self.use_button.clicked.connect(self.use)
        self.cancel_button.clicked.connect(self.cancel)
        for signal in (services.document.settled, services.document.training_changed, services.session.state_changed):
            signal.connect(self._show_state)
        self._show_state()
        self.apply_metrics()

    def _arrange(self) -> None:
        page = QWidget()
        self._column, self._foot = QVBoxLayout(page), QHBoxLayout()
        self._column.addWidget(self.plot, 1)
        self._column.addWidget(self.bar)
        self._column.addLayout(self._foot)
        self._foot.addWidget(self.words, 1)
        for button in (self.cancel_button, self.find_button, self.use_button):
            self._foot.addWidget(button)
        self.set_content(page)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_foot"):
            px = self._theme.metrics.px
            self._column.setContentsMargins(px(12), 0, px(12), px(8))
            self._column.setSpacing(px(6))
            self._foot.setSpacing(px(8))
            self.plot.setMinimumHeight(px(80))

    @property
    def curve(self) -> RateCurve | None:
        return self.plot.curve

    # Testing

    def find_rate(self) -> None:
        """Tests rates on a copy of the run as it stands now; does nothing while a test runs or the network cannot be trained."""
        session = self._services.session
        session.synchronise()
        data = session.data
        if self.job is not None or data is None or not session.can_run:
            return
        project = self._tested = self._services.document.project
        self._refusal = ""
        self.job = session.jobs.start("Learning-rate finder", _Test(project, data, session.request_snapshot(undisturbed=True)), lane=LANE)
        self.job.finished.connect(self._take)
        self.job.failed.connect(self._refuse)
        self.job.ended.connect(self._end)
        self.plot.show_curve(None, project.training.learning_rate)
        self._show_state()

    def cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()

    def use(self) -> None:
        """Gives the project the rate suggested, as one undoable edit."""
        curve = self.curve
        if curve is not None and curve.suggestion is not None:
            document = self._services.document
            document.edit(f"Use learning rate {curve.suggestion:g}", with_suggestion(document.project, curve))

    def _take(self, curve: RateCurve) -> None:
        self.plot.show_curve(curve, self._services.document.project.training.learning_rate)

    def _refuse(self, sentence: str, detail: str = "") -> None:
        self._refusal = sentence

    def _end(self) -> None:
        self.job = None
        self._show_state()

    def clear(self) -> None:
        """The network is another one, and with it the curve of none."""
        super().clear()
        if hasattr(self, "_timer"):
            self.cancel()
            self._refusal = ""
            self.plot.show_curve(None, self._services.document.project.training.learning_rate)
            self._show_state()

    # Showing

    def _show_state(self) -> None:
        running, curve, session = self.job is not None, self.curve, self._services.session
        rate = self._services.document.project.training.learning_rate
        suggestion = curve.suggestion if curve is not None else None
        had_focus = any(button.hasFocus() for button in (self.find_button, self.use_button, self.cancel_button))
        self.bar.setVisible(running)
        shown, hidden = (self.cancel_button, self.find_button) if running else (self.find_button, self.cancel_button)
        shown.setVisible(True)
        if had_focus and not shown.hasFocus() and not hidden.isHidden():
            shown.setFocus()  # before the one that has it is hidden, which would send it to another panel
        hidden.setVisible(False)
        self.find_button.setEnabled(session.can_run)
        self.find_button.setText("Find" if curve is None else "Again")
        self.use_button.setVisible(suggestion is not None and not running)
        if suggestion is not None:
            self.use_button.setText(f"Use {suggestion:g}")
            self.use_button.setEnabled(suggestion != rate)
            self.use_button.setToolTip("The project has this rate" if suggestion == rate else "Sets the learning rate; one step to undo")
        if curve is not None:
            self.plot.show_curve(curve, rate)
        if running:
            self._timer.start()
            self._show_progress()
            return
        self._timer.stop()
        self.words.setToolTip(KEPT if curve is not None else "")
        self.words.setText(self._refusal or session.reason or self._what_was_found(curve))

    def _what_was_found(self, curve: RateCurve | None) -> str:
        if curve is None:
            return INVITATION
        if self._tested is not None and _but_for_the_rate(self._tested) != _but_for_the_rate(self._services.document.project):
            return f"{curve.words} The project has changed since: test again."
        schedule = self._services.document.project.training.schedule
        held = "" if schedule == "constant" else " Tested without the schedule."
        return f"{curve.words}{held}"

    def _show_progress(self) -> None:
        if self.job is None:
            return
        progress = self.job.job.progress
        self.bar.show_share(self.job.job.fraction)
        left = remaining_words(self.job.job.remaining)
        self.words.setText(", ".join(filter(None, (progress.words if progress else "Prepares a copy of the run", left))))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        (self.use_button if self.use_button.isVisible() and self.use_button.isEnabled() else self.find_button).setFocus(event.reason())

    def table(self) -> ExportTable | None:
        return self.plot.table()

    def picture_widget(self) -> QWidget | None:
        return self.plot if self.curve is not None else None


class _Test:
    """The test as a job: from where the run stands, or from the start when there is no run."""

    def __init__(self, project: Project, data: Data, answer: Future[Snapshot]) -> None:
        self._project, self._data, self._answer = project, data, answer

    def __call__(self, context: JobContext) -> RateCurve:
        try:
            snapshot = wait_for(self._answer)
        except NoNetwork:
            snapshot = None
        context.check()
        return find_learning_rate(self._project, self._data, snapshot, context=context)


def _but_for_the_rate(project: Project) -> tuple[object, ...]:
    """What a curve depends on."""
    return project.graph, project.data, replace(project.training, learning_rate=float(LEARNING_RATE.default)), project.initial
