"""What stands on a loss card: the loss of the batch, a bar for each of its samples and, where the card is large, one sample in numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from nnlab.ui.canvas.cards.shown_card import ShownCard
from nnlab.ui.canvas.neurons.painting import growth, share_openness
from nnlab.ui.canvas.neurons.share import ShareTable
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.canvas.painting.text import LEFT, write
from nnlab.ui.look.numbers import NOTHING, number
from nnlab.ui.look.theme import FontRole

LOSS_ROLES: tuple[FontRole, ...] = ("loss", "number", "title", "name")  # of the loss: the largest that fits its card
SHARE_OF_CARD = 0.6  # of a loss card's height that the numbers of one sample may take
BARS = 32  # at most so many bars of a loss card; a larger batch is grouped


def paint_loss(painter: QPainter, item: ShownCard) -> None:
    """The loss of the current batch and one bar for each of its samples; where the card is large, one sample's share in numbers."""
    kit, scale = item.kit, item.text_scale
    unit = scale * kit.scale
    room = _room(item)
    value = NOTHING if item.loss is None else number(item.loss)
    role: FontRole = next((r for r in LOSS_ROLES if kit.text_width(value, r) * scale <= room.width()), LOSS_ROLES[-1])
    write(painter, kit, value, role, kit.tokens.text, value_place(item), LEFT, scale)
    caption = QRectF(room.left(), room.top() + 38.0 * unit, room.width(), 16.0 * unit)
    bars = QRectF(room.left(), caption.bottom() + 6.0 * unit, room.width(), room.bottom() - caption.bottom() - 6.0 * unit)
    bars.setBottom(bars.bottom() - _paint_share(painter, item, room))
    item.bars = QRectF()
    if item.samples is None or not len(item.samples) or bars.height() < 16.0 * min(1.0, scale):
        return
    heights = _grouped(np.nan_to_num(np.maximum(item.samples, 0.0), posinf=0.0))
    share = -(-len(item.samples) // len(heights))
    text = bars_caption(kit, share, room.width() / scale)
    write(painter, kit, text, "caption", kit.tokens.text2, caption, LEFT, scale)
    top = float(heights.max())
    slot = bars.width() / max(len(heights), 8)
    item.bars = QRectF(bars.left(), bars.top(), slot * len(heights), bars.height())
    width = max(1.0, slot - min(4.0, slot * 0.3))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for i, height in enumerate(heights):
        length = max(1.0 * scale, bars.height() * float(height) / top if top > 0 else 0.0)
        painter.fillRect(QRectF(bars.left() + i * slot, bars.bottom() - length, width, length), kit.tokens.text2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def _room(item: ShownCard) -> QRectF:
    """What an expanded loss card has below its header."""
    unit = item.text_scale * item.kit.scale
    inset = 14.0 * unit
    return item.geometry.outline.adjusted(inset, item.geometry.header.height() + 4.0 * unit, -inset, -inset)


def value_place(item: ShownCard) -> QRectF:
    """Where an expanded loss card says the loss of the batch."""
    room = _room(item)
    return QRectF(room.left(), room.top(), room.width(), 28.0 * item.text_scale * item.kit.scale)


def row_at(item: ShownCard, point: QPointF) -> int | None:
    """The row of the batch whose bar is at a point of the card: where a bar stands for several, the one that lost most."""
    if item.samples is None or not item.bars.contains(point):
        return None
    count = len(_grouped(item.samples))
    bar = min(count - 1, int((point.x() - item.bars.left()) / item.bars.width() * count))
    size = -(-len(item.samples) // BARS) if len(item.samples) > BARS else 1
    return bar * size + int(np.argmax(np.nan_to_num(item.samples[bar * size : (bar + 1) * size])))


def _paint_share(painter: QPainter, item: ShownCard, room: QRectF) -> float:
    """One sample's share of the loss at the bottom of `room`, once the card is large; the height it takes."""
    world = painter.worldTransform()
    side = item.geometry.outline.width() * world.m11()
    opened = share_openness(side, item.kit)
    screen = QRectF(0, 0, painter.device().width(), painter.device().height())
    if opened == 0.0 or item.neurons is None or not world.mapRect(item.geometry.outline).intersects(screen):
        return 0.0
    found = item.neurons.share(item)
    if found is None:
        return 0.0
    factor = growth(side, item.kit) / world.m11()  # canvas units for a pixel of text
    table = ShareTable(item.kit, found, item.neurons.header, room.width() / factor, room.height() * SHARE_OF_CARD / factor)
    height = table.height * factor
    painter.save()
    painter.translate(room.left(), room.bottom() - height)
    painter.scale(factor, factor)
    painter.setOpacity(painter.opacity() * opened)
    table.paint(painter)
    painter.restore()
    origin = QPointF(room.left(), room.bottom() - height)
    item.neurons.set_buttons(item, *(QRectF(origin + r.topLeft() * factor, r.size() * factor) for r in (table.back, table.forward)))
    return (height + 8.0 * factor) * opened


def bars_caption(kit: PaintKit, share: int, width: float) -> str:
    """What a bar is, where each stands for so many samples, in the words there is room for."""
    if share == 1:
        return "per sample"
    texts = (f"each bar: the largest of {share} samples", f"bar: largest of {share} samples", f"bar: largest of {share}")
    return next((text for text in texts if kit.text_width(text, "caption") <= width), texts[-1])


def _grouped(samples: np.ndarray) -> np.ndarray:
    """At most BARS values: for larger batches the largest of each group of neighbours."""
    if len(samples) <= BARS:
        return samples
    return np.maximum.reduceat(samples, np.arange(0, len(samples), -(-len(samples) // BARS)))
