"""Lines of equal value over a triangulated plane: within each small triangle values are taken to change evenly (marching triangles)."""

from __future__ import annotations

import numpy as np

LEVELS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0)
_EDGES = ((0, 1), (1, 2), (2, 0))


def contour_lines(points: np.ndarray, values: np.ndarray, triangles: np.ndarray, level: float) -> np.ndarray:
    """(segments, 2, 2): the ends of straight pieces on which the value is `level`; points (n, 2), values (n,), triangles (m, 3)."""
    above = values[triangles] > level
    crossed = np.stack([above[:, a] != above[:, b] for a, b in _EDGES], axis=1)
    cut = crossed.sum(axis=1) == 2
    rows, which = triangles[cut], crossed[cut]
    if not len(rows):
        return np.empty((0, 2, 2))
    ends = []
    for a, b in _EDGES:
        low, high = values[rows[:, a]], values[rows[:, b]]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.nan_to_num((level - low) / (high - low), posinf=0.0, neginf=0.0)[:, None]
        ends.append(points[rows[:, a]] + share * (points[rows[:, b]] - points[rows[:, a]]))
    stacked = np.stack(ends, axis=1)
    return stacked[which].reshape(-1, 2, 2)


def levels_within(values: np.ndarray) -> tuple[float, ...]:
    """Levels that lie well within the values."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return ()
    low, high = float(finite.min()), float(finite.max())
    return tuple(level for level in LEVELS if low < level < low + 0.9 * (high - low))
