"""Lines, points and marks by the hundred, drawn from arrays in one call.

What Qt is slow at is left out: a list of points made one by one costs as much as drawing them, a wide pen strokes a path five times
slower than its pieces one by one, and a mark that is drawn again and again is painted once and copied. Coordinates are pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPixmap, QPolygonF

Draw = Callable[[QPainter, QPointF], None]


def polygon(xs: np.ndarray, ys: np.ndarray) -> QPolygonF:
    """The points (xs[i], ys[i])."""
    if not len(xs):
        return QPolygonF()  # of which pyqtgraph has no address to fill
    return pg.functions.arrayToQPolygonF(np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64))


def draw_line(painter: QPainter, xs: np.ndarray, ys: np.ndarray) -> None:
    """A line through points, piece by piece with the painter's pen; caps that are square or round close its corners."""
    if len(xs) > 1:
        _draw_pieces(painter, xs[:-1], ys[:-1], xs[1:], ys[1:])


def draw_pieces(painter: QPainter, xs: np.ndarray, ys: np.ndarray) -> None:
    """Straight pieces from the points 0, 2, 4, … to those that follow them."""
    if len(xs) > 1:
        _draw_pieces(painter, xs[:-1:2], ys[:-1:2], xs[1::2], ys[1::2])


def line_pieces(xs: np.ndarray, ys: np.ndarray) -> Any:
    """A line through points as its pieces, to be drawn more than once: painter.drawLines(*pieces.drawargs())."""
    return _pieces(xs[:-1], ys[:-1], xs[1:], ys[1:])


def _draw_pieces(painter: QPainter, x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray) -> None:
    pieces = _pieces(x0, y0, x1, y1)  # has a name because it owns the memory that Qt reads
    painter.drawLines(*pieces.drawargs())


def _pieces(x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray) -> Any:
    pieces = pg.Qt.internals.PrimitiveArray(QLineF, 4)
    pieces.resize(len(x0))
    columns = pieces.ndarray()
    columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3] = x0, y0, x1, y1
    return pieces


class Stamps:
    """Marks, each painted once into a pixmap and copied from it; into a vector graphic they are drawn as they are."""

    def __init__(self) -> None:
        self._pixmaps: dict[Hashable, QPixmap] = {}

    def draw(self, painter: QPainter, xs: np.ndarray, ys: np.ndarray, key: Hashable, reach: float, draw: Draw) -> None:
        """A mark at every point. `draw(painter, centre)` paints one within `reach` pixels of its centre; `key` tells it from others."""
        if not len(xs):
            return
        if painter.paintEngine().type() == QPaintEngine.Type.SVG:
            for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
                draw(painter, QPointF(x, y))
            return
        ratio = painter.device().devicePixelRatioF()
        pixmap = self._pixmaps.get((key, reach, ratio))
        if pixmap is None:
            pixmap = self._pixmaps[key, reach, ratio] = _painted(reach, ratio, draw)
        fragments = pg.Qt.internals.PrimitiveArray(QPainter.PixmapFragment, 10)
        fragments.resize(len(xs))
        columns = fragments.ndarray()
        columns[:] = (0, 0, 0, 0, pixmap.width(), pixmap.height(), 1 / ratio, 1 / ratio, 0, 1)
        columns[:, 0], columns[:, 1] = xs, ys
        painter.drawPixmapFragments(*fragments.drawargs(), pixmap)  # type: ignore[call-arg]  # the first of an array, and its length


def _painted(reach: float, ratio: float, draw: Draw) -> QPixmap:
    side = 2 * int(np.ceil(reach * ratio))  # even, so that the centre lies between four pixels as the points do
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(ratio, ratio)
    draw(painter, QRectF(0, 0, side / ratio, side / ratio).center())
    painter.end()
    return pixmap
