"""Runs: everything that was trained in this project, beside one another.

A run that ends (it begins again, or another takes its place) is kept with its settings, curves and final weights. The table shows only the
settings in which runs differ; runs with a pin, and those one clicks on, lie in the loss plot. Each can be renamed, pinned, deleted, and its
weights taken up again, as an undoable edit; several seeds are trained in the background and drawn as a band.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import NNLabError
from nnlab.core.kernel.processor import computing_code
from nnlab.training.kept_run import KeptRun
from nnlab.training.run_settings import differing, settings_of
from nnlab.training.run_table import curves_csv, runs_csv
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.controls.run_table import LineSample, RunTable, TableRow
from nnlab.ui.panels.plotting.loss_plot import RUN_DASHES
from nnlab.ui.run.live_runs import LiveRuns
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label

SEEDS = 5
EMPTY = "Runs are kept here when they end, to be compared and taken up again. Press Space to train."
_WORDS = {"learning_rate": "rate", "batch_size": "batch", "validation_score": "score"}
_SAME = ("layers", "units", "activation", "loss", "optimizer", "learning_rate", "batch_size", "data", "seed")


class RunsPanel(LivePanel):
    """The table of runs."""

    name = "runs"
    title = "Runs"
    frames_per_second = 4.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        self._runs = services.shared(LiveRuns)
        self.table_ = RunTable(services.theme)
        self.same = Label(services.theme, "", "caption", "text2")
        self.same.setWordWrap(True)
        self.repeat_button = PressButton(f"{SEEDS} seeds")
        self.repeat_button.setToolTip(
            f"Trains the project from {SEEDS} seeds in the background, for as many iterations as this run has come"
        )
        self.repeat_button.clicked.connect(self._repeat)
        self.add_option(self.repeat_button)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.table_, 1)
        self._column.addWidget(self.same)
        self.set_content(page)
        self.table_.toggled.connect(self._runs.toggle)
        self.table_.renamed.connect(self._runs.rename)
        self.table_.deleted.connect(self._runs.delete)
        self.table_.hovered.connect(self._runs.hover)
        self._runs.changed.connect(self._show)
        services.document.settled.connect(self._show)
        self.apply_metrics()
        self._show()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "same"):
            metrics = self._theme.metrics
            self.same.setContentsMargins(metrics.padding, metrics.px(6), metrics.padding, metrics.px(6))

    def restyle(self) -> None:
        super().restyle()
        self._show()

    def clear(self) -> None:
        self._view = None
        self._later.stop()
        if hasattr(self, "table_"):
            self._show()

    def draw(self, view: LiveView) -> None:
        if not self.table_.rows:
            self._show()
        self.table_.show_figures(0, _figures_now(view))

    def _show(self) -> None:
        """All rows anew: another run, an edit, or others are shown."""
        if not self.isVisible() and not self.table_.rows and not len(self._runs.all):
            self.set_empty(EMPTY)
            return
        project, kept, view = self._services.document.project, tuple(reversed(self._runs.all.runs)), self._view
        is_trained = view is not None and bool(len(view.curves.mean))
        self.repeat_button.setEnabled(not self._runs.is_repeating)
        if not kept and not is_trained:
            self.table_.show_rows((), ())
            self.set_empty(EMPTY)
            self.setAccessibleDescription("")
            return
        self.set_empty(None)
        live = settings_of(project, project.initial.name if project.initial is not None else "", computing_code())
        known = [live, *(settings_of(run.project, run.start, run.code) for run in kept)]
        keys = differing(known)
        score = "R²" if view is not None and not view.data.target.classes else "right"
        headings = (*(_WORDS.get(key, key.replace("_", " ")) for key in keys), "train", "val", score, "iterations", "seeds")
        shown, room = {run.number: k for k, run in enumerate(self._runs.shown)}, len(self._services.session.companions)
        rows = [
            TableRow(
                None, f"run {self._runs.all.next_number}", LineSample(()), {key: _short(live.get(key, "")) for key in keys},
                _figures_now(view) if view is not None else ("", "", "", "0", "1"),
            )
        ]  # fmt: skip
        for run, settings in zip(kept, known[1:], strict=True):
            place = shown.get(run.number)
            dash = RUN_DASHES[place + room] if place is not None else None
            own = {key: _short(settings.get(key, "")) for key in keys}
            rows.append(TableRow(run, run.name, LineSample(dash, len(run.seeds) > 1, run.is_pinned), own, _figures_of(run)))
        self.table_.show_rows(headings, rows)
        equal = [_short(live[key]) if key in ("data", "optimizer", "loss", "activation") else f"{_WORDS.get(key, key)} {_short(live[key])}"
                 for key in _SAME if key in live and key not in keys and key != "layers"]  # fmt: skip
        band = " Band: lowest to highest of the seeds; line and figures: median." if any(len(run.seeds) > 1 for run in kept) else ""
        self.same.setText(f"Same in all: {', '.join(equal)}.{band}" if kept else "This run is kept when it ends.")
        self.setAccessibleDescription(f"{len(rows)} {'run' if len(rows) == 1 else 'runs'}")

    def _repeat(self) -> None:
        self._runs.repeat(SEEDS)

    # Menu

    def menu(self) -> QMenu:
        """What can be done with the current run, and with all."""
        run, theme = self.table_.current_run, self._services.theme
        menu = QMenu(self)
        if run is not None:
            restore = menu.addAction(icon(theme, "restore"), "Start from its weights", lambda: self._runs.restore(run))
            restore.setEnabled(bool(run.best.weights))
            menu.addAction(icon(theme, "settings"), "Take over its settings", lambda: self._runs.set_up_like(run))
            menu.addSeparator()
            menu.addAction("Hide in the loss plot" if self._runs.is_shown(run) else "Show in the loss plot", lambda: self._runs.toggle(run))
            menu.addAction(icon(theme, "pin"), "Unpin" if run.is_pinned else "Pin", lambda: self._runs.pin(run))
            menu.addAction(icon(theme, "rename"), "Rename\tF2", self._rename)
            menu.addAction(icon(theme, "delete"), "Delete\tDel", lambda: self._runs.delete(run))
            menu.addSeparator()
        menu.addAction(icon(theme, "copy"), "Copy table", self.table_.copy)
        if len(self._runs.all):
            menu.addAction(icon(theme, "export"), "Save table as CSV…", lambda: self._save("runs", runs_csv))
            menu.addAction("Save curves as CSV…", lambda: self._save("curves", curves_csv))
        return menu

    def _rename(self) -> None:
        item = self.table_.item(self.table_.currentRow(), 1)
        if item is not None:
            self.table_.editItem(item)

    def _save(self, what: str, written: Callable[[Sequence[KeptRun]], str]) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save as CSV", f"{what}.csv", "Comma-separated values (*.csv)")
        if not name:
            return
        content = written(self._runs.all.runs).encode()
        try:
            write_atomically(Path(name), lambda file: file.write(content))
        except NNLabError as error:
            self._runs.refused.emit(str(error))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = self.table_.viewport().mapFrom(self, event.pos())
        row = self.table_.rowAt(place.y())
        if row >= 0 and event.reason() == QContextMenuEvent.Reason.Mouse:
            self.table_.setCurrentCell(row, 1)
        menu = self.menu()
        menu.exec(event.globalPos() if event.reason() == QContextMenuEvent.Reason.Mouse else self.mapToGlobal(QPoint(40, 60)))
        menu.deleteLater()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.table_.setFocus(Qt.FocusReason.OtherFocusReason)


def _figures_of(run: KeptRun) -> tuple[str, ...]:
    median = run.median
    return (*_losses(median.training_loss, median.validation_loss, median.score), numbers.count(run.iteration), str(len(run.seeds)))


def _figures_now(view: LiveView) -> tuple[str, ...]:
    losses, curves = view.losses, view.curves
    training = losses.smoothed if math.isnan(losses.training) else losses.training
    scores = curves.validation_scores if len(view.data.validation_x) else curves.training_scores
    score = float(scores[-1]) if len(scores) else math.nan
    return (*_losses(training, losses.validation, score), numbers.count(view.frame.iteration), "1")


def _losses(training: float, validation: float, score: float) -> tuple[str, str, str]:
    shown = ["" if math.isnan(loss) else numbers.number(loss) for loss in (training, validation)]
    return shown[0], shown[1], "" if math.isnan(score) else f"{100 * score:.1f} %"


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:23]}…"
