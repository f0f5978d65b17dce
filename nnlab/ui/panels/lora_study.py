"""New task, old task: ready scenarios, each one click, and the study of what each way of fine-tuning gains, forgets and costs."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from nnlab.graph.adapters import adapted
from nnlab.jobs.remaining import remaining_words
from nnlab.studies.lora.scenarios import SCENARIOS
from nnlab.studies.lora.study import RANKS, StudySummary, recovered
from nnlab.ui.look import numbers
from nnlab.ui.lora.scenario_run import ScenarioRun
from nnlab.ui.lora.shown_adapter import ShownAdapter
from nnlab.ui.lora.study_plot import StudyPlot
from nnlab.ui.lora.study_table import StudyTable
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.segmented import Option, Segmented

CHART, TABLE = "chart", "table"
LOOK = 200  # milliseconds between two looks at the progress


class LoraStudyPanel(LivePanel):
    """What is to be learned on top, the chart or the table below it."""

    name = "lora_study"
    title = "New task, old task"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self.shown = services.shared(ShownAdapter)
        self.run = ScenarioRun(services.document, services.session, self)
        self.scenario = QComboBox()
        self.scenario.setAccessibleName("Scenario")
        for name, scenario in SCENARIOS.items():
            self.scenario.addItem(scenario.title, name)
        self.scenario.activated.connect(lambda _: self.run.choose(self.scenario.currentData()))
        self.open_button = PressButton("Open")
        self.open_button.setToolTip("The new task with an adapter on a base that knows the old one becomes the project; one step to undo")
        self.open_button.clicked.connect(self.run.open_scenario)
        self.start = PressButton("Study")
        self.start.clicked.connect(self._toggle)
        self.pages = Segmented(
            theme, (Option(CHART, "chart", "Accuracy against what learns"), Option(TABLE, "table", "A row a method, to copy")), "Shown as"
        )
        self.pages.chosen.connect(self._show_page)
        self.add_option(self.pages)
        self.plot = StudyPlot(theme)
        self.results = StudyTable(theme)
        for picked in (self.plot.picked, self.results.picked):
            picked.connect(self._open)
        self.before = Label(theme, "", "body", "text2")
        self.before.setWordWrap(True)
        self.before.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("How much of the study is done")
        self.words = ElidedLabel(theme, "", "caption", "text2")
        self._arrange()
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self._show_state)
        self.run.came.connect(self._show_results)
        self.run.changed.connect(self._show_results)
        self.run.failed.connect(self._say)
        self.shown.changed.connect(self._show_rank)
        services.document.changed.connect(self._show_rank)
        self._show_rank()
        self._show_results()

    def _arrange(self) -> None:
        page = QWidget()
        self._row, self._column, self._pages = QHBoxLayout(), QVBoxLayout(page), QStackedWidget()
        self._pages.addWidget(self.plot)
        self._pages.addWidget(self.results)
        self._pages.addWidget(self.before)
        self._row.addWidget(self.scenario)
        self._row.addWidget(self.open_button)
        self._row.addWidget(self.start)
        self._row.addWidget(self.words, 1)
        self._column.addLayout(self._row)
        self._column.addWidget(self.bar)
        self._column.addWidget(self._pages, 1)
        self.set_content(page)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_row"):
            metrics = self._theme.metrics
            self._column.setContentsMargins(0, 0, 0, 0)
            self._column.setSpacing(metrics.px(3))
            self._row.setContentsMargins(metrics.padding, 0, metrics.padding, 0)
            self._row.setSpacing(metrics.px(8))
            self.before.setContentsMargins(metrics.padding, 0, metrics.padding, 0)

    def draw(self, view: LiveView) -> None:
        """Nothing here is of the run that is shown elsewhere."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.run.read()

    def clear(self) -> None:
        """Results stay: they are of the scenario, not of the project."""

    # Doing

    def _toggle(self) -> None:
        if self.run.is_busy:
            self.run.cancel()
        else:
            self.run.start()

    def _open(self, summary: StudySummary) -> None:
        self.run.open_run(summary)

    # Showing

    def _say(self, sentence: str) -> None:
        self.words.setText(sentence)
        self.words.set_color("error")

    def _show_page(self, *_: object) -> None:
        """The chart or the table; before there is a result, what will be there."""
        shown: QWidget = self.before
        if self.run.rows or self.run.is_busy:
            shown = self.plot if self.pages.current == CHART else self.results
        self._pages.setCurrentWidget(shown)

    def _show_rank(self, *_: object) -> None:
        graph, name = self._services.document.graph, self.shown.name
        own = [a.rank for layer in adapted(graph).get(name, ()) if (a := graph[layer].adapter(name)) is not None]
        self.plot.rank = max(own, default=None)
        self.plot.repaint_around()

    def _show_results(self) -> None:
        found = self.run.summaries
        self.plot.show_summaries(found, self.run.seeds)
        self.results.show_summaries(found)
        self._show_page()
        self._show_state()

    def _show_state(self) -> None:
        run, live = self.run, self.run.job
        if live is not None and not self._timer.isActive():
            self._timer.start()
        elif live is None:
            self._timer.stop()
        self.bar.setVisible(live is not None)
        what = f"all parameters, the last layer and LoRA of r = {', '.join(map(str, RANKS))}, {run.seeds} seeds each"
        word, tip = "Study", f"Trains {what}; what is found stays, also for another day"
        if run.is_busy:
            word, tip = "Cancel", "Ends the study; finished runs stay, and it can go on from there"
        elif run.is_whole:
            word, tip = "Again", f"Trains {what}, once more"
        elif run.rows:
            word, tip = "Go on", f"Goes on with the {run.total - len(run.rows)} runs that are left of {run.total}"
        self.before.setText(f"{SCENARIOS[run.scenario].words} Study trains {what}: what each gains, forgets and costs appears here.")
        self.start.setText(word)
        self.start.setToolTip(tip)
        self.open_button.setEnabled(not run.is_loading)
        self.words.set_color("text2")
        self.words.setToolTip(SCENARIOS[run.scenario].words)
        self.words.setText(self._state_words())
        if live is not None:
            self.bar.setValue(round(1000 * live.job.fraction) if live.job.progress is not None else 0)

    def _state_words(self) -> str:
        run, live = self.run, self.run.job
        if run.is_loading:
            return "Learning the base, then the task …"
        if live is not None:
            return f"{len(run.rows)} of {run.total} runs  {remaining_words(live.job.remaining)}"
        if not run.rows:
            return SCENARIOS[run.scenario].words
        share = recovered(run.summaries, max(RANKS))
        gain = f"r {max(RANKS)} has {numbers.percent(share)} of full's gain; " if share is not None else ""
        return f"{gain}filled: new task, hollow: old; click to open that run"

    # Taking pictures and data away

    def table(self) -> ExportTable | None:
        rows = [row for row in self.run.rows if not row.error]
        if not rows:
            return None
        names = ("method", "rank", "seed", "new_accuracy", "old_accuracy", "parameters", "optimizer_bytes", "file_bytes", "seconds")
        return ExportTable(names, tuple([getattr(row, name) for row in rows] for name in names))

    def picture_widget(self) -> QWidget | None:
        return self._pages
