"""The triangles of all runs, as large as there is room for, with the choice of the true class whose loss is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from nnlab.training.probes.simplex import Simplex
from nnlab.training.runs import MOST_RUNS
from nnlab.ui.comparison.run_keys import RUN_KEYS
from nnlab.ui.comparison.sample_focus import SampleFocus
from nnlab.ui.comparison.shown_run import ShownRun
from nnlab.ui.comparison.simplex_plot import CORNER, CORNERS, HEAD, HEIGHT, SimplexPlot
from nnlab.ui.look.theme import Theme, follow


class Simplexes(QWidget):
    """One triangle for each run that has one."""

    def __init__(self, theme: Theme, focus: SampleFocus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[ShownRun, ...] = ()
        self.true = 0  # the class whose loss is shown
        self.plots = [SimplexPlot(theme, RUN_KEYS[place], focus, self) for place in range(MOST_RUNS)]
        for plot in self.plots:
            plot.class_chosen.connect(self.choose)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def choose(self, true: int) -> None:
        self.true = true
        self.show_runs(self._shown)

    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        """Runs whose predictions are distributions over three classes."""
        had = len(self._shown)
        self._shown = tuple(runs)
        simplexes = [simplex_of(run) for run in runs]
        pulls = [np.linalg.norm(found.pulls @ CORNERS, axis=2).max() for found in simplexes if found is not None]
        longest = max((float(pull) for pull in pulls if np.isfinite(pull)), default=1.0) or 1.0
        for plot, run, found in zip(self.plots, runs, simplexes, strict=False):
            if found is not None:
                losses, name = run.view.project.graph.losses, run.title if len(runs) < 3 else run.name
                loss = losses[0].kind.title if losses else ""
                plot.show_simplex(name, loss, run.view.data.target.names, found, self.true, longest)
        if len(runs) != had:
            self._arrange()

    def _arrange(self) -> None:
        """In as many columns as make the triangles largest."""
        count, px = max(1, len(self._shown)), self._theme.metrics.px

        def side(columns: int) -> float:
            rows = -(-count // columns)
            return min(self.width() / columns - px(16), (self.height() / rows - px(HEAD + 2 * CORNER)) / HEIGHT)

        columns = max(range(1, count + 1), key=side)
        width, height = self.width() // columns, self.height() // -(-count // columns)
        for place, plot in enumerate(self.plots):
            row, column = divmod(place, columns)
            plot.setGeometry(column * width, row * height, width, height)
            plot.setVisible(place < len(self._shown))


def simplex_of(run: ShownRun) -> Simplex | None:
    found = run.view.probes.get("simplex")
    return found if isinstance(found, Simplex) and bool(np.isfinite(found.shares).all()) else None
