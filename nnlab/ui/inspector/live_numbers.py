"""The changing part of the inspector: statistics of weights and gradients, their course, saturation and histograms of one node.

Made to be fed with every frame. Numbers follow at a pace at which they can be read, and heavier pictures less often still; when
training stands still everything shows exactly the last frame.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.engine.frame import UPDATES
from nnlab.graph import docking
from nnlab.graph.graph import Graph
from nnlab.training.statistics import (
    NormHistory,
    Summary,
    gradient_history,
    saturation,
    summary,
    update_ratio,
)
from nnlab.ui.inspector.number_table import NumberRow, NumberTable, written
from nnlab.ui.inspector.parts import Caption, PartColumn
from nnlab.ui.look.numbers import NOTHING, count, percent
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.live_view import LiveView, known, smoothed_words
from nnlab.ui.widgets.histogram import Histogram
from nnlab.ui.widgets.segmented import Option, Segmented
from nnlab.ui.widgets.sparkline import Sparkline
from nnlab.ui.widgets.value_row import ValueRow

NUMBERS_EVERY = 0.1  # seconds between changes of the numbers while training runs
PICTURES_EVERY = 0.25
PICTURES_SHARE = 0.1  # share of the time the pictures may take; those of a very large layer follow less often, but are exact
LARGE = 65_536  # a parameter of more numbers is summed up as rarely as a picture
ROWS = (  # field of Summary, word, what it means
    ("norm", "Norm", "Euclidean norm: the root of the sum of the squares"),
    ("mean", "Mean", "arithmetic mean of the values"),
    ("deviation", "Std dev", "standard deviation of the values"),
    ("smallest", "Smallest", "smallest value"),
    ("largest", "Largest", "largest value"),
    ("zeros", "Zeros", "share of values that are exactly 0"),
)


class Courses(QWidget):
    """The recent past of the two norms, side by side."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.weights, self.gradients = Sparkline(theme, "Weight norm", 36), Sparkline(theme, "Gradient norm", 36)
        self.captions = (Caption(theme, "Weight norm"), Caption(theme, "Gradient norm"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for caption, line in zip(self.captions, (self.weights, self.gradients), strict=True):
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(caption)
            column.addWidget(line)
            self._row.addLayout(column, 1)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._row.setSpacing(self._theme.metrics.padding)

    def show_gradient(self, is_shown: bool) -> None:
        self.captions[1].setVisible(is_shown)
        self.gradients.setVisible(is_shown)


class ParameterHeading(QWidget):
    """A caption with a choice of parameter at its right, where there are several."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.caption = Caption(theme, text)
        self.choice: Segmented | None = None
        self._letters: dict[str, str] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.caption, 1)

    def offer(self, letters: Mapping[str, str]) -> None:
        """Offers these parameters by their letters, the first chosen; a choice that is there already stays."""
        if letters == self._letters:
            return
        self._letters = dict(letters)
        if self.choice is not None:
            self._row.removeWidget(self.choice)
            self.choice.hide()
            self.choice.deleteLater()
            self.choice = None
        if len(letters) > 1:
            options = [Option(name, letter, f"Statistics of the parameter {name}") for name, letter in letters.items()]
            self.choice = Segmented(self._theme, options, "Parameter")
            self._row.addWidget(self.choice)

    @property
    def current(self) -> str:
        """The parameter that is chosen, "" without any."""
        return self.choice.current if self.choice is not None else next(iter(self._letters), "")


class LiveNumbers(PartColumn):
    """Shows one node of each frame it is given. `norms` is the past of all parameters, shared by the pages."""

    def __init__(self, theme: Theme, norms: NormHistory, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._norms = norms
        self.heading = ParameterHeading(theme, "At iteration 0")
        self.table = NumberTable(theme, "Statistics", ("weights", "gradient"))
        self.courses = Courses(theme)
        self.update_ratio = ValueRow(
            theme, "Update / weight", "Norm of the last update divided by the norm of the weights; known while stepping"
        )
        self.flat = ValueRow(theme, "Saturated", "Share of this batch's activations whose slope is below 5 % of the maximum")
        self.inactive = ValueRow(theme, "Inactive", "Share of this batch's activations that pass no gradient")
        self.dead = ValueRow(theme, "Dead units", "Units that pass no gradient for any sample of this batch")
        self.loss = ValueRow(theme, "Batch loss", "The loss of the last batch, before its update")
        self.smoothed = ValueRow(theme, "Smoothed", smoothed_words(0))
        self.rows = (self.update_ratio, self.flat, self.inactive, self.dead, self.loss, self.smoothed)
        self.weights_caption, self.weights = Caption(theme, "Weights"), Histogram(theme, "Weights", 76)
        self.activations_caption = Caption(theme, "Activations of this batch")
        self.activations = Histogram(theme, "Activations of this batch", 76)
        self.put(self.heading, self.table, self.courses, *self.rows)
        self.put(self.weights_caption, self.weights, self.activations_caption, self.activations)
        self._node: str | None = None
        self._graph = Graph()
        self._values = ""  # the tensor of activations
        self._source = ""  # what the activation reads, where it can saturate
        self._activation: str | None = None
        self._view: LiveView | None = None
        self._due = self._pictures_due = 0.0

    @property
    def caption(self) -> Caption:
        return self.heading.caption

    @property
    def parameter(self) -> str:
        """The full name of the parameter whose statistics are shown, or ""."""
        return f"{self._node}.{self.heading.current}" if self.heading.current else ""

    @property
    def tensors(self) -> frozenset[str]:
        """What frames must hold for these numbers, see nnlab.engine.frame."""
        if self._node is None:
            return frozenset()
        gradients = [f"{self._node}.d_{parameter.name}" for parameter in self._graph[self._node].parameters]
        return frozenset(name for name in (*gradients, self._values, self._source, UPDATES if gradients else "") if name)

    @property
    def view(self) -> LiveView | None:
        """The moment that is shown."""
        return self._view

    @property
    def gradient(self) -> str:
        """The full name of its gradient."""
        return f"{self._node}.d_{self.heading.current}"

    @property
    def saturating(self) -> tuple[str, str] | None:
        """The activation whose saturation is shown, and the tensor that it reads."""
        return (self._activation, self._source) if self._activation is not None and self._source else None

    @property
    def is_frozen(self) -> bool:
        """Whether the parameter that is shown is frozen."""
        return self._node is not None and self.heading.current in self._graph[self._node].frozen

    def show_node(self, graph: Graph, node_id: str) -> None:
        """Shows this node from the next frame on; what it has nothing of is hidden."""
        same = (self._graph, self._node) == (graph, node_id)
        self._graph, self._node = graph, node_id
        kind = graph[node_id].kind
        choice = self.heading.choice
        self.heading.offer({p.name: p.letter for p in graph[node_id].parameters})
        if self.heading.choice is not None and self.heading.choice is not choice:
            self.heading.choice.chosen.connect(lambda _: self._show_again())
        self._activation = docking.docked(graph, node_id) or (node_id if kind.saturates else None)
        last = self._activation or node_id
        self._values = f"{last}.{graph[last].kind.outputs[0].name}" if kind.outputs and not kind.is_loss and not kind.is_input else ""
        incoming = graph.inputs(self._activation) if self._activation is not None and graph[self._activation].kind.saturates else ()
        self._source = f"{incoming[0].source}.{incoming[0].source_port}" if incoming else ""
        for widget in (self.table, self.courses, self.weights_caption, self.weights):
            widget.setVisible(bool(self.parameter))
        self._show_learning()
        for row in (self.loss, self.smoothed):
            row.setVisible(kind.is_loss)
        self.flat.setVisible(bool(self._source))
        self.inactive.setVisible(False)
        self.dead.setVisible(False)
        self.setVisible(bool(self.parameter or self._values or kind.is_loss))
        self._due = self._pictures_due = 0.0
        if not same:  # the numbers of another node say nothing of this one
            self.forget()
        self.apply_metrics()

    def _show_learning(self) -> None:
        """Shows what there is of a gradient: nothing for a frozen parameter."""
        self.courses.show_gradient(not self.is_frozen)
        self.update_ratio.setVisible(bool(self.parameter) and not self.is_frozen)

    def forget(self) -> None:
        """Shows no numbers, until the next frame."""
        self._view = None
        self._due = self._pictures_due = 0.0
        self.caption.setText("At iteration 0")
        self._show_summaries(None, None)
        for row in self.rows:
            row.set_number(None)
        for picture in (self.weights, self.activations, self.courses.weights, self.courses.gradients):
            picture.set_values(np.zeros(0))

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if not hasattr(self, "_view"):
            return  # still being made
        # The histogram of activations is one of the extras that a small window leaves out.
        is_large = self.theme.metrics.inspector > 1.2 * self.theme.metrics.px(264)
        is_shown = bool(self._values) and (is_large or not self.parameter)
        comes = is_shown and self.activations.isHidden()
        for widget in (self.activations_caption, self.activations):
            widget.setVisible(is_shown)
        if comes and self._view is not None:  # it was not filled while it was out of sight
            self._show_pictures(self._view)

    def show_view(self, view: LiveView) -> None:
        """Takes a frame: shown now, or left out while training runs faster than numbers can be read."""
        if self._node is None:
            return
        now = time.perf_counter()
        if view.playing and now < self._due:
            return
        self._due, self._view = now + NUMBERS_EVERY, view
        with_pictures = not view.playing or now >= self._pictures_due
        self._show_numbers(view, with_pictures)
        if with_pictures:
            self._show_pictures(view)
            cost = time.perf_counter() - now
            self._pictures_due = now + max(PICTURES_EVERY, cost / PICTURES_SHARE)

    def _show_again(self) -> None:
        """Another parameter of the same node and moment."""
        self._show_learning()
        if self._view is not None:
            self._show_numbers(self._view, True)
            self._show_pictures(self._view)

    def _show_numbers(self, view: LiveView, with_pictures: bool) -> None:
        frame = view.frame
        self.caption.setText(f"At iteration {count(frame.iteration)}")
        if self.parameter:
            values = frame.get(self.parameter)
            if with_pictures or values is None or values.size <= LARGE:
                self._show_summaries(summary(values), summary(frame.get(self.gradient)))
            self.update_ratio.set_number(update_ratio(frame, self.parameter))
        if self.loss.isVisibleTo(self):
            self.loss.set_number(known(frame.loss))
            self.smoothed.set_number(known(view.losses.smoothed))
            self.smoothed.setToolTip(smoothed_words(view.losses.window))

    def _show_summaries(self, weights: Summary | None, gradient: Summary | None) -> None:
        def cell(found: Summary | None, field: str) -> str:
            if found is None:
                return NOTHING
            return percent(found.zeros) if field == "zeros" else written(getattr(found, field))

        rows = [NumberRow(word, cell(weights, field), cell(gradient, field), tip) for field, word, tip in ROWS]
        self.table.show_rows(rows, ("weights", "frozen" if self.is_frozen else "gradient"))

    def _show_pictures(self, view: LiveView) -> None:
        frame = view.frame
        if self._source and self._activation is not None and self._activation in frame.program.graph and frame.rows:
            self._show_saturation(view)
        if self.parameter:
            self._norms.take(frame)
            values, iterations = gradient_history(view.curves, self.parameter)
            self.courses.gradients.setToolTip(f"Norm of the gradient in the last {count(iterations)} iterations")
            self.courses.gradients.set_values(values)
            self.courses.weights.setToolTip("Norm of the weights since this network was opened or rewound")
            self.courses.weights.set_values(self._norms.of(self.parameter))
            weights = frame.get(self.parameter)
            if weights is not None:
                self.weights.set_values(weights)
        if self._values and self.activations.isVisibleTo(self):
            activations = frame.get(self._values)
            if activations is not None:
                self.activations.set_values(activations)

    def _show_saturation(self, view: LiveView) -> None:
        assert self._activation is not None
        found = saturation(view.frame.program.graph[self._activation], view.frame, self._source)
        can_die = found is not None and found.dead is not None
        self.flat.setVisible(found is not None and not can_die)
        self.inactive.setVisible(can_die)
        self.dead.setVisible(can_die)
        if found is not None:
            self.flat.set_text(percent(found.share))
            self.inactive.set_text(percent(found.share))
            self.dead.set_text(f"{count(found.dead or 0)} of {count(found.units)}")
