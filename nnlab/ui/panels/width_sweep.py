"""Error against width: the present target approximated by ever more units, in the background on all cores, its lines growing as runs end.

Three questions, one plot: how near networks come that were trained, those that are only constructed, and deeper ones of equally many
weights. Runs that are finished are kept (`WidthRuns`): with the same target they are there again, and a sweep goes on where it stood.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.operator import operators
from nnlab.graph.unit_sum import unit_sum
from nnlab.jobs.context import JobContext
from nnlab.jobs.remaining import remaining_words
from nnlab.studies.approximation.constructions import INTERPOLANT
from nnlab.studies.approximation.width_curves import curves, slopes_for
from nnlab.studies.approximation.width_sweep import ACTIVATIONS, SETTINGS, VALUES, WidthSweep, trial_function
from nnlab.studies.sweeps.trials import TrialResult
from nnlab.training.function_errors import jumps_of
from nnlab.training.project import Project
from nnlab.ui.approximation.solver import Solver
from nnlab.ui.approximation.width_picture import WidthPicture, bounds_of, line_of, line_of_depth, lines_of_built
from nnlab.ui.approximation.width_plot import WidthPlot
from nnlab.ui.approximation.width_runs import BuiltNetworks, WidthRuns
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.progress_line import ProgressLine
from nnlab.ui.widgets.segmented import Option, Segmented

WIDTHS = tuple(2**k for k in range(9))  # 1 … 256
DEPTHS = (1, 2, 3)
SEEDS = 5
UPDATES = 8000
LOOK_MILLISECONDS = 200
OF_ONE_INPUT = "Networks of one input are compared here, and this target has two."
TRAINED, CONSTRUCTED, DEPTH = "trained", "constructed", "depth"
QUESTIONS = (
    Option(TRAINED, "trained", "Networks of one hidden layer that training found"),
    Option(CONSTRUCTED, "constructed", "Networks written down instead of trained, with the error that is guaranteed for them"),
    Option(DEPTH, "depth", "One, two and three hidden layers against their number of weights and biases"),
)


class WidthSweepPanel(LivePanel):
    """The question, the plot, and below it how far the sweep is."""

    name = "width_sweep"
    title = "Error against width"
    probes = ("approximation", "approximation_surface")
    frames_per_second = 4.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme, session = services.theme, services.session
        self._runs = {TRAINED: WidthRuns(session, self), DEPTH: WidthRuns(session, self)}
        self._built = BuiltNetworks(session, self)
        self._loading: LiveJob | None = None
        self._now: tuple[int, float, float] | None = None
        self.question = Segmented(theme, QUESTIONS, "Which networks")
        self.question.chosen.connect(self._follow_document)
        self.measure = Segmented(
            theme, (Option("sup", "sup", "The largest error"), Option("rms", "RMS", "The root mean square error")), "Which error"
        )
        self.measure.chosen.connect(self._draw_plot)
        self.add_option(self.measure)
        self.plot = WidthPlot(theme)
        self.plot.picked.connect(self.load)
        self.words = ElidedLabel(theme, "", "caption", "text2")
        self.bar = ProgressLine(theme, "of the sweep done")
        self.start_button = PressButton(icon(theme, "play"), "Start")
        self.start_button.setToolTip("Trains networks of many widths, activations and seeds in the background, on all cores")
        self.start_button.clicked.connect(self.start)
        self.cancel = IconButton.of(
            theme, icon(theme, "close"), "Cancel the sweep", "Stops the sweep; finished runs stay, and it can go on later"
        )
        self.cancel.clicked.connect(self._cancel)
        self._arrange()
        self._timer = QTimer(self, interval=LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._show_progress)
        self._later_plot = QTimer(self, singleShot=True, interval=LOOK_MILLISECONDS)
        self._later_plot.timeout.connect(self._draw_plot)
        for runs in self._runs.values():
            runs.came.connect(self._draw_soon)
            runs.state_changed.connect(self._show_state)
            runs.refused.connect(self.words.setText)
        self._built.came.connect(self._draw_soon)
        for signal in (services.document.changed, services.document.data_changed, services.document.replaced):
            signal.connect(self._follow_document)
        self._show_state()
        self.apply_metrics()

    def _arrange(self) -> None:
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._row, self._top = QHBoxLayout(), QHBoxLayout()
        self._top.addWidget(self.question, 0, Qt.AlignmentFlag.AlignLeft)
        for widget, share in ((self.bar, 1), (self.words, 4), (self.start_button, 0), (self.cancel, 0)):
            self._row.addWidget(widget, share)
        self._column.addLayout(self._top)
        self._column.addWidget(self.plot, 1)
        self._column.addLayout(self._row)
        self.set_content(page)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            metrics = self._theme.metrics
            self._column.setContentsMargins(metrics.px(4), 0, 0, metrics.px(6))
            self._column.setSpacing(metrics.px(2))
            self._top.setContentsMargins(metrics.px(6), 0, metrics.padding, 0)
            self._row.setContentsMargins(metrics.px(12), 0, metrics.padding, 0)
            self._row.setSpacing(metrics.px(8))

    # The sweep

    @property
    def runs(self) -> WidthRuns | None:
        """The runs of the question that is asked; None where nothing is trained."""
        return self._runs.get(self.question.current)

    @property
    def is_running(self) -> bool:
        return self.runs is not None and self.runs.job is not None

    @property
    def results(self) -> tuple[TrialResult, ...]:
        return () if self.runs is None else self.runs.results

    def _follow_document(self) -> None:
        """Results are of one target; those of this one may be written down."""
        if not self.isVisible() or self.is_empty:
            return
        usual = WidthSweep(self._services.document.project.data, widths=WIDTHS, seeds=SEEDS, updates=UPDATES)
        own = self._activation()
        deeper = replace(usual, activations=(own if own in ACTIVATIONS else "tanh",), depths=DEPTHS)
        has_data = self._services.session.data is not None
        for name, sweep in ((TRAINED, usual), (DEPTH, deeper)):
            if has_data and (name == self.question.current or self._runs[name].sweep not in (None, sweep)):
                self._runs[name].show(sweep)
        self._measure_built()
        self._show_state()
        self._draw_plot()

    def _measure_built(self) -> None:
        """Constructed networks, once somebody wants to see them: by themselves, or beside trained ones."""
        is_wanted = self.question.current == CONSTRUCTED or (self.question.current == TRAINED and (self.results or self.is_running))
        if is_wanted and self._services.session.data is not None:
            self._built.show(self._services.document.project.data, WIDTHS)

    def start(self) -> None:
        """Begins, or goes on with what is written down already."""
        self._follow_document()
        if self.runs is not None:
            self.runs.start()
            self._measure_built()

    def start_sweep(self) -> str:
        """Begins or goes on from elsewhere, of trained networks if the question has none; says why not, or ""."""
        if self._services.session.data is None or len(self._services.session.data.raw_features) != 1:
            return "Error against width is about a target of one input; choose one in the library of Approximate."
        if self.is_empty:
            self.set_empty(None)
        self._keep_room(True)
        if self.runs is None:
            self.question.choose(TRAINED)
        self.start()
        return ""

    def _cancel(self) -> None:
        if self.runs is not None:
            self.runs.cancel()

    def _draw_soon(self) -> None:
        if not self._later_plot.isActive():
            self._later_plot.start()

    def _show_state(self) -> None:
        running, runs = self.is_running, self.runs
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self.start_button.setVisible(not running and runs is not None)
        if running:
            self._timer.start()
            self._show_progress()
            return
        self._timer.stop()
        if runs is None:
            self.words.setText(f"{len(WIDTHS)} widths, nothing is trained")
            return
        missing = runs.trial_count - len(runs.results)
        self.start_button.setText("Go on" if runs.results and missing else "Start")
        self.start_button.setEnabled(not runs.results or missing > 0)
        plan = f"3 activations, {len(WIDTHS)} widths, {SEEDS} seeds" if self.question.current == TRAINED else (
            f"{len(DEPTHS)} depths, {len(WIDTHS)} sizes, {SEEDS} seeds"
        )  # fmt: skip
        done = f"{numbers.count(len(runs.results))} of {numbers.count(runs.trial_count)} runs"
        self.words.setText(done if runs.results else plan)

    def _show_progress(self) -> None:
        runs = self.runs
        if runs is None or runs.job is None:
            return
        job = runs.job.job
        self.bar.show_share(job.fraction if job.progress is not None else 0.0)
        left = remaining_words(job.remaining)
        self.words.setText(f"{len(runs.results)} / {runs.trial_count} runs   {left}")

    # Drawing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_document()

    def draw(self, view: LiveView) -> None:
        if view.probes.get("approximation_surface") is not None:
            for runs in self._runs.values():
                runs.show(None)
            self._keep_room(False)
            self.set_empty(OF_ONE_INPUT)
            return
        self._keep_room(True)
        found = view.probes.get("approximation")
        if found is None or found.inside is None or found.sum is None:
            now = None
        else:
            now = (len(found.sum.contributions), found.inside.sup, found.inside.rms)
        if now != self._now:
            self._now = now
            self._draw_plot()
        if self.runs is not None and self.runs.sweep is None:  # data have just come, or the panel has
            self._follow_document()

    def _keep_room(self, is_kept: bool) -> None:
        """The height that the plot needs, or none of it."""
        if self.plot.isHidden() == is_kept:
            for widget in (self.plot, self.question, self.start_button):
                widget.setVisible(is_kept)
            self.height_changed.emit()

    def _draw_plot(self) -> None:
        self._measure_built()
        if not self.is_running:
            self._show_state()
        by, asked = self.measure.current, self.question.current
        now = None if self._now is None else (self._now[0], self._now[1] if by == "sup" else self._now[2])
        nothing = np.empty(0), np.empty(0)
        found = curves(self.results, by)
        picture = WidthPicture((), nothing, (), now, self._floor() if by == "sup" else None, by)
        if asked == CONSTRUCTED:
            lines = lines_of_built(self._built.points, by)
            bounds = [bounds_of(self._built.points, line.name) for line in lines] if by == "sup" else []
            picture = replace(picture, lines=lines, bounds=bounds)
        elif asked == DEPTH:
            activations = {curve.activation for curve in found}
            depths = tuple(line_of_depth(curve, curve.depth == 1) for curve in sorted(found, key=lambda curve: curve.depth))
            theory = slopes_for(by, "parameters", tuple(activations))
            picture = replace(picture, lines=depths, theory=theory, now=None, axis="weights and biases P", letter="P")
        else:
            own = self._activation()
            built = [point for point in self._built.points if point.kind == INTERPOLANT and point.width > 1] if found else []
            knots = lines_of_built(built, by)
            picture = replace(
                picture, lines=tuple(line_of(curve, curve.activation == own) for curve in found),
                built=(knots[0].x, knots[0].median) if knots else nothing, bounds=[bounds_of(built, INTERPOLANT)] if by == "sup" else [],
                theory=slopes_for(by, "width", tuple(curve.activation for curve in found)),
            )  # fmt: skip
        self.plot.show_picture(picture)

    def _floor(self) -> float | None:
        """Half the largest jump of the target: no continuous function comes nearer."""
        data = self._services.session.data
        jumps = jumps_of(data) if data is not None and len(data.raw_features) == 1 else ()
        return max((jump.height for jump in jumps), default=0.0) / 2 or None

    def _activation(self) -> str:
        graph = self._services.document.graph
        try:
            structure = unit_sum(graph)
        except NNLabError:
            return ""
        return graph[structure.activation].operator if structure.activation else ""

    def table(self) -> ExportTable | None:
        """Every run that is finished."""
        if not self.results:
            return None
        columns = (*SETTINGS, *VALUES)
        return ExportTable(columns, tuple([result.get(column) for result in self.results] for column in columns))

    def picture_widget(self) -> QWidget | None:
        return self.plot

    # A point

    def load(self, name: str, k: int) -> None:
        """The network behind a point of a line becomes the project: constructed, or trained again to the same bits."""
        picture = self.plot.shown
        line = next((line for line in picture.lines if line.name == name), None) if picture is not None else None
        if line is None:
            return
        width = int(line.widths[k])
        if self.question.current == CONSTRUCTED:
            self._services.shared(Solver).construct_as(name, width, "relu" if name == INTERPOLANT else "sigmoid")
        else:
            self._load_trained(name, width)

    def _load_trained(self, name: str, width: int) -> None:
        """Of the seed whose error is the median one."""
        by, key = self.measure.current, "depth" if self.question.current == DEPTH else "activation"
        found = sorted(
            (float(r.values[by]), r.trial.identity, r) for r in self.results  # type: ignore[arg-type]  # a number where there is one
            if str(r.trial.settings[key]) == name and r.trial.settings["width"] == width and r.values.get(by) is not None
        )  # fmt: skip
        sweep = None if self.runs is None else self.runs.sweep
        if not found or sweep is None or self._loading is not None:
            return
        settings, project = found[(len(found) - 1) // 2][2].trial.settings, self._services.document.project
        title = f"{width} {operators[str(settings['activation'])].title} units"
        words = title if int(settings["depth"]) == 1 else f"{settings['depth']} layers of {title}"

        def work(context: JobContext) -> tuple[Project, Project, str]:
            return project, trial_function(sweep).fitted(settings, context).loaded_into(project), words

        self._loading = self._services.session.jobs.start(f"Loading {words}", work, lane="width point")
        self._loading.finished.connect(self._open)
        self._loading.ended.connect(self._loaded)

    def _open(self, answer: tuple[Project, Project, str]) -> None:
        before, after, words = answer
        if self._services.document.project == before:
            self._services.document.edit(f"Load {words}", after)
            self._services.session.rewind()

    def _loaded(self) -> None:
        self._loading = None
