"""How good each run is: accuracy or R² of all of them on one axis, for training or validation samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.training.probes.predictions import SAMPLES
from nnlab.ui.comparison.run_axis import CHOICES, RunAxis
from nnlab.ui.comparison.run_lines_plot import RunLinesPlot, ends_of, run_line
from nnlab.ui.comparison.shown_run import ShownRun
from nnlab.ui.comparison.watched_scores import WatchedScores
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.segmented import Option, Segmented

WORDS_FROM = 440  # pixels of width, below which the two choices need it all


class Scores(QWidget):
    """`part_chosen`: other samples are to be shown, here and in the pictures. `axis_chosen`: another axis, here and for the losses."""

    part_chosen = Signal()
    axis_chosen = Signal()

    def __init__(self, theme: Theme, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title = Label(theme, "Accuracy", "name")
        self.words = ElidedLabel(theme, "", "caption", "text2")
        self.part = Segmented(
            theme, (Option("train", "train", "Shown for training samples"), Option("val", "val", "Shown for validation samples")), "Samples"
        )
        self.part.chosen.connect(lambda _: self.part_chosen.emit())
        self.along = Segmented(theme, CHOICES, "Counted along the axis")
        self.along.chosen.connect(lambda _: self.axis_chosen.emit())
        self.plot = RunLinesPlot(theme, "How good each run is", crosshair, as_percent=True, has_threshold=True)
        self._head = QHBoxLayout()
        for widget in (self.title, self.words, self.along, self.part):
            self._head.addWidget(widget, 1 if widget is self.words else 0)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.plot, 1)
        self.watched = WatchedScores()
        follow(theme, self)

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._column.setContentsMargins(0, px(6), 0, 0)
        self._column.setSpacing(px(2))
        self._head.setSpacing(px(8))
        self._follow_width()

    def _follow_width(self) -> None:
        """The words where there is room for them; the axes as a menu where not even they have room."""
        self.words.setVisible(self.width() >= self._theme.metrics.px(WORDS_FROM))
        needed = self.title.sizeHint().width() + self.along.whole_width + self.part.whole_width + 3 * self._head.spacing()
        self.along.set_folded(needed > self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow_width()

    @property
    def of_validation(self) -> bool:
        return self.part.current == "val"

    def axis_of(self, runs: Sequence[ShownRun]) -> RunAxis:
        """The axis that was chosen, as the project's own run went along it."""
        return RunAxis(self.along.current, runs[0].view.progress)

    def show_runs(self, runs: Sequence[ShownRun], first: int, last: int) -> None:
        """Over the iterations first … last of the project's own run."""
        axis = self.axis_of(runs)
        view = runs[0].view
        has_validation = bool(len(view.data.validation_x))
        self.part.setEnabled(has_validation)
        is_accuracy = bool(view.data.target.classes)
        self.title.setText("Accuracy" if is_accuracy else "R²")
        self.words.setText(scored_words(view, self.of_validation))
        self.plot.as_percent = is_accuracy
        self.plot.set_run(first, last, view.marks, view.frame.iteration if view.is_in_the_past else None)
        lines = []
        for run in runs:
            lines.append(run_line(run, axis, *self._scores_of(run, has_validation)))
        self.plot.show_lines(lines, axis, ends_of(runs, axis, first, last))


    def _scores_of(self, run: ShownRun, has_validation: bool) -> tuple[np.ndarray, np.ndarray]:
        """(iterations, scores): as they were recorded beside the validation loss, or as they were watched where there is none."""
        if not has_validation:
            return self.watched.of(run)
        curves = run.view.curves
        return curves.validation_iterations, curves.validation_scores if self.of_validation else curves.training_scores


def scored_words(view: LiveView, of_validation: bool) -> str:
    """Which samples the curves are of, and when."""
    held, of = len(view.data.validation_x), len(view.data.x)
    if not held:
        return f"of {numbers.count(min(of, SAMPLES))} training samples, at the moments shown"
    if of_validation:
        return f"of {numbers.count(held)} validation samples, after every epoch"
    some = "all" if of <= held else f"{numbers.count(min(held, of))} of"
    return f"of {some} {numbers.count(of)} training samples, after every epoch"
