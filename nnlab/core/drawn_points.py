"""Points that a person draws into a plane: `-2 1 0; 1.5 2 1`, x, y and the class of each, or x and y alone for a curve to be fitted.

It is a value that a setting holds as text, and so is saved, undone and compared like any other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nnlab.core.written import plain_number

EXTENT = 8.0  # the plane runs from -EXTENT to EXTENT both ways
MOST_POINTS = 5000
MOST_CLASSES = 9
DIGITS = 4  # significant ones of a coordinate that is written down: finer than any screen
_FORM = "points such as -2 1 0; 1.5 2 1 with x, y and the class of each, separated by semicolons"

DrawnPoint = tuple[float, float, int]


@dataclass(frozen=True)
class DrawnPoints:
    """(x, y, class) of every point, classes counted from 0. Raises ValueError, saying what is accepted, for others."""

    points: tuple[DrawnPoint, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.points) <= MOST_POINTS:
            raise ValueError(f"it must be from 1 to {MOST_POINTS:,} points, not {len(self.points):,}")
        for number, (x, y, kind) in enumerate(self.points, 1):
            if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= EXTENT and abs(y) <= EXTENT):
                raise ValueError(f"point {number} lies at {plain_number(x)}, {plain_number(y)}, outside {domain_in_words()}")
            if kind != int(kind) or not 0 <= kind < MOST_CLASSES:
                raise ValueError(f"the class of point {number} is {plain_number(kind)}, not a number from 0 to {MOST_CLASSES - 1}")

    @staticmethod
    def read(text: str) -> DrawnPoints:
        """The points that `text` describes."""
        points = []
        for part in text.strip().rstrip(";").split(";"):
            try:
                numbers = [float(number) for number in part.replace(",", " ").split()]
            except ValueError:
                numbers = []
            if len(numbers) not in (2, 3) or (len(numbers) == 3 and numbers[2] != int(numbers[2])):
                raise ValueError(f"it must be {_FORM}")
            points.append((numbers[0], numbers[1], int(numbers[2]) if len(numbers) == 3 else 0))
        return DrawnPoints(tuple(points))

    @staticmethod
    def of(x: np.ndarray, y: np.ndarray, kinds: np.ndarray) -> DrawnPoints:
        """Points by column, as they are written down."""
        return DrawnPoints(tuple(zip((_rounded(v) for v in x), (_rounded(v) for v in y), (int(k) for k in kinds), strict=True)))

    @property
    def text(self) -> str:
        """What `read` understands."""
        return "; ".join(f"{x:.{DIGITS}g} {y:.{DIGITS}g} {kind}" for x, y, kind in self.points)

    @property
    def array(self) -> np.ndarray:
        """float64 (points, 3): x, y, class."""
        return np.array(self.points, dtype=np.float64)

    def with_added(self, points: Iterable[DrawnPoint]) -> DrawnPoints:
        return DrawnPoints((*self.points, *((_rounded(x), _rounded(y), kind) for x, y, kind in points)))

    def without(self, x: float, y: float, reach_x: float, reach_y: float) -> DrawnPoints:
        """Without the points within an ellipse around a place. Raises ValueError where none would be left."""
        kept = tuple(p for p in self.points if math.hypot((p[0] - x) / reach_x, (p[1] - y) / reach_y) > 1)
        if not kept:
            raise ValueError("the last point stays, because a network needs a sample to learn from")
        return DrawnPoints(kept) if len(kept) < len(self.points) else self


def domain_in_words() -> str:
    return f"the plane from {plain_number(-EXTENT)} to {plain_number(EXTENT)}"


def is_inside(x: float, y: float) -> bool:
    """Whether a point can lie there."""
    return abs(x) <= EXTENT and abs(y) <= EXTENT


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
