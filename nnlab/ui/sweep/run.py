"""A sweep as the window runs and keeps it: a job beside the display, its results as they come, and the sweeps of before.

Results are gathered and told ten times a second, however many there are. The folder of a sweep that runs is locked, so that no other window
goes on with it at the same time.
"""

from __future__ import annotations

from contextlib import closing

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from nnlab.core.errors import NNLabError, SettingError
from nnlab.core.preparation import Data, prepare
from nnlab.files.places import home
from nnlab.jobs.context import JobContext
from nnlab.jobs.workers import Workers
from nnlab.studies.sweeps.axes import read_axis
from nnlab.studies.sweeps.stored import KEPT, StoredSweep, store_sweep, stored_sweeps
from nnlab.studies.sweeps.sweep import Sweep, SweepPlan, check_sweep, plan, run_sweep
from nnlab.studies.sweeps.trial_file import TrialFile
from nnlab.studies.sweeps.trials import TrialResult
from nnlab.training.project import Project
from nnlab.ui.run.jobs import LiveJob, LiveJobs
from nnlab.ui.sweep.columns import SweepColumns
from nnlab.ui.sweep.form import SweepChoice

FLUSH = 100  # milliseconds between two looks at results that came
FOLDER = "sweeps"
LANE = "sweep check"


class SweepRun(QObject):
    """`replaced`: `columns` are those of another sweep. `came`: there are more results. `changed`: it runs, or does not any more."""

    replaced = Signal()
    came = Signal()
    changed = Signal()
    failed = Signal(str)

    def __init__(self, jobs: LiveJobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: LiveJob | None = None
        self._lock: QLockFile | None = None
        self._waiting: list[TrialResult] = []
        self.sweep: Sweep | None = None
        self.stored: StoredSweep | None = None
        self.columns = SweepColumns()
        self.total = 0
        self._timer = QTimer(self, interval=FLUSH)
        self._timer.timeout.connect(self._flush)

    @property
    def is_running(self) -> bool:
        return self._job is not None

    @property
    def is_unfinished(self) -> bool:
        """Whether it stands still with trials left."""
        return self._job is None and self.stored is not None and len(self.columns) < self.total

    @property
    def remaining(self) -> float | None:
        """Seconds left, as far as can be told."""
        return self._job.job.remaining if self._job is not None else None

    @property
    def kept(self) -> list[StoredSweep]:
        """Sweeps that can be looked at again, the newest first."""
        return stored_sweeps(home() / FOLDER)[:KEPT]

    def begin(self, project: Project, data: Data | None, choice: SweepChoice, name: str, reason: str = "") -> None:
        """Starts a sweep of the project; raises NNLabError for one that cannot be. `reason`: why there is no data."""
        if data is None:
            raise SettingError(f"{reason.rstrip('.') or 'The project has no data'}; until then nothing can be swept.")
        sweep = sweep_of(project, choice)
        total = check_sweep(sweep, data)
        stored = store_sweep(home() / FOLDER, sweep, name, total)
        self._make_room()
        self._run(sweep, stored, choice.workers)

    def go_on(self, workers: Workers) -> None:
        """Runs the trials that are left of the sweep that is shown; raises NNLabError when another window does."""
        if self.sweep is not None and self.stored is not None and self.is_unfinished:
            self._run(self.sweep, self.stored, workers)

    def cancel(self) -> None:
        """Ends the sweep; what is finished stays."""
        if self._job is not None:
            self._job.cancel()

    def forget(self) -> None:
        """Shows nothing; what is kept stays."""
        if self._job is None:
            self.sweep = self.stored = None
            self._show(SweepColumns(), 0)

    def open(self, stored: StoredSweep) -> Sweep:
        """Shows a sweep that is kept, with the trials that it has; raises NNLabError when it cannot be read."""
        sweep = stored.load()
        self.sweep, self.stored = sweep, stored
        self._show(SweepColumns(), stored.total)

        def study(context: JobContext) -> tuple[StoredSweep, SweepPlan, list[TrialResult]]:
            planned = plan(sweep, prepare(sweep.project.data))
            with TrialFile.open(stored.trials, planned.settings, planned.values, resume=True) as file:
                return stored, planned, list(file.found(planned.trials).values())

        reading = self._jobs.start("Reading the sweep", study, quiet=True, lane=LANE)
        reading.finished.connect(self._read)
        reading.failed.connect(self._on_failed)
        return sweep

    def _make_room(self) -> None:
        """Deletes the oldest sweeps beyond those that are kept, but none that another window runs."""
        for old in stored_sweeps(home() / FOLDER)[KEPT:]:
            lock = _lock_of(old)
            if lock.tryLock(0):
                lock.unlock()
                old.remove()

    def _run(self, sweep: Sweep, stored: StoredSweep, workers: Workers) -> None:
        lock = _lock_of(stored)
        if not lock.tryLock(0):
            raise NNLabError("This sweep runs in another window already; look at it there, or start another one.")
        self._lock, self.sweep, self.stored = lock, sweep, stored
        self._show(SweepColumns(), stored.total)

        def study(context: JobContext) -> None:
            data = prepare(sweep.project.data)
            planned = plan(sweep, data)
            context.emit(planned)
            with (
                TrialFile.open(stored.trials, planned.settings, planned.values, resume=True) as file,
                closing(run_sweep(sweep, data, planned, workers, context, file)) as results,
            ):
                for result in results:
                    context.emit(result)

        self._job = self._jobs.start(f"Sweep of {stored.name}", study)
        self._job.partial.connect(self._take)
        self._job.failed.connect(self._on_failed)
        self._job.ended.connect(self._on_ended)
        self._timer.start()
        self.changed.emit()

    def _show(self, columns: SweepColumns, total: int) -> None:
        self._waiting, self.columns, self.total = [], columns, total
        self.replaced.emit()

    def _take(self, news: object) -> None:
        if isinstance(news, SweepPlan):
            self._show(SweepColumns(news.settings, news.values), len(news.trials))
        elif isinstance(news, TrialResult):
            self._waiting.append(news)

    def _read(self, found: tuple[StoredSweep, SweepPlan, list[TrialResult]]) -> None:
        stored, planned, results = found
        if self._job is None and stored is self.stored:
            self._show(SweepColumns(planned.settings, planned.values), len(planned.trials))
            self._waiting = results
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        self.columns.add(waiting)
        self.came.emit()

    def _on_failed(self, sentence: str, detail: str) -> None:
        self.failed.emit(sentence)

    def _on_ended(self) -> None:
        self._job = None
        self._timer.stop()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None
        self._flush()
        self.changed.emit()


def sweep_of(project: Project, choice: SweepChoice) -> Sweep:
    """What a form means for a project; raises SettingError for what cannot be read."""
    axes = tuple(read_axis(text, project) for text in choice.axes)
    return Sweep(project, axes, choice.seeds, choice.random, choice.steps)


def _lock_of(stored: StoredSweep) -> QLockFile:
    lock = QLockFile(str(stored.folder / "lock"))
    lock.setStaleLockTime(0)  # only a process that is gone makes it stale
    return lock
