"""The landscape seen from above: colours, contour lines, and the run's path from its start to where it stands.

Both directions have the same scale, so that lengths can be compared. The colours and contours are painted once and copied; the path, the
ring at the crosshair's iteration and the place where the run stands by now are drawn over them.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.landscape.heights import Heights
from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import magnitude_image
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.plotting.primitives import polygon
from nnlab.ui.widgets.painting import draw_focus, fill_rounded

CONTOUR_ALPHA = 150
NEAR = 28.0  # pixels from the path within which the pointer is on it


class LandscapeMap(QWidget):
    """The map of `Heights`; hovering the path, or the arrow keys, move the crosshair that all plots share."""

    def __init__(self, theme: Theme, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._crosshair = theme, crosshair
        self._heights: Heights | None = None
        self._live: tuple[float, float] | None = None
        self._ground: tuple[tuple[object, ...], QPixmap] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Loss landscape")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        crosshair.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(140), self._theme.metrics.px(90))

    @property
    def shown(self) -> Heights | None:
        return self._heights

    def show_heights(self, heights: Heights | None) -> None:
        self._heights, self._live = heights, None
        self.update()

    def show_live(self, place: tuple[float, float] | None) -> None:
        """Where the run stands by now, when it has gone on since the landscape was computed."""
        if place != self._live:
            self._live = place
            self.update()

    # Geometry

    @property
    def picture(self) -> QRectF:
        """The map's rectangle: as large as fits above the words about the axes, both directions at one scale."""
        px, heights = self._theme.metrics.px, self._heights
        room = QRectF(px(2), px(2), self.width() - px(4), self.height() - px(20))
        if heights is None:
            return room
        found = heights.found
        aspect = (found.a[-1] - found.a[0]) / (found.b[-1] - found.b[0])
        width = min(room.width(), room.height() * aspect)
        return QRectF(room.center().x() - width / 2, room.top(), max(width, 1.0), max(width / aspect, 1.0))

    def pixels(self, places: np.ndarray) -> np.ndarray:
        """(n, 2) places in the plane as pixels."""
        assert self._heights is not None
        found, picture = self._heights.found, self.picture
        across = (places[:, 0] - found.a[0]) / (found.a[-1] - found.a[0])
        up = (places[:, 1] - found.b[0]) / (found.b[-1] - found.b[0])
        return np.column_stack([picture.left() + across * picture.width(), picture.bottom() - up * picture.height()])

    def row_of(self, iteration: int | None) -> int:
        """The point of the path nearest to an iteration; where the run stood for None."""
        assert self._heights is not None
        found = self._heights.found
        return found.now if iteration is None else int(np.argmin(np.abs(found.iterations - iteration)))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        heights = self._heights
        if heights is not None:
            picture = self.picture
            painter.drawPixmap(picture.topLeft(), self._painted_ground(heights, picture))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.save()
            painter.setClipRect(picture)
            self._paint_path(painter, heights)
            painter.restore()
            self._paint_axes(painter, heights, picture)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._theme.metrics.radius_field, self._theme.tokens)
        painter.end()

    def _painted_ground(self, heights: Heights, picture: QRectF) -> QPixmap:
        ratio = self.devicePixelRatioF()
        key = (heights, picture.width(), picture.height(), ratio, self._theme.tokens)
        if self._ground is None or self._ground[0] != key:
            pixmap = QPixmap((picture.size() * ratio).toSize())
            pixmap.setDevicePixelRatio(ratio)
            painter = QPainter(pixmap)
            here = QRectF(0, 0, picture.width(), picture.height())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, heights.found.is_complete)
            painter.drawImage(here, magnitude_image(heights.values[::-1], heights.low, heights.high, self._theme.is_dark))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if heights.found.step < 8:
                self._paint_contours(painter, heights, here)
            painter.end()
            self._ground = key, pixmap
        return self._ground[1]

    def _paint_contours(self, painter: QPainter, heights: Heights, here: QRectF) -> None:
        from contourpy import LineType, contour_generator  # a library in C++, which a window without surfaces need not load

        color = QColor(self._theme.tokens.canvas)
        color.setAlpha(CONTOUR_ALPHA)
        painter.setPen(QPen(color, 1))
        step = heights.found.step
        values = np.minimum(np.nan_to_num(heights.values[::step, ::step], nan=np.inf), heights.high + 10 * (heights.high - heights.low))
        rows, columns = values.shape
        share = (columns - 1) * step / (heights.values.shape[1] - 1), (rows - 1) * step / (heights.values.shape[0] - 1)
        generator = contour_generator(z=values, line_type=LineType.Separate)
        for level in heights.levels:
            for line in cast(list[np.ndarray], generator.lines(float(heights.of(level)))):
                xs = line[:, 0] / max(1, columns - 1) * share[0] * here.width()
                ys = here.bottom() - line[:, 1] / max(1, rows - 1) * share[1] * here.height()
                painter.drawPolyline(polygon(xs, ys))

    def _paint_path(self, painter: QPainter, heights: Heights) -> None:
        tokens, px, found = self._theme.tokens, self._theme.metrics.px, heights.found
        points = self.pixels(found.path.places)
        line, stroke = polygon(points[:, 0], points[:, 1]), self._theme.metrics.stroke
        for color, width in ((tokens.canvas, 6.0), (tokens.text, 2.2)):
            painter.setPen(QPen(color, width * stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(line)
        start, now = QPointF(*points[0]), QPointF(*points[found.now])
        self._paint_point(painter, start, tokens.canvas, tokens.text)
        self._paint_point(painter, now, tokens.accent, tokens.canvas)
        if self._live is not None:
            live = self.pixels(np.array([self._live]))[0]
            if np.abs(live).max() < 1e5:
                painter.setPen(QPen(tokens.accent, 2, Qt.PenStyle.DotLine))
                painter.drawLine(now, QPointF(*live))
                self._paint_point(painter, QPointF(*live), tokens.accent, tokens.text)
        row = self.row_of(self._crosshair.iteration)
        if row != found.now:
            at = QPointF(*points[row])
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for color, width in ((tokens.canvas, 4.0), (tokens.text, 2.0)):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(at, px(9), px(9))
            self._paint_words(painter, at, numbers.count(int(found.iterations[row])), False)
        else:
            self._paint_words(painter, now, f"iteration {numbers.count(int(found.iterations[found.now]))}", True)
            if len(points) > 1 and abs(start.y() - now.y()) + abs(start.x() - now.x()) > px(60):
                self._paint_words(painter, start, "start", False)

    def _paint_point(self, painter: QPainter, at: QPointF, fill: QColor, edge: QColor) -> None:
        painter.setBrush(fill)
        painter.setPen(QPen(edge, 1.8))
        painter.drawEllipse(at, self._theme.metrics.px(4.5), self._theme.metrics.px(4.5))

    def _paint_words(self, painter: QPainter, at: QPointF, words: str, is_now: bool) -> None:
        tokens, px, picture = self._theme.tokens, self._theme.metrics.px, self.picture
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        width, height = metrics.horizontalAdvance(words) + px(10), metrics.height() + px(2)
        left = at.x() + px(12) if at.x() + px(14) + width < picture.right() else at.x() - px(12) - width
        top = min(max(at.y() - height / 2, picture.top()), picture.bottom() - height)
        ground = QColor(tokens.canvas)
        ground.setAlpha(215)
        painter.setPen(Qt.PenStyle.NoPen)
        fill_rounded(painter, QRectF(left, top, width, height), self._theme.metrics.radius_cell, ground)
        painter.setPen(tokens.text)
        painter.drawText(QRectF(left, top, width, height), Qt.AlignmentFlag.AlignCenter, words)

    def _paint_axes(self, painter: QPainter, heights: Heights, picture: QRectF) -> None:
        """What the axes are, left and right below the map; the second gives way."""
        px, shares = self._theme.metrics.px, heights.found.plane.shares
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.tokens.text2)
        if shares is None:
            first, second = "1 = filters once their length", "same scale"
        else:
            first, second = f"axis 1: {100 * shares[0]:.3g} % of the movement", f"axis 2: {100 * shares[1]:.2g} %"
        metrics = QFontMetricsF(painter.font())
        room = QRectF(picture.left(), picture.bottom() + px(2), picture.width(), metrics.height())
        if metrics.horizontalAdvance(first) > room.width() and shares is not None:
            first = f"{100 * shares[0]:.3g} %"
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, first)
        if metrics.horizontalAdvance(first + second) + px(12) <= room.width():
            painter.drawText(room, Qt.AlignmentFlag.AlignRight, second)

    # Mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._heights is None:
            return
        points = self.pixels(self._heights.found.path.places)
        apart = np.hypot(points[:, 0] - event.position().x(), points[:, 1] - event.position().y())
        nearest = int(np.argmin(apart))
        self._crosshair.set(int(self._heights.found.iterations[nearest]) if apart[nearest] < NEAR else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._crosshair.set(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._heights is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            found = self._heights.found
            row = self.row_of(self._crosshair.iteration) + (1 if key == Qt.Key.Key_Right else -1)
            self._crosshair.set(int(found.iterations[min(max(row, 0), len(found.iterations) - 1)]))
        elif key == Qt.Key.Key_Escape and self._crosshair.iteration is not None:
            self._crosshair.set(None)
        else:
            super().keyPressEvent(event)
