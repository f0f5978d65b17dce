"""A map of the plane of two inputs in signed colours, with contours, the ridge of the selected unit, and the cut through the surface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.studies.approximation.unit_handles import RidgeUnit
from nnlab.ui.approximation.marks import hatch
from nnlab.ui.approximation.plane_grips import PlaneGrip, PlaneGrips, RidgeHandles, words_of
from nnlab.ui.approximation.surface_cut import Ends
from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import sign_image, sign_pixels
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix

LEVELS = 9
KEY_STEP = 1 / 48  # of the plane's width, for one press of an arrow key
KEY_TURN = np.radians(5.0)


@dataclass(frozen=True, eq=False)
class PlanePicture:
    """values: (rows, columns), row 0 at the lowest second input, over x and y; `domain` is the rectangle of the samples within it."""

    values: np.ndarray | None  # None where nothing is known between the samples
    x: tuple[float, float]
    y: tuple[float, float]
    domain: tuple[tuple[float, float], tuple[float, float]]
    limit: float
    contours: tuple[np.ndarray, ...] = ()  # the same grid for each set of contour lines: wide, then thin
    supremum: tuple[float, float, float] | None = None  # x, y and the magnitude
    ridge: RidgeUnit | None = None  # of the selected unit
    cut: Ends | None = None
    samples: tuple[np.ndarray, np.ndarray] | None = None  # (n, 2) places and (n,) values, shown as dots


class PlaneMap(QWidget):
    """A square map in signed colours with its bar; outside the domain it is hatched.

    `grabbed(grip)`, then `dragged(grip, x, y)` with the pointer's place in the plane, then `let_go()`; a key does all three.
    """

    grabbed = Signal(str)
    dragged = Signal(str, float, float)
    let_go = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: PlanePicture | None = None
        self.grips = PlaneGrips(theme, self.place)
        self._grip: PlaneGrip | None = None
        self._hatch: tuple[object, QBrush] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(286), self._theme.metrics.px(226))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(170), self._theme.metrics.px(110))

    @property
    def shown(self) -> PlanePicture | None:
        return self._picture

    def show_picture(self, picture: PlanePicture) -> None:
        self._picture = picture
        (x0, x1), (y0, y1) = picture.domain
        reference, arm, before = ((x0 + x1) / 2, (y0 + y1) / 2), None, self.grips.ridge
        if before is not None and self._grip in (PlaneGrip.RIDGE, PlaneGrip.DIRECTION):
            reference, arm = before.reference, before.arm  # what is dragged stays under the pointer
        self.grips.ridge = None if picture.ridge is None else RidgeHandles(picture.ridge, reference, arm)
        self.grips.cut = picture.cut
        self.update()

    @property
    def square(self) -> QRectF:
        side = min(self.height() - 2, self.width() - self._theme.metrics.px(62))
        return QRectF(0, 1, max(side, 1), max(side, 1))

    def place(self, x: float, y: float) -> QPointF:
        """Pixels of a point of the plane."""
        picture, square = self._picture, self.square
        assert picture is not None
        across = (x - picture.x[0]) / (picture.x[1] - picture.x[0])
        up = (y - picture.y[0]) / (picture.y[1] - picture.y[0])
        return QPointF(square.left() + across * square.width(), square.bottom() - up * square.height())

    def point(self, place: QPointF) -> tuple[float, float]:
        """The point of the plane at a pixel, within what is shown."""
        picture, square = self._picture, self.square
        assert picture is not None
        across = min(max((place.x() - square.left()) / square.width(), 0.0), 1.0)
        up = min(max((square.bottom() - place.y()) / square.height(), 0.0), 1.0)
        return picture.x[0] + across * (picture.x[1] - picture.x[0]), picture.y[0] + up * (picture.y[1] - picture.y[0])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        picture, tokens = self._picture, self._theme.tokens
        if picture is not None:
            square = self.square
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(0.55 if picture.contours else 1.0)
            if picture.values is not None:
                painter.drawImage(square, sign_image(picture.values[::-1], picture.limit, self._theme.is_dark))
            painter.setOpacity(1.0)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.save()
            painter.setClipRect(square)
            self._paint_contours(painter, picture)
            self._paint_outside(painter, picture)
            self._paint_samples(painter, picture)
            self.grips.paint_cut(painter)
            self._paint_ridge(painter, picture)
            painter.restore()
            self._paint_supremum(painter, picture)
            self._paint_bar(painter, picture)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(tokens.accent, 1.5))
                painter.drawRect(square)
        painter.end()

    def _paint_contours(self, painter: QPainter, picture: PlanePicture) -> None:
        """Wide lines of the target, thin ones of the fit over them; zero is the thickest."""
        from contourpy import LineType, contour_generator  # a library in C++, which a window without surfaces need not load

        tokens = self._theme.tokens
        levels = np.linspace(-picture.limit, picture.limit, LEVELS + 2)[1:-1]
        widths = ((5.0, 5.0), (1.3, 2.0))
        for values, (usual, zero) in zip(picture.contours, widths[len(widths) - len(picture.contours) :], strict=True):
            color = tokens.text if usual < 2 else mix(tokens.canvas, tokens.stroke, 0.85)
            for level in levels:
                pen = QPen(color, zero if abs(level) < 1e-9 * picture.limit else usual)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                rows, columns = values.shape
                for line in cast(list[np.ndarray], contour_generator(z=values, line_type=LineType.Separate).lines(float(level))):
                    xs = picture.x[0] + line[:, 0] / (columns - 1) * (picture.x[1] - picture.x[0])
                    ys = picture.y[0] + line[:, 1] / (rows - 1) * (picture.y[1] - picture.y[0])
                    painter.drawPolyline([self.place(float(a), float(b)) for a, b in zip(xs, ys, strict=True)])

    def _paint_outside(self, painter: QPainter, picture: PlanePicture) -> None:
        tokens = self._theme.tokens
        (x0, x1), (y0, y1) = picture.domain
        inner = QRectF(self.place(x0, y1), self.place(x1, y0))
        if inner.contains(self.square.adjusted(1, 1, -1, -1)):
            return
        key = (tokens, self.devicePixelRatioF())
        if self._hatch is None or self._hatch[0] != key:
            self._hatch = key, hatch(*key)
        brush = self._hatch[1]
        painter.setOpacity(0.55)
        square = self.square
        for part in (
            QRectF(square.left(), square.top(), square.width(), inner.top() - square.top()),
            QRectF(square.left(), inner.bottom(), square.width(), square.bottom() - inner.bottom()),
            QRectF(square.left(), inner.top(), inner.left() - square.left(), inner.height()),
            QRectF(inner.right(), inner.top(), square.right() - inner.right(), inner.height()),
        ):
            painter.fillRect(part, brush)
        painter.setOpacity(1.0)
        painter.setPen(QPen(tokens.text2, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(inner)

    def _paint_samples(self, painter: QPainter, picture: PlanePicture) -> None:
        """A dot for every sample in the colour of its value, the strongest last."""
        if picture.samples is None:
            return
        places, values = picture.samples
        order = np.argsort(np.abs(values))
        pixels = sign_pixels(values[order], picture.limit, self._theme.is_dark).tolist()
        radius = self._theme.metrics.px(24) / 10
        painter.setPen(QPen(self._theme.tokens.stroke, 0.8))
        for (x, y), pixel in zip(places[order].tolist(), pixels, strict=True):
            painter.setBrush(QColor.fromRgb(pixel))
            painter.drawEllipse(self.place(x, y), radius, radius)

    def _paint_ridge(self, painter: QPainter, picture: PlanePicture) -> None:
        """The line on which the selected unit's argument is zero."""
        if picture.ridge is None:
            return
        ends = picture.ridge.segment((picture.x, picture.y))
        if ends is None:
            return
        painter.setPen(QPen(self._theme.tokens.accent, 2.5))
        painter.drawLine(self.place(*ends[0]), self.place(*ends[1]))
        self.grips.paint_ridge(painter)

    def _paint_supremum(self, painter: QPainter, picture: PlanePicture) -> None:
        if picture.supremum is None:
            return
        tokens, px = self._theme.tokens, self._theme.metrics.px
        x, y, value = picture.supremum
        at = self.place(x, y)
        painter.setPen(QPen(tokens.text, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, px(5), px(5))
        painter.setFont(self._theme.font("caption_strong"))
        words = f"sup {numbers.number(value, 4)}"
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(words)
        room = self.beside(at, width, metrics.height())
        painter.setOpacity(0.7)
        painter.fillRect(room.adjusted(-2, 0, 2, 0), tokens.canvas)
        painter.setOpacity(1.0)
        painter.drawText(QPointF(room.left(), room.top() + metrics.ascent()), words)

    def beside(self, at: QPointF, width: float, height: float) -> QRectF:
        """Room for words beside a point: at its right where that fits and covers no handle, else at its left, above or below."""
        square, gap, reach = self.square, self._theme.metrics.px(9), self._theme.metrics.px(7)
        grips = [QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach) for place in self.grips.places().values()]
        line = min(max(at.x() - width / 2, square.left()), square.right() - width)
        middle = min(max(at.y() - height / 2, square.top()), square.bottom() - height)
        corners = ((at.x() + gap, middle), (at.x() - gap - width, middle), (line, at.y() - gap - height), (line, at.y() + gap))
        rooms = [QRectF(*corner, width, height) for corner in corners]
        fitting = [room for room in rooms if square.contains(room)] or rooms
        return next((room for room in fitting if not any(room.intersects(grip) for grip in grips)), fitting[0])

    def _paint_bar(self, painter: QPainter, picture: PlanePicture) -> None:
        """The colour bar with both ends and zero."""
        px, square, tokens = self._theme.metrics.px, self.square, self._theme.tokens
        bar = QRectF(square.right() + px(10), square.top(), px(8), square.height())
        steps = np.linspace(picture.limit, -picture.limit, 128).reshape(-1, 1)
        painter.drawImage(bar, sign_image(steps, picture.limit, self._theme.is_dark))
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        height = QFontMetricsF(painter.font()).height()
        for share, value in ((0.0, picture.limit), (0.5, 0.0), (1.0, -picture.limit)):
            top = min(max(bar.top() + share * bar.height() - height / 2, 0.0), self.height() - height)
            room = QRectF(bar.right() + px(5), top, self.width() - bar.right() - px(5), height)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, numbers.number(value, 2) if value else "0")

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._picture is None or not self.square.contains(event.position()):
            super().mousePressEvent(event)
            return
        grip = self.grips.at(event.position())
        if grip is PlaneGrip.DIRECTION and self.grips.ridge is not None:
            ridge = self.grips.ridge
            self.grips.ridge = RidgeHandles(ridge.unit, ridge.centre or ridge.reference, self.grips.arm())  # what it turns about stays
        self._grip = grip
        self.grabbed.emit(grip)
        self.dragged.emit(grip, *self.point(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            if self._grip is PlaneGrip.RIDGE and self.grips.ridge is not None:
                self.grips.ridge = RidgeHandles(self.grips.ridge.unit, self.point(event.position()))  # the circle stays at the pointer
            self.dragged.emit(self._grip, *self.point(event.position()))
        elif self._picture is not None:
            grip, is_in = self.grips.at(event.position()), self.square.contains(event.position())
            shapes = Qt.CursorShape
            self.setCursor(shapes.ArrowCursor if not is_in else shapes.CrossCursor if grip is PlaneGrip.NEW else shapes.PointingHandCursor)
            self.setToolTip(words_of(grip) if is_in else "")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._grip = None
            self.let_go.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the cut, with Alt the ridge; with Shift they turn, and Up and Down make a unit steeper or flatter."""
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        step = steps.get(Qt.Key(event.key()))
        if step is None or self._picture is None:
            super().keyPressEvent(event)
            return
        is_unit = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        turns = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_unit:
            self._step_unit(step, turns)
        else:
            self._step_cut(step, turns)

    def _step(self, grip: PlaneGrip, x: float, y: float) -> None:
        self.grabbed.emit(grip)
        self.dragged.emit(grip, x, y)
        self.let_go.emit()

    def _step_unit(self, step: tuple[int, int], turns: bool) -> None:
        ridge = self.grips.ridge
        if ridge is None or ridge.centre is None:
            return
        (x, y), arm, (w, u) = ridge.centre, self.grips.arm(), ridge.unit.weight
        if not turns:
            dx, dy = self._step_size()
            self._step(PlaneGrip.RIDGE, x + step[0] * dx, y + step[1] * dy)
            return
        angle, factor = -step[0] * KEY_TURN, 1.1 ** step[1]
        a, b = (w * np.cos(angle) - u * np.sin(angle)) * factor, (w * np.sin(angle) + u * np.cos(angle)) * factor
        self._step(PlaneGrip.DIRECTION, float(x + arm * a), float(y + arm * b))

    def _step_cut(self, step: tuple[int, int], turns: bool) -> None:
        if self.grips.cut is None:
            return
        (x0, y0), (x1, y1) = self.grips.cut
        middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
        if turns:
            dx, dy = self._step_size()
            self._step(PlaneGrip.END, x1 + step[0] * dx, y1 + step[1] * dy)
        else:
            self.grabbed.emit(PlaneGrip.CUT)
            self.dragged.emit(PlaneGrip.CUT, *middle.tolist())
            self.dragged.emit(PlaneGrip.CUT, *(middle + np.array(step) * self._step_size()).tolist())
            self.let_go.emit()

    def _step_size(self) -> tuple[float, float]:
        assert self._picture is not None
        return (self._picture.x[1] - self._picture.x[0]) * KEY_STEP, (self._picture.y[1] - self._picture.y[0]) * KEY_STEP

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
