"""Which numbers of the window can be asked where they come from, and what each answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import QWidget

from nnlab.engine.program import RATE
from nnlab.training import provenance, provenance_of_data
from nnlab.training.excerpt import Replayed
from nnlab.training.probes.predictions import SAMPLES as MOST_PREDICTED
from nnlab.training.probes.scores import SAMPLES as MOST_SCORED
from nnlab.training.provenance import Provenance, Replay
from nnlab.ui.panels.base import LivePanel
from nnlab.ui.panels.confusion import ConfusionView
from nnlab.ui.panels.cost import CostPanel
from nnlab.ui.panels.diagnosis import DiagnosisPanel
from nnlab.ui.panels.distributions import DistributionsPanel
from nnlab.ui.panels.gradient_flow import GradientFlowPanel
from nnlab.ui.panels.landscape import LandscapePanel
from nnlab.ui.panels.loss import LossPanel
from nnlab.ui.panels.metrics import MetricsPanel
from nnlab.ui.panels.prediction import PredictionPanel
from nnlab.ui.panels.runs import RunsPanel
from nnlab.ui.panels.samples import SamplesPanel
from nnlab.ui.panels.weights import WeightsPanel
from nnlab.ui.run.answers import wait_for
from nnlab.ui.run.drawing_pace import USUAL, stretched
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.past import Past
from nnlab.ui.widgets.traced import trace
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.provenance_popover import ProvenancePopover
from nnlab.ui.window.sources.canvas import CanvasNumbers
from nnlab.ui.window.sources.findings import trace_findings
from nnlab.ui.window.sources.inspector import trace_inspector
from nnlab.ui.window.sources.pictures import trace_distributions, trace_landscape
from nnlab.ui.window.sources.plots import heat_map_source, loss_source
from nnlab.ui.window.sources.prediction import prediction_source
from nnlab.ui.window.sources.tables import trace_cost, trace_runs, trace_samples

TRACED = (
    "metrics", "weights", "prediction", "loss", "gradient_flow", "runs", "cost", "samples", "distributions", "landscape", "diagnosis",
)  # fmt: skip

OfView = Callable[[LiveView], Provenance | None]
TRACING: tuple[tuple[type[LivePanel], Callable[[Any, Replay], None]], ...] = (
    (RunsPanel, trace_runs), (SamplesPanel, trace_samples), (DistributionsPanel, trace_distributions), (LandscapePanel, trace_landscape),
    (DiagnosisPanel, trace_findings),
)  # fmt: skip


class Replays:
    """Has iterations of the window's run once more, on a job's thread, as long as the answer is wanted."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self.is_wanted = True

    def __call__(self, iteration: int, since: int) -> Replayed:
        return wait_for(self._past.request_excerpt(iteration, since)).replay(lambda: self.is_wanted)


class NumberSources(QObject):
    """Belongs to a window; its `popover` tells of the newest moment that is shown."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._view: LiveView | None = None
        self.replays = Replays(window.session.past)
        self.popover = ProvenancePopover(window._theme, window, window.session.jobs)
        self.popover.wanted.connect(self._want)
        window.session.ticked.connect(self._take)
        window.session.emptied.connect(self._clear)
        self._trace_counters(window)
        trace_inspector(window.inspector.node.numbers, self.replays)
        trace(window.canvas.view.viewport(), CanvasNumbers(window.canvas, lambda: self._view, self.replays), cursor=False)
        for panel in TRACED:
            window.panels.when_made(panel, self._trace_panel)

    def _trace_counters(self, window: MainWindow) -> None:
        counters, again = window.transport.bar.counters, self.replays
        sources: tuple[tuple[QWidget, OfView], ...] = (
            (counters["batch_loss"], partial(provenance.batch_loss, replay=again)),
            (counters["smoothed"], partial(provenance.smoothed_loss, replay=again)),
            (counters["validation"], partial(provenance_of_data.part_loss, is_validation=True, replay=again)),
            (counters["learning_rate"], _rate), (counters["epoch"], _epoch), (counters["iteration"], _iteration),
            (counters["batch"], _batch), (counters["iterations_per_second"], _pace), (counters["frames_per_second"], _frames),
        )  # fmt: skip
        for widget, source in sources:
            trace(widget, partial(self._answer, source))

    def _trace_panel(self, panel: LivePanel) -> None:
        if isinstance(panel, MetricsPanel):
            for (name, part), label in panel.values.items():
                trace(label, partial(self._score, panel, name, part == "val"))
        elif isinstance(panel, WeightsPanel):
            trace(panel.matrix, partial(self._weight, panel), cursor=False)
        elif isinstance(panel, PredictionPanel):
            trace(panel, partial(self._of_prediction, panel), cursor=False)
        elif isinstance(panel, LossPanel):
            trace(panel.plot.viewport(), loss_source(panel, self.replays), cursor=False)
        elif isinstance(panel, GradientFlowPanel):
            trace(panel.plot.viewport(), heat_map_source(panel, self.replays), cursor=False)
        elif isinstance(panel, CostPanel):
            trace_cost(panel)
        for kind, tracing in TRACING:
            if isinstance(panel, kind):
                tracing(panel, self.replays)

    def _want(self, is_wanted: bool) -> None:
        self.replays.is_wanted = is_wanted

    def _take(self, view: LiveView) -> None:
        self._view = view

    def _clear(self) -> None:
        self._view = None
        self.popover.close_box()

    def _answer(self, source: OfView, place: QPointF | None) -> Provenance | None:
        return None if self._view is None else source(self._view)

    def _score(self, panel: MetricsPanel, name: str, is_validation: bool, place: QPointF | None) -> Provenance | None:
        view, shown = panel.view, panel.shown
        report = None if shown is None else shown.validation if is_validation else shown.training
        if view is None or report is None or name not in report.values or report[name].value is None:
            return None
        value = report[name].value
        assert value is not None
        at = view.probed_at.get("scores", view.frame.iteration)
        return provenance_of_data.score(view, name, is_validation, value, MOST_SCORED, at, self.replays)

    def _weight(self, panel: WeightsPanel, place: QPointF | None) -> Provenance | None:
        """The cell that has the keyboard; a click chooses a cell and asks nothing."""
        index = panel.current_index
        if place is not None or index is None or self._view is None:
            return None
        return provenance.element(self._view, panel.parameter, index, self.replays)

    def _of_prediction(self, panel: PredictionPanel, place: QPointF | None) -> Provenance | None:
        """The cell of the confusion matrix that the keyboard is at, else the figure beside the picture that was clicked."""
        shown, view = panel.current, panel.view
        if place is None and isinstance(shown, ConfusionView) and view is not None and shown.matrix.isVisible():
            true, predicted = shown.matrix.asked or shown.matrix.current or (0, 0)
            value = int(shown.matrix.counts[true, predicted])
            at = view.probed_at.get("predictions", view.frame.iteration)
            return provenance_of_data.confusion_count(view, true, predicted, value, MOST_PREDICTED, at, self.replays)
        return prediction_source(panel, place, self.replays)


def _rate(view: LiveView) -> Provenance | None:
    """The learning rate of the last update: what was set, or what the schedule made of it."""
    scheduled = view.frame.get(RATE) if view.frame.iteration else None
    value = view.project.training.learning_rate if scheduled is None else float(scheduled[0])
    origin = f"schedule {view.project.training.schedule}, from {view.project.training.learning_rate:g}"
    return Provenance("Learning rate", value, RATE, view.frame.iteration, "none: it is a setting", "", origin)


def _epoch(view: LiveView) -> Provenance:
    words = f"Counted by the engine: complete passes over the {len(view.data.x):,} training rows."
    return provenance.counted("Epoch", view.frame.epoch, "epoch", view.frame.iteration, words)


def _iteration(view: LiveView) -> Provenance:
    return provenance.counted(
        "Iteration", view.frame.iteration, "iteration", view.frame.iteration, "Counted by the engine: updates so far."
    )


def _batch(view: LiveView) -> Provenance:
    size, rows = view.project.training.batch_size, len(view.data.x)
    words = f"Counted by the engine: {rows:,} training rows in batches of {size:,} make {view.batches:,} of them an epoch."
    return provenance.counted("Batch", view.frame.batch, "batch", view.frame.iteration, words, r"\lceil N / B \rceil")


def _pace(view: LiveView) -> Provenance | None:
    words = "Measured: updates over the seconds they took, by this computer's clock."
    value = view.iterations_per_second
    return provenance.counted("Iterations per second", value, "clock", view.frame.iteration, words) if view.playing else None


def _frames(view: LiveView) -> Provenance | None:
    words = "Measured: how often this window looked for something new to draw in the last second, by this computer's clock."
    if view.stretch > 1.0:
        every = stretched(USUAL, view.stretch)
        words += f" Training wants every core: a picture that comes thirty times a second else comes {1.0 / every:.0f} times."
    return provenance.counted("Frames per second", view.frames_per_second, "clock", None, words) if view.playing else None
