"""Loss: how wrong the network is, over the iterations of the run.

Where there is validation data, the bright line is the loss on training samples and the dashed one that on the validation data, both
evaluated with the same weights and without dropout, so that they can be compared. The thin line is the mean of the newest batch losses,
and the pale band reaches from the lowest to the highest batch loss: the true extremes, however long the run. The verdict on the run stands
beside the scale; where something goes wrong, a bracket marks the iterations it is about.
"""

from __future__ import annotations

import math
import time

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nnlab.engine.history import Curves
from nnlab.training.kept_run import KeptRun
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.controls.verdict_chip import VerdictChip
from nnlab.ui.panels.plotting.branch_lines import BranchCurve
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.loss_plot import LossPlot, OtherCurves
from nnlab.ui.run.live_runs import LiveRuns
from nnlab.ui.run.live_verdict import LiveVerdict
from nnlab.ui.run.live_view import LiveView, RunView, smoothed_words
from nnlab.ui.run.trend import trend_in_words
from nnlab.ui.widgets.segmented import Option, Segmented

SAID_EVERY = 1.0  # seconds


class LossPanel(LivePanel):
    """Loss over iterations. `diagnosis_wanted` when one asks what the verdict stands on."""

    diagnosis_wanted = Signal()

    name = "loss"
    title = "Loss"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "The loss appears here, for every iteration of training. Press Space to train.", parent)
        self.plot = LossPlot(services.theme, services.crosshair)
        self.scale = Segmented(
            services.theme,
            (
                Option("log", "log", "Logarithmic: every factor of ten takes the same height"),
                Option("linear", "linear", "Linear: equal differences take equal heights, starting at zero"),
            ),
            "Scale of the loss",
        )
        self.scale.chosen.connect(lambda name: self.plot.set_logarithmic(name == "log"))
        self._runs = services.shared(LiveRuns)
        self._runs.changed.connect(self._show_runs)
        self._verdict = services.shared(LiveVerdict)
        self._verdict.changed.connect(self._show_verdict)
        self.chip = VerdictChip(services.theme)
        self.chip.clicked.connect(self.diagnosis_wanted)
        self._said = 0.0
        self.add_reading(self.chip)
        self.add_option(self.scale)
        self.set_content(self.plot)
        self.clear()
        self._show_verdict()  # another view may have asked for it already

    def draw(self, view: LiveView) -> None:
        curves = view.curves
        self._verdict.look(view)
        if not len(curves.mean):
            self.set_empty(self._empty_text)
            return
        last = max(int(curves.iterations[-1]), view.frame.iteration)
        branches = [BranchCurve(each.name, each.curves, each.origin) for each in view.branches if len(each.curves.mean)]
        self.plot.branches.show(branches)
        end = max(last, self.plot.branches.last)
        self.plot.set_run(curves.origin, end, view.marks, view.frame.iteration if view.is_in_the_past else None)
        others = [OtherCurves(other.name, other.curves) for other in view.others if len(other.curves.mean)]
        others += [_kept(run, run.number == self._runs.hovered) for run in self._runs.shown]
        own = view.name if view.others else f"run {self._runs.all.next_number}"
        self.plot.set_others(own, others)
        self.plot.set_samples(*_evaluated(view))
        self.plot.show_curves(curves, end)
        self.plot.explanation = explanation(view)
        self._say(view)
        if not view.playing:
            where = numbers.count(last) if self.plot.now is None else f"{numbers.count(self.plot.now)} of {numbers.count(last)}"
            losses = view.losses
            held = "" if math.isnan(losses.validation) else (
                f", training {numbers.number(losses.training)}{_of_some(view)}, validation {numbers.number(losses.validation)}"
            )  # fmt: skip
            own = f"{own}: " if others else ""
            beside = "".join(f"; {_described(other)}" for other in view.others)
            beside += "".join(f"; {run.name}, kept: loss {numbers.number(run.median.training_loss)}" for run in self._runs.shown)
            text = f"Iteration {where}: {own}smoothed batch loss {numbers.number(losses.smoothed)}{held}{beside}"
            self.plot.setAccessibleDescription(text)

    def _say(self, view: LiveView) -> None:
        """What the picture shows, for whoever does not see it: at rest, and once a second while it moves."""
        now = time.monotonic()
        if view.playing and now - self._said < SAID_EVERY:
            return
        self._said = now
        trend = trend_in_words(view.curves.mean)
        self.plot.setAccessibleName(f"Loss {numbers.number(view.losses.smoothed)}{f', {trend}' if trend else ''}")

    def _show_runs(self) -> None:
        """Other runs that are kept are shown, or one of them is pointed at."""
        if self._view is not None and self.isVisible():
            self.draw(self._view)

    def _show_verdict(self) -> None:
        verdict = self._verdict.verdict
        self.chip.show_verdict(verdict.convergence if verdict is not None else None)
        self.plot.bracket.show(verdict)

    def picture_widget(self) -> QWidget | None:
        return self.plot

    def table(self) -> ExportTable | None:
        """One row per block of iterations; the validation loss in the row of the block in which it was measured."""
        curves = self.plot.curves
        if curves is None or not len(curves.mean):
            return None
        iterations = curves.iterations
        validation = np.full(len(iterations), np.nan)
        rows = np.searchsorted(iterations, curves.validation_iterations)
        inside = rows < len(iterations)
        validation[rows[inside]] = curves.validation_losses[inside]
        training = np.full(len(iterations), np.nan)
        training[rows[inside]] = curves.training_losses[inside]
        beside = {f"smoothed_loss_{other.name.replace(' ', '_')}": _at(other.curves, iterations) for other in self.plot.others}
        return ExportTable(
            ("iteration", "lowest_loss", "highest_loss", "mean_loss", "smoothed_loss", "training_loss", "validation_loss", *beside),
            (iterations, curves.minimum, curves.maximum, curves.mean, curves.smoothed, training, validation, *beside.values()),
        )


def explanation(view: LiveView) -> str:
    """What the lines of the loss plot are."""
    samples, of = _evaluated(view)
    words = smoothed_words(view.losses.window)
    batches = f"smoothed: {words[0].lower()}{words[1:]}"
    if not samples:
        return f"{batches}."
    some = "the training data" if samples == of else f"{numbers.count(samples)} of the {numbers.count(of)} training samples"
    return f"train, val: the loss on {some} and on the validation data, both with the same weights and without dropout; {batches}."


def _evaluated(view: LiveView) -> tuple[int, int]:
    """Of how many training samples the training loss is, and how many there are."""
    return min(len(view.data.validation_x), len(view.data.x)), len(view.data.x)


def _of_some(view: LiveView) -> str:
    samples, of = _evaluated(view)
    return "" if samples == of else f" on {numbers.count(samples)} of {numbers.count(of)} samples"


def _kept(run: KeptRun, is_strong: bool) -> OtherCurves:
    """The median seed's curve; of several the band as well."""
    seeds = tuple(seed.curves for seed in run.seeds) if len(run.seeds) > 1 else ()
    return OtherCurves(run.name, run.median.curves, seeds, is_strong)


def _described(other: RunView) -> str:
    stopped = f", stopped at iteration {numbers.count(other.frame.iteration)}" if other.stopped else ""
    return f"{other.name}: smoothed batch loss {numbers.number(other.losses.smoothed)}{stopped}"


def _at(curves: Curves, iterations: np.ndarray) -> np.ndarray:
    """The smoothed loss at these iterations; NaN where the run has no block that ends there."""
    found = np.full(len(iterations), np.nan)
    rows = np.searchsorted(curves.iterations, iterations)
    known = rows < len(curves.mean)
    known[known] = curves.iterations[rows[known]] == iterations[known]
    found[known] = curves.smoothed[rows[known]]
    return found
