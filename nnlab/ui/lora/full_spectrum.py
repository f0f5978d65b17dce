"""Singular values of what full fine-tuning changed from the same start: of the run with all parameters that trains beside the adapter's.

Such a run is a run of the comparison (`fine_tuning=full`), so that it starts from the same bits, sees the same batches and stands at the
same iteration. They are worked out beside the display, one decomposition at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.graph.fine_tuning import FULL, way_of
from nnlab.jobs.context import JobContext
from nnlab.training.adapter_updates import share_in_first, singular_values_of_change
from nnlab.training.difference import Difference
from nnlab.ui.run.jobs import LiveJob, LiveJobs
from nnlab.ui.run.live_view import LiveView, RunView

BESIDE = Difference("fine_tuning", FULL)


@dataclass(frozen=True, eq=False)
class FullSpectrum:
    """`values` of W − W₀ of a layer, largest first; `iteration` and `run` say where they come from."""

    layer: str
    run: str
    iteration: int
    values: np.ndarray

    @property
    def rank(self) -> int:
        """How many are more than rounding."""
        return int(np.count_nonzero(self.values > 1e-6 * self.values.max(initial=0.0)))

    def share(self, count: int) -> float:
        """How much of the change lies in the first `count` directions."""
        return share_in_first(self.values, count)


class FullSpectrumRun(QObject):
    """`came(spectrum)` for the newest view that was asked about."""

    came = Signal(object)

    def __init__(self, jobs: LiveJobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: LiveJob | None = None
        self._asked: tuple[object, ...] = ()
        self._waiting: tuple[LiveView, str] | None = None

    def ask(self, view: LiveView, layer: str) -> None:
        """The spectrum of a layer at this moment, if a run with all parameters trains beside it."""
        other = run_of_full(view)
        before, now = view.frame.get(f"{layer}.weight"), None if other is None else other.frame.get(f"{layer}.weight")
        if other is None or before is None or now is None or before.shape != now.shape:
            return
        asked = (other.frame.revision, other.frame.sequence, layer)
        if asked == self._asked:
            return
        if self._job is not None:
            self._waiting = (view, layer)
            return
        self._asked, self._waiting = asked, None
        name, iteration = other.name, other.frame.iteration

        def work(context: JobContext) -> FullSpectrum:
            return FullSpectrum(layer, name, iteration, singular_values_of_change(before, now))

        self._job = self._jobs.start("Spectrum of full fine-tuning", work, quiet=True, lane="full spectrum")
        self._job.finished.connect(self._take)
        self._job.ended.connect(self._ended)

    def _take(self, found: FullSpectrum) -> None:
        self.came.emit(found)

    def _ended(self) -> None:
        self._job = None
        if self._waiting is not None:
            self.ask(*self._waiting)


def run_of_full(view: LiveView) -> RunView | None:
    """The run beside the project's own in which all parameters learn."""
    return next((other for other in view.others if way_of(other.project.graph) == FULL), None)
