"""Paints all tensor edges of a scene: the many plain curves at once by `edge_raster`, the few others one by one.

Two thousand curves as items of their own would take a painter 50 ms; drawn into one image they take two, and nothing at all while
neither they nor the view move: the image is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnlab.ui.canvas import edge_raster as raster
from nnlab.ui.canvas.paint_kit import PaintKit, rgb
from nnlab.ui.canvas.tensor_edge import TensorEdge

Z_TENSOR = -1.0
DIMMED = 0.4


class TensorLayer(QGraphicsItem):
    """Lies under the cards; `edges` are what it paints."""

    def __init__(self, kit: PaintKit) -> None:
        super().__init__()
        self.kit, self.pixel = kit, 1.0
        self.edges: list[TensorEdge] = []
        self._bounds = QRectF()
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
        rect = QRectF()
        for edge in self.edges:
            rect = rect.united(edge.bounds)
        room = 80.0 * max(1.0, pixel)
        self._bounds = rect.adjusted(-room, -room, room, room)
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
        plain = [edge for edge in self.edges if edge.is_plain]
        curves = [edge.curve for edge in plain if edge.curve is not None]
        ends = np.array([(a.x(), a.y(), b.x(), b.y()) for a, b in curves]).reshape(-1, 4) * world.m11() * ratio
        ends += np.array([world.dx() * ratio - area.left(), world.dy() * ratio - area.top()] * 2)
        width = np.full(len(ends), 2.0 * self.pixel * world.m11() * ratio)
        tone = np.array([DIMMED if edge.dimmed else 1.0 for edge in plain])
        self._picture.draw_lines(ends, width, tone, rgb(self.kit.tokens.text2))
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setWorldTransform(world * QTransform.fromTranslate(-area.left() / ratio, -area.top() / ratio))
        for edge in self.edges:
            if not edge.is_plain:
                edge.paint_line(painter, self.kit, self.pixel)
        for edge in self.edges:
            edge.paint_label(painter, self.kit, self.pixel)
        painter.end()
