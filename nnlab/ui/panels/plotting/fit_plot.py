"""The fit of one feature: samples, exact curve, the network's curve, and below them the residual.

Outside the interval of the data the ground is shaded: what the network says there it was never told.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from nnlab.core.preparation import Data
from nnlab.training.domain import domain
from nnlab.training.probes.curve import Curve
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.items import Points, PointsItem, SceneItem, ToScene, scene_polygon
from nnlab.ui.panels.plotting.plot import Margins, Plot, dashes, line_pen, make_line
from nnlab.ui.panels.plotting.ticks import Tick, linear_ticks, write

MOST_POINTS = 2000


class Shade(SceneItem):
    """The ground outside an interval of x."""

    def __init__(self) -> None:
        super().__init__()
        self._low, self._high, self._color = -np.inf, np.inf, QColor()

    def show_interval(self, low: float, high: float, color: QColor) -> None:
        self._low, self._high, self._color = low, high, color
        self.update()

    def paint_scene(self, painter: QPainter, to_scene: ToScene) -> None:
        view = self.getViewBox().viewRect()
        for left, right in ((view.left(), self._low), (self._high, view.right())):
            if right > left:
                painter.fillRect(to_scene(QRectF(left, view.top(), right - left, view.height())), self._color)


class SignedArea(SceneItem):
    """The area between a curve and zero, in the colours of its sign."""

    def __init__(self) -> None:
        super().__init__()
        self._x, self._y = np.empty(0), np.empty(0)
        self._positive, self._negative = QColor(), QColor()

    def show_curve(self, x: np.ndarray, y: np.ndarray, positive: QColor, negative: QColor) -> None:
        self._x, self._y, self._positive, self._negative = x, np.nan_to_num(y), positive, negative
        self.update()

    def paint_scene(self, painter: QPainter, to_scene: ToScene) -> None:
        if len(self._x) < 2:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for values, color in ((np.maximum(self._y, 0), self._positive), (np.minimum(self._y, 0), self._negative)):
            outline = scene_polygon(self, np.concatenate([self._x, self._x[::-1]]), np.concatenate([values, np.zeros(len(values))]))
            painter.setBrush(color)
            painter.drawPolygon(QPolygonF(outline))


class FitPlot(Plot):
    """Curve against target over one feature."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._data: Data | None = None
        self._curve: Curve | None = None
        self._drawn: tuple[object, ...] = ()
        super().__init__(theme, "Fit over the feature", parent)
        self.shade, self.points = Shade(), PointsItem()
        self.target = make_line(theme.tokens.text, 1.5)
        self.fit = make_line(theme.tokens.text, 2.0)
        for item in (self.shade, self.points, self.target, self.fit):
            self.view.addItem(item, ignoreBounds=True)
        self.range_changed.connect(self._draw)
        self.all_wanted.connect(self._show_everything)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(48), px(8), px(12), px(4))

    def x_ticks(self) -> list[Tick]:
        return []  # below the residual, which shares the axis

    def show_curve(self, data: Data, curve: Curve) -> None:
        is_new = data is not self._data
        self._data, self._curve = data, curve
        if is_new:
            self.is_following = True
            self._show_everything()
        self._draw()

    def _show_everything(self) -> None:
        """The range of the samples and the exact curve: the network's own curve may leave it, and come in as it learns."""
        data, curve = self._data, self._curve
        if data is None or curve is None:
            return
        low, high = domain(data)[0]
        inside = (curve.x >= low) & (curve.x <= high)
        truth = curve.truth[inside] if curve.truth is not None else np.empty(0)
        values = np.concatenate([data.y.ravel(), data.validation_y.ravel(), truth])
        values = values[np.isfinite(values)]
        bottom, top = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        pad = 0.12 * max(top - bottom, 1e-9)
        self.set_range((float(curve.x[0]), float(curve.x[-1])), (bottom - pad, top + pad))

    def _draw(self) -> None:
        data, curve, tokens = self._data, self._curve, self._theme.tokens
        if data is None or curve is None or self.picture.width() < 2:
            return
        low, high = domain(data)[0]
        ground = QColor(tokens.line)
        ground.setAlpha(110)
        self.shade.show_interval(low, high, ground)
        self.fit.setPen(line_pen(tokens.text, 2.0))
        self.target.setPen(line_pen(tokens.text, 1.5))
        self.fit.setData(curve.x, near(curve.y, *self.y_range))
        key = (id(data), id(curve.truth), self._theme.is_dark, self.picture, *self.x_range, *self.y_range)
        if key == self._drawn:
            return
        self._drawn = key
        if curve.truth is None:
            self.target.setData(np.empty(0), np.empty(0))
        else:
            scale = (self.picture.width() / np.ptp(self.x_range), self.picture.height() / np.ptp(self.y_range))
            self.target.setData(*dashes(curve.x, curve.truth, scale), connect="pairs")
        self._draw_points(data)

    def _draw_points(self, data: Data) -> None:
        tokens = self._theme.tokens
        groups = [
            Points(data.raw_validation_x[:MOST_POINTS, 0], data.validation_y[:MOST_POINTS, 0].astype(np.float64), tokens.text3, True),
            Points(data.raw_x[:MOST_POINTS, 0], data.y[:MOST_POINTS].reshape(-1).astype(np.float64), tokens.text3),
        ]
        self.points.show_points([group for group in groups if len(group.x)], 1.8, self.ground_color)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        text = self.reading(self.x_at(event.position().x()))
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
        else:
            QToolTip.hideText()

    def reading(self, x: float) -> str:
        """The fit and the target at x, at the nearest point of the curve."""
        curve, data = self._curve, self._data
        if curve is None or data is None or not curve.x[0] <= x <= curve.x[-1]:
            return ""
        k = int(np.abs(curve.x - x).argmin())
        target = f", target {numbers.number(float(curve.truth[k]))}" if curve.truth is not None else ""
        return f"{data.raw_features[0]} {numbers.number(float(curve.x[k]), 3)}: fit {numbers.number(float(curve.y[k]))}{target}"


class ResidualPlot(Plot):
    """Fit minus target, on the axis of the fit above it. Without an exact curve: at the samples, as dots."""

    def __init__(self, theme: Theme, above: FitPlot, parent: QWidget | None = None) -> None:
        self._fit_plot = above
        self._values = (np.empty(0), np.empty(0))
        self._name, self._limit = "", 1.0
        super().__init__(theme, "Residual: fit minus target", parent)
        self.view.setMouseEnabled(x=False, y=False)
        self.shade, self.area, self.points = Shade(), SignedArea(), PointsItem()
        for item in (self.shade, self.area, self.points):
            self.view.addItem(item, ignoreBounds=True)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(48), px(18), px(12), px(28))

    def x_ticks(self) -> list[Tick]:
        return linear_ticks(*self.x_range, self.picture.width(), self._theme.metrics.px(44))

    def y_ticks(self) -> list[Tick]:
        """Zero and both ends, which are round numbers."""
        limit = self._limit
        ticks = [Tick(value, write(value, limit)) for value in (-limit, 0.0, limit)]
        fits = self.picture.height() >= 2 * self._theme.metrics.px(16)
        return ticks if fits else ticks[1:2]

    def show_residual(self, data: Data, x: np.ndarray, residual: np.ndarray, is_curve: bool) -> None:
        tokens = self._theme.tokens
        self._values = (x, residual)
        self._name = data.raw_features[0]
        low, high = domain(data)[0]
        inside = np.abs(residual[(x >= low) & (x <= high) & np.isfinite(residual)])
        limit = rounded_up(float(inside.max()) if inside.size else 1.0)
        self._limit = limit
        self.set_range(self._fit_plot.x_range, (-limit * 1.15, limit * 1.15))
        ground = QColor(tokens.line)
        ground.setAlpha(110)
        self.shade.show_interval(low, high, ground)
        if is_curve:
            self.area.show_curve(x, near(residual, -limit, limit), tokens.pos, tokens.neg)
            self.points.show_points([], 1.8, self.ground_color)
        else:
            self.area.show_curve(np.empty(0), np.empty(0), tokens.pos, tokens.neg)
            positive = residual > 0
            groups = [Points(x[positive], residual[positive], tokens.pos), Points(x[~positive], residual[~positive], tokens.neg)]
            self.points.show_points([group for group in groups if len(group.x)], 1.5, self.ground_color)
        self.repaint_around()

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        tokens, picture = self._theme.tokens, self.picture
        painter.setPen(tokens.text3)
        place = QRectF(picture.left(), picture.bottom() + self._theme.metrics.px(6), picture.width(), picture.height())
        if not self.x_ticks() or float(self.x_pixels(self.x_ticks()[-1].position)) < picture.right() - self._theme.metrics.px(40):
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, self._name)

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        painter.setPen(QPen(self._theme.tokens.stroke, 1))
        y = round(float(self.y_pixels(0.0)))
        painter.drawLine(QPointF(self.picture.left(), y), QPointF(self.picture.right(), y))
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.tokens.text2)
        above = QRectF(self.picture.left(), 0, self.picture.width(), self.picture.top() - self._theme.metrics.px(2))
        painter.drawText(above, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, "residual")


def near(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values kept within ten times the range that is seen: Qt draws for minutes at what a run that diverges predicts."""
    beyond = 10 * (high - low)
    return np.clip(values, low - beyond, high + beyond)


def rounded_up(value: float) -> float:
    """The next of 1, 2 or 5 times a power of ten, so that an axis that follows a falling error moves in steps."""
    if not value > 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= value * (1 - 1e-9)))
