"""Paints all tensor edges of a scene: the many that look alike at once by `raster`, the few others one by one.

Two thousand curves as items of their own would take a painter 50 ms; drawn into one image they take two, and nothing at all while
neither they nor the view move: the image is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnlab.ui.canvas.edges import raster
from nnlab.ui.canvas.edges.routing import RADIUS, bars
from nnlab.ui.canvas.edges.tensor_edge import LABEL_HEIGHT, PORTS, TENSOR, TensorEdge
from nnlab.ui.canvas.painting.paint_kit import PaintKit, rgb
from nnlab.ui.canvas.painting.text import CENTRED

Z_TENSOR = -1.0
DIMMED = 0.4
SHARP = 3.0  # physical pixels of a rounded corner up to which it may be drawn as a sharp one
READABLE_SHAPE = 0.8  # of its size as meant, at least: a line too short for that has none
LABEL_ROOM = 80.0  # pixels around a line that its label may reach


class TensorLayer(QGraphicsItem):
    """Lies under the cards; `edges` are what it paints."""

    def __init__(self, kit: PaintKit) -> None:
        super().__init__()
        self.kit, self.pixel = kit, 1.0
        self.edges: list[TensorEdge] = []
        self._boxes = np.zeros((0, 4))  # left, top, right, bottom of every edge
        self._corners: dict[int, tuple[np.ndarray, np.ndarray]] = {}  # by the number of points of a way: edges, ways (edges, points, 2)
        self._bounds = QRectF()
        self.extent = QRectF()  # what the lines cover
        self._picture: raster.EdgePicture | None = None
        self._image = QImage()
        self._key: object = None
        self.setZValue(Z_TENSOR)

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._bounds

    def show_edges(self, edges: Iterable[TensorEdge], pixel: float) -> None:
        """Paints these from now on; `pixel` is the width of a pixel of a line in canvas units."""
        self.prepareGeometryChange()
        self.edges, self.pixel = [edge for edge in edges if not edge.hidden], pixel
        self._boxes = np.zeros((len(self.edges), 4))
        self._corners = {}
        for points in (2, 6):
            chosen = np.array([i for i, edge in enumerate(self.edges) if edge.way is not None and len(edge.way) == points], np.intp)
            ways = np.array([self.edges[i].way for i in chosen]).reshape(-1, points, 2)
            self._corners[points] = chosen, ways
            self._boxes[chosen, :2], self._boxes[chosen, 2:] = ways.min(axis=1), ways.max(axis=1)
        for i, edge in enumerate(self.edges):
            if edge.way is None:
                bounds = edge.bounds
                self._boxes[i] = bounds.left(), bounds.top(), bounds.right(), bounds.bottom()
        self._bounds, self.extent = QRectF(), QRectF()
        if len(self.edges):
            (left, top), (right, bottom) = self._boxes[:, :2].min(axis=0).tolist(), self._boxes[:, 2:].max(axis=0).tolist()
            room = LABEL_ROOM * max(1.0, pixel)
            self.extent = QRectF(left, top, right - left, bottom - top)
            self._bounds = self.extent.adjusted(-room, -room, room, room)
        self.refresh()

    def set_kit(self, kit: PaintKit) -> None:
        self.kit = kit
        self.refresh()

    def refresh(self) -> None:
        self._key = None
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        world, ratio = painter.worldTransform(), painter.device().devicePixelRatio()
        screen = QRectF(0, 0, painter.device().width() * ratio, painter.device().height() * ratio)
        device = world.mapRect(self._bounds)
        area = QRectF(device.topLeft() * ratio, device.size() * ratio).intersected(screen).toAlignedRect()
        if area.isEmpty():
            return
        key = (area, world.m11(), world.dx(), world.dy(), ratio)
        if key != self._key:
            self._render(area, world, ratio)
            self._key = key
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.drawImage(QPointF(area.left() / ratio, area.top() / ratio), self._image)
        painter.restore()

    def _render(self, area: QRect, world: QTransform, ratio: float) -> None:
        """Draws all edges into an image that covers `area` (physical pixels)."""
        rows, columns = area.height(), area.width()
        if self._picture is None or self._picture.size != (rows, columns):
            self._picture = raster.EdgePicture(rows, columns)
            self._image = QImage(self._picture.pixels.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied)
        self._image.setDevicePixelRatio(ratio)
        seen = self._seen(area, world, ratio)
        scale, shift = world.m11() * ratio, np.array([world.dx() * ratio - area.left(), world.dy() * ratio - area.top()])
        drawn, ends, widths, tones = self._many(seen, scale, shift)
        self._picture.draw_lines(ends, widths, tones, rgb(self.kit.tokens.text2))
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setWorldTransform(world * QTransform.fromTranslate(-area.left() / ratio, -area.top() / ratio))
        self._paint_others(painter, [self.edges[i] for i in np.flatnonzero(seen & ~drawn)])
        self._paint_labels(painter, [self.edges[i] for i in np.flatnonzero(seen)])
        painter.end()

    def _many(self, seen: np.ndarray, scale: float, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """which edges `raster` can draw, (edges,) bool, and the ends (lines, 4), widths and tones of their lines, in pixels."""
        usual = seen & np.array([edge.is_usual for edge in self.edges], dtype=bool)
        tone = np.array([DIMMED if edge.dimmed else 1.0 for edge in self.edges])
        drawn = np.zeros_like(usual)
        width = 2.0 * self.kit.stroke * self.pixel * scale
        ends, widths, tones = [], [], []
        for points, (edges, ways) in self._corners.items():
            if points > 2 and RADIUS * scale > SHARP:
                continue
            shown = usual[edges]
            drawn[edges[shown]] = True
            way = ways[shown] * scale + shift
            lines, heights = bars(way, width) if points > 2 else (way.reshape(-1, 4), np.full(len(way), width))
            ends.append(lines)
            widths.append(heights)
            tones.append(np.repeat(tone[edges[shown]], points - 1))
        return drawn, np.concatenate(ends), np.concatenate(widths), np.concatenate(tones)

    def _paint_others(self, painter: QPainter, edges: list[TensorEdge]) -> None:
        """The lines that are not drawn with the many; the pen is set once for all that look the same."""
        special = []
        for dimmed in (True, False):
            painter.setOpacity(DIMMED if dimmed else 1.0)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.kit.tokens.text2, 2.0 * self.kit.stroke * self.pixel))
            for edge in edges:
                if edge.dimmed == dimmed:
                    if edge.is_usual:
                        painter.drawPath(edge.path)
                    else:
                        special.append(edge)
        for edge in special:
            edge.paint_line(painter, self.kit, self.pixel)

    def shape_pixel(self, zoom: float) -> float:
        """Canvas units for a pixel of a shape's text, which can be read at this zoom or is left out."""
        return max(self.pixel, READABLE_SHAPE / (zoom * self.kit.scale))

    def _paint_labels(self, painter: QPainter, edges: list[TensorEdge]) -> None:
        """Shapes over the middle of the lines that are long enough for them; font and scale are set once."""
        kit, pixel = self.kit, self.shape_pixel(painter.worldTransform().m11())
        painter.save()
        painter.scale(pixel, pixel)
        painter.setFont(kit.font("caption"))
        painter.setPen(kit.tokens.text2)
        height = LABEL_HEIGHT * kit.scale
        for edge in edges:
            if not edge.label or edge.look != TENSOR:
                continue
            width = kit.text_width(edge.label, "caption")
            if edge.bounds.width() >= (width + PORTS) * pixel:
                painter.setOpacity(DIMMED if edge.dimmed else 1.0)
                middle = edge.middle
                room = QRectF(middle.x() / pixel - width / 2 - 1.0, middle.y() / pixel - height - 3.0, width + 2.0, height)
                painter.drawText(room, int(CENTRED), edge.label)
        painter.restore()
        painter.setOpacity(1.0)
        for edge in edges:
            if edge.look != TENSOR:
                edge.paint_label(painter, kit, self.pixel)

    def _seen(self, area: QRect, world: QTransform, ratio: float) -> np.ndarray:
        """Of which edges something may lie in `area`, (edges,) bool."""
        scale = world.m11() * ratio
        room = LABEL_ROOM * max(1.0, self.pixel)
        left, top = (area.left() - world.dx() * ratio) / scale - room, (area.top() - world.dy() * ratio) / scale - room
        right, bottom = left + area.width() / scale + 2 * room, top + area.height() / scale + 2 * room
        boxes = self._boxes
        return (boxes[:, 0] <= right) & (boxes[:, 2] >= left) & (boxes[:, 1] <= bottom) & (boxes[:, 3] >= top)
