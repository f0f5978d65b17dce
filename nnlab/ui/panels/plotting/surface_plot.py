"""A surface one can turn: height over two inputs, painted as flat quads from back to front, so that it needs no OpenGL.

Dragging turns it, the arrow keys too; a double click or A puts it back. Heights that are signed have the sign map, others that of
magnitudes; how light a quad is says how steeply it rises towards the viewer. A line can be marked on it. The quads are painted once for
every way they are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPaintEngine, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.colormaps import magnitude_pixels, sign_pixels
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.ticks import linear_ticks
from nnlab.ui.widgets.painting import draw_focus

OPENING = (np.radians(38.0), np.radians(28.0))  # azimuth and elevation
LOWEST, HIGHEST = np.radians(5.0), np.radians(85.0)
TURN = 0.008  # radians to a pixel
KEY_TURN = np.radians(6.0)
HEIGHT = 0.62  # of the box, as a share of its side
DARKEST, LIGHTEST = 0.62, 1.08
EVERY = 4  # grid lines on the surface
MOST_CELLS = 40  # quads along a side


@dataclass(frozen=True, eq=False)
class Surface:
    """values: (rows, columns) at the centres of cells, row 0 at the lowest second input. `limit` is the height of the box, from -limit."""

    x: tuple[float, float]
    y: tuple[float, float]
    values: np.ndarray
    limit: float
    names: tuple[str, str] = ("x", "y")
    cut: np.ndarray | None = None  # (points, 3): x, y and the height along a line that is marked on it
    is_signed: bool = True  # else -limit is nothing and limit the most


class SurfacePlot(QWidget):
    """`held(bool)` while the key T is down: whoever shows the surface may show another in its place."""

    held = Signal(bool)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._surface: Surface | None = None
        self.azimuth, self.elevation = OPENING
        self._turned_from: QPointF | None = None
        self._body: tuple[tuple[object, ...], QPixmap] | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(160), self._theme.metrics.px(140))

    @property
    def shown(self) -> Surface | None:
        return self._surface

    def show_surface(self, surface: Surface | None) -> None:
        self._surface = surface
        self.update()

    def turn(self, azimuth: float, elevation: float) -> None:
        """By so many radians; never under the floor nor over the top."""
        self.azimuth = (self.azimuth + azimuth) % (2 * np.pi)
        self.elevation = min(max(self.elevation + elevation, LOWEST), HIGHEST)
        self.update()

    def show_all(self) -> None:
        self.azimuth, self.elevation = OPENING
        self.update()

    # Geometry

    def projected(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pixels across and down, and depth (larger is nearer), of points in the unit box: x and y in ±1, z in ±1."""
        cos, sin = np.cos(self.azimuth), np.sin(self.azimuth)
        across, depth = x * cos - y * sin, x * sin + y * cos
        up = z * HEIGHT * np.cos(self.elevation) - depth * -np.sin(self.elevation)
        near = -depth * np.cos(self.elevation) + z * HEIGHT * np.sin(self.elevation)
        scale = min(self.width() / 3.05, self.height() / 2.75)
        return self.width() / 2 + across * scale, self.height() * 0.49 - up * scale, near

    def _unit(self, x: np.ndarray | float, y: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        surface = self._surface
        assert surface is not None
        (x0, x1), (y0, y1) = surface.x, surface.y
        return 2 * (np.asarray(x) - x0) / (x1 - x0) - 1, 2 * (np.asarray(y) - y0) / (y1 - y0) - 1

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._surface is not None and self._surface.values.size >= 4:
            if painter.paintEngine().type() == QPaintEngine.Type.SVG:
                self._paint_floor(painter)
                self._paint_quads(painter, self._surface)
            else:
                painter.drawPixmap(0, 0, self._painted_body(self._surface))
            self._paint_cut(painter, self._surface)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._theme.metrics.radius_field, self._theme.tokens)
        painter.end()

    def _painted_body(self, surface: Surface) -> QPixmap:
        """Floor and quads as looked at now, painted when that has changed."""
        ratio = self.devicePixelRatioF()
        key = (surface, self.azimuth, self.elevation, self.size().toTuple(), ratio, self._theme.tokens, self._theme.scale)
        if self._body is None or self._body[0] != key:
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(self._theme.tokens.canvas)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_floor(painter)
            self._paint_quads(painter, surface)
            painter.end()
            self._body = key, pixmap
        return self._body[1]

    def _paint_quads(self, painter: QPainter, surface: Surface) -> None:
        step = -(-max(surface.values.shape) // MOST_CELLS)
        values = np.nan_to_num(surface.values[::step, ::step])
        rows, columns = values.shape
        heights = np.clip(values / max(surface.limit, 1e-300), -1.0, 1.0)
        grid_x, grid_y = np.meshgrid(np.linspace(-1, 1, columns), np.linspace(-1, 1, rows))
        across, down, near = self.projected(grid_x, grid_y, heights)
        corners = (np.s_[:-1, :-1], np.s_[:-1, 1:], np.s_[1:, 1:], np.s_[1:, :-1])
        xs = np.stack([across[c].ravel() for c in corners], axis=1)
        ys = np.stack([down[c].ravel() for c in corners], axis=1)
        depth = sum(near[c].ravel() for c in corners)
        middle = sum(values[c].ravel() for c in corners) / 4
        dark = self._theme.is_dark
        pixels = sign_pixels(middle, surface.limit, dark) if surface.is_signed else (
            magnitude_pixels(middle, -surface.limit, surface.limit, dark)
        )  # fmt: skip
        pixels = pixels.ravel()
        light = self._lightness(heights, rows, columns)
        red, green, blue = (((pixels >> shift) & 255) * light for shift in (16, 8, 0))
        colors = np.minimum(np.stack([red, green, blue], axis=1), 255).astype(int).tolist()
        line = QColor(self._theme.tokens.canvas if dark else self._theme.tokens.stroke)
        line.setAlpha(120 if dark else 90)
        edge = QPen(self._theme.tokens.stroke, 1.0)  # zero has nearly the colour of the ground
        row_of, column_of = np.divmod(np.arange(len(middle)), columns - 1)
        xs_list, ys_list = xs.tolist(), ys.tolist()
        for k in np.argsort(depth).tolist():
            x, y = xs_list[k], ys_list[k]
            color = QColor(*colors[k])
            painter.setPen(QPen(color, 0.8))  # the seam between neighbours would show the ground
            painter.setBrush(color)
            places = [QPointF(a, b) for a, b in zip(x, y, strict=True)]
            painter.drawConvexPolygon(QPolygonF(places))
            if row_of[k] % EVERY == 0:
                painter.setPen(QPen(line, 1.0))
                painter.drawLine(places[0], places[1])
            if column_of[k] % EVERY == 0:
                painter.setPen(QPen(line, 1.0))
                painter.drawLine(places[0], places[3])
            painter.setPen(edge)
            for is_border, (a, b) in (
                (row_of[k] == 0, (0, 1)), (row_of[k] == rows - 2, (3, 2)),
                (column_of[k] == 0, (0, 3)), (column_of[k] == columns - 2, (1, 2)),
            ):  # fmt: skip
                if is_border:
                    painter.drawLine(places[a], places[b])

    def _lightness(self, heights: np.ndarray, rows: int, columns: int) -> np.ndarray:
        """Lighter where a quad faces the light, which stands at the viewer's left and above."""
        slope_x = np.diff(heights, axis=1)[:-1] * columns / 2 * HEIGHT
        slope_y = np.diff(heights, axis=0)[:, :-1] * rows / 2 * HEIGHT
        length = np.sqrt(1 + slope_x**2 + slope_y**2)
        light = np.array([np.cos(self.azimuth + 2.2), -np.sin(self.azimuth + 2.2), 1.1])
        facing = (-slope_x * light[0] - slope_y * light[1] + light[2]) / length / np.linalg.norm(light)
        shade = DARKEST + (LIGHTEST - DARKEST) * np.clip((facing + 0.2) / 1.1, 0, 1)
        return shade.ravel()

    def _paint_floor(self, painter: QPainter) -> None:
        """The floor's grid, with the numbers of both inputs at the two edges in front."""
        surface, tokens, px = self._surface, self._theme.tokens, self._theme.metrics.px
        assert surface is not None
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        front_x = 1.0 if self._depth_of(1.0, 0.0) > self._depth_of(-1.0, 0.0) else -1.0
        front_y = 1.0 if self._depth_of(0.0, 1.0) > self._depth_of(0.0, -1.0) else -1.0
        for name, (low, high), is_x in ((surface.names[0], surface.x, True), (surface.names[1], surface.y, False)):
            for tick in linear_ticks(low, high, px(260), px(44)):
                at = 2 * (tick.position - low) / (high - low) - 1
                ends = ((at, -1.0), (at, 1.0)) if is_x else ((-1.0, at), (1.0, at))
                points = [self._point(*end, -1.0) for end in ends]
                painter.setPen(QPen(tokens.line, 1))
                painter.drawLine(*points)
                edge = self._point(at, front_y * 1.12, -1.0) if is_x else self._point(front_x * 1.12, at, -1.0)
                painter.setPen(tokens.text2)
                width = metrics.horizontalAdvance(tick.text)
                left = min(max(edge.x() - width / 2, px(2)), self.width() - width - px(2))  # in a narrow window the floor is as wide as it
                painter.drawText(QPointF(left, edge.y() + metrics.ascent() / 2), tick.text)
            place = self._point(0.0, front_y * 1.32, -1.0) if is_x else self._point(front_x * 1.32, 0.0, -1.0)
            painter.setPen(tokens.text)
            painter.drawText(QPointF(place.x() - metrics.horizontalAdvance(name) / 2, place.y() + metrics.ascent() / 2), name)

    def _depth_of(self, x: float, y: float) -> float:
        return float(self.projected(np.array(x), np.array(y), np.array(-1.0))[2])

    def _point(self, x: float, y: float, z: float) -> QPointF:
        across, down, _ = self.projected(np.array(x), np.array(y), np.array(z))
        return QPointF(float(across), float(down))

    def _paint_cut(self, painter: QPainter, surface: Surface) -> None:
        if surface.cut is None:
            return
        xs, ys = self._unit(surface.cut[:, 0], surface.cut[:, 1])
        values = surface.cut[:, 2]
        heights = np.clip(np.nan_to_num(values) / max(surface.limit, 1e-300), -1, 1)
        across, down, _ = self.projected(xs, ys, heights)
        line = QPolygonF([QPointF(a, b) for a, b in zip(across.tolist(), down.tolist(), strict=True)])
        halo = QColor(self._theme.tokens.canvas)
        halo.setAlpha(150)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((halo, 6.0), (self._theme.tokens.accent, 3.0)):
            painter.setPen(QPen(color, width))
            painter.drawPolyline(line)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._turned_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._turned_from is not None:
            moved = event.position() - self._turned_from
            self._turned_from = event.position()
            self.turn(-moved.x() * TURN, moved.y() * TURN)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._turned_from = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_all()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        turns = {
            Qt.Key.Key_Left: (KEY_TURN, 0.0), Qt.Key.Key_Right: (-KEY_TURN, 0.0), Qt.Key.Key_Up: (0.0, KEY_TURN),
            Qt.Key.Key_Down: (0.0, -KEY_TURN),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in turns:
            self.turn(*turns[key])
        elif key == Qt.Key.Key_A and not event.modifiers():
            self.show_all()
        elif key == Qt.Key.Key_T and not event.modifiers():
            if not event.isAutoRepeat():
                self.held.emit(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_T and not event.isAutoRepeat():
            self.held.emit(False)
        else:
            super().keyReleaseEvent(event)
