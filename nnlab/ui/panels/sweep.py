"""Sweep: the project trained over many settings and seeds in the background, and what came of it.

At the left what varies; beside it the trials as a table, as parallel coordinates, or as a scatter of two columns. The best combination is
named with its spread over the seeds, and any trial's settings can be taken over as one undoable edit. Trials are on the disk as they end
(`nnlab.ui.sweep.run`), so a sweep goes on after it was cancelled or the window was closed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.studies.sweeps.best import Ranking, measure_of, rank
from nnlab.studies.sweeps.stored import StoredSweep
from nnlab.studies.sweeps.sweep import apply_settings
from nnlab.studies.sweeps.trials import TrialResult
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.sweep.columns import SweepColumns, description
from nnlab.ui.sweep.form import SweepForm
from nnlab.ui.sweep.guide import FormGuide
from nnlab.ui.sweep.newest import Newest
from nnlab.ui.sweep.parallel_plot import ParallelPlot
from nnlab.ui.sweep.run import SweepRun
from nnlab.ui.sweep.scatter_plot import ScatterPage
from nnlab.ui.sweep.table import SweepTable
from nnlab.ui.sweep.words import axes_of, best_words, status_words
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.segmented import Option, Segmented

SETTINGS, TABLE, PARALLEL, SCATTER = "settings", "table", "parallel", "scatter"
PAGES = (
    Option(SETTINGS, "settings", "What varies"),
    Option(TABLE, "table", "One row for every trial"),
    Option(PARALLEL, "parallel", "Parallel coordinates: every trial a line over settings and results"),
    Option(SCATTER, "scatter", "Any two columns against each other"),
)
WIDE = 800  # pixels before the interface scale from which settings and results stand side by side
FORM_WIDTH = 340
PACE = 100  # milliseconds that plots wait at least, and
SHARE = 10  # so many times as long as drawing them took


class SweepPanel(LivePanel):
    """A dock of its own. `toggle` starts the sweep of the form, and ends one that runs."""

    name = "sweep"
    title = "Sweep"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self._ranking: Ranking | None = None
        self._is_offered = False
        self.run = SweepRun(services.session.jobs, self)
        self.form = SweepForm(theme)
        self.guide = FormGuide(services.document, services.session, self.form)
        self.table_view = SweepTable(theme)
        self.parallel = ParallelPlot(theme, services.session.jobs)
        self.scatter = ScatterPage(theme)
        self.pages = Segmented(theme, PAGES, "What is shown of the sweep")
        self.pages.chosen.connect(lambda _: self._show_page())
        self.earlier = IconButton.of(
            theme, icon(theme, "history", color="text2"), "Earlier sweeps", "Sweeps that are kept: look at one again"
        )
        self.earlier.clicked.connect(self._open_earlier)
        self.go_on = _button("Go on", "Trains the trials that are left; those that are there stay", self._go_on)
        self.start = _button("Start", "", self.toggle)
        self.start.setDefault(True)
        for widget in (self.pages, self.earlier, self.go_on, self.start):
            self.add_option(widget)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("How much of the sweep is done")
        self.best = ElidedLabel(theme, "", "name")
        self.status = ElidedLabel(theme, "", "caption", "text2")
        tip = "Gives the project the settings of the selected trial, or of the best; one step to undo"
        self.open_run = _button("Open this run", tip, self.open_selected)
        self._arrange()
        self._connect()
        self._show_results()
        self._show_page()

    def _arrange(self) -> None:
        area = self._form_area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.form)
        self._stack = QStackedWidget()
        for page in (self.table_view, self.parallel, self.scatter):
            self._stack.addWidget(page)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.best)
        words.addWidget(self.status)
        head = self._head = QHBoxLayout()
        head.addLayout(words, 1)
        head.addWidget(self.open_run)
        self._results, body = QWidget(), QWidget()
        column = QVBoxLayout(self._results)
        for part in (head, self.progress):
            column.addLayout(part) if isinstance(part, QHBoxLayout) else column.addWidget(part)
        column.addWidget(self._stack, 1)
        row = QHBoxLayout(body)
        row.addWidget(area)
        row.addWidget(self._results, 1)
        for layout in (column, row):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.set_content(body)
        self.apply_metrics()

    def _connect(self) -> None:
        document, session = self._services.document, self._services.session
        self._plot_timer = QTimer(self, singleShot=True)
        self._plot_timer.timeout.connect(self._show_results)
        self._plot_timer.setInterval(PACE)
        self._ranks = Newest(session.jobs, "Ranking the trials", self)
        self._ranks.done.connect(self._show_ranking)
        document.replaced.connect(self._on_replaced)
        session.state_changed.connect(self._offer)
        self.run.replaced.connect(self._on_other_sweep)
        self.run.came.connect(self._on_came)
        self.run.changed.connect(self._on_run_changed)
        self.run.failed.connect(lambda sentence: self.form.say(sentence, True))
        self.table_view.chosen.connect(self._choose)
        self.parallel.brushed.connect(self._brush)
        for view in (self.parallel, self.scatter.plot):
            view.chosen.connect(self._choose_row)
        for opened in (self.table_view.opened, self.parallel.opened, self.scatter.plot.opened):
            opened.connect(self.open_trial)

    # Layout

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_head"):
            metrics = self._theme.metrics
            self._head.setContentsMargins(metrics.padding, 0, metrics.padding, metrics.px(6))
            self._head.setSpacing(metrics.grid)

    def _show_page(self) -> None:
        """Side by side where there is room, else the form or the results."""
        wide, page = self.width() >= WIDE * self._theme.scale, self.pages.current
        self.pages.button(SETTINGS).setVisible(not wide)
        if wide and page == SETTINGS:
            page = TABLE
            self.pages.choose(TABLE)
        width = self._theme.metrics.px(FORM_WIDTH)
        self._form_area.setMinimumWidth(width if wide else 0)
        self._form_area.setMaximumWidth(width if wide else 16_777_215)
        self._form_area.setVisible(wide or page == SETTINGS)
        self._results.setVisible(page != SETTINGS)
        if page != SETTINGS:
            self._stack.setCurrentIndex((TABLE, PARALLEL, SCATTER).index(page))
            self._show_plot()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_page()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._offer()

    def _offer(self) -> None:
        """Fills the form as soon as the data is there, and takes up the newest sweep of this project that is kept."""
        if not self.isVisible() or self._services.session.data is None:
            return
        self.guide.offer()
        if not self._is_offered:
            self._is_offered = True
            kept = next((stored for stored in self.run.kept if stored.name == self._services.document.name), None)
            if kept is not None and self.run.stored is None:
                self.show_stored(kept)
        self.guide.check_later()

    # Running

    def toggle(self) -> None:
        """Starts the sweep of the form; one that runs is ended, and its finished trials stay."""
        if self.run.is_running:
            self.run.cancel()
            return
        document, session = self._services.document, self._services.session
        self._attempt(lambda: self.run.begin(document.project, session.data, self.form.choice, document.name, session.reason))

    def _go_on(self) -> None:
        self._attempt(lambda: self.run.go_on(self.form.choice.workers))

    def _attempt(self, start: Callable[[], None]) -> None:
        try:
            start()
        except NNLabError as error:
            self.form.say(str(error), True)
            self._services.session.failed.emit(str(error), "")
            return
        if self.run.is_running and self.pages.current == SETTINGS:
            self.pages.choose(TABLE)
            self._show_page()

    def _on_replaced(self) -> None:
        """Another project: a sweep that runs goes on, and what it found is kept."""
        self._is_offered = False
        self.form.clear()
        self.run.forget()
        self._offer()

    # Showing

    def _on_other_sweep(self) -> None:
        self._ranking = None
        self.table_view.show_columns(self.run.columns)
        self._show_plot()
        self._show_results()

    def _on_came(self) -> None:
        """The table follows at once, the plots at a pace that leaves the window its time."""
        self.table_view.model_.follow()
        self._show_words()
        if not self._plot_timer.isActive():
            self._plot_timer.start()

    def _on_run_changed(self) -> None:
        self._show_results()

    def _show_results(self) -> None:
        """Has the trials ranked beside the display; what is shown of them follows."""
        columns, results = self.run.columns, list(self.run.columns.results)
        self._ranks.ask(lambda: (columns, rank(results)))
        self._show_words()

    def _show_ranking(self, answer: tuple[SweepColumns, Ranking | None]) -> None:
        columns, ranking = answer
        if columns is not self.run.columns:  # another sweep is shown by now
            return
        begun = time.perf_counter()
        self._ranking = ranking
        self.table_view.model_.mark_best(self._best)
        self._show_plot()
        self._show_words()
        self._plot_timer.setInterval(max(PACE, round(1000 * SHARE * (time.perf_counter() - begun))))

    @property
    def _best(self) -> frozenset[str]:
        """Identities of the best combination's trials."""
        if self._ranking is None:
            return frozenset()
        return frozenset(result.trial.identity for result in self._ranking.best.results)

    def _show_plot(self) -> None:
        columns, page, wanted = self.run.columns, self._stack.currentWidget(), self._best
        if page is self.table_view or not self.isVisible():
            return
        best = [k for k, result in enumerate(columns.results) if result.trial.identity in wanted]
        if page is self.parallel:
            self.parallel.show_columns(columns, axes_of(columns, self._measure))
            self.parallel.mark_best(best)
        else:
            self.scatter.show_columns(columns, self._measure)
            self.scatter.plot.mark_best(best)

    def restyle(self) -> None:
        self._show_page()

    @property
    def _measure(self) -> str:
        return self._ranking.measure if self._ranking is not None else measure_of(self.run.columns.values) or "loss"

    def _show_words(self) -> None:
        run, ranking = self.run, self._ranking
        done, running = len(run.columns), run.is_running
        self.start.setText("Cancel" if running else "Start")
        self.start.setToolTip("Ends the sweep; finished trials stay" if running else "Trains every combination in the background")
        self.go_on.setVisible(run.is_unfinished)
        self.progress.setVisible(running or run.is_unfinished)
        self.progress.setValue(round(1000 * done / run.total) if run.total else 0)
        self.status.setText(status_words(run, ranking))
        self.best.setText(best_words(run, ranking))
        self.open_run.setEnabled(ranking is not None or self.table_view.current is not None)

    # Choosing

    def _choose(self, index: int) -> None:
        self.parallel.choose(index)
        self.scatter.plot.choose(index)
        self.open_run.setEnabled(True)

    def _choose_row(self, index: int) -> None:
        self.table_view.choose(index)
        self._choose(index)

    def _brush(self, inside: np.ndarray | None) -> None:
        self.table_view.model_.show_only(inside)
        self.scatter.plot.show_only(inside)

    def open_selected(self) -> None:
        """Opens the selected trial, or the best combination's typical one."""
        chosen = self.table_view.current
        if chosen is None and self._ranking is not None:
            chosen = self._ranking.best.typical
        if chosen is not None:
            self.open_trial(chosen)

    def open_trial(self, result: TrialResult) -> None:
        """The project as this trial trained it: one undoable edit; its run begins anew and ends in the same numbers."""
        if self.run.sweep is None:
            return
        try:
            project = apply_settings(self.run.sweep.start, result.trial.settings)
        except NNLabError as error:
            self._services.session.failed.emit(str(error), "")
            return
        self._services.document.edit(f"Open run: {description(result)}", project)
        self._services.session.rewind()

    # What is kept

    def show_stored(self, stored: StoredSweep) -> None:
        """Shows a sweep that is kept: its form, and the trials that it has."""
        try:
            sweep = self.run.open(stored)
        except NNLabError as error:
            self._services.session.failed.emit(str(error), "")
            return
        self.form.show_choice({a.key: str(a).partition("=")[2] for a in sweep.axes}, sweep.random, sweep.seeds, sweep.steps)

    def _open_earlier(self) -> None:
        menu = self.earlier_menu()
        menu.exec(self.earlier.mapToGlobal(self.earlier.rect().bottomLeft()))
        menu.deleteLater()

    def earlier_menu(self) -> QMenu:
        """The sweeps that are kept, of whatever project."""
        menu = QMenu(self)
        kept = self.run.kept
        for stored in kept:
            shown = menu.addAction(stored.words.replace("&", "&&"))
            shown.triggered.connect(lambda checked=False, stored=stored: self.show_stored(stored))
            shown.setEnabled(not self.run.is_running)
        if not kept:
            menu.addAction("No sweep is kept yet").setEnabled(False)
        return menu

    def clear(self) -> None:
        """Nothing here belongs to the run that is shown elsewhere."""

    # Taking pictures and data away

    def table(self) -> ExportTable | None:
        columns = self.run.columns
        if not len(columns):
            return None
        names = (*columns.names, "error")
        return ExportTable(names, tuple(["" if (v := r.get(name)) is None else v for r in columns.results] for name in names))

    def picture_widget(self) -> QWidget | None:
        return self._stack.currentWidget()


def _button(text: str, tip: str, clicked: Callable[[], None]) -> QPushButton:
    button = PressButton(text)
    button.setToolTip(tip)
    button.clicked.connect(clicked)
    return button
