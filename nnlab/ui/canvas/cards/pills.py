"""Rounded labels above and below a card: what the stepper's operation reads and writes there, and what the card costs in a step."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from nnlab.ui.canvas.cards.shown_card import CardState, ShownCard
from nnlab.ui.canvas.model.geometry import CardGeometry
from nnlab.ui.canvas.model.strands import ADD
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.canvas.painting.text import CENTRED, write

PILL = 0.84  # of its size as meant at which a pill's text can still be read: 10 of 12 pixels


def paint_step(painter: QPainter, kit: PaintKit, geometry: CardGeometry, state: CardState, scale: float) -> None:
    """In the stepper: a ring around the tiles, and pills that name what is read (above) and written (below)."""
    if state.step not in ("read", "written", "current") or not state.lit:
        return
    written = any(text.startswith("writes") for text in state.lit)
    if geometry.tiles and (state.strand is None or ADD in state.strand.parts):
        ring = geometry.tile_area.adjusted(-4, -4, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(kit.tokens.accent, (3.0 if written else 2.0) * scale))
        painter.drawRoundedRect(ring, 3, 3)
    for text in state.lit:
        is_written = text.startswith("writes")
        lower = geometry.outline.bottom() if geometry.strand is None else geometry.strand.bottom() + 14.0 * scale  # clear of A, B and m
        edge = lower if is_written else geometry.outline.top() - 6.0 * scale
        pill(painter, kit, text, QPointF(geometry.outline.center().x(), edge), is_written, scale)


def paint_cost(painter: QPainter, kit: PaintKit, geometry: CardGeometry, state: CardState, scale: float) -> None:
    """What the card costs in a step, under it; the stepper's pills go before it."""
    if state.cost and not state.lit:
        pill(painter, kit, state.cost, _below(geometry), False, scale)


def cost_place(item: ShownCard, zoom: float) -> QRectF | None:
    """Where the card's cost is written, in the card's own coordinates; None where it is not."""
    if not item.state.cost or item.state.lit:
        return None
    return pill_place(item.kit, item.state.cost, _below(item.geometry), False, item.text_scale, zoom)[0]


def _below(geometry: CardGeometry) -> QPointF:
    return QPointF(geometry.outline.center().x(), geometry.outline.bottom())


def pill(painter: QPainter, kit: PaintKit, text: str, centre: QPointF, filled: bool, scale: float) -> None:
    """A rounded label: hollow for what is read, filled for what is written. It can be read in a network seen from afar, too."""
    rect, scale = pill_place(kit, text, centre, filled, scale, painter.worldTransform().m11())
    height = rect.height()
    painter.setPen(QPen(kit.tokens.accent, 2.0 * scale))
    painter.setBrush(kit.tokens.accent if filled else kit.tokens.canvas)
    painter.drawRoundedRect(rect, height / 2, height / 2)
    colour = kit.tokens.on_accent if filled else kit.tokens.text
    write(painter, kit, text, "caption_strong", colour, rect, CENTRED, scale)


def pill_place(kit: PaintKit, text: str, centre: QPointF, filled: bool, scale: float, zoom: float) -> tuple[QRectF, float]:
    """Its outline, and the scale of its text."""
    least = PILL / zoom
    if scale < least:  # then it keeps clear of what is written on the card
        scale, centre = least, centre + QPointF(0.0, 8.0 * kit.scale * least * (1.0 if filled else -0.5))
    width, height = (kit.text_width(text, "caption_strong") + 18.0) * scale, 20.0 * kit.scale * scale
    return QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height), scale
