"""Comparison: two to four runs of one project side by side, from the same start, with one difference.

From left to right: what happens (every run's picture, and how good each is over the iterations), and why (the losses and their gradients
over one axis, every sample a mark on them).
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.jobs.context import JobContext
from nnlab.studies.comparison import Comparison, Starts, check_variants, compare, starts_of
from nnlab.training.difference import Difference, differences, present_value, suggestions
from nnlab.training.project import Project
from nnlab.training.runs import MOST_RUNS
from nnlab.ui.comparison.class_legend import ClassLegend
from nnlab.ui.comparison.output_loss_plot import FIRST_P, OutputLossPlot, RunLosses
from nnlab.ui.comparison.run_keys import RUN_KEYS
from nnlab.ui.comparison.run_lines_plot import RunLine, RunLinesPlot
from nnlab.ui.comparison.statement import KEY_TITLES, Choices, Statement, titled
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.run_picture import RunPicture
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.segmented import Option, Segmented

SEEDS = 5


class ComparisonPanel(LivePanel):
    """The whole middle of the workspace Compare."""

    name = "comparison"
    title = "Comparison"
    probes = ("predictions", "curve", "decision", "output_losses")
    of_all_runs = True
    is_centre = True
    frames_per_second = 20.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self.header.hide()
        self._equality: LiveJob | None = None
        self._asked: tuple[object, ...] = ()
        self._repeat: LiveJob | None = None
        self.statement = Statement(theme)
        self.statement.chosen.connect(self._choose)
        self.statement.offer(self._choices)
        self.statement.ended.connect(self.end)
        self.statement.add_wanted.connect(self.add_run)
        self.statement.seeds.clicked.connect(self.repeat)
        self.pictures = [RunPicture(theme, place) for place in range(MOST_RUNS)]
        for place, picture in enumerate(self.pictures):
            picture.open_wanted.connect(lambda place=place: self.go_on_with(place))
        self.legend = ClassLegend(theme)
        self.part = Segmented(
            theme, (Option("train", "train", "Shown for training samples"), Option("val", "val", "Shown for validation samples")), "Samples"
        )
        self.part.chosen.connect(lambda _: self.restyle())
        self.scores_title = Label(theme, "Accuracy", "name")
        self.scores_words = ElidedLabel(theme, "", "caption", "text2")
        self.scores = RunLinesPlot(theme, "How good each run is", services.crosshair, as_percent=True, has_threshold=True)
        self.own = [RunLinesPlot(theme, "A run's own loss", services.crosshair, as_percent=False) for _ in range(MOST_RUNS)]
        self.own_titles = [Label(theme, "", "caption", "text2") for _ in range(MOST_RUNS)]
        self.why_title = Label(theme, "Why", "name")
        self.why_words = Label(theme, "faint: the other runs' samples", "caption", "text2")
        self.losses = OutputLossPlot(theme, of_gradient=False)
        self.gradients = OutputLossPlot(theme, of_gradient=True)
        for plot in (self.losses, self.gradients):
            plot.read_at.connect(self._read_at)
        self.verdict = Label(theme, "", "body", "text")
        self.verdict.setWordWrap(True)
        self.verdict.hide()
        self._arrange()
        self.apply_metrics()
        services.document.changed.connect(lambda _: self._follow_document())
        services.document.data_changed.connect(self._follow_document)
        services.document.replaced.connect(self._follow_document)
        services.session.state_changed.connect(self._follow_document)
        self._follow_document()

    # Layout

    def _arrange(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.statement)
        body = QHBoxLayout()
        body.addLayout(self._happening(), 552)
        body.addLayout(self._reasons(), 392)
        self._columns = body
        column.addLayout(body, 1)
        self.set_content(page)
        self._place_runs(1)

    def _happening(self) -> QVBoxLayout:
        left = self._left = QVBoxLayout()
        self._grid = QGridLayout()
        for place, picture in enumerate(self.pictures):
            self._grid.addWidget(picture, place // 2, place % 2)
        left.addLayout(self._grid, 5)
        left.addWidget(self.legend)
        left.addWidget(self.verdict)
        head = QHBoxLayout()
        head.addWidget(self.scores_title)
        head.addWidget(self.scores_words, 1)
        head.addWidget(self.part)
        self._scores_head = head
        left.addLayout(head)
        left.addWidget(self.scores, 3)
        own = self._own = QGridLayout()
        for place in range(MOST_RUNS):
            own.addWidget(self.own_titles[place], 0, place)
            own.addWidget(self.own[place], 1, place)
            own.setColumnStretch(place, 1)
        left.addLayout(own, 2)
        return left

    def _reasons(self) -> QVBoxLayout:
        right = self._right = QVBoxLayout()
        head = QHBoxLayout()
        head.addWidget(self.why_title, 1)
        head.addWidget(self.why_words)
        right.addLayout(head)
        right.addWidget(self.losses, 56)
        right.addWidget(self.gradients, 44)
        return right

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if not hasattr(self, "_left"):
            return
        px, padding = self._theme.metrics.px, self._theme.metrics.padding
        self._left.setContentsMargins(padding, px(10), padding, px(6))
        self._left.setSpacing(px(6))
        self._grid.setSpacing(px(16))
        self._right.setContentsMargins(0, px(10), padding, px(6))
        self._right.setSpacing(px(4))
        self._columns.setSpacing(px(8))
        self._scores_head.setSpacing(px(8))

    def _place_runs(self, count: int) -> None:
        """Two runs stand side by side, three or four in two rows."""
        for place in range(MOST_RUNS):
            for widget in (self.pictures[place], self.own[place], self.own_titles[place]):
                widget.setVisible(place < count)
        for place in range(MOST_RUNS):
            self._own.setColumnStretch(place, 1 if place < count else 0)

    # What is compared

    @property
    def compared(self) -> tuple[str, tuple[str, ...]]:
        """(key, values): the project's own value first; ("", ()) when nothing is compared."""
        companions = list(self._services.session.companions.values())
        if not companions:
            return "", ()
        key, own = companions[0].variant.key, self._services.session.name_of_run(self._services.document.project)
        return key, (own, *(companion.name for companion in companions))

    def _follow_document(self) -> None:
        key, values = self.compared
        self.statement.show_comparison(key, values, MOST_RUNS)
        self._place_runs(max(1, len(values)))
        self._prove_equality()

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
                own = present_value(self._services.document.project, typed[0].key)
                found = tuple(difference for difference in typed if difference.text != own)
            self.compare(found)
        except NNLabError as error:
            self._services.session.failed.emit(str(error), "")
        self._follow_document()

    def compare(self, found: tuple[Difference, ...]) -> None:
        """Trains these variants beside the project, from iteration 0; raises NNLabError for what cannot be, and compares what can."""
        session, project = self._services.session, self._services.document.project
        if session.data is None:
            raise NNLabError(f"{session.reason.rstrip('.')}; until then nothing can be compared.")
        check_variants(project, session.data, found)  # before anything ends
        session.remove_runs()
        session.rewind()
        for difference in found[: MOST_RUNS - 1]:
            session.add_run(difference.variant())

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
        self._services.session.remove_runs()
        self._follow_document()

    def go_on_with(self, place: int) -> None:
        """The project becomes what this run is a variant of: one undoable edit, and the run begins anew."""
        companions = list(self._services.session.companions.values())
        if not 0 < place <= len(companions):
            return
        companion = companions[place - 1]
        key = companion.variant.key
        self._services.document.edit(f"Go on with {KEY_TITLES.get(key, key)} {titled(key, companion.name)}", companion.project)
        self.end()

    # What is the same

    def _prove_equality(self) -> None:
        """Hashes of the initial weights and of the batches of every run, worked out beside the display."""
        session = self._services.session
        projects = (self._services.document.project, *(companion.project for companion in session.companions.values()))
        key, values = self.compared
        if len(projects) < 2 or session.data is None:
            self._asked = ()
            self.statement.show_equal("", "")
            return
        asked = (key, values, *projects)
        if asked == self._asked:
            return
        self._asked = asked
        if self._equality is not None:
            self._equality.cancel()
        data = session.data

        def study(context: JobContext) -> tuple[tuple[object, ...], tuple[Starts, ...]]:
            return asked, starts_of(projects, data)

        self._equality = session.jobs.start("Comparing the starts", study, quiet=True, lane="starts")
        self._equality.finished.connect(self._show_equality)  # a bound method: a lambda would keep this panel for ever

    def _show_equality(self, answer: tuple[tuple[object, ...], tuple[Starts, ...]]) -> None:
        asked, found = answer
        if asked != self._asked:
            return
        key, _ = self.compared
        project = self._services.document.project
        words = same_words(project, key, len(self._services.session.data.x) if self._services.session.data else 0)
        missing = []
        if len({start.weights for start in found}) > 1:
            missing.append("start weights differ")
        if len({start.batches for start in found}) > 1:
            missing.append("batches differ")
        same = [word for word, is_same in (("start weights", len(missing) == 0 or "start weights differ" not in missing),
                                           ("batches", "batches differ" not in missing)) if is_same]  # fmt: skip
        text = f"same {', '.join([*words, *same])}"
        self.statement.show_equal(text, f"{' and '.join(missing)}; the rest is the same" if missing and key != SEED_WORD else "")
        hashes = "\n".join(f"weights {start.weights[:16]}…, batches {start.batches[:16]}…" for start in found)
        self.statement.same.setToolTip(f"{text}\nSHA-256 of every run's start:\n{hashes}")

    # Several seeds

    def repeat(self) -> None:
        """The same comparison from several seeds in the background: who is the best, or that nobody is."""
        key, values = self.compared
        session, project = self._services.session, self._services.document.project
        if len(values) < 2 or session.data is None:
            return
        found, data, steps = tuple(Difference(key, value) for value in values), session.data, max(session.iteration, 1)
        seeds = 1 if key == SEED_WORD else SEEDS

        def study(context: JobContext) -> Comparison:
            return compare(project, data, found, steps, seeds, context)

        self._repeat = session.jobs.start(f"Comparing {numbers.count(steps)} iterations from {seeds} seeds", study)
        self._repeat.finished.connect(self._show_verdict)
        self._repeat.failed.connect(self._show_words)

    def _show_verdict(self, found: Comparison) -> None:
        self._show_words(found.verdict)

    def _show_words(self, text: str, detail: str = "") -> None:
        self.verdict.setText(text)
        self.verdict.show()

    # Drawing

    def draw(self, view: LiveView) -> None:
        runs = [view.of_run(view.run), *(view.of_run(other.run) for other in view.others)]
        stopped = ["", *(other.stopped for other in view.others)]
        key, _ = self.compared
        of_validation = self.part.current == "val"
        self.part.setEnabled(bool(len(view.data.validation_x)))
        self._place_runs(len(runs))
        lines, losses = [], []
        last = max(view.frame.iteration, int(view.curves.iterations[-1]) if len(view.curves.mean) else 0)
        for place, (run, reason) in enumerate(zip(runs, stopped, strict=True)):
            name = titled(key, run.name) if key else run.name
            curves = run.curves
            self.pictures[place].show_run(run, of_validation, reason)
            self.pictures[place].name.setText(name)
            score = curves.validation_scores if of_validation else curves.training_scores
            lines.append(RunLine(name, RUN_KEYS[place], curves.validation_iterations, score))
            own = RunLine(name, RUN_KEYS[place], curves.iterations.astype(np.float64), curves.smoothed)
            self.own[place].show_lines([own], view.curves.origin, last)
            self.own_titles[place].setText(f"{name}: own loss {numbers.number(own.value, 3)}")
            found = run.probes.get("output_losses")
            if found is not None:
                losses.append(RunLosses(name, RUN_KEYS[place], found))
        self.legend.show_classes(view.data.target)
        is_accuracy = bool(view.data.target.classes)
        self.scores_title.setText("Accuracy" if is_accuracy else "R²")
        self.scores.as_percent = is_accuracy
        self.scores_words.setText(scored_words(view, of_validation))
        for plot in (self.scores, *self.own):
            plot.set_run(view.curves.origin, last, view.marks, view.frame.iteration if view.is_in_the_past else None)
        self.scores.show_lines(lines, view.curves.origin, last)
        losses = [run for run in losses if run.can_be_shown]
        comparable = [run for run in losses if run.found.of_probability == losses[0].found.of_probability]
        for why in (self.losses, self.gradients):
            why.setVisible(bool(comparable))
            if comparable:
                why.show_runs(comparable)
        self.why_words.setVisible(len(comparable) > 1)

    def _read_at(self, x: float) -> None:
        for plot in (self.losses, self.gradients):
            plot.set_at(x)

    def clear(self) -> None:
        super().clear()
        self.verdict.hide()
        self._read_at(FIRST_P)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.panel)
        painter.end()

    def focusInEvent(self, event: object) -> None:
        self.statement.field.setFocus(Qt.FocusReason.OtherFocusReason)


SEED_WORD = "seed"


def scored_words(view: LiveView, of_validation: bool) -> str:
    """Which samples the curves are of, and when."""
    held, of = len(view.data.validation_x), len(view.data.x)
    if not held:
        return "is recorded where samples are set aside for validation"
    if of_validation:
        return f"of {numbers.count(held)} validation samples, after every epoch"
    some = "all" if of <= held else f"{numbers.count(min(held, of))} of"
    return f"of {some} {numbers.count(of)} training samples, after every epoch"


def same_words(project: Project, key: str, samples: int) -> list[str]:
    """What every run of a comparison has in common, in the order of importance."""
    training = project.training
    sizes = [str(node.settings["units"]) for node in project.graph.topological() if "units" in node.settings]
    features = next((str(node.settings["features"]) for node in project.graph.input_nodes), "")
    has_line = not any("filters" in node.settings for node in project.graph)
    line = f"network {'-'.join([features, *sizes])}" if has_line else "network"
    words = [] if key in ("units", "activation") else [line]
    words.append(f"{numbers.count(samples)} samples")
    if key != "seed":
        words.append(f"seed {training.seed}")
    if key != "optimizer":
        words.append(f"{training.optimizer}" + ("" if key == "learning_rate" else f" {numbers.short(training.learning_rate)}"))
    if key != "batch_size":
        words.append(f"batches of {numbers.count(training.batch_size)}")
    return words
