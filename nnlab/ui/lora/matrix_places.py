"""Where the matrices of an adapted layer lie. The placement is the multiplication: s B A has its columns over A's, its rows beside B's.

W₀ stands over s B A, column over column; of a layer that is taller than wide it stands beside it, row beside row.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF

MOST_CELL = 26  # pixels a side, before the interface scale
RANK_SIDE, RANK_ROOM = 6, 72  # pixels a number along the rank, and all of them together at most


@dataclass(frozen=True)
class MatrixPlaces:
    """Rectangles in pixels; `cell` is the side of a number in W₀, s B A and W, `step` the side of one along the rank."""

    base: QRectF
    update: QRectF
    a: QRectF
    b: QRectF
    applied: QRectF
    plus: QPointF
    source: QRectF
    cell: float
    step: float
    is_beside: bool

    def moved(self, across: float) -> MatrixPlaces:
        """Everything so many pixels further to the right."""
        by = QPointF(across, 0.0)
        places = {name: getattr(self, name).translated(by) for name in ("base", "update", "a", "b", "applied", "source")}
        return replace(self, plus=self.plus + by, **places)

    @property
    def maps(self) -> dict[str, QRectF]:
        return {"base": self.base, "update": self.update, "A": self.a, "B": self.b, "applied": self.applied}


def matrix_places(units: int, inputs: int, rank: int, room: QRectF, px: Callable[[float], int]) -> MatrixPlaces:
    """The places for W₀ (units, inputs) and this rank in a room, with the largest cells there is room for."""
    found = [_placed(units, inputs, rank, room, px, beside) for beside in (False, True)]
    return found[1] if found[1].cell > found[0].cell else found[0]


def _placed(units: int, inputs: int, rank: int, room: QRectF, px: Callable[[float], int], beside: bool) -> MatrixPlaces:
    step = max(1.0, min(px(RANK_SIDE), px(RANK_ROOM) / rank))
    source, gap, head, foot, line = px(84), px(8), px(34), px(26), px(40)
    thick = step * rank
    across = source + px(70) + gap + thick + px(126) + px(16) + (px(40) if beside else 0)
    down = head + gap + thick + foot + (0 if beside else line)
    cell = min((room.width() - across) / ((3 if beside else 2) * inputs), (room.height() - down) / ((1 if beside else 2) * units))
    cell = min(max(cell, 1e-3), px(MOST_CELL))
    cell = float(math.floor(cell)) if cell >= 1 else cell
    width, height = max(1.0, cell * inputs), max(1.0, cell * units)
    between = min(max(px(40), px(170) - width), px(40) + max(0.0, room.width() - across - 3 * width)) if beside else 0.0
    across += between - px(40) if beside else 0
    used_across, used_down = across + (3 if beside else 2) * width, down + (1 if beside else 2) * height
    x = room.left() + max(0.0, (room.width() - used_across) / 2) + source + px(70)
    y = room.top() + max(0.0, (room.height() - used_down) / 2) + head
    base = QRectF(x, y, width, height)
    update = QRectF(x + width + between, y, width, height) if beside else QRectF(x, y + height + line, width, height)
    a = QRectF(update.left(), update.bottom() + gap, width, thick)
    b = QRectF(update.right() + gap, update.top(), thick, height)
    middle = base.center().y() if beside else (base.bottom() + update.top()) / 2
    plus = QPointF(b.right() + px(86), middle)
    applied = QRectF(plus.x() + px(40), middle - height / 2, width, height)
    box = QRectF(base.left() - px(70) - source, (base.top() + a.bottom()) / 2 - px(28), source, px(56))
    return MatrixPlaces(base, update, a, b, applied, plus, box, cell, step, beside)


def cell_at(point: QPointF, places: MatrixPlaces, units: int, inputs: int) -> tuple[int, int] | None:
    """Row and column of W under a point in W₀, s B A or W; None elsewhere."""
    for place in (places.base, places.update, places.applied):
        if place.contains(point):
            row = int((point.y() - place.top()) / place.height() * units)
            column = int((point.x() - place.left()) / place.width() * inputs)
            return min(max(row, 0), units - 1), min(max(column, 0), inputs - 1)
    return None
