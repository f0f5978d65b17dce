"""Where the dense layers of a network lie before an adapter is attached, and where A and B would lie: all to one scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

MOST_CELL = 12  # pixels a number, before the interface scale
MOST_ROWS = 4


@dataclass(frozen=True)
class LayerSize:
    """W is (units, inputs); `rank` of the adapter that would be attached, 0 for none."""

    units: int
    inputs: int
    rank: int = 0


@dataclass(frozen=True)
class LayerPlace:
    """Rectangles in pixels. A lies under W, column under column, and B right of it, row beside row."""

    card: QRectF
    weight: QRectF
    a: QRectF
    b: QRectF


def base_places(sizes: Sequence[LayerSize], room: QRectF, px: Callable[[float], int]) -> tuple[LayerPlace, ...]:
    """One place a layer, from left to right and then in further rows, with the largest scale that has room."""
    if not sizes:
        return ()
    tries = [_scale(rows, room, px) for rows in (_rows(sizes, count) for count in range(1, min(MOST_ROWS, len(sizes)) + 1))]
    count = max(range(len(tries)), key=lambda k: tries[k]) + 1
    return _placed(_rows(sizes, count), tries[count - 1], room, px)


def _rows(sizes: Sequence[LayerSize], count: int) -> list[Sequence[LayerSize]]:
    each = -(-len(sizes) // count)
    return [sizes[k : k + each] for k in range(0, len(sizes), each)]


def _scale(rows: list[Sequence[LayerSize]], room: QRectF, px: Callable[[float], int]) -> float:
    """Pixels a number, the same for all layers; a whole number where one or more."""
    across = min((room.width() - len(row) * _across(px) - (len(row) - 1) * px(28)) / sum(s.inputs + s.rank for s in row) for row in rows)
    free = room.height() - len(rows) * _down(px) - (len(rows) - 1) * px(16)
    cell = min(across, free / sum(max(s.units + s.rank for s in row) for row in rows), float(px(MOST_CELL)))
    cell = max(cell, 1e-3)
    return float(math.floor(cell)) if cell >= 1 else cell


def _across(px: Callable[[float], int]) -> float:
    """Of a card, beside W and B: margins, the gap between them and the letter B."""
    return 2 * px(12) + px(5) + px(14)


def _down(px: Callable[[float], int]) -> float:
    """Of a card, over W and under A: name, shape, and what A and B count."""
    return px(48) + px(5) + px(26)


def _placed(rows: list[Sequence[LayerSize]], cell: float, room: QRectF, px: Callable[[float], int]) -> tuple[LayerPlace, ...]:
    heights = [_down(px) + max(max(3.0, s.units * cell) + max(3.0, s.rank * cell) for s in row) for row in rows]
    y = room.top() + max(0.0, (room.height() - sum(heights) - (len(rows) - 1) * px(16)) / 2)
    found = []
    for row, height in zip(rows, heights, strict=True):
        least = min(float(px(104)), (room.width() - (len(row) - 1) * px(8)) / len(row))  # of a card, for its words
        widths = [max(least, _across(px) + max(3.0, s.inputs * cell) + max(3.0, s.rank * cell)) for s in row]
        gap = min(float(px(28)), max(0.0, (room.width() - sum(widths)) / max(1, len(row) - 1)))
        x = room.left() + max(0.0, (room.width() - sum(widths) - gap * (len(row) - 1)) / 2)
        for size, width in zip(row, widths, strict=True):
            found.append(_place(size, x, y + height / 2, width, cell, px))
            x += width + gap
        y += height + px(16)
    return tuple(found)


def _place(size: LayerSize, x: float, middle: float, width: float, cell: float, px: Callable[[float], int]) -> LayerPlace:
    across, down, thick = max(3.0, size.inputs * cell), max(3.0, size.units * cell), max(3.0, size.rank * cell)
    height = _down(px) + down + thick
    card = QRectF(x, middle - height / 2, width, height)
    weight = QRectF(x + px(12), card.top() + px(48), across, down)
    a = QRectF(weight.left(), weight.bottom() + px(5), across, thick)
    return LayerPlace(card, weight, a, QRectF(weight.right() + px(5), weight.top(), thick, down))
