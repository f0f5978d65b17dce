"""Paths of the edges that carry a whole tensor: forwards a cubic, everything else round the cards on lines with rounded corners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

RADIUS = 12.0
LEAD = 22.0  # how far an edge leaves a port before it turns
CLEARANCE = 24.0  # between an edge that goes round and the cards it passes: room for its label
TARGET_CLEARANCE, TARGET_LABEL = 14.0, (16.0, 110.0)  # and for the target's line; from where to where its label stands

_T = np.linspace(0.0, 1.0, 25)[1:-1]
_X, _Y = 1.5 * _T * (1.0 - _T) + _T**3, _T * _T * (3.0 - 2.0 * _T)  # of the cubic, as in `forward`


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


class Obstacles:
    """The outlines of all cards, as arrays: thousands of edges ask which of hundreds of cards they run through."""

    def __init__(self, outlines: Mapping[str, QRectF]) -> None:
        rows = [(r.left(), r.top(), r.right(), r.bottom()) for r in outlines.values()]
        self._names = np.array(list(outlines), dtype=object)
        self.left, self.top, self.right, self.bottom = np.array(rows, np.float64).reshape(-1, 4).T

    def others(self, *ends: str) -> np.ndarray:
        """Which cards are none of the given, bool."""
        keep = np.ones(len(self._names), dtype=bool)
        for name in ends:
            keep &= self._names != name
        return keep

    def within(self, rect: QRectF, among: np.ndarray) -> np.ndarray:
        """Which of the cards `among` a rectangle touches, bool."""
        found: np.ndarray = (
            among & (self.left < rect.right()) & (self.right > rect.left()) & (self.top < rect.bottom()) & (self.bottom > rect.top())
        )
        return found

    def on_curve(self, source: QPointF, target: QPointF, among: np.ndarray) -> np.ndarray:
        """Which of the cards `among` the cubic between two points runs through, bool."""
        near = self.within(QRectF(source, target).normalized().adjusted(0, -1, 0, 1), among)
        if near.any():
            x = (source.x() + (target.x() - source.x()) * _X)[:, None]
            y = (source.y() + (target.y() - source.y()) * _Y)[:, None]
            near &= ((self.left < x) & (x < self.right) & (self.top < y) & (y < self.bottom)).any(axis=0)
        return near


def tensor_path(source: QPointF, target: QPointF, ends: tuple[QRectF, QRectF], obstacles: Obstacles, among: np.ndarray) -> QPainterPath:
    """From an output port to an input port. `ends` are the outlines of the two cards, `among` says which obstacles are other cards."""
    distance = target.x() - source.x()
    if distance >= LEAD or distance > 2 * abs(target.y() - source.y()):
        crossed = obstacles.on_curve(source, target, among)
        if not crossed.any():
            return forward(source, target)
        return rounded(_detour(source, target, _level(source, target, obstacles, crossed, among), LEAD / 2))
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


def _level(source: QPointF, target: QPointF, obstacles: Obstacles, crossed: np.ndarray, among: np.ndarray) -> float:
    """A height free of cards between the two ports: the nearer of above and below."""
    between = among & (obstacles.right > source.x()) & (obstacles.left < target.x())
    top, bottom = obstacles.top[between] - CLEARANCE, obstacles.bottom[between] + CLEARANCE
    below = float(obstacles.bottom[crossed].max()) + CLEARANCE
    above = float(obstacles.top[crossed].min()) - CLEARANCE
    while (blocking := (top < below) & (below < bottom)).any():
        below = float(bottom[blocking].max())
    while (blocking := (top < above) & (above < bottom)).any():
        above = float(top[blocking].min())
    middle = (source.y() + target.y()) / 2
    return below if below - middle <= middle - above else above


def target_path(source: QPointF, target: QPointF, cards: Sequence[QRectF]) -> QPainterPath:
    """From below the input card round under all cards to below the loss card."""
    left, right = sorted((source.x(), target.x()))
    bottoms = [r.bottom() for r in cards if r.right() > left and r.left() < right]
    over_label = [r.bottom() for r in cards if r.right() > left + TARGET_LABEL[0] and r.left() < left + TARGET_LABEL[1]]
    level = max(max([source.y(), target.y(), *bottoms]) + TARGET_CLEARANCE, max(over_label, default=source.y()) + CLEARANCE)
    return rounded([source, QPointF(source.x(), level), QPointF(target.x(), level), target])
