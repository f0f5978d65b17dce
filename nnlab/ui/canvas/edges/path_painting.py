"""Paints the paths of a chain over weighted edges: width is a path's share, colour its sign, arrowheads point to the weight."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from nnlab.ui.canvas.edges.arrowhead import arrowhead
from nnlab.ui.canvas.model.paths import Cell, EdgePaths
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.look.numbers import number

THINNEST, THICKNESS = 0.8, 4.2  # pixels; THICKNESS more for the largest share
FALL = 0.8  # exponent of the share
CurveEnds = Callable[[Cell], tuple[QPointF, QPointF]]


def paint_paths(painter: QPainter, kit: PaintKit, paths: EdgePaths, ends: CurveEnds, pixel: float) -> None:
    """Draws one layer's paths; `ends` gives where a weight's edge begins and ends, `pixel` is the width of one pixel."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for cell, product in sorted(paths.products.items(), key=lambda item: abs(item[1])):
        share = (abs(product) / paths.largest) ** FALL if paths.largest else 0.0
        colour = QColor(kit.tokens.pos if product >= 0 else kit.tokens.neg)
        colour.setAlphaF(0.35 + 0.65 * share)
        _curve(painter, *ends(cell), colour, (THINNEST + THICKNESS * share) * pixel)
        if share > 0.02:
            _arrow(painter, *ends(cell), colour, (5.0 + 2.5 * share) * pixel)
    for cell, value in paths.factors.items():
        source, target = ends(cell)
        _pill(painter, kit, source + (target - source) * 0.5, number(value), pixel, kit.tokens.pos if value >= 0 else kit.tokens.neg, False)
    if paths.start is not None:
        source, target = ends(paths.start)
        _curve(painter, source, target, kit.tokens.accent, 3.0 * pixel)
        _pill(painter, kit, (source + target) / 2, number(paths.gradient), pixel, kit.tokens.accent, True)
    elif paths.begin is not None and paths.products:
        source, _ = ends(next(cell for cell in paths.products if cell[1] == paths.begin))
        _pill(painter, kit, source + QPointF(34.0 * pixel, 0.0), number(paths.gradient), pixel, kit.tokens.accent, True)
    painter.restore()


def paint_path_cells(painter: QPainter, kit: PaintKit, paths: EdgePaths, place: Callable[[Cell], QRectF], pixel: float) -> None:
    """Where the weights are a matrix: a frame round each cell that is taken, wider than a cell that would be a dot."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    least = 4.0 * pixel
    for cell, product in sorted(paths.products.items(), key=lambda item: abs(item[1])):
        share = (abs(product) / paths.largest) ** FALL if paths.largest else 0.0
        colour = QColor(kit.tokens.pos if product >= 0 else kit.tokens.neg)
        colour.setAlphaF(0.35 + 0.65 * share)
        painter.setPen(QPen(colour, (1.0 + 1.5 * share) * pixel))
        painter.drawRect(_at_least(place(cell), least))
    if paths.start is not None:
        room = _at_least(place(paths.start), 2 * least)
        painter.setPen(QPen(kit.tokens.accent, 3.0 * pixel))
        painter.drawRect(room)
        _pill(painter, kit, room.center() - QPointF(0.0, 20.0 * pixel), number(paths.gradient), pixel, kit.tokens.accent, True)
    painter.restore()


def _at_least(room: QRectF, side: float) -> QRectF:
    wider, taller = max(side - room.width(), 0.0) / 2, max(side - room.height(), 0.0) / 2
    return room.adjusted(-wider, -taller, wider, taller)


def _curve(painter: QPainter, source: QPointF, target: QPointF, colour: QColor, width: float) -> None:
    """The raster's curve: x = 1.5 s (1 − s) + s³ and y = s² (3 − 2s) are this cubic."""
    middle = (source.x() + target.x()) / 2
    path = QPainterPath(source)
    path.cubicTo(QPointF(middle, source.y()), QPointF(middle, target.y()), target)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawPath(path)


def _arrow(painter: QPainter, source: QPointF, target: QPointF, colour: QColor, size: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    slope = QPointF(0.75 * (target.x() - source.x()), 1.5 * (target.y() - source.y()))  # of the curve at half way
    painter.drawPolygon(arrowhead((source + target) / 2, slope, size))


def _pill(painter: QPainter, kit: PaintKit, centre: QPointF, text: str, pixel: float, colour: QColor, filled: bool) -> None:
    """A number on the canvas, always as large as in the panels."""
    painter.save()
    painter.translate(centre)
    painter.scale(pixel, pixel)
    width = kit.text_width(text, "caption") + 14.0 * kit.scale
    room = QRectF(-width / 2, -10.0 * kit.scale, width, 20.0 * kit.scale)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(colour if filled else kit.tokens.canvas)
    radius = room.height() / 2 if filled else 4.0 * kit.scale
    painter.drawRoundedRect(room, radius, radius)
    painter.setFont(kit.font("caption"))
    painter.setPen(kit.tokens.on_accent if filled else kit.tokens.text)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
