"""Paths of the edges that carry a whole tensor: forwards a cubic, everything else round the cards on lines with rounded corners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

RADIUS = 12.0
LEAD = 22.0  # how far an edge leaves a port before it turns
GAP_CLEARANCE, LARGEST_GAP = 14.0, 200.0  # the same between two rows, and up to which room between rows a line keeps to its middle
LANE, LANES, MOST_LANED = 8.0, 3, 400  # from line to line where several go round side by side, how many to each side, and of how many lines
LANE_ORDER = (0, 1, -1, 2, -2, 3, -3)
CLEARANCE = 24.0  # between an edge that goes round and the cards it passes: room for its label
TARGET_LEAD = 40.0  # further left than any edge that leads back
TARGET_CLEARANCE, TARGET_LABEL = 14.0, 16.0  # and for the target's line; from where its label stands
PAIRS = 20_000  # of an edge and a card that are looked at together, which bounds the memory it takes

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
        self._index = {name: i for i, name in enumerate(outlines)}
        self.left, self.top, self.right, self.bottom = np.array(rows, np.float64).reshape(-1, 4).T

    def index(self, names: Sequence[str]) -> np.ndarray:
        """Places of cards in the arrays, (names,)."""
        return np.array([self._index[name] for name in names], np.intp)

    def within(self, rect: QRectF, *ends: str) -> bool:
        """Whether a rectangle touches a card other than the two that an edge joins."""
        found = (self.left < rect.right()) & (self.right > rect.left()) & (self.top < rect.bottom()) & (self.bottom > rect.top())
        found[self.index(ends)] = False
        return bool(found.any())

    def others(self, tails: np.ndarray, heads: np.ndarray) -> np.ndarray:
        """For each edge which cards are neither of its two, (edges, cards) bool."""
        keep = np.ones((len(tails), len(self.left)), dtype=bool)
        rows = np.arange(len(tails))
        keep[rows, tails] = keep[rows, heads] = False
        return keep

    def on_curves(self, ends: np.ndarray, among: np.ndarray) -> np.ndarray:
        """Through which of the cards `among` the cubic of each edge runs, (edges, cards) bool. `ends` are rows x0, y0, x1, y1."""
        low, high = np.minimum(ends[:, :2], ends[:, 2:]), np.maximum(ends[:, :2], ends[:, 2:])
        found = (
            among
            & (self.left < high[:, :1]) & (self.right > low[:, :1])
            & (self.top < high[:, 1:] + 1.0) & (self.bottom > low[:, 1:] - 1.0)
        )  # fmt: skip
        edges, cards = found.nonzero()
        for part in range(0, len(edges), PAIRS):
            e, c = edges[part : part + PAIRS, None], cards[part : part + PAIRS, None]
            x = ends[e, 0] + (ends[e, 2] - ends[e, 0]) * _X
            y = ends[e, 1] + (ends[e, 3] - ends[e, 1]) * _Y
            inside = (self.left[c] < x) & (x < self.right[c]) & (self.top[c] < y) & (y < self.bottom[c])
            found[e[:, 0], c[:, 0]] = inside.any(axis=1)
        return found


def routes(ends: np.ndarray, tails: np.ndarray, heads: np.ndarray, obstacles: Obstacles) -> list[np.ndarray]:
    """The way of every edge from an output port to an input port: two points for the cubic between them, else six corners, (points, 2).

    `ends` (edges, 4) are rows x0, y0, x1, y1; `tails` and `heads` (edges,) the places of their cards among the obstacles.
    """
    found = list(ends.reshape(-1, 2, 2))
    distance, rise = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    ahead = (distance >= LEAD) | (distance > 2 * np.abs(rise))
    forward_edges = np.flatnonzero(ahead)
    among = obstacles.others(tails[forward_edges], heads[forward_edges])
    crossed = obstacles.on_curves(ends[forward_edges], among)
    blocked = crossed.any(axis=1)
    for part, levels, lead in (
        (forward_edges[blocked], _levels(ends[forward_edges[blocked]], obstacles, crossed[blocked], among[blocked]), LEAD / 2),
        (np.flatnonzero(~ahead), _levels_back(ends[~ahead], obstacles, tails[~ahead], heads[~ahead]), LEAD),
    ):
        x0, y0, x1, y1 = ends[part].T
        corners = np.stack([x0, y0, x0 + lead, y0, x0 + lead, levels, x1 - lead, levels, x1 - lead, y1, x1, y1], axis=1)
        for edge, way in zip(part, corners.reshape(-1, 6, 2), strict=True):
            found[edge] = way
    round_about = np.array([i for i, way in enumerate(found) if len(way) == 6], np.intp)
    if len(round_about) > 1:
        ways = np.array([found[i] for i in round_about])
        lanes = _lanes(ways, tails[round_about])
        ways[:, 2:4, 1] += LANE * lanes[:, None]
        ways[:, 1:3, 0] += LANE / 2 * lanes[:, None]
        for edge, way in zip(round_about, ways, strict=True):
            found[edge] = way
    return found


def path_of(way: np.ndarray) -> QPainterPath:
    """The line along the points of a way."""
    points = [QPointF(x, y) for x, y in way.tolist()]
    return forward(*points) if len(points) == 2 else rounded(points, RADIUS)


def bars(ways: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Ways along corners (ways, points, 2) as bars with sharp corners, for `edge_raster.draw_lines`.

    (ends (ways * (points - 1), 4), rows x0, y, x1, y; heights (ways * (points - 1),)): a bar is a level line as thick as it is high.
    """
    a, b = ways[:, :-1].reshape(-1, 2), ways[:, 1:].reshape(-1, 2)
    low, high = np.minimum(a, b) - width / 2, np.maximum(a, b) + width / 2
    middle = (low[:, 1] + high[:, 1]) / 2
    return np.stack([low[:, 0], middle, high[:, 0], middle], axis=1), high[:, 1] - low[:, 1]


def _levels(ends: np.ndarray, obstacles: Obstacles, crossed: np.ndarray, among: np.ndarray) -> np.ndarray:
    """For each edge a height free of cards between its two ports: the nearer of above and below."""
    between = among & (obstacles.right > ends[:, :1]) & (obstacles.left < ends[:, 2:3])
    below = np.where(crossed, obstacles.bottom + CLEARANCE, -np.inf).max(axis=1, initial=-np.inf)
    above = np.where(crossed, obstacles.top - CLEARANCE, np.inf).min(axis=1, initial=np.inf)
    return _nearest_free(obstacles, between, CLEARANCE, below, above, (ends[:, 1] + ends[:, 3]) / 2)


def _levels_back(ends: np.ndarray, obstacles: Obstacles, tails: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """For each edge that leads back: a height free of cards between its two, in the gap between their rows if there is one."""
    tail_top, tail_bottom = obstacles.top[tails], obstacles.bottom[tails]
    head_top, head_bottom = obstacles.top[heads], obstacles.bottom[heads]
    level = np.maximum(tail_bottom, head_bottom) + CLEARANCE
    level = np.where(head_bottom + 2 * GAP_CLEARANCE <= tail_top, (head_bottom + tail_top) / 2, level)
    level = np.where(tail_bottom + 2 * GAP_CLEARANCE <= head_top, (tail_bottom + head_top) / 2, level)
    within = (obstacles.right > ends[:, 2:3] - LEAD) & (obstacles.left < ends[:, :1] + LEAD)
    level = _nearest_free(obstacles, within, GAP_CLEARANCE, level, level, level)
    # In the middle of the gap, where its label has room.
    above = np.where(within & (obstacles.bottom <= level[:, None]), obstacles.bottom, -np.inf).max(axis=1, initial=-np.inf)
    below = np.where(within & (obstacles.top >= level[:, None]), obstacles.top, np.inf).min(axis=1, initial=np.inf)
    return np.where(below - above < LARGEST_GAP, (above + below) / 2, level)


def _nearest_free(
    obstacles: Obstacles, within: np.ndarray, clearance: float, below: np.ndarray, above: np.ndarray, wanted: np.ndarray
) -> np.ndarray:  # fmt: skip
    """For each edge the height nearest to `wanted` that keeps a clearance from the cards `within` its span, (edges, cards) bool.

    It is looked for downwards from `below` and upwards from `above`.
    """
    top = np.where(within, obstacles.top - clearance, np.inf)
    bottom = np.where(within, obstacles.bottom + clearance, -np.inf)
    while (blocking := (top < below[:, None]) & (below[:, None] < bottom)).any():
        below = np.maximum(below, np.where(blocking, bottom, -np.inf).max(axis=1))
    while (blocking := (top < above[:, None]) & (above[:, None] < bottom)).any():
        above = np.minimum(above, np.where(blocking, top, np.inf).min(axis=1))
    return np.where(below - wanted <= wanted - above, below, above)


def _lanes(corners: np.ndarray, tails: np.ndarray) -> np.ndarray:
    """How far each way round (ways, 6, 2) is moved aside, in lanes, so that lines from different cards do not lie on each other."""
    lanes = np.zeros(len(corners), np.intp)
    left, right = np.minimum(corners[:, 2, 0], corners[:, 3, 0]), np.maximum(corners[:, 2, 0], corners[:, 3, 0])
    level = corners[:, 2, 1]
    for i in range(1, min(len(corners), MOST_LANED)):
        beside = (np.abs(level[:i] - level[i]) < LANE * (LANES + 1)) & (left[:i] < right[i]) & (right[:i] > left[i])
        taken = {int(lane) for lane in lanes[:i][beside & (tails[:i] != tails[i])]}
        same = lanes[:i][beside & (tails[:i] == tails[i]) & (np.abs(level[:i] - level[i]) < 1.0)]
        lanes[i] = same[0] if len(same) else next((lane for lane in LANE_ORDER if lane not in taken), 0)
    return lanes


def label_start(left: float, right: float, cards: Sequence[QRectF], top: float, width: float) -> float:
    """Where a label on the target's line between `left` and `right` begins: as near to its start as nothing hangs down to its `top`.

    Under a card may hang what the stepper writes there; a little wider than the card. Where there is no such place it is at the start.
    """
    taken = [(r.left() - TARGET_CLEARANCE, r.right() + TARGET_CLEARANCE) for r in cards if r.bottom() > top]
    first = left + TARGET_LABEL
    for start in sorted([first, *(end for _, end in taken if end > first)]):
        if start + width <= right and all(start + width <= low or start >= high for low, high in taken):
            return start
    return first


def target_path(source: QPointF, target: QPointF, cards: Sequence[QRectF], label: tuple[float, float] = (94.0, CLEARANCE)) -> QPainterPath:
    """From below the input card round under all cards to below the loss card; where cards stand below the input, on their left.

    `label` is the width of its label, and the canvas units it has at least between the line and the cards above.
    """
    start = source.x()
    under = [r for r in cards if r.top() > source.y() and r.left() - TARGET_CLEARANCE < start < r.right() + TARGET_CLEARANCE]
    if under:
        start = min((r.left() for r in cards if r.bottom() > source.y() and r.left() < start), default=start) - TARGET_LEAD
    left, right = sorted((start, target.x()))
    bottoms = [r.bottom() for r in cards if r.right() > left and r.left() < right]
    over_label = [r.bottom() for r in cards if r.right() > left + TARGET_LABEL and r.left() < left + TARGET_LABEL + label[0]]
    level = max(max([source.y(), target.y(), *bottoms]) + TARGET_CLEARANCE, max(over_label, default=source.y()) + label[1])
    corners = [QPointF(start, level), QPointF(target.x(), level), target]
    if under:
        out = source.y() + min(TARGET_CLEARANCE, (min(r.top() for r in under) - source.y()) / 2)
        corners = [QPointF(source.x(), out), QPointF(start, out), *corners]
    else:
        corners.insert(0, QPointF(source.x(), source.y()))
    return rounded([source, *corners] if under else corners)
