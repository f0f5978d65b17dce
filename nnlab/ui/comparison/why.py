"""Why runs differ: the losses they train with, and the gradients these send back, over one axis with every sample a mark on them.

For three classes the samples stand in the triangle of all distributions instead, unless p of the true class is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from nnlab.ui.comparison.output_loss_plot import FIRST_P, OutputLossPlot
from nnlab.ui.comparison.run_losses import RunLosses
from nnlab.ui.comparison.sample_focus import SampleFocus
from nnlab.ui.comparison.shown_run import ShownRun
from nnlab.ui.comparison.simplexes import Simplexes, simplex_of
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.segmented import Option, Segmented

SIMPLEX = "simplex"
PICTURES = (
    Option(SIMPLEX, "triangle", "Every sample where its three probabilities put it, on the loss if one class is the true one"),
    Option("p", "p", "Loss and gradient over the probability of the true class"),
)


class Why(QWidget):
    """Loss above, gradient below, read by one crosshair; or the triangles of all runs."""

    def __init__(self, theme: Theme, focus: SampleFocus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title = Label(theme, "Why", "name")
        self.words = ElidedLabel(theme, "", "caption", "text2")
        self.losses = OutputLossPlot(theme, of_gradient=False, focus=focus)
        self.gradients = OutputLossPlot(theme, of_gradient=True, focus=focus)
        for plot in (self.losses, self.gradients):
            plot.read_at.connect(self.read_at)
        self.simplexes = Simplexes(theme, focus)
        self.picture = Segmented(theme, PICTURES, "Shown as")
        self.picture.chosen.connect(lambda _: self.show_runs(self._runs))
        self._runs: tuple[ShownRun, ...] = ()
        self._head = QHBoxLayout()
        self._head.addWidget(self.title)
        self._head.addWidget(self.words, 1)
        self._head.addWidget(self.picture)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.losses, 56)
        self._column.addWidget(self.gradients, 44)
        self._column.addWidget(self.simplexes, 100)
        self.picture.hide()
        self.simplexes.hide()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # its share of the width, not what its words need
        follow(theme, self)

    def apply_metrics(self) -> None:
        px, padding = self._theme.metrics.px, self._theme.metrics.padding
        self._column.setContentsMargins(px(16), px(10), padding, px(8))
        self._column.setSpacing(px(4))
        self._head.setSpacing(px(12))

    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        self._runs = tuple(runs)
        in_triangle = [run for run in runs if simplex_of(run) is not None]
        is_triangle = bool(in_triangle) and self.picture.current == SIMPLEX
        self.picture.setVisible(bool(in_triangle))
        self.simplexes.setVisible(is_triangle)
        if is_triangle:
            self.simplexes.show_runs(in_triangle)
            self.losses.hide()
            self.gradients.hide()
            self.words.setText("arrows: the pull at the outputs")
            return
        self._show_losses(runs)

    def _show_losses(self, runs: Sequence[ShownRun]) -> None:
        found = [(run, run.view.probes.get("output_losses")) for run in runs]
        losses = [RunLosses(run.name, _loss_of(run), run.key, losses) for run, losses in found if losses is not None]
        losses = [run for run in losses if run.can_be_shown]
        comparable = [run for run in losses if run.found.of_probability == losses[0].found.of_probability]
        for plot in (self.losses, self.gradients):
            plot.setVisible(bool(comparable))
            if comparable:
                plot.show_runs(comparable)
        self.words.setText("faint: the other runs' samples" if len(comparable) > 1 else "")

    def read_at(self, x: float | None) -> None:
        for plot in (self.losses, self.gradients):
            plot.set_at(x)

    def reset(self) -> None:
        self.read_at(FIRST_P)


def _loss_of(run: ShownRun) -> str:
    losses = run.view.project.graph.losses
    return losses[0].kind.title if losses else ""
