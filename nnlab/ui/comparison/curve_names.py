"""Where the names of curves stand: beside their curve, where no curve and no other name is in the way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF

STEPS = 17  # places looked at along every curve
ASIDE, OFF = 9.0, 5.0  # pixels between a curve and its name, sideways and up or down
CLEAR = 3.0  # around a name
FAR = 1e6


def places_of_names(
    curves: Sequence[tuple[np.ndarray, np.ndarray]], sizes: Sequence[QSizeF], picture: QRectF, taken: Sequence[QRectF] = ()
) -> list[QRectF]:
    """One rectangle for each curve (pixels, x ascending) within the picture. `taken`: where something else is written."""
    found: list[QRectF] = []
    for (xs, ys), size in zip(curves, sizes, strict=True):
        best, least = QRectF(picture.topLeft(), size), float("inf")
        for rank, box in enumerate(_candidates(xs, ys, size, picture)):
            cost = sum(_points_within(box, *curve) for curve in curves) + 0.01 * rank
            cost += 50.0 * sum(box.intersects(other) for other in (*found, *taken))
            cost += 0.0 if picture.contains(box) else 100.0
            if cost < least:
                best, least = box, cost
        found.append(best)
    return found


def _candidates(xs: np.ndarray, ys: np.ndarray, size: QSizeF, picture: QRectF) -> list[QRectF]:
    """From the middle of the picture outwards: above right and below left of the curve, then above left and below right."""
    middle = picture.center().x()
    at = sorted(np.linspace(picture.left(), picture.right(), STEPS)[1:-1].tolist(), key=lambda x: abs(x - middle))
    boxes = []
    for x in at:
        y = float(np.clip(np.interp(x, xs, ys), -FAR, FAR))
        for left, top in (
            (x + ASIDE, y - OFF - size.height()), (x - ASIDE - size.width(), y + OFF),
            (x - ASIDE - size.width(), y - OFF - size.height()), (x + ASIDE, y + OFF),
        ):  # fmt: skip
            boxes.append(QRectF(QPointF(left, top), size))
    return boxes


def _points_within(box: QRectF, xs: np.ndarray, ys: np.ndarray) -> float:
    """How many pixels of a curve's way run through a box."""
    left, right = box.left() - CLEAR, box.right() + CLEAR
    within = np.interp(np.arange(left, right, 2.0), xs, ys, left=np.nan, right=np.nan)
    return float(((within > box.top() - CLEAR) & (within < box.bottom() + CLEAR)).sum())
