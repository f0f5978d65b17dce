"""Where the names of curves stand: beside their curve, where no curve and no other name is in the way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF

STEPS = 17  # places looked at along every curve
ASIDE, OFF = 9.0, 5.0  # pixels between a curve and its name, sideways and up or down
CLEAR, APART = 3.0, 6.0  # around a name; between two side by side
FAR = 1e6


def places_of_names(
    curves: Sequence[tuple[np.ndarray, np.ndarray]], sizes: Sequence[QSizeF], picture: QRectF, taken: Sequence[QRectF] = ()
) -> list[QRectF]:
    """One rectangle for each curve (pixels, x ascending) within the picture. `taken`: where something else is written."""
    found: list[QRectF] = []
    for (xs, ys), size in zip(curves, sizes, strict=True):
        lefts, tops = _candidates(xs, ys, size, picture)
        cost = 0.01 * np.arange(len(lefts))
        for curve in curves:
            cost += _points_within(lefts, tops, size, *curve)
        for other in (box.adjusted(-APART, 0.0, APART, 0.0) for box in (*found, *taken)):
            beside = (lefts >= other.right()) | (lefts + size.width() <= other.left())
            cost += 50.0 * ~(beside | (tops >= other.bottom()) | (tops + size.height() <= other.top()))
        right, bottom = picture.right() - size.width(), picture.bottom() - size.height()
        cost += 100.0 * ((lefts < picture.left()) | (lefts > right) | (tops < picture.top()) | (tops > bottom))
        best = int(np.argmin(cost))
        found.append(QRectF(QPointF(float(lefts[best]), float(tops[best])), size))
    return found


def _candidates(xs: np.ndarray, ys: np.ndarray, size: QSizeF, picture: QRectF) -> tuple[np.ndarray, np.ndarray]:
    """(left, top) of boxes, from the middle of the picture outwards: above right, below left, above left, below right of the curve."""
    at = np.linspace(picture.left(), picture.right(), STEPS)[1:-1]
    at = at[np.argsort(np.abs(at - picture.center().x()), kind="stable")]
    y = np.clip(np.interp(at, xs, ys), -FAR, FAR)
    right, left, above, below = at + ASIDE, at - ASIDE - size.width(), y - OFF - size.height(), y + OFF
    lefts = np.stack([right, left, left, right], axis=1).ravel()
    tops = np.stack([above, below, above, below], axis=1).ravel()
    return np.maximum(picture.left(), np.minimum(lefts, picture.right() - size.width())), tops


def _points_within(lefts: np.ndarray, tops: np.ndarray, size: QSizeF, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """How many pixels of a curve's way run through each box."""
    columns = lefts[:, None] - CLEAR + np.arange(0.0, size.width() + 2 * CLEAR, 2.0)
    within = np.interp(columns, xs, ys, left=np.nan, right=np.nan)
    return ((within > tops[:, None] - CLEAR) & (within < tops[:, None] + size.height() + CLEAR)).sum(axis=1)
