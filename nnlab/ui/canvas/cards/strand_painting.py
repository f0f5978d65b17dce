"""The learning strand of a layer with an adapter, painted under its card: into A, r lines to B, its scale, and back to the output.

The card and the edges into it are the frozen path; what learns goes round below them in the accent. Row k of A is joined with column k of
B, so that exactly r lines are seen. A and B are matrices on one scale: near enough, their numbers can be read. In the stepper what the
instruction is about is lit and the rest is faint, with arrows the way that values go, or gradients come back. With DoRA the learned lengths
of the rows stand beside B. An adapter that is only being chosen is dashed.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from nnlab.ui.canvas.cards.shown_card import ShownCard
from nnlab.ui.canvas.model.geometry import STRAND, STRAND_GAP, CardGeometry
from nnlab.ui.canvas.model.strands import ADD, LENGTHS, SCALE, WAY_IN, A, B, H, Strand
from nnlab.ui.canvas.painting.matrix import CALM, Cells
from nnlab.ui.canvas.painting.text import CENTRED, LEFT, write
from nnlab.ui.look.numbers import count, short

CELL = 8.0  # canvas units of one direction of the update
MOST = 32.0  # of all of them together
LOOP = 20.0  # how far the strand goes out beside the card
MOST_LINES = 16  # above, a few stand for all
FAINT = 0.35  # what the stepper's instruction is not about
DASHES = (3.0, 2.0)


def scale_of(*matrices: np.ndarray | None) -> float:
    """Full strength of these matrices: one scale, from the larger numbers of all."""
    found = [np.abs(m[np.isfinite(m)]) for m in matrices if m is not None]
    sizes = [float(np.quantile(m, 0.95)) for m in found if m.size]
    return CALM * max(sizes, default=0.0) or 1.0


def places(rect: QRectF, rank: int, has_lengths: bool = False) -> tuple[QRectF, QRectF, QRectF]:
    """Where A (rank, inputs), B (units, rank) and the lengths (units,) lie under a card: A below to the left, B above to the right."""
    side = min(rank * CELL, MOST)
    a = QRectF(rect.left(), rect.bottom() - side, rect.width() * 0.6, side)
    lengths = QRectF(rect.right() - CELL - 2.0, rect.top(), CELL if has_lengths else 0.0, rect.height() - side - 8.0)
    right = lengths.left() - 6.0 if has_lengths else rect.right() - 2.0
    return a, QRectF(right - side, rect.top(), side, rect.height() - side - 8.0), lengths


def preview_rect(geometry: CardGeometry) -> QRectF:
    """Where the strand of an adapter that is being chosen lies."""
    outline = geometry.outline
    return QRectF(outline.left(), outline.bottom() + STRAND_GAP, outline.width(), STRAND)


def paint(painter: QPainter, item: ShownCard) -> None:
    """One adapter that takes part; the number of others stands beside its name."""
    strand, rect = item.strand, item.geometry.strand
    if strand is None or rect is None:
        return
    kit, others = item.kit, len(item.card.strands) - 1
    more = f"  + {others} more" if others else ""
    words = QRectF(rect.left(), rect.top() - 2.0, rect.width() * 0.7, 16.0 * item.text_scale * kit.scale)
    if strand.is_merged:
        write(painter, kit, f"W₀ + {short(strand.scale, 3)} BA, merged{more}", "caption", kit.tokens.text2, words, LEFT, item.text_scale)
        return
    drawing = _Drawing(painter, item, strand, rect)
    drawing.path()
    drawing.matrices()
    painter.setOpacity(1.0)
    write(painter, kit, f"{strand.name}{more}", "caption", kit.tokens.text, words, LEFT, item.text_scale)
    drawing.scale(words)
    drawing.letters()


def paint_preview(painter: QPainter, item: ShownCard) -> None:
    """Dashed: where A and B would lie, and how many numbers they would have."""
    strand = item.preview
    if strand is None:
        return
    kit, rect = item.kit, preview_rect(item.geometry)
    painter.fillRect(rect.adjusted(-2.0, -2.0, 2.0, 2.0), kit.tokens.canvas)  # edges keep no room free for what is not there yet
    drawing = _Drawing(painter, item, strand, rect, is_preview=True)
    drawing.path()
    pen = QPen(kit.tokens.accent, 2.0 * item.text_scale)
    pen.setDashPattern(DASHES)
    painter.setPen(pen)
    painter.setBrush(kit.tokens.canvas)
    for place in drawing.places[: 3 if strand.has_lengths else 2]:
        painter.drawRect(place)
    words = QRectF(rect.left(), rect.top() - 2.0, rect.width() * 0.7, 16.0 * item.text_scale * kit.scale)
    write(painter, kit, strand.name, "caption", kit.tokens.text, words, LEFT, item.text_scale)
    second = words.translated(0.0, 14.0 * item.text_scale * kit.scale)
    write(painter, kit, f"r {strand.rank}  + {count(strand.size)}", "caption", kit.tokens.text2, second, LEFT, item.text_scale)
    drawing.letters()


class _Drawing:
    """The parts of one strand; each is lit or faint as the stepper's instruction has it."""

    def __init__(self, painter: QPainter, item: ShownCard, strand: Strand, rect: QRectF, is_preview: bool = False) -> None:
        self.painter, self.item, self.strand, self.is_preview = painter, item, strand, is_preview
        self.kit, self.tokens, self.unit = item.kit, item.kit.tokens, item.text_scale * item.kit.scale
        self.places = places(rect, strand.rank, strand.has_lengths)
        self.moment = item.state.strand
        self.is_stepped = bool(item.state.step) and not is_preview

    def is_lit(self, *parts: str) -> bool:
        """Whether the stepper's instruction is about any of these parts."""
        return self.is_stepped and self.moment is not None and any(part in self.moment.parts for part in parts)

    def _show(self, *parts: str) -> None:
        self.painter.setOpacity(FAINT if self.is_stepped and not self.is_lit(*parts) else 1.0)

    def _pen(self, width: float) -> QPen:
        learns = self.strand.learns or self.is_preview or self.is_stepped
        pen = QPen(self.tokens.accent if learns else self.tokens.text2, width * self.item.text_scale)
        if self.is_preview:
            pen.setDashPattern(DASHES)
        return pen

    def path(self) -> None:
        """From the input down to A, r lines from A's rows to B's columns, from B up to the sum at the output."""
        painter, outline = self.painter, self.item.geometry.outline
        a, b, _ = self.places
        width = 3.0 if self.strand.learns and not self.is_preview else 2.0
        flows = self.is_lit(H, WAY_IN, ADD)  # an update of A or B alone lets nothing through
        painter.setBrush(Qt.BrushStyle.NoBrush)
        down = QPainterPath(QPointF(outline.left(), 0.0))
        down.cubicTo(outline.left() - LOOP, 0.0, outline.left() - LOOP, a.center().y(), a.left(), a.center().y())
        out = self.item.geometry.output or QPointF(outline.right(), 0.0)
        up = QPainterPath(QPointF(b.right(), b.center().y()))
        up.cubicTo(out.x() + LOOP, b.center().y(), out.x() + LOOP, 0.0, out.x(), out.y())
        for path, parts in ((down, (A, WAY_IN)), (up, (ADD,))):
            self._show(*parts)
            painter.setPen(self._pen(width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            if flows and self.is_lit(*parts):
                self._arrow(path)
        self._show(H)
        painter.setPen(self._pen(1.5))
        lines = min(self.strand.rank, MOST_LINES)
        for k in range(lines):
            y, x = a.top() + (k + 0.5) / lines * a.height(), b.left() + (k + 0.5) / lines * b.width()
            painter.drawPolyline([QPointF(a.right(), y), QPointF(x, y), QPointF(x, b.bottom())])
        if not self.is_preview:
            self._sum(out)

    def _sum(self, out: QPointF) -> None:
        painter, scale, lit = self.painter, self.item.text_scale, self.is_lit(ADD)
        self._show(ADD)
        radius = 7.0 * scale
        painter.setPen(QPen(self.tokens.accent if lit else self.tokens.text, (2.5 if lit else 1.5) * scale))
        painter.setBrush(self.tokens.canvas)
        painter.drawEllipse(out, radius, radius)
        painter.drawLine(out - QPointF(radius, 0.0), out + QPointF(radius, 0.0))
        painter.drawLine(out - QPointF(0.0, radius), out + QPointF(0.0, radius))

    def _arrow(self, path: QPainterPath) -> None:
        """In the middle of a path, the way of the values, or back with the gradients."""
        back = self.moment is not None and self.moment.is_backward
        at, size = path.pointAtPercent(0.5), 6.0 * self.item.text_scale
        angle = math.radians(-path.angleAtPercent(0.5)) + (math.pi if back else 0.0)
        corners = [(1.0, 0.0), (-0.8, 0.8), (-0.8, -0.8)]
        turned = [
            at + QPointF(x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)) * size for x, y in corners
        ]
        self.painter.setBrush(self.tokens.accent)
        self.painter.drawPolygon(QPolygonF(turned))

    def matrices(self) -> None:
        """The numbers of A and B on one scale, the lengths on one of their own."""
        painter, values = self.painter, self.item.strand_values
        screen = QRectF(0, 0, painter.device().width(), painter.device().height())
        visible = painter.worldTransform().inverted()[0].mapRect(screen)
        a, b, lengths = self.places
        limit = scale_of(*values[:2])
        self._matrix(A, a, values[0], limit, visible)
        self._matrix(B, b, values[1] if _has_columns(values[1], self.strand.rank) else None, limit, visible)
        if self.strand.has_lengths:
            found = values[2][:, None] if len(values) > 2 and values[2] is not None and values[2].ndim == 1 else None
            self._matrix(LENGTHS, lengths, found, scale_of(found), visible)

    def _matrix(self, part: str, place: QRectF, values: np.ndarray | None, limit: float, visible: QRectF) -> None:
        painter, scale = self.painter, self.item.text_scale
        self._show(part)
        painter.fillRect(place, self.tokens.canvas)
        if values is not None and values.ndim == 2:
            Cells(values, limit, self.kit).paint(painter, place, visible, scale)
        painter.setPen(QPen(self.tokens.stroke, scale))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
        if self.is_lit(part):
            around = 2.5 * scale
            painter.setPen(QPen(self.tokens.accent, 3.0 * scale))
            painter.drawRoundedRect(place.adjusted(-around, -around, around, around), around, around)

    def scale(self, words: QRectF) -> None:
        """The rank, and the factor of BA, which is a part of the path of its own."""
        lit, starts = self.is_lit(SCALE), self.moment is not None and self.moment.of_start
        second = words.translated(0.0, 14.0 * self.unit)
        rank, factor = f"r {self.strand.rank}, ", f"× {'−' if starts else ''}{short(self.strand.scale, 3)}"
        before, width = (self.kit.text_width(text, "caption") * self.item.text_scale for text in (rank, factor))
        self._words(rank, self.tokens.text2, second)
        place = QRectF(second.left() + before, second.top(), width + 2.0 * self.unit, second.height())
        self._show(SCALE)
        if lit:
            self.painter.setPen(QPen(self.tokens.accent, 2.0 * self.item.text_scale))
            self.painter.setBrush(self.tokens.canvas)
            self.painter.drawRoundedRect(place.adjusted(-3.0, 0.0, 3.0, 0.0), 4.0, 4.0)
        write(
            self.painter, self.kit, factor, "caption", self.tokens.text if lit else self.tokens.text2, place,
            CENTRED if lit else LEFT, self.item.text_scale,
        )  # fmt: skip
        self.painter.setOpacity(1.0)

    def _words(self, text: str, colour: QColor, place: QRectF) -> None:
        write(self.painter, self.kit, text, "caption", colour, place, LEFT, self.item.text_scale)

    def letters(self) -> None:
        """A over it, B beside it; with PiSSA's start A₀ and B₀ while the stepper is there."""
        a, b, lengths = self.places
        start = "₀" if self.moment is not None and self.moment.of_start else ""
        above, beside = a.topLeft() - QPointF(0.0, 16.0 * self.unit), b.topLeft() - QPointF(14.0 * self.unit, 0.0)
        named = [(A, f"A{start}", above), (B, f"B{start}", beside)]
        if self.strand.has_lengths:
            named.append((LENGTHS, "m", lengths.bottomLeft() + QPointF(0.0, self.unit)))
        for part, letter, corner in named:
            self._show(part)
            self._words(letter, self.tokens.text2, QRectF(corner.x(), corner.y(), 16.0 * self.unit, 16.0 * self.unit))
        self.painter.setOpacity(1.0)


def _has_columns(values: np.ndarray | None, columns: int) -> bool:
    return values is not None and values.ndim == 2 and values.shape[1] == columns
