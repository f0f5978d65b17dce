"""Which numbers of the window can be asked where they come from, and what each answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import QWidget

from nnlab.engine.program import RATE
from nnlab.training import provenance
from nnlab.training.probes.predictions import SAMPLES as MOST_PREDICTED
from nnlab.training.probes.scores import SAMPLES as MOST_SCORED
from nnlab.training.provenance import Provenance
from nnlab.ui.panels.base import LivePanel
from nnlab.ui.panels.confusion import ConfusionView
from nnlab.ui.panels.metrics import MetricsPanel
from nnlab.ui.panels.prediction import PredictionPanel
from nnlab.ui.panels.weights import WeightsPanel
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.traced import trace
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.provenance_popover import ProvenancePopover

OfView = Callable[[LiveView], Provenance | None]


class NumberSources(QObject):
    """Belongs to a window; its `popover` tells of the newest moment that is shown."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._view: LiveView | None = None
        self.popover = ProvenancePopover(window._theme, window, window.session.jobs)
        window.session.ticked.connect(self._take)
        window.session.emptied.connect(self._clear)
        counters, numbers = window.transport.bar.counters, window.inspector.node.numbers
        validation = partial(provenance.part_loss, is_validation=True)
        sources: tuple[tuple[QWidget, OfView], ...] = (
            (counters["batch_loss"], provenance.batch_loss), (counters["smoothed"], provenance.smoothed_loss),
            (counters["validation"], validation), (counters["learning_rate"], _rate),
            (numbers.loss, provenance.batch_loss), (numbers.smoothed, provenance.smoothed_loss),
        )  # fmt: skip
        for widget, source in sources:
            trace(widget, partial(self._answer, source))
        for panel in ("metrics", "weights", "prediction"):
            window.panels.when_made(panel, self._trace_panel)

    def _trace_panel(self, panel: LivePanel) -> None:
        if isinstance(panel, MetricsPanel):
            for (name, part), label in panel.values.items():
                trace(label, partial(self._score, panel, name, part == "val"))
        elif isinstance(panel, WeightsPanel):
            trace(panel.matrix, partial(self._weight, panel))
            panel.matrix.unsetCursor()
        elif isinstance(panel, PredictionPanel):
            trace(panel, partial(self._cell, panel))
            panel.unsetCursor()

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
        return provenance.score(view, name, is_validation, value, MOST_SCORED, view.probed_at.get("scores", view.frame.iteration))

    def _weight(self, panel: WeightsPanel, place: QPointF | None) -> Provenance | None:
        """The cell that has the keyboard; a click chooses a cell and asks nothing."""
        index = panel.current_index
        if place is not None or index is None or self._view is None:
            return None
        return provenance.element(self._view, panel.parameter, index)

    def _cell(self, panel: PredictionPanel, place: QPointF | None) -> Provenance | None:
        """The cell of the confusion matrix that the keyboard is at, or that was clicked."""
        shown, view = panel.current, panel.view
        if place is not None or not isinstance(shown, ConfusionView) or view is None or not shown.matrix.isVisible():
            return None
        true, predicted = shown.matrix.asked or shown.matrix.current or (0, 0)
        value = int(shown.matrix.counts[true, predicted])
        at = view.probed_at.get("predictions", view.frame.iteration)
        return provenance.confusion_count(view, true, predicted, value, MOST_PREDICTED, at)


def _rate(view: LiveView) -> Provenance | None:
    """The learning rate of the last update: what was set, or what the schedule made of it."""
    scheduled = view.frame.get(RATE) if view.frame.iteration else None
    value = view.project.training.learning_rate if scheduled is None else float(scheduled[0])
    origin = f"schedule {view.project.training.schedule}, from {view.project.training.learning_rate:g}"
    return Provenance("Learning rate", value, RATE, view.frame.iteration, "none: it is a setting", "", origin)
