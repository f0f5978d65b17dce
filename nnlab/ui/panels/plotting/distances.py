"""How far a point of the screen is from a line, to know what is under the pointer."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF


def distance_to_line(point: QPointF, start: QPointF, end: QPointF) -> float:
    """Pixels from a point to the straight line between two others."""
    along = end - start
    length = along.x() ** 2 + along.y() ** 2
    share = 0.0 if length == 0 else min(max(QPointF.dotProduct(point - start, along) / length, 0.0), 1.0)
    away = point - (start + along * share)
    return math.hypot(away.x(), away.y())
