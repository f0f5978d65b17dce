"""Error: how far the fit is from the target, what a construction by hand reaches, and two ways to make it smaller at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.training.probes.approximation import Approximation
from nnlab.training.probes.approximation_surface import ApproximationSurface
from nnlab.ui.approximation.cut_plot import CutPlot
from nnlab.ui.approximation.error_table import OUTSIDE, ErrorNumbers, ErrorTable
from nnlab.ui.approximation.fine_cut import FineCut
from nnlab.ui.approximation.solver import Solver
from nnlab.ui.approximation.surface_cut import SurfaceCut, cut_values
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import ElidedLabel, Label


class ApproximationErrorPanel(LivePanel):
    """The numbers on top, what was done last below them."""

    name = "approximation_error"
    title = "Error"
    probes = ("approximation", "approximation_surface")
    frames_per_second = 10.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "The distance between target and fit appears here.", parent)
        theme = services.theme
        self.table_of_errors = ErrorTable(theme)
        self.words = ElidedLabel(theme, "", "caption", "text2")
        self.solver = services.shared(Solver)
        self._is_low = False
        self.where = Label(theme, "", "caption", "text2")
        self.outside = Label(theme, "", "caption", "text2")
        self.outside.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for head in (self.where, self.outside):
            self.add_option(head)
        self.solver.said.connect(self._say)
        self.construct = PressButton("Construct")
        self.construct.setToolTip(
            "Weights made by hand, not learned: for ReLU the interpolant on N knots, for others a staircase of steps. "
            "Press Space to train from there"
        )
        self.construct.clicked.connect(self.solver.construct)
        self.solve = PressButton("Solve output layer")
        self.solve.setToolTip("The best weights of the output for the hidden units as they stand: linear least squares with a small ridge")
        self.solve.clicked.connect(self.solver.solve)
        self.polish = PressButton("Polish")
        self.polish.setToolTip("Goes down to the next minimum in float64 with L-BFGS, on the engine's own loss and gradients")
        self.polish.clicked.connect(self.solver.polish)
        self.cut = services.shared(SurfaceCut)
        self.cut.changed.connect(self._cut_again)
        self.fine_cut = FineCut(services.session.jobs, self)
        self.fine_cut.came.connect(self._cut_again)
        self.cut_words = ElidedLabel(theme, "", "caption", "text2")
        self.cut_plot = CutPlot(theme)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._row = QHBoxLayout()
        for button in (self.construct, self.solve, self.polish):
            self._row.addWidget(button)
        self._row.addStretch(1)
        self._column.addWidget(self.table_of_errors)
        self._column.addWidget(self.words)
        self._column.addLayout(self._row)
        self._column.addWidget(self.cut_words)
        self._column.addWidget(self.cut_plot, 1)
        self._column.addStretch(0)
        self.set_content(page)
        self._show_cut(None)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            metrics = self._theme.metrics
            self._column.setContentsMargins(metrics.padding, 0, metrics.padding, metrics.px(8))
            self._column.setSpacing(metrics.px(5))
            self._row.setSpacing(metrics.px(6))
            self.outside.setFixedWidth(metrics.px(OUTSIDE - 12))  # with the gap between options as wide as its column

    def set_low(self, is_low: bool) -> None:
        self._is_low = is_low
        self.table_of_errors.show_domain_alone(is_low)
        self._show_heads()
        self._say(self.words.text())

    def _cut_again(self) -> None:
        view = self.view
        if view is not None and self.isVisible() and not self.is_empty:
            self._show_cut(view)

    def _show_cut(self, view: LiveView | None) -> None:
        """Along the line that is dragged on the maps of a surface; a curve has none."""
        found: ApproximationSurface | None = None if view is None else view.probes.get("approximation_surface")
        for widget in (self.cut_words, self.cut_plot):
            if widget.isHidden() != (found is None):
                widget.setVisible(found is not None)
                self.height_changed.emit()
        if found is None or view is None:
            return
        ends = self.cut.ends(found)
        along = self.fine_cut.values(view, ends) or cut_values(found, *ends)
        self.cut_plot.show_cut(along, (view.data.raw_features[0], view.data.raw_features[1]))
        short = (f"({numbers.short(x, 3)}, {numbers.short(y, 3)})" for x, y in ends)
        self.cut_words.setText("Cut from " + " to ".join(short))

    def _show_heads(self) -> None:
        """What the columns of numbers are of."""
        shown = self.table_of_errors.shown
        self.where.setText("" if shown is None else shown.where)
        self.outside.setText("" if shown is None else f"outside{shown.outside_to}")
        self.outside.setVisible(shown is not None and shown.outside_sup is not None and not self._is_low)

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self.words.setVisible(bool(words) or not self._is_low)

    def draw(self, view: LiveView) -> None:
        found = view.probes.get("approximation") or view.probes.get("approximation_surface")
        if found is None:
            return
        self._show_cut(view)
        shown = error_numbers(found)
        self.table_of_errors.show_errors(shown)
        self._show_heads()
        has_units = found.sum is not None
        for button in (self.construct, self.solve, self.polish):
            button.setEnabled(has_units)

    def clear(self) -> None:
        super().clear()
        self._say("")
        self._show_cut(None)
        self.table_of_errors.show_errors(None)
        self._show_heads()


def error_numbers(found: Approximation | ApproximationSurface) -> ErrorNumbers | None:
    """What the table shows of a probe."""
    inside, outside = found.inside, found.outside
    if inside is None:
        return None
    where = "at the samples" if inside.at_samples else "in the domain"
    to = f", to {numbers.short(float(found.x[-1]), 2)}" if outside is not None else ""
    sup, rms = (None, None) if outside is None else (outside.sup, outside.rms)
    return ErrorNumbers(inside.sup, inside.rms, sup, rms, to, where)
