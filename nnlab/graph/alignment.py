"""Lining cards up: where they stand after they were aligned or spread out evenly."""

from __future__ import annotations

from collections.abc import Mapping

Positions = Mapping[str, tuple[float, float]]

LEFT, CENTRE, RIGHT, TOP, MIDDLE, BOTTOM = "left", "centre", "right", "top", "middle", "bottom"
ALIGNMENTS = (LEFT, CENTRE, RIGHT, TOP, MIDDLE, BOTTOM)
LEAST = {0: 152.0, 1: 104.0}  # between two cards that would otherwise lie on top of each other, along x and y


def align(positions: Positions, how: str) -> dict[str, tuple[float, float]]:
    """Puts all cards in one column (left, centre, right) or one row (top, middle, bottom): that of the outermost, or between the two."""
    if how not in ALIGNMENTS:
        raise ValueError(f"There is no alignment {how!r}; choose one of {', '.join(ALIGNMENTS)}.")
    axis = 0 if how in (LEFT, CENTRE, RIGHT) else 1
    values = [position[axis] for position in positions.values()]
    if not values:
        return {}
    goal = min(values) if how in (LEFT, TOP) else max(values) if how in (RIGHT, BOTTOM) else (min(values) + max(values)) / 2
    return {name: (goal, p[1]) if axis == 0 else (p[0], goal) for name, p in positions.items()}


def distribute(positions: Positions, axis: int) -> dict[str, tuple[float, float]]:
    """Spreads cards evenly between the outermost two, along x (`axis` 0) or y (1), in their order; not nearer than they are large."""
    names = sorted(positions, key=lambda name: (positions[name][axis], positions[name][1 - axis]))
    if len(names) < 2:
        return dict(positions)
    first, last = positions[names[0]][axis], positions[names[-1]][axis]
    step = (last - first) / (len(names) - 1)
    if step < LEAST[axis]:  # too little room: the middle stays where it is
        first, step = (first + last) / 2 - LEAST[axis] * (len(names) - 1) / 2, LEAST[axis]
    result = {}
    for i, name in enumerate(names):
        goal = first + i * step
        result[name] = (goal, positions[name][1]) if axis == 0 else (positions[name][0], goal)
    return result
