"""A cut through a surface: a straight line in the plane of two inputs, and what target and fit are along it. Shared by the panels.

It is a way of looking, not a part of the document. Values along it lie between those that the probe computed on its grid; those of the
engine at every point are `fine_cut`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.training.probes.approximation_surface import ApproximationSurface
from nnlab.ui.document.document import Document
from nnlab.ui.run.session import LiveSession

Point = tuple[float, float]
Ends = tuple[Point, Point]
POINTS = 201


class SurfaceCut(QObject):
    """From one end to the other; through the middle along the first input until somebody drags it. `changed` when it lies elsewhere."""

    changed = Signal()

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._ends: tuple[Point, Point] | None = None
        for signal in (document.replaced, document.data_changed):
            signal.connect(self.forget)

    def ends(self, found: ApproximationSurface) -> tuple[Point, Point]:
        if self._ends is not None:
            return self._ends
        (x0, x1), (y0, y1) = found.domain
        return (x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2)

    def place(self, start: Point, end: Point) -> None:
        """Lays it between two points; ones that are the same leave it where it is."""
        if start != end:
            self._ends = start, end
            self.changed.emit()

    def forget(self) -> None:
        """Another plane: through its middle again."""
        if self._ends is not None:
            self._ends = None
            self.changed.emit()


@dataclass(frozen=True, eq=False)
class CutValues:
    """Along a cut: where each point is, and the target (None where it is not known) and fit there, each (POINTS,)."""

    x: np.ndarray
    y: np.ndarray
    fit: np.ndarray
    target: np.ndarray | None
    is_inside: np.ndarray  # of the domain


def cut_values(found: ApproximationSurface, start: Point, end: Point) -> CutValues:
    x, y = np.linspace(start[0], end[0], POINTS), np.linspace(start[1], end[1], POINTS)
    (x0, x1), (y0, y1) = found.domain
    inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    target = None if found.truth is None else between(found, found.truth, x, y)
    return CutValues(x, y, between(found, found.fit, x, y), target, inside)


def between(found: ApproximationSurface, values: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A picture's values (rows, columns) at points of the plane, linear along both inputs between those of the grid."""
    columns = np.clip((x - found.x[0]) / (found.x[1] - found.x[0]), 0, len(found.x) - 1)
    rows = np.clip((y - found.y[0]) / (found.y[1] - found.y[0]), 0, len(found.y) - 1)
    left, below = np.minimum(columns.astype(int), len(found.x) - 2), np.minimum(rows.astype(int), len(found.y) - 2)
    across, up = columns - left, rows - below
    lower = values[below, left] * (1 - across) + values[below, left + 1] * across
    upper = values[below + 1, left] * (1 - across) + values[below + 1, left + 1] * across
    return lower * (1 - up) + upper * up
