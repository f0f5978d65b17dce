"""Error against width: the present target approximated by ever more units, in the background on all cores, its lines growing as runs end.

Every finished run is written down beside the program's other files, so that a sweep that was cancelled, or whose window was closed, is
there again with the same target, and goes on where it stood.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.operator import operators
from nnlab.files.places import home
from nnlab.graph.unit_sum import unit_sum
from nnlab.jobs.context import JobContext
from nnlab.jobs.remaining import remaining_words
from nnlab.studies.approximation.width_curves import ConstructedPoint, constructed_points, curves
from nnlab.studies.approximation.width_sweep import SETTINGS, VALUES, WidthSweep, run_width_sweep, trial_function, trials_of
from nnlab.studies.sweeps.trial_file import TrialFile
from nnlab.studies.sweeps.trials import Trial, TrialResult
from nnlab.training.function_errors import jumps_of
from nnlab.training.project import Project
from nnlab.ui.approximation.width_plot import WidthLine, WidthPicture, WidthPlot
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.painting import fill_rounded
from nnlab.ui.widgets.segmented import Option, Segmented

WIDTHS = tuple(2**k for k in range(9))  # 1 … 256
SEEDS = 5
UPDATES = 8000
KNOWN = ("function", "drawn")  # targets that networks can be constructed for
LOOK_MILLISECONDS = 200


class _Progress(QWidget):
    """A thin bar with the part of the sweep that is done."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._share = theme, 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(4))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(100), self._theme.metrics.px(4))

    def show_share(self, share: float) -> None:
        self._share = share
        self.setAccessibleName(f"{int(100 * share)} % of the sweep done")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room, radius = QRectF(self.rect()), self.height() / 2
        fill_rounded(painter, room, radius, self._theme.tokens.line)
        room.setWidth(room.width() * self._share)
        fill_rounded(painter, room, radius, self._theme.tokens.text2)
        painter.end()


class WidthSweepPanel(LivePanel):
    """The plot, and below it how far the sweep is."""

    name = "width_sweep"
    title = "Error against width"
    probes = ("approximation", "approximation_surface")
    frames_per_second = 4.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self._sweep: WidthSweep | None = None
        self._results: dict[str, TrialResult] = {}
        self._built: tuple[ConstructedPoint, ...] = ()
        self._job: LiveJob | None = None
        self._loading: LiveJob | None = None
        self._now: tuple[int, float, float] | None = None
        self.measure = Segmented(
            theme, (Option("sup", "sup", "The largest error"), Option("rms", "RMS", "The root mean square error")), "Which error"
        )
        self.measure.chosen.connect(self._draw_plot)
        self.add_option(self.measure)
        self.plot = WidthPlot(theme)
        self.plot.picked.connect(self.load)
        self.words = ElidedLabel(theme, "", "caption", "text2")
        self.bar = _Progress(theme)
        self.start_button = QPushButton(icon(theme, "play"), "Start")
        self.start_button.setToolTip("Trains networks of many widths, activations and seeds in the background, on all cores")
        self.start_button.clicked.connect(self.start)
        self.cancel = IconButton.of(
            theme, icon(theme, "close"), "Cancel the sweep", "Stops the sweep; finished runs stay, and it can go on later"
        )
        self.cancel.clicked.connect(self._cancel)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._row = QHBoxLayout()
        for widget in (self.bar, self.words, self.start_button, self.cancel):
            self._row.addWidget(widget, 1 if widget is not self.start_button and widget is not self.cancel else 0)
        self._column.addWidget(self.plot, 1)
        self._column.addLayout(self._row)
        self.set_content(page)
        self._timer = QTimer(self, interval=LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._show_progress)
        self._later_plot = QTimer(self, singleShot=True, interval=LOOK_MILLISECONDS)
        self._later_plot.timeout.connect(self._draw_plot)
        self._trial_count = 0
        for signal in (services.document.data_changed, services.document.replaced):
            signal.connect(self._follow_data)
        self._show_state()
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            metrics = self._theme.metrics
            self._column.setContentsMargins(metrics.px(4), 0, 0, metrics.px(6))
            self._row.setContentsMargins(metrics.px(12), 0, metrics.padding, 0)
            self._row.setSpacing(metrics.px(8))

    # The sweep

    @property
    def is_running(self) -> bool:
        return self._job is not None

    @property
    def results(self) -> tuple[TrialResult, ...]:
        return tuple(self._results.values())

    def _planned(self) -> WidthSweep:
        """Widths 1 … 256 for the usual activations, of the document's own target."""
        return WidthSweep(self._services.document.project.data, widths=WIDTHS, seeds=SEEDS, updates=UPDATES)

    def start(self) -> None:
        """Begins, or goes on with what is written down already."""
        session = self._services.session
        if self._job is not None or session.data is None:
            return
        sweep = self._planned()
        try:
            trials = trials_of(sweep)
            path = file_of(trials)
        except NNLabError as error:
            self.words.setText(str(error))
            return
        self._sweep, self._trial_count = sweep, len(trials)
        self._results = {}

        def work(context: JobContext) -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            if sweep.data.name in KNOWN:
                context.emit(constructed_points(sweep.data, sweep.widths[1:], ("relu",)))
            with TrialFile.open(path, SETTINGS, VALUES, resume=True) as file:
                for result in run_width_sweep(sweep, None, context, file):
                    context.emit(result)

        self._job = session.jobs.start("Error against width", work, lane="width sweep")
        self._job.partial.connect(self._take)
        self._job.failed.connect(self._refuse)
        self._job.ended.connect(self._ended)
        self._timer.start()
        self._show_state()

    def _take(self, found: TrialResult | tuple[ConstructedPoint, ...]) -> None:
        if isinstance(found, TrialResult):
            self._results[found.trial.identity] = found
        else:
            self._built = found
        if not self._later_plot.isActive():
            self._later_plot.start()

    def _refuse(self, sentence: str, detail: str = "") -> None:
        self.words.setText(sentence)

    def _ended(self) -> None:
        self._job = None
        self._timer.stop()
        self._show_state()
        self._draw_plot()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _follow_data(self) -> None:
        """Results are of one target: another one has none yet, and what is left of a sweep for it is not wanted any more."""
        if self._sweep is not None and self._services.document.project.data != self._sweep.data:
            self._cancel()
            self._sweep, self._results, self._built = None, {}, ()
            self._show_state()
            self._draw_plot()

    def _show_state(self) -> None:
        running = self._job is not None
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self.start_button.setVisible(not running)
        if running:
            self._show_progress()
            return
        wanted = len(trials_of(self._sweep)) if self._sweep is not None else 0
        missing = wanted - len(self._results)
        self.start_button.setText("Go on" if self._results and missing else "Start")
        self.start_button.setEnabled(not self._results or missing > 0)
        self.words.setText(
            f"{numbers.count(len(self._results))} of {numbers.count(wanted)} runs" if self._results
            else f"3 activations, {len(WIDTHS)} widths, {SEEDS} seeds"
        )  # fmt: skip

    def _show_progress(self) -> None:
        if self._job is None or self._sweep is None:
            return
        job = self._job.job
        self.bar.show_share(job.fraction if job.progress is not None else 0.0)
        left = remaining_words(job.remaining)
        self.words.setText(f"{len(self._results)} / {self._trial_count} runs   {left}")

    # Drawing

    def draw(self, view: LiveView) -> None:
        found = view.probes.get("approximation") or view.probes.get("approximation_surface")
        if found is None or found.inside is None or found.sum is None:
            now = None
        else:
            now = (len(found.sum.contributions), found.inside.sup, found.inside.rms)
        if now != self._now:
            self._now = now
            self._draw_plot()

    def _draw_plot(self) -> None:
        by = self.measure.current
        own = self._activation()
        shown = [
            WidthLine(
                c.activation, operators[c.activation].title, c.widths, c.median, c.lowest, c.highest, c.seeds, c.activation == own
            )
            for c in curves(self.results, by)
        ]  # fmt: skip
        widths = np.array([point.width for point in self._built])
        measured = np.array([getattr(point, by) for point in self._built])
        bound = np.array([point.bound for point in self._built])
        has_bound = np.isfinite(bound) if by == "sup" else np.zeros(len(bound), dtype=bool)
        now = None if self._now is None else (self._now[0], self._now[1] if by == "sup" else self._now[2])
        self.plot.show_picture(
            WidthPicture(shown, (widths, measured), (widths[has_bound], bound[has_bound]), now, self._floor() if by == "sup" else None, by)
        )

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
        if not self._results:
            return None
        columns = (*SETTINGS, *VALUES)
        return ExportTable(columns, tuple([result.get(column) for result in self.results] for column in columns))

    def picture_widget(self) -> QWidget | None:
        return self.plot

    # A point

    def load(self, activation: str, width: int) -> None:
        """The network behind a point, of the seed whose error is the median one, becomes the project: trained again to the same bits."""
        by = self.measure.current
        found = sorted(
            (float(r.values[by]), r.trial.identity, r) for r in self.results  # type: ignore[arg-type]  # a number where there is one
            if r.trial.settings["activation"] == activation and r.trial.settings["width"] == width and r.values.get(by) is not None
        )  # fmt: skip
        if not found or self._sweep is None or self._loading is not None:
            return
        result, sweep, project = found[(len(found) - 1) // 2][2], self._sweep, self._services.document.project

        def work(context: JobContext) -> tuple[Project, Project, str]:
            fitted = trial_function(sweep).fitted(result.trial.settings, context)
            return project, fitted.loaded_into(project), f"{width} {operators[activation].title} units"

        self._loading = self._services.session.jobs.start(f"Loading {width} {operators[activation].title} units", work, lane="width point")
        self._loading.finished.connect(self._open)
        self._loading.ended.connect(self._loaded)

    def _open(self, answer: tuple[Project, Project, str]) -> None:
        before, after, words = answer
        if self._services.document.project == before:
            self._services.document.edit(f"Load {words}", after)
            self._services.session.rewind()

    def _loaded(self) -> None:
        self._loading = None


def file_of(trials: tuple[Trial, ...]) -> Path:
    """Where the results of these trials are written down: named after what they are, so that the same sweep finds them again."""
    digest = hashlib.sha256("\n".join(trial.identity for trial in trials).encode()).hexdigest()[:16]
    return home() / "widths" / f"{digest}.csv"
