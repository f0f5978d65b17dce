"""The plane of two features: what the network answers everywhere, and the samples it learns from."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QToolTip, QWidget

from nnlab.core.preparation import Data
from nnlab.training.metrics import probabilities
from nnlab.training.probes.decision import Decision
from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import sign_pixels, to_image
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.class_colors import class_colors
from nnlab.ui.panels.plotting.decision_picture import decision_pixels
from nnlab.ui.panels.plotting.items import PictureItem, Points, PointsItem, RingsItem
from nnlab.ui.panels.plotting.plot import Margins, Plot
from nnlab.ui.panels.plotting.ticks import Tick, linear_ticks
from nnlab.ui.run.chosen_sample import SampleId

MOST_POINTS = 4000
MOST_RINGS = 64  # a larger batch would be a crowd of rings that says nothing
COLOR_STEPS = 24  # shades of the points of a continuous target
REACH, CHOSEN_RADIUS = 9.0, 8.5  # pixels: from a sample that is clicked, and of the ring around the chosen one
AXES_FROM, NAMES_FROM = 180, 150  # pixels of height from which there is room for ticks, and for the features' names


class DecisionPlot(Plot):
    """The picture changes with every frame; points are painted once per data set, view and theme. `clicked(SampleId or None)`."""

    clicked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._data: Data | None = None
        self._decision: Decision | None = None
        self._link = "identity"
        self._drawn: tuple[object, ...] = ()
        self._colored: tuple[object, ...] = ()  # how the decision was made a picture
        self.is_plain = False  # without axes, the picture is all there is
        super().__init__(theme, "Prediction over the plane of two features", parent)
        self.view.setMouseEnabled(x=False, y=False)
        self.map = PictureItem(smooth=True)
        self.points = PointsItem()
        self.rings, self.chosen = RingsItem(), RingsItem()
        for item in (self.map, self.points, self.rings, self.chosen):
            self.view.addItem(item, ignoreBounds=True)

    @property
    def is_blank(self) -> bool:
        """Whether nothing has been shown yet."""
        return self._decision is None

    def has_axes(self) -> bool:
        return not self.is_plain and self.height() >= self._theme.metrics.px(AXES_FROM)

    def has_names(self) -> bool:
        return not self.is_plain and self.height() >= self._theme.metrics.px(NAMES_FROM)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        if self.is_plain:
            return Margins(0, 0, 0, 0)
        if not self.has_axes():
            return Margins(px(22), px(2), px(12), px(20)) if self.has_names() else Margins(px(16), px(2), px(12), px(12))
        metrics = QFontMetricsF(self._theme.font("caption"))
        widest = max((metrics.horizontalAdvance(tick.text) for tick in self._ticks(1, 200.0)), default=px(16))
        return Margins((px(28) if self.has_names() else px(14)) + widest, px(6), px(16), px(42) if self.has_names() else px(26))

    def preferred_width(self, height: int) -> int:
        """The width at which the picture is a square."""
        m = self.margins()
        return round(height - m.top - m.bottom + m.left + m.right)

    @property
    def radius(self) -> float:
        return 3.4 if self._theme.metrics.caption > 12 else 2.0

    def show_decision(self, data: Data, decision: Decision, link: str, batch: np.ndarray) -> None:
        """`batch`: indices of the training samples of the present batch."""
        dark = self._theme.is_dark
        is_new = (data, decision.extent) != (self._data, self._decision.extent if self._decision else None)
        before = self._decision
        self._data, self._decision, self._link = data, decision, link
        x0, x1, y0, y1 = decision.extent
        if is_new:
            self._place()
            self.set_range((x0, x1), (y0, y1))
        if decision is not before or is_new or (link, dark) != self._colored:  # most frames bring no other answer of the probe
            self._colored = link, dark
            pixels = decision_pixels(decision.outputs, data.target, link, target_limit(data), dark)
            self.map.show_image(to_image(pixels), QRectF(x0, y0, x1 - x0, y1 - y0))
        key = (id(data), dark, self.radius)
        if key != self._drawn:
            self._drawn = key
            self.points.show_points(point_groups(data, dark), self.radius, self._theme.tokens.canvas)
        self._show_batch(data, batch)

    def _show_batch(self, data: Data, batch: np.ndarray) -> None:
        inside = batch[batch < len(data.raw_x)] if len(batch) <= MOST_RINGS else batch[:0]
        tokens = self._theme.tokens
        if not len(inside) and not self.rings.count:
            return
        self.rings.show_rings(data.raw_x[inside, 0], data.raw_x[inside, 1], self.radius + 2.6, tokens.text, tokens.canvas)

    def show_chosen(self, sample: SampleId | None) -> None:
        """A ring around the sample that is looked at."""
        data = self._data
        place = np.empty((0, 2))
        if sample is not None and data is not None and sample.is_in(data):
            place = (data.raw_validation_x if sample.is_validation else data.raw_x)[sample.index : sample.index + 1]
        if len(place) or self.chosen.count:
            tokens = self._theme.tokens
            self.chosen.show_rings(place[:, 0], place[:, 1], CHOSEN_RADIUS, tokens.text, tokens.canvas, 2.5)

    def sample_at(self, place: QPointF) -> SampleId | None:
        """The sample nearest to a pixel, within reach."""
        data = self._data
        if data is None:
            return None
        raw = np.concatenate([data.raw_x, data.raw_validation_x])
        away = np.hypot(np.asarray(self.x_pixels(raw[:, 0])) - place.x(), np.asarray(self.y_pixels(raw[:, 1])) - place.y())
        k = int(np.argmin(away))
        if away[k] > REACH:
            return None
        return SampleId(k) if k < len(data.raw_x) else SampleId(k - len(data.raw_x), True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self.sample_at(event.position()))

    def _ticks(self, axis: int, length: float) -> list[Tick]:
        low, high = (self.x_range, self.y_range)[axis]
        return linear_ticks(low, high, length, self._theme.metrics.px(48))

    def x_ticks(self) -> list[Tick]:
        return self._ticks(0, self.picture.width()) if self.has_axes() else []

    def y_ticks(self) -> list[Tick]:
        return self._ticks(1, self.picture.height()) if self.has_axes() else []

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        if self._data is None or not self.has_names():
            return
        px, names, picture = self._theme.metrics.px, self._data.raw_features, self.picture
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self._theme.tokens.text3)
        name = metrics.elidedText(names[0], Qt.TextElideMode.ElideMiddle, picture.width())
        below = px(22) if self.has_axes() else px(2)
        bottom = QRectF(picture.left(), picture.bottom() + below, picture.width(), metrics.height())
        painter.drawText(bottom, Qt.AlignmentFlag.AlignHCenter, name)
        painter.save()
        painter.translate(QPointF(px(4), picture.center().y()))
        painter.rotate(-90)
        half = picture.height() / 2
        name = metrics.elidedText(names[1], Qt.TextElideMode.ElideMiddle, picture.height())
        painter.drawText(QRectF(-half, 0, 2 * half, metrics.height()), Qt.AlignmentFlag.AlignHCenter, name)
        painter.restore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        text = self.reading(self.x_at(event.position().x()), self.y_at(event.position().y()))
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
        else:
            QToolTip.hideText()

    def reading(self, x: float, y: float) -> str:
        """The place and the network's answer there, in words; empty outside the picture."""
        if self._data is None or self._decision is None:
            return ""
        cell = self._decision.cell(x, y)
        if cell is None:
            return ""
        answer = self._decision.outputs[cell]
        features, target = self._data.raw_features, self._data.target
        where = f"{features[0]} {numbers.number(x, 3)}, {features[1]} {numbers.number(y, 3)}"
        if target.kind == "continuous":
            return f"{where}: {target.names[0]} {numbers.number(float(answer[0]))}"
        shares = probabilities(answer, self._link)
        best = int(np.argmax(np.nan_to_num(shares, nan=-1.0)))
        return f"{where}: {target.names[best]} {numbers.percent(float(shares[best]))}"


def target_limit(data: Data) -> float:
    """The magnitude of a continuous target at full strength."""
    if data.target.kind != "continuous" or not data.y.size:
        return 1.0
    largest = float(np.abs(data.y).max())
    return largest if largest > 0 else 1.0


def point_groups(data: Data, dark: bool) -> list[Points]:
    """The samples by colour, those of the validation part hollow; at most MOST_POINTS of each."""
    groups: list[Points] = []
    for x, y, hollow in ((data.raw_validation_x, data.validation_y, True), (data.raw_x, data.y, False)):
        x, y = x[:MOST_POINTS], y[:MOST_POINTS]
        kinds, colors = point_colors(y, data, dark)
        for kind in np.unique(kinds):
            chosen = kinds == kind
            groups.append(Points(x[chosen, 0], x[chosen, 1], colors[kind], hollow))
    return groups


def point_colors(y: np.ndarray, data: Data, dark: bool) -> tuple[np.ndarray, list[QColor]]:
    """A kind for every sample, and the colour of each kind."""
    if data.target.kind == "continuous":
        limit = target_limit(data)
        values = np.linspace(-limit, limit, COLOR_STEPS)
        kinds = np.clip(np.rint((y[:, 0] / limit + 1) / 2 * (COLOR_STEPS - 1)), 0, COLOR_STEPS - 1).astype(np.int64)
        return kinds, [QColor.fromRgb(int(pixel)) for pixel in sign_pixels(values, limit, dark)]
    if data.target.kind == "binary":
        return y.astype(np.int64), [QColor.fromRgb(int(pixel)) for pixel in sign_pixels(np.array([-0.88, 0.88]), 1.0, dark)]
    return y.astype(np.int64), [QColor(*color) for color in class_colors(data.target.classes, dark)]
