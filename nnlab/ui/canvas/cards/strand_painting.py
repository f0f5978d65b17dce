"""The learning strand of a layer with an adapter, painted under its card: into A, r lines to B, its scale, and back to the output.

The card and the edges into it are the frozen path; what learns goes round below them in the accent. Row k of A is joined with column k of
B, so that exactly r lines are seen. A and B are matrices on one scale: near enough, their numbers can be read.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from nnlab.ui.canvas.cards.shown_card import ShownCard
from nnlab.ui.canvas.model.content import Strand
from nnlab.ui.canvas.painting.matrix import CALM, Cells
from nnlab.ui.canvas.painting.text import LEFT, write
from nnlab.ui.look.numbers import short

CELL = 8.0  # canvas units of one direction of the update
MOST = 32.0  # of all of them together
LOOP = 20.0  # how far the strand goes out beside the card
MOST_LINES = 16  # above, a few stand for all


def scale_of(a: np.ndarray | None, b: np.ndarray | None) -> float:
    """Full strength of both matrices: one scale, from the larger numbers of the two."""
    found = [np.abs(m[np.isfinite(m)]) for m in (a, b) if m is not None]
    sizes = [float(np.quantile(m, 0.95)) for m in found if m.size]
    return CALM * max(sizes, default=0.0) or 1.0


def places(rect: QRectF, rank: int) -> tuple[QRectF, QRectF]:
    """Where A (rank, inputs) and B (units, rank) lie in the room under a card: A below to the left, B above to the right."""
    side = min(rank * CELL, MOST)
    a = QRectF(rect.left(), rect.bottom() - side, rect.width() * 0.6, side)
    b = QRectF(rect.right() - side - 2.0, rect.top(), side, rect.height() - side - 8.0)
    return a, b


def paint(painter: QPainter, item: ShownCard) -> None:
    """The first adapter that takes part; the number of others stands beside its name."""
    strands, rect = item.card.strands, item.geometry.strand
    if not strands or rect is None:
        return
    kit, strand, unit = item.kit, strands[0], item.text_scale * item.kit.scale
    more = f"  + {len(strands) - 1} more" if len(strands) > 1 else ""
    words = QRectF(rect.left(), rect.top() - 2.0, rect.width() * 0.7, 16.0 * unit)
    if strand.is_merged:
        write(painter, kit, f"W₀ + {short(strand.scale, 3)} BA, merged{more}", "caption", kit.tokens.text2, words, LEFT, item.text_scale)
        return
    a, b = places(rect, strand.rank)
    _paint_path(painter, item, strand, a, b)
    shown = item.strand_values
    limit = scale_of(*shown)
    screen = QRectF(0, 0, painter.device().width(), painter.device().height())
    visible = painter.worldTransform().inverted()[0].mapRect(screen)
    for place, values, columns in ((a, shown[0], None), (b, shown[1], strand.rank)):
        painter.fillRect(place, kit.tokens.canvas)
        if values is not None and values.ndim == 2 and (columns is None or values.shape[1] == columns):
            Cells(values, limit, kit).paint(painter, place, visible, item.text_scale)
        painter.setPen(QPen(kit.tokens.stroke, item.text_scale))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
    write(painter, kit, f"{strand.name}{more}", "caption", kit.tokens.text, words, LEFT, item.text_scale)
    second = words.translated(0.0, 14.0 * unit)
    write(painter, kit, f"r {strand.rank}, × {short(strand.scale, 3)}", "caption", kit.tokens.text2, second, LEFT, item.text_scale)
    for letter, corner in (("A", a.topLeft() - QPointF(0.0, 16.0 * unit)), ("B", b.topLeft() - QPointF(14.0 * unit, 0.0))):
        room = QRectF(corner.x(), corner.y(), 12.0 * unit, 16.0 * unit)
        write(painter, kit, letter, "caption", kit.tokens.text2, room, LEFT, item.text_scale)


def _paint_path(painter: QPainter, item: ShownCard, strand: Strand, a: QRectF, b: QRectF) -> None:
    """From the input down to A, r lines from A's rows to B's columns, from B up to the sum at the output."""
    tokens, outline = item.kit.tokens, item.geometry.outline
    painter.setBrush(Qt.BrushStyle.NoBrush)
    colour = tokens.accent if strand.learns else tokens.text2
    painter.setPen(QPen(colour, (3.0 if strand.learns else 2.0) * item.text_scale))
    path = QPainterPath(QPointF(outline.left(), 0.0))
    path.cubicTo(outline.left() - LOOP, 0.0, outline.left() - LOOP, a.center().y(), a.left(), a.center().y())
    painter.drawPath(path)
    out = item.geometry.output or QPointF(outline.right(), 0.0)
    path = QPainterPath(QPointF(b.right(), b.center().y()))
    path.cubicTo(out.x() + LOOP, b.center().y(), out.x() + LOOP, 0.0, out.x(), out.y())
    painter.drawPath(path)
    painter.setPen(QPen(colour, 1.5 * item.text_scale))
    lines = min(strand.rank, MOST_LINES)
    for k in range(lines):
        y, x = a.top() + (k + 0.5) / lines * a.height(), b.left() + (k + 0.5) / lines * b.width()
        painter.drawPolyline([QPointF(a.right(), y), QPointF(x, y), QPointF(x, b.bottom())])
    radius = 7.0 * item.text_scale
    painter.setPen(QPen(tokens.text, 1.5 * item.text_scale))
    painter.setBrush(tokens.canvas)
    painter.drawEllipse(out, radius, radius)
    painter.drawLine(out - QPointF(radius, 0.0), out + QPointF(radius, 0.0))
    painter.drawLine(out - QPointF(0.0, radius), out + QPointF(0.0, radius))
