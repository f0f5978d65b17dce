"""The arrowhead of what flows back along an edge."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPolygonF


def arrowhead(point: QPointF, slope: QPointF, size: float) -> QPolygonF:
    """A triangle at a point, looking against `slope`."""
    length = max((slope.x() ** 2 + slope.y() ** 2) ** 0.5, 1e-6)
    along, across = slope / length * size, QPointF(-slope.y(), slope.x()) / length * size * 0.62
    return QPolygonF([point - along, point + along * 0.6 + across, point + along * 0.6 - across])
