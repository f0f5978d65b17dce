"""Glyphs: small drawings as paths, independent of colour and size.

A glyph is what an icon draws: a path in a square box, either filled (the icon font's symbols) or stroked with a line of 1.5 in a
box of 18 (operators and activations, drawn from what they are: an activation's glyph is the graph of its own function). The same
glyph serves a menu, a button and a node on the canvas, at any size and in any colour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF

from nnlab.ui.look.symbol_font import characters, symbol_font

BOX = 18.0
STROKE = 1.5
_FONT_BOX = 96.0
_FONT_ASCENT = 0.875  # of the icon font's em square, above its baseline


@dataclass(frozen=True)
class Glyph:
    """A path in a square of side `box`, its y axis pointing down. `stroke` is the width of the line; 0 fills the path."""

    path: QPainterPath
    box: float = BOX
    stroke: float = STROKE

    def draw(self, painter: QPainter, rect: QRectF, color: QColor) -> None:
        """Draws it as large as fits into `rect`, centred; the painter is left as it was."""
        side = min(rect.width(), rect.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(rect.center() - QPointF(side / 2, side / 2))
        painter.scale(side / self.box, side / self.box)
        if self.stroke:
            pen = QPen(color, self.stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(self.path, pen)
        else:
            painter.fillPath(self.path, color)
        painter.restore()


@cache
def symbol(name: str) -> Glyph:
    """A symbol of the Material Design icon font by its own name ("play"). Raises ValueError for an unknown one.

    Needs a QGuiApplication.
    """
    try:
        character = characters()[name]
    except KeyError:
        raise ValueError(f"The icon font has no symbol {name!r}.") from None
    font = symbol_font(_FONT_BOX)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    path = QPainterPath()
    path.addText(0, _FONT_ASCENT * _FONT_BOX, font, character)
    return Glyph(path, box=_FONT_BOX, stroke=0.0)


def curve(points: np.ndarray) -> Glyph:
    """The line through `points`, float (n, 2) with y pointing up, stretched over the box. Points that are not finite break it."""
    points = np.asarray(points, dtype=np.float64)
    finite = np.isfinite(points).all(axis=1)
    path = QPainterPath()
    if not finite.any():
        return Glyph(path)
    low, high = points[finite].min(axis=0), points[finite].max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    share = np.where(high > low, (points - low) / span, 0.5)
    places = np.stack([1.5 + 15 * share[:, 0], 14.5 - 11 * share[:, 1]], axis=1)
    for piece in np.split(places, np.flatnonzero(np.diff(finite)) + 1):
        if len(piece) > 1 and np.isfinite(piece).all():
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in piece]))
    return Glyph(path)


def function_curve(function: Callable[[np.ndarray], np.ndarray], low: float = -3.0, high: float = 3.0) -> Glyph:
    """The graph of a function from arrays to arrays of the same shape, between `low` and `high`."""
    x = np.linspace(low, high, 49)
    return curve(np.stack([x, np.broadcast_to(function(x), x.shape)], axis=1))


def _path(*lines: list[tuple[float, float]]) -> QPainterPath:
    path = QPainterPath()
    for points in lines:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    return path


def _circle(*lines: list[tuple[float, float]]) -> QPainterPath:
    path = _path(*lines)
    path.addEllipse(QPointF(9, 9), 6.5, 6.5)
    return path


def _dense() -> QPainterPath:
    return _path([(3, 3), (3, 15), (15, 3), (15, 15), (3, 3)])


def _input() -> QPainterPath:
    return _path([(2, 9), (11, 9)], [(7.5, 5.5), (11, 9), (7.5, 12.5)], [(15, 3), (15, 15)])


def _output() -> QPainterPath:
    return _path([(3, 3), (3, 15)], [(6.5, 9), (16, 9)], [(12.5, 5.5), (16, 9), (12.5, 12.5)])


def _add() -> QPainterPath:
    return _circle([(9, 5.5), (9, 12.5)], [(5.5, 9), (12.5, 9)])


def _multiply() -> QPainterPath:
    return _circle([(6.5, 6.5), (11.5, 11.5)], [(11.5, 6.5), (6.5, 11.5)])


def _concat() -> QPainterPath:
    path = _path([(8, 5), (12, 5)], [(8, 13), (12, 13)])
    path.addRect(QRectF(2.5, 2.5, 5, 5))
    path.addRect(QRectF(2.5, 10.5, 5, 5))
    path.addRect(QRectF(12.5, 2.5, 3, 13))
    return path


def _dropout() -> QPainterPath:
    return _circle([(4.4, 13.6), (13.6, 4.4)])


def _softmax() -> QPainterPath:
    return _path([(2, 15), (16, 15)], [(4.5, 15), (4.5, 11)], [(9, 15), (9, 3.5)], [(13.5, 15), (13.5, 8.5)])


def _node() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(3, 3, 12, 12), 3, 3)
    return path


def _bell() -> QPainterPath:
    return function_curve(lambda x: np.exp(-(x**2))).path


def _parabola() -> QPainterPath:
    return function_curve(lambda x: x**2, -1, 1).path


def _surprise() -> QPainterPath:
    return function_curve(lambda p: -np.log(p), 0.03, 1).path


def _grid(cells: int, left: float = 2.5, side: float = 13.0) -> QPainterPath:
    path, step = QPainterPath(), side / cells
    for k in range(cells + 1):
        path.addPath(
            _path([(left + k * step, left), (left + k * step, left + side)], [(left, left + k * step), (left + side, left + k * step)])
        )
    return path


def _convolution() -> QPainterPath:
    """A window on an image."""
    path = QPainterPath()
    path.addRect(QRectF(2.5, 2.5, 13, 13))
    path.addPath(_grid(2, 2.5, 7))
    return path


def _pooling() -> QPainterPath:
    """Four cells become one."""
    path = _path([(11.5, 9), (11.5, 9)])
    path.addPath(_grid(2, 2.5, 8))
    path.addRect(QRectF(11.5, 11.5, 4, 4))
    return path


def _flatten() -> QPainterPath:
    path = _grid(2, 2.5, 6)
    path.addRect(QRectF(2.5, 12.5, 13, 3))
    path.addPath(_path([(6.8, 12.5), (6.8, 15.5)], [(11.2, 12.5), (11.2, 15.5)]))
    return path


def _reshape() -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(2.5, 2.5, 13, 4))
    path.addRect(QRectF(5, 9.5, 8, 6))
    return path


def _transpose() -> QPainterPath:
    return _path([(3, 3), (3, 10)], [(3, 3), (10, 3)], [(8, 15), (15, 15), (15, 8)], [(5.5, 5.5), (12.5, 12.5)])


def _slice() -> QPainterPath:
    path = _path([(2.5, 6), (6, 6)], [(12, 6), (15.5, 6)], [(2.5, 12), (6, 12)], [(12, 12), (15.5, 12)])
    path.addRect(QRectF(6, 4, 6, 10))
    return path


def _scale() -> QPainterPath:
    return _path([(3, 15), (15, 3)], [(9.5, 3), (15, 3), (15, 8.5)], [(3, 10.5), (3, 15), (7.5, 15)])


def _subtract() -> QPainterPath:
    return _circle([(5.5, 9), (12.5, 9)])


def _matrix_product() -> QPainterPath:
    path = _path(
        [(2.5, 3), (2.5, 15)],
        [(15.5, 3), (15.5, 15)],
        [(2.5, 3), (4, 3)],
        [(2.5, 15), (4, 15)],
        [(15.5, 3), (14, 3)],
        [(15.5, 15), (14, 15)],
    )
    path.addPath(_path([(6.5, 6.5), (11.5, 11.5)], [(11.5, 6.5), (6.5, 11.5)]))
    return path


def _identity() -> QPainterPath:
    return _path([(2, 9), (16, 9)], [(12.5, 5.5), (16, 9), (12.5, 12.5)])


def _embedding() -> QPainterPath:
    """A row looked up in a table."""
    path = QPainterPath()
    for k in range(3):
        path.addRect(QRectF(7.5, 2.5 + 4.5 * k, 8, 4))
    path.addPath(_path([(2, 9), (5.5, 9)]))
    return path


def _learned_slope() -> QPainterPath:
    return function_curve(lambda x: np.where(x > 0, x, 0.25 * x)).path


def _absolute() -> QPainterPath:
    return function_curve(np.abs, -1, 1).path


def _huber() -> QPainterPath:
    return function_curve(lambda x: np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5), -3, 3).path


def _hinge() -> QPainterPath:
    return function_curve(lambda x: np.maximum(0, 1 - x), -1, 3).path


_DRAWINGS: dict[str, Callable[[], QPainterPath]] = {
    "dense": _dense, "embedding": _embedding, "input": _input, "output": _output, "conv2d": _convolution, "max_pool2d": _pooling,
    "average_pool2d": _pooling, "add": _add, "subtract": _subtract, "multiply": _multiply, "matmul": _matrix_product, "concat": _concat,
    "flatten": _flatten, "reshape": _reshape, "transpose": _transpose, "slice": _slice, "scale": _scale, "rescale": _scale,
    "identity": _identity,
    "dropout": _dropout, "softmax": _softmax, "log_softmax": _softmax, "prelu": _learned_slope, "layer_norm": _bell, "batch_norm": _bell,
    "mse": _parabola, "mae": _absolute, "huber": _huber, "hinge": _hinge, "cross_entropy": _surprise, "binary_cross_entropy": _surprise,
    "kl_divergence": _surprise, "loss": _surprise, "node": _node,
}  # fmt: skip
DRAWINGS = tuple(_DRAWINGS)


@cache
def drawing(name: str) -> Glyph:
    """The glyph of an operator that has one of its own; "node" stands for any other."""
    return Glyph(_DRAWINGS.get(name, _node)())
