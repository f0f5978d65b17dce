"""The runs behind error against width: those that are written down, those that a job finishes, and networks that are only constructed.

Every finished run is written down beside the program's other files, named after what it is, so that a sweep that was cancelled, whose
window was closed or whose project is opened again is there, and goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import DataSettings
from nnlab.files.places import home
from nnlab.jobs.context import JobContext
from nnlab.studies.approximation.width_curves import ConstructedPoint, constructed_points
from nnlab.studies.approximation.width_sweep import SETTINGS, VALUES, WidthSweep, run_width_sweep, trials_of
from nnlab.studies.sweeps.trial_file import TrialFile, file_named_after
from nnlab.studies.sweeps.trials import Trial, TrialResult
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession

LANE = "width sweep"
KNOWN = ("function", "drawn")  # targets that networks can be constructed for
BUILT = ("relu", "sigmoid")  # tanh gives the same functions as the sigmoid


class WidthRuns(QObject):
    """The runs of one sweep at a time. `came` with other results, `state_changed` when it begins or ends, `refused(sentence)`."""

    came = Signal()
    state_changed = Signal()
    refused = Signal(str)

    def __init__(self, session: LiveSession, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._sweep: WidthSweep | None = None
        self._trial_count = 0
        self._results: dict[str, TrialResult] = {}
        self._job: LiveJob | None = None
        self._reading: LiveJob | None = None
        self._read_for: WidthSweep | None = None

    @property
    def sweep(self) -> WidthSweep | None:
        return self._sweep

    @property
    def results(self) -> tuple[TrialResult, ...]:
        return tuple(self._results.values())

    @property
    def trial_count(self) -> int:
        """How many runs the sweep has; 0 until that is known."""
        return self._trial_count

    @property
    def job(self) -> LiveJob | None:
        """The sweep while it runs."""
        return self._job

    def show(self, sweep: WidthSweep | None) -> None:
        """The runs of this sweep: what is written down of it is read; another one that runs is not wanted any more."""
        if sweep == self._sweep:
            return
        self.cancel()
        self._sweep, self._trial_count, self._results = sweep, 0, {}
        self.came.emit()
        self.state_changed.emit()
        self._read()

    def start(self) -> None:
        """Begins, or goes on with what is written down."""
        sweep = self._sweep
        if sweep is None or self._job is not None:
            return

        def work(context: JobContext) -> None:
            trials = trials_of(sweep)
            context.emit((sweep, len(trials), ()))
            path = file_of(trials)
            path.parent.mkdir(parents=True, exist_ok=True)
            with TrialFile.open(path, SETTINGS, VALUES, resume=True) as file:
                for result in run_width_sweep(sweep, None, context, file):
                    context.emit((sweep, len(trials), (result,)))

        self._job = self._session.jobs.start("Error against width", work, lane=LANE)
        self._job.partial.connect(self._take)
        self._job.failed.connect(self._refuse)
        self._job.ended.connect(self._ended)
        self.state_changed.emit()

    def cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _read(self) -> None:
        sweep = self._sweep
        if sweep is None or self._reading is not None:
            return
        self._read_for = sweep

        def work(context: JobContext) -> tuple[WidthSweep, int, tuple[TrialResult, ...]]:
            trials = trials_of(sweep)
            path = file_of(trials)
            if not path.is_file():
                return sweep, len(trials), ()
            with TrialFile.open(path, SETTINGS, VALUES, resume=True) as file:
                return sweep, len(trials), tuple(file.found(trials).values())

        self._reading = self._session.jobs.start("Runs that are written down", work, quiet=True)
        self._reading.finished.connect(self._take)
        self._reading.failed.connect(self._refuse)
        self._reading.ended.connect(self._read_on)

    def _read_on(self) -> None:
        """The sweep may have been exchanged while the file of another was read."""
        self._reading = None
        if self._read_for != self._sweep:
            self._read()

    def _take(self, found: tuple[WidthSweep, int, tuple[TrialResult, ...]]) -> None:
        sweep, count, results = found
        if sweep != self._sweep:
            return
        for result in results:
            self._results[result.trial.identity] = result
        if count != self._trial_count:
            self._trial_count = count
            self.state_changed.emit()
        self.came.emit()

    def _refuse(self, sentence: str, detail: str = "") -> None:
        self.refused.emit(sentence)

    def _ended(self) -> None:
        self._job = None
        self.state_changed.emit()
        self.came.emit()


class BuiltNetworks(QObject):
    """Networks written down instead of trained, measured by the engine at many widths. `came` when they are."""

    came = Signal()

    def __init__(self, session: LiveSession, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._wanted: tuple[DataSettings, tuple[int, ...]] | None = None
        self._job: LiveJob | None = None
        self._measured_for: tuple[DataSettings, tuple[int, ...]] | None = None
        self.points: tuple[ConstructedPoint, ...] = ()

    def show(self, data: DataSettings, widths: tuple[int, ...]) -> None:
        """Those for this target, which are measured unless they are there already."""
        if self._wanted == (data, widths):
            return
        self._wanted, self.points = (data, widths), ()
        self.came.emit()
        self._measure()

    def _measure(self) -> None:
        wanted = self._wanted
        if wanted is None or self._job is not None or wanted[0].name not in KNOWN:
            return
        self._measured_for = wanted
        self._job = self._session.jobs.start("Constructed networks", _measuring(*wanted), quiet=True)
        self._job.finished.connect(self._take)
        self._job.ended.connect(self._ended)

    def _take(self, points: tuple[ConstructedPoint, ...]) -> None:
        if self._measured_for == self._wanted:
            self.points = points
            self.came.emit()

    def _ended(self) -> None:
        self._job = None
        if self._measured_for != self._wanted:
            self._measure()


def _measuring(data: DataSettings, widths: tuple[int, ...]) -> Callable[[JobContext], tuple[ConstructedPoint, ...]]:
    return lambda context: constructed_points(data, widths, BUILT)


def file_of(trials: tuple[Trial, ...]) -> Path:
    """Where the results of these trials are written down: named after what they are, so that the same sweep finds them again."""
    return file_named_after(home() / "widths", trials)
