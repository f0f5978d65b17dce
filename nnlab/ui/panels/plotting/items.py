"""Pictures and points within a plot: what pyqtgraph draws slower, or less sharply, than a panel at sixty frames a second needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

ToScene = Callable[[QRectF], QRectF]  # from the view's numbers to pixels


class SceneItem(pg.GraphicsObject):
    """An item of a view box that paints in the scene's pixels, where lines and points keep their size under any zoom."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

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
    """Thousands of points, painted once into a pixmap and drawn from it until they, the view or the colours change."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: Sequence[Points] = ()
        self._radius, self._outline = 2.0, QColor()
        self._pixmap: QPixmap | None = None
        self._drawn_for: tuple[float, ...] = ()

    def show_points(self, groups: Sequence[Points], radius: float, outline: QColor) -> None:
        """Groups from back to front, a radius in pixels, and the colour that sets each point off from what is below."""
        self._groups, self._radius, self._outline = groups, radius, outline
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
        for group in self._groups:
            dots = scene_polygon(self, group.x, group.y)
            if group.hollow:
                self._rings(painter, dots, group.color)
                continue
            for color, radius in ((self._outline, self._radius + 1.0), (group.color, self._radius)):
                painter.setPen(QPen(color, 2 * radius, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawPoints(dots)

    def _rings(self, painter: QPainter, centres: QPolygonF, color: QColor) -> None:
        painter.setPen(QPen(self._outline, 2 * (self._radius + 1.4), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(centres)
        draw_rings(painter, centres, self._radius + 0.2, QPen(color, 1.3))


class RingsItem(SceneItem):
    """Rings around points: the batch that is being trained on."""

    def __init__(self) -> None:
        super().__init__()
        self._x, self._y = np.empty(0), np.empty(0)
        self._radius, self._pen, self._halo = 4.6, QPen(), QPen()

    def show_rings(self, x: np.ndarray, y: np.ndarray, radius: float, color: QColor, halo: QColor) -> None:
        self._x, self._y, self._radius = x, y, radius
        self._pen, self._halo = QPen(color, 1.5), QPen(halo, 3.0)
        self.update()

    @property
    def count(self) -> int:
        return len(self._x)

    def paint_scene(self, painter: QPainter, to_scene: ToScene) -> None:
        if not len(self._x):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centres = scene_polygon(self, self._x, self._y)
        draw_rings(painter, centres, self._radius, self._halo)
        draw_rings(painter, centres, self._radius, self._pen)


def draw_rings(painter: QPainter, centres: QPolygonF, radius: float, pen: QPen) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for centre in centres.toList():
        painter.drawEllipse(centre, radius, radius)


def scene_polygon(item: pg.GraphicsObject, x: np.ndarray, y: np.ndarray) -> QPolygonF:
    """Points of the view in the scene's pixels."""
    transform = item.sceneTransform()
    xs = np.asarray(x, dtype=np.float64) * transform.m11() + transform.dx()
    ys = np.asarray(y, dtype=np.float64) * transform.m22() + transform.dy()
    return QPolygonF([QPointF(a, b) for a, b in zip(xs.tolist(), ys.tolist(), strict=True)])
