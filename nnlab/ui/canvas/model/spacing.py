"""How far apart the canvas draws cards: from the document's positions to places on the canvas, and back.

The document places cards as if all were collapsed. Expanded cards are taller and wider, and edges with a weight each need room between
layers. So the canvas stretches both axes, column by column and row by row: two piecewise linear, increasing functions of the document's
x and y that give every column and row the least room it needs. Both can be undone, so a dragged card's place on the screen is always a
place in the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF

from nnlab.ui.canvas.model.geometry import CardGeometry

WEIGHTS_ROOM, MATRIX_ROOM, TENSOR_ROOM = 66.0, 150.0, 34.0
ROW_ROOM = 28.0
LINE_ROOM = 60.0  # between two rows, for the edges that lead from the end of one to the beginning of the next
LEAST_STEP = 0.9  # between columns that are not joined, as a share of the document's distance
CLOSE = 0.45  # the same where cards are drawn as close as they can stand
SAME_PLACE = 48.0  # cards nearer than this in the document lie on top of each other on purpose
SAME_COLUMN = 24.0
BESIDE = 10.0  # free between cards that do not count as standing above each other

SpacingAxis = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Spacing:
    """`columns` are pairs (x in the document, x on the canvas), both increasing; beyond them the axis goes on by `stretch`. `rows` and `y`
    are the same of the other axis."""

    columns: SpacingAxis = ((0.0, 0.0),)
    stretch: float = 1.0
    y: float = 1.0
    rows: SpacingAxis = ((0.0, 0.0),)

    def to_scene(self, position: tuple[float, float]) -> QPointF:
        return QPointF(_map(position[0], self.columns, 0, self.stretch), _map(position[1], self.rows, 0, self.y))

    def to_document(self, point: QPointF) -> tuple[float, float]:
        return _map(point.x(), self.columns, 1, 1.0 / self.stretch), _map(point.y(), self.rows, 1, 1.0 / self.y)

    def stretched(self, factor: float) -> Spacing:
        """The same with all columns `factor` times as far from the first."""
        origin = self.columns[0][1]
        columns = tuple((d, origin + (s - origin) * factor) for d, s in self.columns)
        return Spacing(columns, self.stretch * factor, self.y, self.rows)


def _map(value: float, axis: SpacingAxis, source: int, slope: float) -> float:
    target = 1 - source
    first, last = axis[0], axis[-1]
    if value <= first[source]:
        return first[target] + (value - first[source]) * slope
    if value >= last[source]:
        return last[target] + (value - last[source]) * slope
    behind = next(place for place in axis if place[source] > value)
    before = axis[axis.index(behind) - 1]
    return before[target] + (value - before[source]) * (behind[target] - before[target]) / (behind[source] - before[source])


@dataclass(frozen=True)
class Room:
    """What must lie between cards besides their outlines. `gaps` lists (left card, right card, free room wanted between them); `returns`
    the edges (tail, head) that lead back to the left; `frames` by card its open group and the room that its frame takes.
    """

    gaps: Iterable[tuple[str, str, float]] = ()
    returns: Iterable[tuple[str, str]] = ()
    frames: Mapping[str, tuple[str, float, float]] = field(default_factory=dict)  # group, room below, room above

    def frame(self, card: str) -> tuple[str, float, float]:
        return self.frames.get(card, ("", 0.0, 0.0))


def spacing(
    positions: Mapping[str, tuple[float, float]], geometries: Mapping[str, CardGeometry], room: Room, step: float = LEAST_STEP
) -> Spacing:
    """The least spacing without overlaps; columns and rows keep at least `step` times their distance in the document."""
    if not positions:
        return Spacing()
    needs = []
    for left, right, free in room.gaps:
        if positions[right][0] - positions[left][0] >= SAME_PLACE:
            needs.append((left, right, geometries[left].outline.right() - geometries[right].outline.left() + free))
    columns = _axis({name: position[0] for name, position in positions.items()}, needs, step)
    across = Spacing(columns)
    middles = {name: across.to_scene(position).x() for name, position in positions.items()}
    rows = {name: position[1] for name, position in positions.items()}
    return Spacing(columns, 1.0, 1.0, _axis(rows, _above(middles, rows, geometries, room), min(step * 1.2, 1.0)))


def _axis(places: Mapping[str, float], needs: Iterable[tuple[str, str, float]], step: float) -> SpacingAxis:
    """Distinct places of one axis, each as far from those before it as it needs to be. `needs` are (first, second, distance)."""
    distinct = _distinct(sorted(set(places.values())))
    index = {name: _nearest(distinct, value) for name, value in places.items()}
    wanted: dict[int, list[tuple[int, float]]] = {}
    for first, second, distance in needs:
        wanted.setdefault(index[second], []).append((index[first], distance))
    found = [distinct[0]]
    for i in range(1, len(distinct)):
        least = found[-1] + (distinct[i] - distinct[i - 1]) * step
        found.append(max([least, *(found[j] + distance for j, distance in wanted.get(i, ()) if j < i)]))
    return tuple(zip(distinct, found, strict=True))


def _above(
    middles: Mapping[str, float], rows: Mapping[str, float], geometries: Mapping[str, CardGeometry], room: Room
) -> list[tuple[str, str, float]]:
    """The distances that rows need: between cards that stand above each other, and where an edge leads from one row to another."""
    found = []
    spans = {name: (middles[name] + g.outline.left(), middles[name] + g.outline.right()) for name, g in geometries.items()}
    ordered = sorted(rows, key=lambda name: spans[name][0])
    for i, first in enumerate(ordered):
        for second in ordered[i + 1 :]:
            if spans[second][0] > spans[first][1] + BESIDE:
                break  # sorted: all others lie further to the right
            upper, lower = sorted((first, second), key=lambda name: rows[name])
            if rows[lower] - rows[upper] >= SAME_PLACE:
                found.append((upper, lower, _distance(geometries, room, upper, lower, ROW_ROOM)))
    lines: dict[float, list[str]] = {}
    for name, y in rows.items():
        lines.setdefault(y, []).append(name)
    for above, below in {(rows[tail], rows[head]) for tail, head in room.returns if rows[head] - rows[tail] >= SAME_PLACE}:
        upper = max(lines[above], key=lambda name: geometries[name].outline.bottom() + room.frame(name)[1])
        lower = min(lines[below], key=lambda name: geometries[name].outline.top() - room.frame(name)[2])
        found.append((upper, lower, _distance(geometries, room, upper, lower, LINE_ROOM)))
    return found


def _distance(geometries: Mapping[str, CardGeometry], room: Room, upper: str, lower: str, free: float) -> float:
    over, under = room.frame(upper), room.frame(lower)
    frames = over[1] + under[2] if over[0] != under[0] else 0.0
    return geometries[upper].outline.bottom() - geometries[lower].outline.top() + free + frames


def _distinct(values: Sequence[float]) -> list[float]:
    """Neighbours nearer than SAME_COLUMN are one."""
    found = [values[0]]
    for value in values[1:]:
        if value - found[-1] >= SAME_COLUMN:
            found.append(value)
    return found


def _nearest(places: Sequence[float], value: float) -> int:
    return min(range(len(places)), key=lambda place: abs(places[place] - value))
