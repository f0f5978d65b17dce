"""Neurons: what each one has learned of images: its weights, and the training images it answers to most strongly."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QScrollArea, QSizePolicy, QWidget

from nnlab.core.preparation import Data
from nnlab.training.probes.exciting_inputs import BEST, ExcitingInputs, UnitInputs
from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import sign_pixels, to_image
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.image_grid import sample_images
from nnlab.ui.run.live_view import LiveView

EMPTY = "The images that every neuron answers to most strongly appear here. Press Space to train."
ONLY_IMAGES = "The inputs that excite a neuron most are shown for images; here the tiles on the canvas show what each neuron answers."
SIDE, ROW, NAME = 32, 52, 30  # pixels


class NeuronRows(QWidget):
    """Neurons in as many columns as there is room for: number, weights if they are an image, and the images that excite it most."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._found: UnitInputs | None = None
        self._weights: list[QImage] = []
        self._images: dict[int, QImage] = {}
        self._images_of: tuple[Data | None, bool, float] = (None, False, 0.0)
        self.setAccessibleName("Neurons and the images that excite them most")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        follow(theme, self)

    @property
    def shown(self) -> UnitInputs | None:
        return self._found

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        units = 0 if self._found is None else len(self._found.samples)
        return QSize(self._theme.metrics.px(200), self._theme.metrics.px(ROW) * -(-units // self._columns))

    @property
    def _columns(self) -> int:
        return max(1, self.width() // self._theme.metrics.px(NAME + (SIDE + 4) * (BEST + bool(self._weights)) + 16))

    def show_units(self, found: UnitInputs, weights: np.ndarray | None, data: Data) -> None:
        """weights (units, pixels) of a layer that reads the image itself."""
        shape = data.image_shape
        assert shape is not None
        self._found = found
        side, ratio = self._theme.metrics.px(SIDE), self.devicePixelRatioF()
        self._weights = [] if weights is None else _weight_images(weights, shape, self._theme.is_dark)
        if self._images_of != (data, self._theme.is_dark, side * ratio):
            self._images_of = data, self._theme.is_dark, side * ratio
            self._images = {}
        new = [sample for sample in np.unique(found.samples).tolist() if sample not in self._images]
        if new:  # the least and the greatest value go along, so that all images have one scale
            ends = np.repeat([[data.raw_x.min()], [data.raw_x.max()]], data.raw_x.shape[1], axis=1)
            made = sample_images(np.concatenate([data.raw_x[new], ends]), (1, *shape), self._theme)
            self._images.update(zip(new, (_shown(image, side, ratio) for image in made), strict=False))
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self._found
        if found is None:
            return
        painter, px, tokens = QPainter(self), self._theme.metrics.px, self._theme.tokens
        painter.setFont(self._theme.font("caption"))
        metrics, columns = QFontMetricsF(painter.font()), self._columns
        width, side = self.width() / columns, px(SIDE)
        first = event.rect().top() // px(ROW)
        last = event.rect().bottom() // px(ROW) + 1
        for unit in range(first * columns, min(last * columns, len(found.samples))):
            left, top = unit % columns * width, unit // columns * px(ROW)
            painter.setPen(tokens.text2)
            number = QRectF(left, top, px(NAME - 6), side)
            painter.drawText(number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(unit + 1))
            x = left + px(NAME)
            if self._weights:
                painter.drawImage(QPointF(x, top), _shown(self._weights[unit], side, self.devicePixelRatioF()))
                x += side + px(8)
            painter.setPen(tokens.text3)
            for sample, value in zip(found.samples[unit].tolist(), found.answers[unit].tolist(), strict=True):
                painter.drawImage(QPointF(x, top), self._images[sample])
                place = QRectF(x - px(2), top + side, side + px(4), metrics.height())
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, numbers.number(value, 2))
                x += side + px(4)
        painter.end()


def _weight_images(weights: np.ndarray, shape: tuple[int, int], is_dark: bool) -> list[QImage]:
    """Weights (units, pixels) through the sign map, every unit's scaled by its own largest, all in one pass."""
    sizes = np.abs(np.where(np.isfinite(weights), weights, 0.0)).max(axis=1, initial=0.0)
    scaled = weights / np.where(sizes > 0.0, sizes, 1.0)[:, None]
    pixels = sign_pixels(scaled.reshape(-1, shape[1]), 1.0, is_dark)
    return [to_image(unit) for unit in pixels.reshape(len(weights), *shape)]


def _shown(image: QImage, side: int, ratio: float) -> QImage:
    """`side` pixels large at `ratio` of the screen's to ours: to scale it at every paint takes longer than all else."""
    found = image.scaled(round(side * ratio), round(side * ratio))
    found.setDevicePixelRatio(ratio)
    return found


class NeuronsPanel(LivePanel):
    """Of one layer, the first hidden one until another is chosen."""

    name = "neurons"
    title = "Neurons"
    probes = ("exciting_inputs",)
    frames_per_second = 3.0  # images that change faster cannot be compared

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        self._found: ExcitingInputs | None = None
        self.layer = QComboBox()
        self.layer.setAccessibleName("Layer")
        self.layer.setToolTip("Whose neurons are shown")
        self.layer.activated.connect(self._show)
        self.add_reading(self.layer)
        self.rows = NeuronRows(services.theme)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(self.rows)
        self.set_content(area)
        self.apply_metrics()

    def draw(self, view: LiveView) -> None:
        if view.data.image_shape is None:
            self.set_empty(ONLY_IMAGES)
            return
        found = view.probes.get("exciting_inputs")
        if found is None or found is self._found or not found.by_node:
            return
        self._found = found
        names = list(found.by_node)
        if [self.layer.itemText(k) for k in range(self.layer.count())] != names:
            self.layer.clear()
            self.layer.addItems(names)
        self._show()

    def _show(self) -> None:
        view, found, name = self.view, self._found, self.layer.currentText()
        if view is None or found is None or name not in found.by_node:
            return
        inputs = found.by_node[name]
        if inputs.samples.max(initial=-1) >= len(view.data.raw_x):
            return  # the samples have just been exchanged
        weights = view.tensor(f"{name}.weight")
        shape = view.data.image_shape
        is_image = weights is not None and shape is not None and weights.ndim == 2 and weights.shape[1] == shape[0] * shape[1]
        self.rows.show_units(inputs, weights if is_image else None, view.data)

    def clear(self) -> None:
        super().clear()
        if hasattr(self, "rows"):
            self._found = None

    def picture_widget(self) -> QWidget | None:
        return self.rows

    def table(self) -> ExportTable | None:
        """A row for every neuron: the training samples it answers to most strongly, and its answers."""
        found = self.rows.shown
        if found is None:
            return None
        count = found.samples.shape[1]
        names = ("neuron", *(f"sample_{k + 1}" for k in range(count)), *(f"answer_{k + 1}" for k in range(count)))
        return ExportTable(names, (np.arange(1, len(found.samples) + 1), *(found.samples.T + 1), *found.answers.T))
