"""What a diagnosis says of a card: a dashed outline as warnings have it, the same round the tiles it means, and words on the upper edge."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from nnlab.ui.canvas.cards.shown_card import ShownCard
from nnlab.ui.canvas.painting.text import LEFT, write

RADIUS, HEIGHT, SIGN = 10.0, 20.0, 14.0  # of the outline; height of the words' pill and side of the icon in it, pixels of text


def words_place(item: ShownCard) -> QRectF:
    """Of the icon and the words, across the card's upper edge: what lies over the canvas there leaves no room above it."""
    unit, outline = item.kit.scale * item.text_scale, item.geometry.outline
    width = item.kit.text_width(item.state.finding, "caption_strong") * item.text_scale + (SIGN + 22.0) * unit
    return QRectF(outline.center().x() - width / 2, outline.top() - HEIGHT / 2 * unit, width, HEIGHT * unit)


def paint(painter: QPainter, item: ShownCard) -> None:
    """Nothing where no diagnosis is about the card."""
    if not item.state.finding:
        return
    kit, outline, scale = item.kit, item.geometry.outline, item.text_scale
    pen = QPen(kit.tokens.warn, 1.5 * scale)
    pen.setDashPattern([4.0, 2.0])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = RADIUS * min(1.0, 1.28 * scale)
    painter.drawRoundedRect(outline, radius, radius)
    for tile in item.geometry.tiles:
        if tile.unit in item.state.faulty:
            gap = min(2.0 * scale, 2.0)
            painter.drawRoundedRect(tile.rect.adjusted(-gap, -gap, gap, gap), 3.0, 3.0)
    room, unit = words_place(item), kit.scale * scale
    painter.setPen(QPen(kit.tokens.warn, 1.5 * scale))
    painter.setBrush(kit.tokens.canvas)
    painter.drawRoundedRect(room, room.height() / 2, room.height() / 2)
    side = SIGN * unit
    kit.icon(painter, "warning", kit.tokens.warn, QRectF(room.left() + 8.0 * unit, room.center().y() - side / 2, side, side))
    words = room.adjusted(side + 12.0 * unit, 0, 0, 0)
    write(painter, kit, item.state.finding, "caption_strong", kit.tokens.text, words, LEFT, scale)
