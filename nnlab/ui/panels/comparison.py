"""Comparison: two to four runs of one project side by side, from the same start, with one difference.

From left to right: what happens (every run's picture, and how good each is over the iterations), and why (the losses and their gradients
over one axis, every sample a mark on them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError, SettingError
from nnlab.studies.comparison import variants
from nnlab.training.difference import SEED_KEY, Difference, differences
from nnlab.training.runs import MOST_RUNS
from nnlab.training.varied import is_so, present_value, suggestions, with_project
from nnlab.ui.comparison.equal_starts import EqualStarts
from nnlab.ui.comparison.invitation import Invitation
from nnlab.ui.comparison.sample_focus import SampleFocus
from nnlab.ui.comparison.shown_run import ShownRun, run_title, score_figures, shown_runs
from nnlab.ui.comparison.start_switch import StartSwitch
from nnlab.ui.comparison.statement import KEY_TITLES, Choices, Statement, titled
from nnlab.ui.comparison.why import Why
from nnlab.ui.document.comparison_edits import set_comparison
from nnlab.ui.panels.base import LivePanel, PanelFigures, Services
from nnlab.ui.panels.plotting import export
from nnlab.ui.panels.what_happens import WhatHappens
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.other_runs import LateRun

CURVES, PICTURES, WHY = "curves", "pictures", "why"
TURNS = (CURVES, PICTURES, CURVES, WHY)  # the curves move, so they are drawn twice as often
LOSSES = ("batch_loss", "smoothed", "validation", "learning_rate")  # of several kinds they cannot be told from each other
CROWDED_SECONDS = 0.063  # between two parts: a little less than four ticks of the display
EMPTY = "Up to four runs stand here side by side, from the same start and with one difference, as soon as the network can run."


class ComparisonPanel(LivePanel):
    """The whole middle of the workspace Compare."""

    name = "comparison"
    title = "Comparison"
    probes = ("predictions", "curve", "decision", "output_losses", "simplex")
    of_all_runs = True
    is_centre = True
    frames_per_second = 64.0  # every one of the window; each draws one part

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        self._turn, self._shown = 0, 0  # the part drawn last, and how many runs were shown
        self._late: tuple[LateRun, ...] = ()  # runs that catch up
        theme, jobs = services.theme, services.session.jobs
        self.header.hide()
        self.start = StartSwitch(theme, services.session, services.document)
        self.start.refused.connect(self._refuse)
        self.strip = self.statement = Statement(theme, self.start)
        self.statement.chosen.connect(self._choose)
        self.statement.offer(self._choices)
        self.statement.ended.connect(self.end)
        self.statement.add_wanted.connect(self.add_run)
        self.statement.seeds.clicked.connect(self.repeat)
        self.focus = SampleFocus(self)
        self.equal_starts = EqualStarts(jobs, self.statement, self)
        self.equal_starts.found.connect(self._show_gradients)
        self.invitation = Invitation(theme, self._choices)
        self.invitation.wanted.connect(self._choose)
        self.invitation.choose_wanted.connect(self.statement.open_menu)
        self.happening = WhatHappens(theme, services.crosshair, self.focus, jobs, self.invitation)
        self.happening.pictures.open_wanted.connect(self.go_on_with)
        for signal in (self.happening.scores.part_chosen, self.happening.scores.axis_chosen):
            signal.connect(self.restyle)
        self.why = Why(theme, self.focus)
        self._arrange()
        services.document.settled.connect(self._follow_document)
        services.document.replaced.connect(self._follow_document)
        services.session.state_changed.connect(self._follow_document)
        services.session.late_changed.connect(self._show_late)
        self.clear()
        self._follow_document()

    def _arrange(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.happening, 552)
        body.addWidget(self.why, 392)
        column.addLayout(body, 1)
        self.set_content(page)
        self.happening.place_runs(1)

    # What is compared

    @property
    def compared(self) -> tuple[str, tuple[str, ...]]:
        """(key, values): the project's own value first; ("", ()) when nothing is compared."""
        companions = list(self._services.session.companions.values())
        if not companions:
            return "", ()
        key = companions[0].variant.key
        try:
            own = present_value(self._services.document.project, key)
        except SettingError:  # the network has just lost it; the runs follow in a moment
            return "", ()
        return key, (own, *(present_value(companion.project, key) for companion in companions))

    def _follow_document(self) -> None:
        key, values = self.compared
        self.statement.show_comparison(key, values, MOST_RUNS)
        self.invitation.set_compared(key, values)
        self._place_runs(max(1, len(values) - len(self._late)))
        session = self._services.session
        projects = (self._services.document.project, *(companion.project for companion in session.companions.values()))
        self.equal_starts.prove(key, projects, session.data, session.unlike)
        self.start.show_gradients([titled(key, value) for value in values], self.equal_starts.gradients)

    def _choices(self) -> Choices:
        """Values worth comparing by key, and the project's own."""
        data, project = self._services.session.data, self._services.document.project
        found = suggestions(project, data) if data is not None else {}
        return found, {key: present_value(project, key) for key in found}

    def _choose(self, key: str, values: list[str]) -> None:
        try:
            if key:
                found = tuple(Difference(key, value) for value in values[1:])
            else:
                typed = differences(values[0])
                found = tuple(difference for difference in typed if not is_so(self._services.document.project, difference))
                if not found:
                    raise SettingError(f"{typed[0]} alone cannot be compared, for the project is so itself; give another value.")
            self.compare(found)
        except NNLabError as error:
            self._services.session.failed.emit(str(error), "")
        self._follow_document()

    def compare(self, found: tuple[Difference, ...]) -> None:
        """Trains these variants beside the project, all from iteration 0, as one undoable edit; raises NNLabError for what cannot be."""
        session, project = self._services.session, self._services.document.project
        if session.data is None:
            raise NNLabError(f"{session.reason.rstrip('.')}; until then nothing can be compared.")
        if found:
            variants(project, session.data, with_project(project, found))  # before anything ends
        set_comparison(self._services.document, found, begins_anew=session.iteration > 0)

    def _refuse(self, sentence: str) -> None:
        self._services.session.failed.emit(sentence, "")

    def _show_gradients(self) -> None:
        """What every run's first gradient is worth, at the start that all have in common."""
        key, values = self.compared
        self.start.show_gradients([titled(key, value) for value in values], self.equal_starts.gradients)
        self.restyle()

    def add_run(self) -> None:
        """Another run with the next suggested value of what differs."""
        key, values = self.compared
        session = self._services.session
        key = key or "loss"
        if session.data is None:
            return
        found = suggestions(self._services.document.project, session.data).get(key, ())
        present = present_value(self._services.document.project, key)
        following = next((value for value in found if value not in values and value != present), None)
        if following is not None:
            self._choose(key, [present, *values[1:], following])

    def end(self) -> None:
        set_comparison(self._services.document, ())
        self._follow_document()

    def go_on_with(self, place: int) -> None:
        """The project becomes what this run is a variant of: one undoable edit, and the run begins anew."""
        companions = list(self._services.session.companions.values())
        if not 0 < place <= len(companions):
            return
        companion = companions[place - 1]
        key = companion.variant.key
        what = f"Go on with {KEY_TITLES.get(key, key)} {titled(key, companion.name)}"
        self._services.document.edit(what, replace(companion.project, comparison=()), begins_anew=True)

    def repeat(self) -> None:
        """The same comparison from several seeds in the background: who is the best, or that nobody is."""
        key, values = self.compared
        session, project = self._services.session, self._services.document.project
        if key == SEED_KEY:
            session.failed.emit("The runs differ in their seeds already; compare something else to repeat it with several.", "")
        elif len(values) > 1 and session.data is not None:
            self.happening.seeds.start(project, session.data, key, values, max(session.iteration, 1))

    # Drawing

    def draw(self, view: LiveView) -> None:
        """All parts; while training runs one after the other, so that no frame of the window waits for all of them."""
        runs = shown_runs(view, self.compared[0], self.equal_starts.gradients)
        self._place_runs(len(runs))
        is_all = not view.playing or len(runs) != self._shown
        self._shown = len(runs)
        self._turn = 0 if is_all else (self._turn + 1) % len(TURNS)
        part = TURNS[self._turn]
        if is_all or part == PICTURES:
            self.happening.show_pictures(runs)
            self._tell_scores(runs)
        if is_all or part == WHY:
            self.why.show_runs(runs)
        if is_all or part == CURVES:
            self.happening.show_curves(runs)

    def _show_late(self, late: tuple[LateRun, ...]) -> None:
        self._late = late
        self._place_runs(self._shown or 1)

    def _place_runs(self, count: int) -> None:
        key = self.compared[0] if self._late else ""
        self.happening.place_runs(count, tuple((run, run_title(key, run.name)) for run in self._late[: MOST_RUNS - count]))

    def seconds_between_draws(self, view: LiveView) -> float:
        """While runs train on every core, what is drawn is taken from training: only every fourth frame draws something here."""
        return CROWDED_SECONDS if view.crowded else super().seconds_between_draws(view)

    def _tell_scores(self, runs: Sequence[ShownRun]) -> None:
        """The figures of the pictures, so that there is one of each only."""
        samples = "validation" if self.happening.scores.of_validation else "training"
        scores = [picture.figure for picture in self.happening.pictures.pictures[: len(runs)]]
        self.figured.emit(PanelFigures(self.name, score_figures(runs, scores, samples), LOSSES))

    def clear(self) -> None:
        super().clear()
        self.happening.seeds.clear()
        self.why.reset()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Of the plot under the mouse; pictures have menus of their own."""
        menu = export.picture_menu(self, self._theme, event)
        if menu is None:
            event.ignore()
            return
        menu.exec(event.globalPos())
        menu.deleteLater()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.canvas)
        painter.end()

    def focusInEvent(self, event: object) -> None:
        self.statement.field.setFocus(Qt.FocusReason.OtherFocusReason)
