"""Plot: a pyqtgraph view box for zooming, panning and curves, within axes drawn as this window draws them.

No frame, no axis lines, horizontal grid lines only, ticks outside in the caption font. A subclass says how much room it wants
around the picture (`margins`), which ticks its axes have, and may paint below the curves (`paint_below`) and above them
(`paint_above`); both paint in the widget's own pixels.

Mouse: wheel zooms along x (with Shift along y), dragging moves, a double click or the key A shows everything again. Until the
person zooms, `is_following` holds and the panel sets the range with every update.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneWheelEvent, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.items import repaint_views
from nnlab.ui.panels.plotting.ticks import Tick, linear_ticks, logarithmic_ticks
from nnlab.ui.widgets.focus import ShowsKeyboardFocus
from nnlab.ui.widgets.painting import draw_focus

FADED = 33  # alpha of the band of raw values: 13 %
DASHES = (5.0, 3.0)  # pixels drawn and left out along a dashed line


class Margins(NamedTuple):
    """Room around the picture, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


class _View(pg.ViewBox):
    """A view box whose wheel zooms along x, or with Shift along y."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.setMenuEnabled(False)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        if axis is None and all(self.state["mouseEnabled"]):
            axis = 1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        super().wheelEvent(event, axis)


class _Painter(QGraphicsItem):
    """Lets a plot paint below or above its curves, in the scene's pixels."""

    def __init__(self, plot: Plot, above: bool) -> None:
        super().__init__()
        self._plot, self._above = plot, above
        self.setZValue(100 if above else -100)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return QRectF(self._plot.rect())

    def size_changed(self) -> None:
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._above:
            self._plot.paint_above(painter)
        else:
            self._plot.paint_below(painter)


class Plot(ShowsKeyboardFocus, pg.GraphicsView):
    """A plot in a panel. `range_changed` is emitted when the person has moved the range, or the size has changed."""

    range_changed = Signal()
    all_wanted = Signal()
    pointed = Signal(object)  # the mouse's place in the widget's pixels; None when it has left

    ground: str = "panel"  # the token of what it lies on

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setBackground(getattr(theme.tokens, self.ground))
        # A scene that tells its view of a change makes the whole window repaint at once, every plot by itself. Here a change marks the
        # widget, and all that has changed in the window is painted together.
        self.setViewportUpdateMode(pg.GraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self._theme = theme
        self.setAccessibleName(name)
        self.view = _View()
        self.is_following = True
        self.logarithmic = False  # the y axis is given in exponents of ten
        self._is_setting_range = False
        self._below, self._above = _Painter(self, False), _Painter(self, True)
        for item in (self._below, self.view, self._above):
            self.scene().addItem(item)
        self.view.sigRangeChangedManually.connect(self._moved_by_hand)
        self.view.sigRangeChanged.connect(lambda *_: self._range_changed())
        theme.changed.connect(self._recolor)
        follow(theme, self)

    # Geometry

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(48), px(8), px(16), px(26))

    def apply_metrics(self) -> None:
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_above"):  # the base class resizes itself while it is made
            self._place()

    def _place(self) -> None:
        m = self.margins()
        for item in (self._below, self._above):
            item.size_changed()
        width, height = max(1.0, self.width() - m.left - m.right), max(1.0, self.height() - m.top - m.bottom)
        self.view.setGeometry(QRectF(round(m.left), round(m.top), round(width), round(height)))
        self._range_changed()

    @property
    def picture(self) -> QRectF:
        """The rectangle of the curves, in the widget's pixels."""
        return self.view.geometry()

    @property
    def x_range(self) -> tuple[float, float]:
        low, high = self.view.viewRange()[0]
        return float(low), float(high)

    @property
    def y_range(self) -> tuple[float, float]:
        low, high = self.view.viewRange()[1]
        return float(low), float(high)

    def set_range(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Shows this range exactly; one without extent is widened a little. Tells nobody: who sets the range draws afterwards."""
        self._is_setting_range = True
        self.view.setRange(xRange=_widened(*x), yRange=_widened(*y), padding=0.0)
        self._is_setting_range = False
        self.repaint_around()

    def x_pixels(self, x: np.ndarray | float) -> np.ndarray | float:
        low, high = self.x_range
        return self.picture.left() + (x - low) / (high - low) * self.picture.width()

    def y_pixels(self, y: np.ndarray | float) -> np.ndarray | float:
        low, high = self.y_range
        return self.picture.bottom() - (y - low) / (high - low) * self.picture.height()

    def x_at(self, pixel: float) -> float:
        low, high = self.x_range
        return low + (pixel - self.picture.left()) / max(1.0, self.picture.width()) * (high - low)

    def y_at(self, pixel: float) -> float:
        low, high = self.y_range
        return low + (self.picture.bottom() - pixel) / max(1.0, self.picture.height()) * (high - low)

    def show_all(self) -> None:
        """Follows the data again."""
        self.is_following = True
        self.all_wanted.emit()

    def _moved_by_hand(self, _: object) -> None:
        self.is_following = False

    def _range_changed(self) -> None:
        if not self._is_setting_range:
            self.repaint_around()
            self.range_changed.emit()

    def repaint_around(self) -> None:
        """Everything is painted again with the next frame."""
        self.viewport().update()

    def set_ground(self, token: str) -> None:
        """Lies on something of another colour."""
        self.ground = token
        self._recolor()

    @property
    def ground_color(self) -> QColor:
        color: QColor = getattr(self._theme.tokens, self.ground)
        return color

    def _recolor(self) -> None:
        self.setBackground(self.ground_color)
        self.repaint_around()

    # Painting

    def x_ticks(self) -> list[Tick]:
        return linear_ticks(*self.x_range, self.picture.width(), self._theme.metrics.px(64))

    @property
    def stroke(self) -> float:
        """How many times as thick as designed lines are drawn: more on a projector."""
        return self._theme.metrics.stroke

    def y_ticks(self) -> list[Tick]:
        ticks = logarithmic_ticks if self.logarithmic else linear_ticks
        return ticks(*self.y_range, self.picture.height(), self._theme.metrics.px(28))

    def paint_below(self, painter: QPainter) -> None:
        """Grid lines and ticks; a subclass adds its labels."""
        tokens, picture = self._theme.tokens, self.picture
        font = self._theme.font("caption")
        height = QFontMetricsF(font).height()
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        ticks = [(tick, round(float(self.y_pixels(tick.position)))) for tick in self.y_ticks()]
        painter.setPen(QPen(tokens.line, 1))
        for _, y in ticks:
            painter.drawLine(QPointF(picture.left(), y), QPointF(picture.right(), y))
        painter.setPen(tokens.text2)
        gap = self._theme.metrics.px(8)
        for tick, y in ticks:
            place = QRectF(0, y - height / 2, picture.left() - gap, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick.text)
        self.paint_x_ticks(painter, self.x_ticks())

    def paint_x_ticks(self, painter: QPainter, ticks: list[Tick]) -> None:
        """Texts below the picture, kept within the widget; the font is set already."""
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self._theme.tokens.text2)
        top = self.picture.bottom() + self._theme.metrics.px(6)
        for tick in ticks:
            width = metrics.horizontalAdvance(tick.text)
            left = min(max(float(self.x_pixels(tick.position)) - width / 2, 2.0), self.width() - width - 2.0)
            painter.drawText(QRectF(left, top, width + 2, metrics.height()), Qt.AlignmentFlag.AlignLeft, tick.text)

    def paint_above(self, painter: QPainter) -> None:
        """The keyboard focus; a subclass adds its crosshair."""
        if self.shows_focus:
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._theme.metrics.radius_field, self._theme.tokens)

    # Events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.pointed.emit(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_all()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self.show_all()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.repaint_around()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.repaint_around()

    def close(self) -> bool:
        """pyqtgraph's takes the viewport away and forgets the scene while Qt still tells both: the process dies then, or a plot later. A
        plot goes with what it stands in; only tests close one by itself."""
        return QGraphicsView.close(self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()  # the panel has the menu

    def viewportEvent(self, event: QEvent) -> bool:
        # The view's right button would zoom; here it opens the panel's menu.
        if isinstance(event, QMouseEvent) and Qt.MouseButton.RightButton in (event.button(), event.buttons()):
            return False
        return super().viewportEvent(event)


def _widened(low: float, high: float) -> tuple[float, float]:
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    if high <= low:
        half = max(abs(low) * 0.05, 1e-9 if low else 0.5)
        return low - half, low + half
    return low, high


class _Line(pg.PlotCurveItem):
    """Keeps its pen as designed; on a projector it is drawn as much thicker as edges are."""

    def update(self, *where: object) -> None:
        repaint_views(self)

    def paint(self, painter: QPainter, option: object, widget: QWidget | None) -> None:
        plot, pen = self.getViewWidget(), self.opts["pen"]
        stroke = plot.stroke if isinstance(plot, Plot) else 1.0
        if stroke == 1.0:
            super().paint(painter, option, widget)
            return
        self.opts["pen"] = thicker(pen, stroke)
        try:
            super().paint(painter, option, widget)
        finally:
            self.opts["pen"] = pen


def make_line(color: QColor, width: float = 2.0) -> pg.PlotCurveItem:
    """A curve drawn as separate segments, which Qt strokes six times faster than a path; gaps where a value is not finite."""
    line = _Line(pen=line_pen(color, width), antialias=True, connect="finite", skipFiniteCheck=False)
    line.setSegmentedLineMode("on")
    return line


def line_pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setCosmetic(True)
    return pen


def thicker(pen: QPen, stroke: float) -> QPen:
    """A pen so many times as wide; its dashes, which Qt counts in widths of the pen, stay as long."""
    found = QPen(pen)
    found.setWidthF(pen.widthF() * stroke)
    if pen.dashPattern():
        found.setDashPattern([length / stroke for length in pen.dashPattern()])
    return found


def dashes(
    x: np.ndarray, y: np.ndarray, scale: tuple[float, float], pattern: tuple[float, ...] = DASHES
) -> tuple[np.ndarray, np.ndarray]:
    """The dashes of a polyline as pairs of points (connect="pairs"): pixels drawn, left out, drawn … along the line, by `pattern`.

    `scale` is pixels per unit in x and y. A dash runs straight between its ends, which no eye can tell at five pixels; Qt's own
    dashed pen would stroke the whole path, ten times slower. Dashes touching a value that is not finite are left out.
    """
    finite = np.isfinite(x) & np.isfinite(y)
    steps = np.hypot(np.diff(x) * scale[0], np.diff(y) * scale[1])
    along = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(steps), steps, 0.0))])
    if len(x) < 2 or not along[-1] > 0:
        return np.empty(0), np.empty(0)
    rounds = np.arange(0.0, along[-1], sum(pattern))[:, None]
    begins = np.concatenate([[0.0], np.cumsum(pattern)[:-1]])[::2]
    spans = np.stack([(rounds + begins).ravel(), (rounds + begins + pattern[::2]).ravel()], axis=1)
    at = np.minimum(spans[spans[:, 0] < along[-1]], along[-1]).ravel()
    xs, ys = np.interp(at, along, np.where(finite, x, np.nan)), np.interp(at, along, np.where(finite, y, np.nan))
    whole = np.repeat((np.isfinite(xs) & np.isfinite(ys)).reshape(-1, 2).all(axis=1), 2)
    return xs[whole], ys[whole]
