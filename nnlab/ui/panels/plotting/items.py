"""Pictures and points within a plot: what pyqtgraph draws slower, or less sharply, than a panel at sixty frames a second needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnlab.ui.panels.plotting.primitives import Stamps, polygon

ToScene = Callable[[QRectF], QRectF]  # from the view's numbers to pixels
SMALLEST, SHARE = 0.8, 0.2  # the least radius of a mark in pixels, and the radius as a share of the side of the square it has to itself
MANY = 1000  # points of one colour from which they are copies of one painted mark, in whole pixels: fifty times faster than each as it lies
RING, RING_ROOM = 1.8, 150.0  # a ring's least radius in pixels, and the square pixels each has at least: rings that touch are a band, too


def repaint_views(item: QGraphicsItem) -> None:
    """The plot that shows an item is painted again with the next frame of the window; see `Plot`."""
    scene = item.scene()
    for view in scene.views() if scene is not None else ():
        view.viewport().update()


class SceneItem(pg.GraphicsObject):
    """An item of a view box that paints in the scene's pixels, where lines and points keep their size under any zoom."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def update(self, *where: object) -> None:
        repaint_views(self)

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return view.viewRect() if view is not None else QRectF()

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()
        super().viewTransformChanged()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        to_scene = self.sceneTransform()
        painter.setTransform(to_scene.inverted()[0], True)
        self.paint_scene(painter, to_scene.mapRect)

    def paint_scene(self, painter: QPainter, to_scene: ToScene) -> None:
        raise NotImplementedError


class PictureItem(SceneItem):
    """An image stretched over a rectangle of the view; row 0 of the image is at the top of the screen."""

    def __init__(self, smooth: bool = False) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._rect = QRectF()
        self._smooth = smooth

    @property
    def image(self) -> QImage | None:
        return self._image

    def show_image(self, image: QImage | None, rect: QRectF) -> None:
        if rect != self._rect:
            self.prepareGeometryChange()
        self._image, self._rect = image, rect
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint_scene(self, painter: QPainter, to_scene: ToScene) -> None:
        if self._image is None:
            return
        place = to_scene(self._rect)
        if abs(place.width() - self._image.width()) < 0.5 and abs(place.height() - self._image.height()) < 0.5:
            # Made for these very pixels: copied, which is several times faster than scaling by 1.0001.
            painter.drawImage(place.topLeft().toPoint(), self._image)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        painter.drawImage(place, self._image)


@dataclass(frozen=True, eq=False)
class Points:
    """Points of one colour. Hollow ones are rings, as the validation part is shown."""

    x: np.ndarray
    y: np.ndarray
    color: QColor
    hollow: bool = False


class PointsItem(SceneItem):
    """Thousands of points, painted once into a pixmap and drawn from it until they, the view or the colours change.

    The more there are for the room, the smaller they are drawn. Rings lie on top, or a dense training part would hide them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._groups: Sequence[Points] = ()
        self._largest, self._outline = 2.0, QColor()
        self._pixmap: QPixmap | None = None
        self._drawn_for: tuple[float, ...] = ()

    def show_points(self, groups: Sequence[Points], largest: float, outline: QColor) -> None:
        """Groups from back to front, a radius in pixels for few points, and the colour that sets each point off from what is below."""
        self._groups, self._largest, self._outline = groups, largest, outline
        self._pixmap = None
        self.update()

    @property
    def groups(self) -> Sequence[Points]:
        return self._groups

    def paint_scene(self, painter: QPainter, to_scene: ToScene) -> None:
        view = self.getViewBox()
        place, ratio = view.geometry(), painter.device().devicePixelRatioF()
        if painter.paintEngine().type() == QPaintEngine.Type.SVG:
            self._paint(painter)
            return
        key = (*view.viewRect().getRect(), *place.getRect(), ratio)
        if self._pixmap is None or key != self._drawn_for:
            size = (place.size() * ratio).toSize()
            self._pixmap = QPixmap(size)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._pixmap)
            inner.translate(-place.topLeft())
            self._paint(inner)
            inner.end()
            self._drawn_for = key
        painter.drawPixmap(place.topLeft(), self._pixmap)

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.getViewBox().geometry().width() * self.getViewBox().geometry().height()
        solid, hollow = ([group for group in self._groups if group.hollow == is_hollow] for is_hollow in (False, True))
        radius = mark_radius(sum(len(group.x) for group in solid), area, self._largest)
        for group in solid:
            self._dots(painter, group.x, group.y, self._outline, radius + min(1.0, radius / 2))
            self._dots(painter, group.x, group.y, group.color, radius)
        rings = sum(len(group.x) for group in hollow)
        around = max(RING, mark_radius(rings, area, self._largest), radius) + 0.2
        for group, count in zip(hollow, shares([len(group.x) for group in hollow], int(area / RING_ROOM)), strict=True):
            x, y = group.x[:count], group.y[:count]
            self._dots(painter, x, y, self._outline, around + 1.2)
            draw_rings(painter, scene_polygon(self, x, y), around, QPen(group.color, 1.3))

    def _dots(self, painter: QPainter, x: np.ndarray, y: np.ndarray, color: QColor, radius: float) -> None:
        pen = QPen(color, 2 * radius, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        if len(x) < MANY or painter.paintEngine().type() == QPaintEngine.Type.SVG:
            painter.setPen(pen)
            painter.drawPoints(scene_polygon(self, x, y))
        else:
            Stamps().draw(painter, *scene_places(self, x, y), None, radius + 1.0, partial(_paint_dot, pen=pen))


def _paint_dot(painter: QPainter, centre: QPointF, pen: QPen) -> None:
    painter.setPen(pen)
    painter.drawPoint(centre)


def mark_radius(count: int, area: float, largest: float) -> float:
    """The radius in pixels of each of `count` marks in a plot of `area` square pixels: the one rule for every plot of samples."""
    return min(largest, max(SMALLEST, SHARE * math.sqrt(area / max(1, count))))


def shares(counts: Sequence[int], most: int) -> list[int]:
    """How many of each group are drawn where there is room for `most` in all."""
    total = sum(counts)
    return [count if total <= most else max(1, count * most // total) for count in counts]


class RingsItem(SceneItem):
    """Rings around points: the batch that is being trained on."""

    def __init__(self) -> None:
        super().__init__()
        self._x, self._y = np.empty(0), np.empty(0)
        self._radius, self._pen, self._halo = 4.6, QPen(), QPen()
        self._stamps = Stamps()

    def show_rings(self, x: np.ndarray, y: np.ndarray, radius: float, color: QColor, halo: QColor, width: float = 1.5) -> None:
        self._x, self._y, self._radius = x, y, radius
        self._pen, self._halo = QPen(color, width), QPen(halo, 2 * width)
        self.update()

    @property
    def count(self) -> int:
        return len(self._x)

    def paint_scene(self, painter: QPainter, to_scene: ToScene) -> None:
        if not len(self._x):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform, reach = self.sceneTransform(), self._radius + self._halo.widthF()
        for pen in (self._halo, self._pen):  # all that lies below first: rings that touch stay whole
            xs, ys = self._x * transform.m11() + transform.dx(), self._y * transform.m22() + transform.dy()
            key = (self._radius, pen.color().rgba(), pen.widthF())
            self._stamps.draw(painter, xs, ys, key, reach, partial(_paint_ring, radius=self._radius, pen=pen))


def _paint_ring(painter: QPainter, centre: QPointF, radius: float, pen: QPen) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(centre, radius, radius)


def draw_rings(painter: QPainter, centres: QPolygonF, radius: float, pen: QPen) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for centre in centres.toList():
        painter.drawEllipse(centre, radius, radius)


def scene_places(item: pg.GraphicsObject, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of the view in the scene's pixels."""
    transform = item.sceneTransform()
    xs = np.asarray(x, dtype=np.float64) * transform.m11() + transform.dx()
    return xs, np.asarray(y, dtype=np.float64) * transform.m22() + transform.dy()


def scene_polygon(item: pg.GraphicsObject, x: np.ndarray, y: np.ndarray) -> QPolygonF:
    """The same as Qt draws it."""
    return polygon(*scene_places(item, x, y))
