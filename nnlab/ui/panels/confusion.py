"""Confusion: several classes over more than two features. Which class is taken for which, and for images which ones they are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.training.metrics import predicted_classes, probabilities
from nnlab.training.probes.predictions import Predictions
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.confusion_matrix import ConfusionMatrix
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.image_grid import ImageGrid
from nnlab.ui.panels.plotting.prediction_view import PredictionView, accuracy_lines
from nnlab.ui.panels.plotting.probability_bars import ProbabilityBars
from nnlab.ui.run.chosen_sample import SampleId
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import IconButton


def shown_part(data: Data, predictions: Predictions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Raw samples, class numbers and outputs of the part the matrix counts: validation, or training when there is none."""
    if len(predictions.validation_outputs):
        count = len(predictions.validation_outputs)
        return data.raw_validation_x[:count], data.validation_y[:count], predictions.validation_outputs
    count = len(predictions.outputs)
    return data.raw_x[:count], data.y[:count], predictions.outputs


LEAST_IMAGES = 104  # pixels of width: two columns of images
_NO_NAMES: tuple[str, ...] = ()


def summary(predictions: Predictions) -> str:
    """How well the part that the matrix counts is predicted, in a few words."""
    scores = predictions.validation_metrics if len(predictions.validation_outputs) else predictions.metrics
    share = numbers.percent(scores["accuracy"]) if "accuracy" in scores else numbers.NOTHING
    return f"{share} right"


class ImagesView(QWidget):
    """Right of the matrix for image data: the images, and the one that was picked with its probabilities."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._link = "softmax"
        self._outputs, self._true, self._names = np.empty((0, 0)), np.empty(0, dtype=np.int64), _NO_NAMES
        self.grid, self.bars = ImageGrid(theme), ProbabilityBars(theme)
        self.back = IconButton.of(theme, icon(theme, "close"), "Close", "Back to all images")
        self.back.clicked.connect(lambda: self.grid.choose(None))
        self.grid.chosen.connect(lambda _: self._show_choice())
        self.holds_validation = True  # whether the images are those of the validation part
        self._body = QHBoxLayout()
        self._body.addWidget(self.grid, 3)
        self._body.addWidget(self.bars, 2)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignRight)
        self._column.addLayout(self._body, 1)
        follow(theme, self)
        self._show_choice()

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._body.setSpacing(metrics.px(16))
        self._column.setContentsMargins(0, 0, metrics.padding, metrics.px(8))

    def show_view(self, view: LiveView, predictions: Predictions, link: str) -> None:
        data = view.data
        assert data.planes is not None
        samples, true, outputs = shown_part(data, predictions)
        self.holds_validation = len(predictions.validation_outputs) > 0
        self._outputs, self._true, self._names, self._link = outputs, true, data.target.names, link
        predicted = predicted_classes(outputs, link)
        self.grid.show_samples(data, samples, data.planes, data.target.names, true, predicted, view.playing)
        self._show_choice()

    def _show_choice(self) -> None:
        sample = self.grid.current
        if sample is not None and sample >= len(self._outputs):
            sample = None
        picked = sample is not None
        is_narrow = self.width() < self._theme.metrics.px(300)
        self.bars.setVisible(picked)
        self.back.setVisible(picked)
        self.grid.setVisible(not (picked and is_narrow))
        if sample is not None:
            shares = probabilities(self._outputs[sample], self._link)
            self.bars.show_sample(self.grid.image(sample), self._names, shares, int(self._true[sample]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_choice()


class ConfusionView(PredictionView):
    title = "Predictions"

    def __init__(self, theme: Theme) -> None:
        self.matrix = ConfusionMatrix(theme)
        self.images: ImagesView | None = None
        self._is_plain = False
        self._has_images = False
        super().__init__(theme, self.matrix)
        self.matrix.chosen.connect(self.cell_chosen)

    def make_plain(self) -> None:
        super().make_plain()
        self._is_plain = True

    @property
    def says_chosen(self) -> bool:
        return self._has_images and self.images is not None and self.images.grid.current is not None

    def _image_chosen(self, index: int) -> None:
        assert self.images is not None
        self.sample_chosen.emit(None if index < 0 else SampleId(index, self.images.holds_validation))

    def show_chosen(self, sample: SampleId | None, data: Data) -> None:
        """Its image, if it is one of those shown."""
        if self.images is not None and self._has_images:
            here = sample is not None and sample.is_in(data) and sample.is_validation == self.images.holds_validation
            self.images.grid.choose(sample.index if here and sample is not None and sample.index < len(self.images.grid.order) else None)

    def preferred_width(self) -> int:
        return self.width() if self._is_plain else self.matrix.preferred_width(self.height())

    def show_view(self, view: LiveView) -> bool:
        predictions = view.probes.get("predictions")
        if predictions is None or predictions.confusion is None:
            return False
        names_changed = view.data.target.names != self.matrix.names
        self.matrix.show_counts(predictions.confusion, view.data.target.names)
        has_images = view.data.planes is not None and not self._is_plain
        if has_images:
            if self.images is None:
                self.images = ImagesView(self._theme, self)
                self.images.grid.chosen.connect(self._image_chosen)
            losses = view.project.graph.losses
            self.images.show_view(view, predictions, losses[0].kind.link if losses else "softmax")
            self.note = summary(predictions)
        else:
            self.note = ""
        if names_changed or (self.images is not None and self.images.isVisible() != has_images):
            self._has_images = has_images
            self._arrange()
        self.set_statistics(lambda: accuracy_lines(view))
        return True

    def _arrange(self) -> None:
        super()._arrange()
        if self.images is None:
            return
        self.images.setVisible(self._has_images)
        if self._has_images:
            self.statistics.hide()
            left = min(self.preferred_width(), self.width() - self._theme.metrics.px(LEAST_IMAGES))
            self.matrix.setGeometry(0, 0, left, self.height())
            self.images.setGeometry(left, 0, self.width() - left, self.height())

    def table(self) -> ExportTable | None:
        """The matrix: a row for every true class, a column for every predicted one."""
        counts, names = self.matrix.counts, self.matrix.names
        if not len(names):
            return None
        return ExportTable(("true", *(f"predicted {name}" for name in names)), (list(names), *counts.T))
