"""Paths of the edges that carry a whole tensor: forwards a cubic, everything else round the cards on lines with rounded corners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

RADIUS = 12.0
LEAD = 22.0  # how far an edge leaves a port before it turns
CLEARANCE = 24.0  # between an edge that goes round and the cards it passes: room for its label
TARGET_CLEARANCE, TARGET_LABEL = 14.0, (16.0, 110.0)  # and for the target's line; from where to where its label stands
LABEL_ROOM = 40.0  # least length of an edge that carries a label


def forward(source: QPointF, target: QPointF) -> QPainterPath:
    """A cubic with control points at half the distance."""
    path = QPainterPath(source)
    middle = (source.x() + target.x()) / 2
    path.cubicTo(QPointF(middle, source.y()), QPointF(middle, target.y()), target)
    return path


def rounded(points: Sequence[QPointF], radius: float = RADIUS) -> QPainterPath:
    """Straight lines through the points, corners rounded as far as the lines allow."""
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, out = corner - before, after - corner
        lengths = [(v.x() ** 2 + v.y() ** 2) ** 0.5 for v in (into, out)]
        if min(lengths) < 1e-6:
            continue
        r = min(radius, lengths[0] / 2, lengths[1] / 2)
        path.lineTo(corner - into * (r / lengths[0]))
        path.quadTo(corner, corner + out * (r / lengths[1]))
    path.lineTo(points[-1])
    return path


def crosses(path: QPainterPath, cards: Iterable[QRectF]) -> list[QRectF]:
    """The cards that a path runs through."""
    points = [path.pointAtPercent(i / 24) for i in range(1, 24)]
    return [card for card in cards if any(card.contains(point) for point in points)]


def tensor_path(source: QPointF, target: QPointF, ends: tuple[QRectF, QRectF], others: Sequence[QRectF]) -> QPainterPath:
    """From an output port to an input port. `ends` are the outlines of the two cards, `others` those of all other cards."""
    distance = target.x() - source.x()
    if distance >= LEAD or distance > 2 * abs(target.y() - source.y()):
        path = forward(source, target)
        obstacles = crosses(path, others)
        if not obstacles:
            return path
        level = _level(source, target, obstacles, others)
        return rounded(_detour(source, target, level, LEAD / 2))
    tail, head = ends
    if tail.bottom() + 2 * CLEARANCE <= head.top():
        level = (tail.bottom() + head.top()) / 2
    elif head.bottom() + 2 * CLEARANCE <= tail.top():
        level = (head.bottom() + tail.top()) / 2
    else:
        level = max(tail.bottom(), head.bottom()) + CLEARANCE
    return rounded(_detour(source, target, level, LEAD))


def _detour(source: QPointF, target: QPointF, level: float, lead: float) -> list[QPointF]:
    right, left = source.x() + lead, target.x() - lead
    return [source, QPointF(right, source.y()), QPointF(right, level), QPointF(left, level), QPointF(left, target.y()), target]


def _level(source: QPointF, target: QPointF, obstacles: Sequence[QRectF], others: Sequence[QRectF]) -> float:
    """A height free of cards between the two ports: the nearer of above and below."""
    between = [r for r in others if r.right() > source.x() and r.left() < target.x()]
    middle = (source.y() + target.y()) / 2
    below = max(r.bottom() for r in obstacles) + CLEARANCE
    above = min(r.top() for r in obstacles) - CLEARANCE
    for _ in between:  # every pass clears at least one card
        below = max([below, *(r.bottom() + CLEARANCE for r in between if r.top() - CLEARANCE < below < r.bottom() + CLEARANCE)])
        above = min([above, *(r.top() - CLEARANCE for r in between if r.top() - CLEARANCE < above < r.bottom() + CLEARANCE)])
    return below if below - middle <= middle - above else above


def target_path(source: QPointF, target: QPointF, cards: Sequence[QRectF]) -> QPainterPath:
    """From below the input card round under all cards to below the loss card."""
    left, right = sorted((source.x(), target.x()))
    bottoms = [r.bottom() for r in cards if r.right() > left and r.left() < right]
    over_label = [r.bottom() for r in cards if r.right() > left + TARGET_LABEL[0] and r.left() < left + TARGET_LABEL[1]]
    level = max(max([source.y(), target.y(), *bottoms]) + TARGET_CLEARANCE, max(over_label, default=source.y()) + CLEARANCE)
    return rounded([source, QPointF(source.x(), level), QPointF(target.x(), level), target])


def label_point(path: QPainterPath) -> QPointF | None:
    """Where a label stands above a path; None when it is too short for one."""
    if path.length() < LABEL_ROOM:
        return None
    return path.pointAtPercent(0.5)
