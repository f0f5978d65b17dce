"""What the prediction panel can show: one view for each shape of data, a picture at the left and statistics at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from nnlab.core.preparation import Data
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.confusion_matrix import ConfusionMatrix
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.plot import Plot
from nnlab.ui.panels.plotting.sample_rings import SampleRings
from nnlab.ui.panels.plotting.statistics import Line, Statistics, StatisticsHeading, StatisticsValue
from nnlab.ui.run.chosen_sample import SampleId
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.focus import widgets_within


class PredictionView(QWidget):
    """A picture and its statistics. The statistics give way when there is too little width for both; the picture stays.

    `sample_pointed(sample or None)`: the mouse is over a training sample, where samples have a place in the picture.
    `sample_chosen(SampleId or None)`: a sample was clicked. `cell_chosen((true, predicted) or None)`: samples of one kind are asked for.
    """

    sample_pointed = Signal(object)
    sample_chosen = Signal(object)
    cell_chosen = Signal(object)

    title = ""
    note = ""  # a few words for the panel's header
    has_statistics = True  # whether figures stand beside the picture where there is room
    is_square = False  # whether both axes have one scale, so that the picture is a square

    def __init__(self, theme: Theme, picture: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture = picture
        self.statistics = Statistics(theme)
        picture.setParent(self)
        self.statistics.setParent(self)
        follow(theme, self)

    def show_view(self, view: LiveView) -> bool:
        """Draws; False when the view lacks what is needed."""
        raise NotImplementedError

    def table(self) -> ExportTable | None:
        raise NotImplementedError

    def show_chosen(self, sample: SampleId | None, data: Data) -> None:
        """Marks the sample that is chosen in the window, where it has a place in the picture."""

    @property
    def says_chosen(self) -> bool:
        """Whether the picture itself says what the network makes of the chosen sample."""
        return False

    def make_plain(self) -> None:
        """For a place among others of its kind, on the canvas: the picture alone, whose figures and names stand elsewhere."""
        self.has_statistics = False
        for plot in widgets_within(self._picture):
            if isinstance(plot, Plot | ConfusionMatrix):
                plot.set_ground("canvas")

    @property
    def rings(self) -> SampleRings | None:
        """Rings around training samples, where these have a place in the picture."""
        return None

    def _rings_of(self, plot: Plot) -> SampleRings:
        """Rings for a plot, which tells from now on what it is pointed at."""
        rings = SampleRings(self._theme, plot)
        plot.pointed.connect(lambda place: self.sample_pointed.emit(None if place is None else rings.nearest(place)))
        return rings

    def preferred_width(self) -> int:
        """How wide the picture wants to be at the present height; statistics stand right of it."""
        return self.width()

    def least_width(self) -> int:
        """Below this width the picture needs everything."""
        return self._theme.metrics.px(160)

    def apply_metrics(self) -> None:
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def set_statistics(self, write: Callable[[], list[Line]]) -> None:
        """Shows the lines, which are written only where they have a place; makes room when they have become wider."""
        if not self.has_statistics:
            return
        before = self.statistics.wished_width()
        self.statistics.set_lines(write())
        if self.statistics.wished_width() > before:
            self._arrange()

    def _arrange(self) -> None:
        px = self._theme.metrics.px
        room = self.width() - self.statistics.least_width() - px(4)
        has_statistics = self.has_statistics and room >= self.least_width()
        self.statistics.setVisible(has_statistics)
        wished = self.width() - self.statistics.wished_width() - px(4)
        room = wished if wished >= self.least_width() else room
        width = min(self.preferred_width(), room if has_statistics else self.width())
        self._picture.setGeometry(QRect(0, 0, width, self.height()))
        self.statistics.setGeometry(QRect(width + px(4), px(2), max(1, self.width() - width - px(4)), max(1, self.height() - px(6))))


def accuracy_lines(view: LiveView) -> list[Line]:
    """Accuracy and wrong answers of both parts, as the engine counted them."""
    found = view.probes.get("predictions")
    if found is None:
        return []
    parts = [
        ("train", found.metrics, found.wrong, len(found.outputs)),
        ("val", found.validation_metrics, found.validation_wrong, len(found.validation_outputs)),
    ]
    known = [part for part in parts if "accuracy" in part[1]]
    return [
        StatisticsHeading("Accuracy"),
        *(StatisticsValue(name, numbers.percent(scores["accuracy"]), True) for name, scores, _, _ in known),
        StatisticsHeading("Wrong"),
        *(StatisticsValue(name, f"{numbers.count(wrong)} / {numbers.count(count)}") for name, _, wrong, count in known),
    ]


def error_lines(view: LiveView) -> list[Line]:
    """Mean absolute error and R² of both parts, as the engine computed them."""
    found = view.probes.get("predictions")
    if found is None:
        return []
    parts = [(name, scores) for name, scores in (("train", found.metrics), ("val", found.validation_metrics)) if "mae" in scores]
    lines: list[Line] = [
        StatisticsHeading("Mean error"),
        *(StatisticsValue(name, numbers.number(scores["mae"], 3), True) for name, scores in parts),
    ]
    explained = [(name, scores["r2"]) for name, scores in parts if "r2" in scores]
    if explained:
        lines += [StatisticsHeading("R²"), *(StatisticsValue(name, numbers.number(value, 3)) for name, value in explained)]
    return lines
