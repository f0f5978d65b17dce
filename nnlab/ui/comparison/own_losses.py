"""Every run's own loss on an axis of its own: what different losses measure is not one thing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from nnlab.training.runs import MOST_RUNS
from nnlab.ui.comparison.run_axis import RunAxis
from nnlab.ui.comparison.run_lines_plot import RunLinesPlot, ends_of, run_line
from nnlab.ui.comparison.shown_run import ShownRun
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.widgets.label import ElidedLabel, Label


class OwnLosses(QWidget):
    """A small plot for every run, side by side, each with its value at the right of its title."""

    def __init__(self, theme: Theme, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        places = range(MOST_RUNS)
        self.plots = [RunLinesPlot(theme, "A run's own loss", crosshair, as_percent=False) for _ in places]
        self.titles = [Label(theme, "Own loss", "name") for _ in places]
        self.names = [ElidedLabel(theme, "", "caption", "text2") for _ in places]
        self.values = [Label(theme, "", "name") for _ in places]
        self._grid = QGridLayout(self)
        self._heads = [QHBoxLayout() for _ in places]
        for place, head in enumerate(self._heads):
            for widget in (self.titles[place], self.names[place], self.values[place]):
                head.addWidget(widget, 1 if widget is self.names[place] else 0)
            self._grid.addLayout(head, 0, place)
            self._grid.addWidget(self.plots[place], 1, place)
        self._grid.setRowStretch(1, 1)
        follow(theme, self)

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._grid.setContentsMargins(0, px(8), 0, 0)
        self._grid.setHorizontalSpacing(px(16))
        self._grid.setVerticalSpacing(px(2))
        for head in self._heads:
            head.setSpacing(px(8))

    def place_runs(self, count: int) -> None:
        for place in range(MOST_RUNS):
            for widget in (self.plots[place], self.titles[place], self.names[place], self.values[place]):
                widget.setVisible(place < count)
            self.titles[place].setVisible(place < count <= 2)  # four names have no room for the same words
            self._grid.setColumnStretch(place, 1 if place < count else 0)

    def show_runs(self, runs: Sequence[ShownRun], axis: RunAxis, first: int, last: int) -> None:
        """Over the iterations first … last of the project's own run."""
        view = runs[0].view
        for place, run in enumerate(runs):
            curves, plot = run.view.curves, self.plots[place]
            line = run_line(run, axis, curves.iterations, curves.smoothed)
            plot.set_run(first, last, view.marks, view.frame.iteration if view.is_in_the_past else None)
            plot.show_lines([line], axis, ends_of(runs, axis, first, last))
            plot.setAccessibleName(f"Own loss of {run.name}")
            self.names[place].setText(run.name)
            self.values[place].setText(plot.written(line.value))
