"""A curve drawn by hand: straight lines through points whose x rises, so that it is a function.

It is a value that a setting holds as text, `x y; x y; …`, and so is saved, undone and compared like any other. A stroke of the mouse may go
back and forth; of all it passes at one x, the last counts, and what lay in the range of the stroke before is gone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

MOST_POINTS = 2000
LARGEST = 1e6
JOIN = 0.002  # how wide a join between a stroke and the curve beside it is, as a share of the whole
DIGITS = 6  # significant ones of a coordinate that is written down: finer than any screen


@dataclass(frozen=True)
class Polyline:
    """Points (x, y), at least two, x strictly rising. Raises ValueError, saying what is accepted, for others."""

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if not 2 <= len(self.points) <= MOST_POINTS:
            raise ValueError(f"a drawn curve has from 2 to {MOST_POINTS:,} points, not {len(self.points):,}")
        if not np.isfinite(self.points).all() or np.abs(self.points).max() > LARGEST:
            raise ValueError(f"its points must be numbers from -{LARGEST:,.0f} to {LARGEST:,.0f}")
        if (np.diff(self.x) <= 0).any():
            place = int(np.argmax(np.diff(self.x) <= 0))
            raise ValueError(f"x must rise from point to point, but {self.x[place + 1]:g} comes after {self.x[place]:g}")

    @staticmethod
    def read(text: str) -> Polyline:
        """The curve that `text` describes: x and y with a blank between them, points separated by semicolons."""
        points = []
        for part in text.strip().rstrip(";").split(";"):
            try:
                x, y = (float(number) for number in part.split())
            except ValueError:
                raise ValueError("it must be points such as 0 1; 2 3.5 with x and y each, separated by semicolons") from None
            points.append((x, y))
        return Polyline(tuple(points))

    @staticmethod
    def through(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> Polyline:
        """Through points in rising order, as they are written down; of points that are then the same in x, the last stays."""
        kept = {_rounded(a): _rounded(b) for a, b in zip(x, y, strict=True)}
        return Polyline(tuple(kept.items()))

    @property
    def text(self) -> str:
        """What `read` understands."""
        return "; ".join(f"{x:.{DIGITS}g} {y:.{DIGITS}g}" for x, y in self.points)

    @cached_property
    def x(self) -> np.ndarray:
        """float64 (points,)."""
        return np.array([point[0] for point in self.points])

    @cached_property
    def y(self) -> np.ndarray:
        """float64 (points,)."""
        return np.array([point[1] for point in self.points])

    @property
    def domain(self) -> tuple[float, float]:
        """From the first point to the last."""
        return self.points[0][0], self.points[-1][0]

    def values(self, x: np.ndarray) -> np.ndarray:
        """The curve at every element of x, NaN beyond its ends, where nobody drew."""
        x = np.asarray(x, dtype=np.float64)
        return np.interp(x, self.x, self.y, left=np.nan, right=np.nan)

    def with_stroke(self, x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> Polyline:
        """The curve after a stroke of the mouse through these places, in the order in which it passed them.

        Beside the stroke the curve stays as it was: where the two do not meet, a steep line joins them.
        """
        new_x, new_y = as_function(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
        if not len(new_x):
            return self
        gap = JOIN * (max(self.domain[1], new_x[-1]) - min(self.domain[0], new_x[0]))
        left, right = self.x < new_x[0] - gap, self.x > new_x[-1] + gap
        joints = np.array([new_x[0] - gap, new_x[-1] + gap])
        joint_y = self.values(joints)
        before, after = (joints[[k]][np.isfinite(joint_y[[k]])] for k in (0, 1))
        merged_x = np.concatenate([self.x[left], before, new_x, after, self.x[right]])
        merged_y = np.concatenate([self.y[left], self.values(before), new_y, self.values(after), self.y[right]])
        return _reduced(merged_x, merged_y, MOST_POINTS) if len(merged_x) > 1 else self

    def simplified(self, tolerance: float) -> Polyline:
        """With as few of its points as stay within `tolerance` (in y) of all others; a mouse tells more of them than are meant."""
        keep = np.zeros(len(self.points), dtype=bool)
        keep[[0, -1]] = True
        waiting = [(0, len(self.points) - 1)]
        while waiting:  # Ramer 1972, Douglas and Peucker 1973, with the distance in y
            first, last = waiting.pop()
            inner = slice(first + 1, last)
            if last - first < 2:
                continue
            away = np.abs(self.y[inner] - np.interp(self.x[inner], self.x[[first, last]], self.y[[first, last]]))
            farthest = first + 1 + int(np.argmax(away))
            if away.max() > tolerance:
                keep[farthest] = True
                waiting += [(first, farthest), (farthest, last)]
        return Polyline(tuple(point for point, kept in zip(self.points, keep, strict=True) if kept))


def as_function(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(x rising, y) of a path that may run back: where it passed one x several times, the last time counts.

    A path that turns erases what it drew between the turn and where it is now, as a pen does that overwrites.
    """
    finite = np.isfinite(x) & np.isfinite(y)
    found_x: list[float] = []
    found_y: list[float] = []
    last: float | None = None
    for new_x, new_y in zip(x[finite].tolist(), y[finite].tolist(), strict=True):
        low, high = (new_x, new_x) if last is None else sorted((last, new_x))
        # Strictly between where the pen was and is, and under its tip, nothing older stays.
        start = bisect_left(found_x, low) if new_x == low else bisect_right(found_x, low)
        end = bisect_right(found_x, high) if new_x == high else bisect_left(found_x, high)
        found_x[start:end], found_y[start:end] = [new_x], [new_y]
        last = new_x
    return np.array(found_x), np.array(found_y)


def _reduced(x: np.ndarray, y: np.ndarray, most: int) -> Polyline:
    """Through these points, or through evenly chosen ones where they are too many."""
    if len(x) > most:
        chosen = np.unique(np.linspace(0, len(x) - 1, most).round().astype(int))
        x, y = x[chosen], y[chosen]
    return Polyline.through(x, y)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
