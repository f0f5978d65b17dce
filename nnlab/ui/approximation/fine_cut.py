"""The cut through a surface, computed by the engine at every point of it: a line between the points of the grid would hide a kink.

It is computed beside the display, one cut at a time; until it is there, values lie between those of the grid.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import Frame
from nnlab.jobs.context import JobContext
from nnlab.training.domain import domain
from nnlab.training.function_errors import fit_at, truth_at
from nnlab.ui.approximation.surface_cut import POINTS, CutValues, Ends, Point
from nnlab.ui.run.jobs import LiveJob, LiveJobs
from nnlab.ui.run.live_view import LiveView

CutMoment = tuple[int, int, Ends]  # revision and sequence of the frame, and where the cut lies


class FineCut(QObject):
    """`came` when the cut that was asked for last, or one before it, has been computed."""

    came = Signal()

    def __init__(self, jobs: LiveJobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: LiveJob | None = None
        self._evaluator: tuple[int, Evaluator] | None = None
        self._found: tuple[CutMoment, CutValues] | None = None

    def values(self, view: LiveView, ends: Ends) -> CutValues | None:
        """Along the cut at this moment, while training runs at the newest one that is known; None while it is being computed."""
        frame = view.frame
        wanted = frame.revision, frame.sequence, ends
        found = self._found
        if found is not None and found[0] == wanted:
            return found[1]
        if self._job is None:
            data = view.data
            self._job = self._jobs.start("Cut", lambda context: self._compute(context, frame, data, wanted), quiet=True, lane="cut")
            self._job.finished.connect(self._take)
            self._job.ended.connect(self._on_ended)
        is_near = found is not None and view.playing and (found[0][0], found[0][2]) == (frame.revision, ends)
        return found[1] if found is not None and is_near else None

    def _compute(self, context: JobContext, frame: Frame, data: Data, wanted: CutMoment) -> tuple[CutMoment, CutValues]:
        """On a thread of the jobs; one at a time, so that the evaluator is nobody else's."""
        if self._evaluator is None or self._evaluator[0] != frame.revision:
            self._evaluator = frame.revision, Evaluator(frame.program.graph, frame.program.real)
        evaluator = self._evaluator[1]
        evaluator.load(frame.parameters)
        return wanted, cut_at(evaluator, data, *wanted[2])

    def _take(self, found: tuple[CutMoment, CutValues]) -> None:
        self._found = found

    def _on_ended(self) -> None:
        self._job = None
        self.came.emit()


def cut_at(evaluator: Evaluator, data: Data, start: Point, end: Point) -> CutValues:
    """Fit and target at POINTS even points from one end to the other, in raw features."""
    x, y = np.linspace(start[0], end[0], POINTS), np.linspace(start[1], end[1], POINTS)
    raw = np.stack([x, y], axis=1)
    (x0, x1), (y0, y1) = domain(data)
    inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    return CutValues(x, y, fit_at(evaluator, data, raw), truth_at(data, raw), inside)
