"""The changing part of the inspector: norms, saturation, the gradient's course and histograms of the node that is shown.

Made to be fed with every frame. Numbers follow at a pace at which they can be read, and heavier pictures less often still; when
training stands still everything shows exactly the last frame.
"""

from __future__ import annotations

import time

from PySide6.QtWidgets import QWidget

from nnlab.engine.frame import Frame
from nnlab.graph import docking
from nnlab.graph.graph import Graph
from nnlab.ui.inspector.parts import Caption, Column
from nnlab.ui.inspector.statistics import gradient_history, is_bending, norm, saturation, thinned, update_ratio
from nnlab.ui.live_view import LiveView
from nnlab.ui.numbers import count, percent
from nnlab.ui.theme import Theme
from nnlab.ui.widgets.histogram import Histogram
from nnlab.ui.widgets.sparkline import Sparkline
from nnlab.ui.widgets.value_row import ValueRow

NUMBERS_EVERY = 0.1  # seconds between changes of the numbers while training runs
PICTURES_EVERY = 0.25


class LiveNumbers(Column):
    """Shows one node of each frame it is given."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.caption = Caption(theme, "At iteration 0")
        self.weight_norm = ValueRow(theme, "Weight norm", "Length of all weights of this node together, ‖W‖")
        self.gradient_norm = ValueRow(theme, "Gradient norm", "Length of the gradient of the weights, ‖∂L/∂W‖, for this batch")
        self.update_ratio = ValueRow(
            theme, "Update / weight", "How far the last update moved the weights, as a share of ‖W‖; seen when stepping"
        )
        self.flat = ValueRow(theme, "Saturated", "Share of this batch's activations whose slope is below 5 % of the greatest")
        self.inactive = ValueRow(theme, "Inactive", "Share of this batch's activations that are off and pass no gradient")
        self.dead = ValueRow(theme, "Dead units", "Units that are off for every sample of this batch")
        self.loss = ValueRow(theme, "Batch loss", "The loss of the last batch, before its update")
        self.smoothed = ValueRow(theme, "Smoothed", "Running mean of the batch losses")
        self.rows = (self.weight_norm, self.gradient_norm, self.update_ratio, self.flat, self.inactive, self.dead, self.loss, self.smoothed)
        self.course_caption = Caption(theme, "Gradient norm")
        self.course = Sparkline(theme, "Gradient norm", 44)
        self.weights_caption = Caption(theme, "Weights")
        self.weights = Histogram(theme, "Weights", 76)
        self.activations_caption = Caption(theme, "Activations of this batch")
        self.activations = Histogram(theme, "Activations of this batch", 76)
        self.put(self.caption, *self.rows)
        self.put(self.course_caption, self.course, self.weights_caption, self.weights, self.activations_caption, self.activations)
        self._node: str | None = None
        self._graph = Graph()
        self._parameter = ""  # the one whose norms are shown
        self._values = ""  # the tensor of activations
        self._source = ""  # what the activation reads
        self._activation: str | None = None
        self._before: Frame | None = None  # the moment shown before the last one
        self._last: Frame | None = None
        self._due = self._pictures_due = 0.0

    def show_node(self, graph: Graph, node_id: str) -> None:
        """Shows this node from the next frame on; what it has nothing of is hidden."""
        same = (self._graph, self._node) == (graph, node_id)
        self._graph, self._node = graph, node_id
        node = graph[node_id]
        kind = node.kind
        self._parameter = f"{node_id}.{kind.parameters[0].name}" if kind.parameters else ""
        self._activation = docking.docked(graph, node_id) or (node_id if is_bending(kind) else None)
        last = self._activation or node_id
        self._values = f"{last}.{graph[last].kind.outputs[0].name}" if kind.outputs and not kind.is_loss and not kind.is_input else ""
        incoming = graph.inputs(self._activation) if self._activation is not None else ()
        self._source = f"{incoming[0].source}.{incoming[0].source_port}" if incoming else ""
        for widget in (
            self.weight_norm,
            self.gradient_norm,
            self.update_ratio,
            self.course_caption,
            self.course,
            self.weights_caption,
            self.weights,
        ):
            widget.setVisible(bool(self._parameter))
        for widget in (self.loss, self.smoothed):
            widget.setVisible(kind.is_loss)
        self.flat.setVisible(bool(self._source))
        self.inactive.setVisible(False)
        self.dead.setVisible(False)
        self.setVisible(bool(self._parameter or self._values or kind.is_loss))
        self._due = self._pictures_due = 0.0
        if not same:  # the numbers of another node say nothing of this one
            self._before = self._last = None
            for row in self.rows:
                row.set_number(None)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        # The histogram of activations is one of the extras that a small window leaves out.
        is_large = self.theme.metrics.inspector > 1.2 * self.theme.metrics.px(264)
        for widget in (self.activations_caption, self.activations) if hasattr(self, "_values") else ():
            widget.setVisible(bool(self._values) and (is_large or not self._parameter))

    def show_view(self, view: LiveView) -> None:
        """Takes a frame: shown now, or left out while training runs faster than numbers can be read."""
        if self._node is None:
            return
        now = time.perf_counter()
        if view.playing and now < self._due:
            return
        self._due = now + NUMBERS_EVERY
        self._show_numbers(view)
        if not view.playing or now >= self._pictures_due:
            self._pictures_due = now + PICTURES_EVERY
            self._show_pictures(view)

    def _show_numbers(self, view: LiveView) -> None:
        frame = view.frame
        if self._last is None or (self._last.program, self._last.iteration) != (frame.program, frame.iteration):
            self._before, self._last = self._last, frame  # the same moment may be shown twice
        self.caption.setText(f"At iteration {count(frame.iteration)}")
        if self._parameter:
            self.weight_norm.set_number(norm(frame.get(self._parameter)))
            history, _ = gradient_history(view.curves, self._parameter, 1)
            self.gradient_norm.set_number(float(history[-1]) if len(history) else None)
            self.update_ratio.set_number(update_ratio(self._before, frame, self._parameter))
        if self.loss.isVisibleTo(self):
            self.loss.set_number(view.curves.last if frame.iteration else None)
            self.smoothed.set_number(view.curves.running_mean if frame.iteration else None)

    def _show_pictures(self, view: LiveView) -> None:
        frame = view.frame
        if self._source and self._activation is not None and self._activation in frame.program.graph and frame.rows:
            self._show_saturation(view)
        if self._parameter:
            values, iterations = gradient_history(view.curves, self._parameter)
            self.course_caption.setText(f"Gradient norm, last {count(iterations)} iterations" if iterations > 1 else "Gradient norm")
            self.course.set_values(values)
            weights = frame.get(self._parameter)
            if weights is not None:
                self.weights.set_values(thinned(weights))
        if self._values and self.activations.isVisibleTo(self):
            values = frame.get(self._values)
            if values is not None:
                self.activations.set_values(thinned(values))

    def _show_saturation(self, view: LiveView) -> None:
        assert self._activation is not None
        found = saturation(view.frame.program.graph[self._activation], view.frame, self._source)
        is_rectifier = found is not None and found.dead is not None
        self.flat.setVisible(found is not None and not is_rectifier)
        self.inactive.setVisible(is_rectifier)
        self.dead.setVisible(is_rectifier)
        if found is not None:
            self.flat.set_text(percent(found.share))
            self.inactive.set_text(percent(found.share))
            self.dead.set_text(f"{count(found.dead or 0)} of {count(found.units)}")
