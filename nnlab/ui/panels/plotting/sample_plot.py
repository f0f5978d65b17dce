"""Samples over any two columns. Looking: a click chooses the nearest one. Drawing: the mouse sets points or takes them away.

With the keyboard a small cross is moved by the arrows; Enter sets a point there, Delete takes away what is near, 1 to 9 choose the class.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen

from nnlab.core.drawn_points import EXTENT
from nnlab.core.preparation import Data
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.decision_plot import MOST_POINTS, point_colors
from nnlab.ui.panels.plotting.items import Points, PointsItem
from nnlab.ui.panels.plotting.plot import Margins, Plot
from nnlab.ui.panels.plotting.sample_rings import SampleRings

LOOK, DRAW, ERASE = "look", "draw", "erase"
BORDER = 1.08  # how much more than the plane is seen while drawing
REACH = 9.0  # pixels around the eraser's tip
KEY_STEP = 0.02  # of the range
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}


class SamplePlot(Plot):
    """`chosen(sample or None)`; `drawn` and `erased` (x, y, whether a stroke begins) in the units of the axes, then `released`."""

    chosen = Signal(object)
    drawn = Signal(float, float, bool)
    erased = Signal(float, float, bool)
    released = Signal()
    class_wanted = Signal(int)

    mode = LOOK  # before it is made whole the base class asks already

    def __init__(self, theme: Theme) -> None:
        self.names = ("", "")
        super().__init__(theme, "Samples over two columns")
        self.cross: tuple[float, float] | None = None
        self._is_erasing: bool | None = None  # while a button is down
        self.points = PointsItem()
        self.view.addItem(self.points, ignoreBounds=True)
        self.rings = SampleRings(theme, self)
        self._all: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 1.0), (0.0, 1.0))
        self.key: tuple[object, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.all_wanted.connect(lambda: self.set_range(*self._all))

    @property
    def is_drawing(self) -> bool:
        return self.mode != LOOK

    def set_mode(self, mode: str) -> None:
        self.mode = mode
        self.view.setMouseEnabled(x=mode == LOOK, y=mode == LOOK)
        self.setCursor(Qt.CursorShape.CrossCursor if self.is_drawing else Qt.CursorShape.ArrowCursor)
        self.cross = None
        self.repaint_around()

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(56), px(8), px(12), px(42))

    def show_columns(self, x: np.ndarray, y: np.ndarray, names: tuple[str, str], groups: list[Points], key: tuple[object, ...]) -> None:
        """`x`, `y` of all samples, training first. `key` tells when they, the columns or the colours are others."""
        if key != self.key:
            self.key, self.names = key, names
            self.points.show_points(groups, 2.6 if self._theme.metrics.caption <= 12 else 3.4, self.ground_color)
            self.rings.place_samples(x, y)
            wanted = (_around(x), _around(y))
            if self.is_drawing:
                side = EXTENT * BORDER
                wanted = ((-side, side), (-side, side))
            if wanted != self._all:
                self._all = wanted
                self.is_following = True
            if self.is_following:
                self.set_range(*self._all)

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        px, picture, tokens = self._theme.metrics.px, self.picture, self._theme.tokens
        metrics = QFontMetricsF(painter.font())
        painter.setPen(tokens.text3)
        name = metrics.elidedText(self.names[0], Qt.TextElideMode.ElideMiddle, picture.width())
        painter.drawText(QRectF(picture.left(), picture.bottom() + px(22), picture.width(), px(18)), Qt.AlignmentFlag.AlignHCenter, name)
        painter.save()
        painter.translate(QPointF(px(4), picture.center().y()))
        painter.rotate(-90)
        half = picture.height() / 2
        name = metrics.elidedText(self.names[1], Qt.TextElideMode.ElideMiddle, picture.height())
        painter.drawText(QRectF(-half, 0, 2 * half, metrics.height()), Qt.AlignmentFlag.AlignHCenter, name)
        painter.restore()
        if self.is_drawing:
            low, high = self._pixels(-EXTENT, -EXTENT), self._pixels(EXTENT, EXTENT)
            painter.setPen(QPen(tokens.stroke, 1))
            painter.drawRect(QRectF(low, high).normalized().intersected(picture))

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        if self.cross is None or not self.is_drawing:
            return
        at, reach = self._pixels(*self.cross), self._theme.metrics.px(7)
        painter.setPen(QPen(self._theme.tokens.accent, 2))
        painter.drawLine(at - QPointF(reach, 0), at + QPointF(reach, 0))
        painter.drawLine(at - QPointF(0, reach), at + QPointF(0, reach))

    def _pixels(self, x: float, y: float) -> QPointF:
        return QPointF(float(self.x_pixels(x)), float(self.y_pixels(y)))

    def reach(self) -> tuple[float, float]:
        """How far the eraser reaches along both axes."""
        (x0, x1), (y0, y1) = self.x_range, self.y_range
        return REACH * (x1 - x0) / max(1.0, self.picture.width()), REACH * (y1 - y0) / max(1.0, self.picture.height())

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.is_drawing and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._is_erasing = self.mode == ERASE or event.button() == Qt.MouseButton.RightButton
            self._mark(event.position(), True)
            event.accept()
            return
        if event.button() == Qt.MouseButton.LeftButton and self.picture.contains(event.position()):
            self.chosen.emit(self.rings.nearest(event.position()))
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_erasing is not None:
            self._mark(event.position(), False)
            event.accept()
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_erasing is not None:
            self._is_erasing = None
            self.released.emit()
            event.accept()
        else:
            super().mouseReleaseEvent(event)

    def viewportEvent(self, event) -> bool:  # type: ignore[no-untyped-def]
        # The right button erases while drawing; else it opens the panel's menu.
        if self.is_drawing and isinstance(event, QMouseEvent):
            handler = {event.Type.MouseButtonPress: self.mousePressEvent, event.Type.MouseMove: self.mouseMoveEvent,
                       event.Type.MouseButtonRelease: self.mouseReleaseEvent}.get(event.type())  # fmt: skip
            if handler is not None:
                handler(event)
                return True
        return super().viewportEvent(event)

    def _mark(self, place: QPointF, begins: bool) -> None:
        signal = self.erased if self._is_erasing else self.drawn
        signal.emit(self.x_at(place.x()), self.y_at(place.y()), begins)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self.is_drawing or event.modifiers():
            super().keyPressEvent(event)
            return
        if key in _ARROWS:
            x, y = self.cross or (0.0, 0.0)
            side = 2 * EXTENT * KEY_STEP
            self.cross = (min(max(x + _ARROWS[key][0] * side, -EXTENT), EXTENT), min(max(y + _ARROWS[key][1] * side, -EXTENT), EXTENT))
            self.setAccessibleDescription(f"{self.names[0]} {self.cross[0]:.2f}, {self.names[1]} {self.cross[1]:.2f}")
            self.repaint_around()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete) and self.cross is not None:
            (self.erased if key == Qt.Key.Key_Delete or self.mode == ERASE else self.drawn).emit(*self.cross, True)
            self.released.emit()
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.class_wanted.emit(key - Qt.Key.Key_1)
        else:
            super().keyPressEvent(event)


def _around(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    pad = 0.04 * (high - low)
    return low - pad, high + pad


def column_of(data: Data, column: int) -> np.ndarray:
    """A column of all samples, training first: a raw feature, or behind them a target."""
    features = data.raw_x.shape[1]
    if column < features:
        return np.concatenate([data.raw_x[:, column], data.raw_validation_x[:, column]])
    return np.concatenate([data.y[:, column - features], data.validation_y[:, column - features]])


def scatter_groups(data: Data, x: np.ndarray, y: np.ndarray, is_target: bool, theme: Theme) -> list[Points]:
    """The samples by the colour of their target, validation hollow; of one colour where the target is an axis itself."""
    groups: list[Points] = []
    for first, targets, hollow in ((len(data.x), data.validation_y, True), (0, data.y, False)):
        targets = targets[:MOST_POINTS]
        if is_target:
            kinds, colors = np.zeros(len(targets), dtype=np.int64), [theme.tokens.text if hollow else theme.tokens.text2]
        else:
            kinds, colors = point_colors(targets, data, theme.is_dark)
        place = np.arange(first, first + len(targets))
        groups += [Points(x[place[kinds == k]], y[place[kinds == k]], colors[k], hollow) for k in np.unique(kinds)]
    return groups
