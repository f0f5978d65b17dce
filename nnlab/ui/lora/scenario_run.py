"""The study of a ready scenario beside the display, and what one takes from it: its project, or any of its runs.

Every run that ended is written down beside the program's other files, named after what the study is: it is there again in another window,
and a study that was cancelled or killed goes on where it stood.
"""

from __future__ import annotations

from contextlib import closing

from PySide6.QtCore import QObject, Signal

from nnlab.files.places import home
from nnlab.jobs.context import JobContext
from nnlab.studies.lora.scenarios import LORA, SCENARIOS, task_project, trained_base
from nnlab.studies.lora.study import (
    SETTINGS,
    VALUES,
    StudyRow,
    StudySummary,
    learned,
    row_of,
    run_study,
    study_trials,
    summarize,
)  # fmt: skip
from nnlab.studies.sweeps.trial_file import TrialFile, file_named_after
from nnlab.training.commands import Snapshot
from nnlab.training.project import Project
from nnlab.training.snapshots import take_snapshot
from nnlab.ui.document.document import Document
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession

FOLDER = "fine_tuning"


class ScenarioRun(QObject):
    """`came` with each finished trial, `changed` when the study begins or ends or another scenario is looked at."""

    came = Signal()
    changed = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, session: LiveSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self.scenario = next(iter(SCENARIOS))
        self._rows: dict[str, list[StudyRow]] = {}  # by scenario: those that were read, or came
        self._reading: dict[str, LiveJob] = {}  # by scenario
        self._job: LiveJob | None = None
        self._job_scenario = ""
        self._loading: LiveJob | None = None
        self._label = ""
        self.seeds = 3

    @property
    def job(self) -> LiveJob | None:
        """The study of the scenario that is looked at, while it runs."""
        return self._job if self._job_scenario == self.scenario else None

    @property
    def is_busy(self) -> bool:
        """Whether the study of any scenario runs."""
        return self._job is not None

    @property
    def is_loading(self) -> bool:
        return self._loading is not None

    @property
    def rows(self) -> tuple[StudyRow, ...]:
        return tuple(self._rows.get(self.scenario, ()))

    @property
    def summaries(self) -> list[StudySummary]:
        return summarize(self.rows)

    @property
    def is_whole(self) -> bool:
        """Whether every run of the study has ended."""
        return bool(self.rows) and len(self.rows) >= self.total and self._job is None

    @property
    def total(self) -> int:
        """How many runs the study has."""
        return len(study_trials(self.scenario, seeds=self.seeds))

    def choose(self, scenario: str) -> None:
        self.scenario = scenario
        self.read()
        self.changed.emit()

    def read(self) -> None:
        """Shows what is written down of this scenario, once."""
        scenario = self.scenario
        if scenario in self._rows or scenario in self._reading or self._job is not None:
            return
        trials = study_trials(scenario, seeds=self.seeds)

        def work(context: JobContext) -> tuple[str, list[StudyRow]]:
            path = file_named_after(home() / FOLDER, trials)
            if not path.is_file():
                return scenario, []
            with TrialFile.open(path, SETTINGS, VALUES, resume=True) as file:
                return scenario, [row_of(result) for result in file.found(trials).values()]

        job = self._reading[scenario] = self._session.jobs.start("Studies that are written down", work, quiet=True)
        job.finished.connect(self._take_read)
        job.failed.connect(self._fail)

    def _take_read(self, found: tuple[str, list[StudyRow]]) -> None:
        scenario, rows = found
        self._reading.pop(scenario, None)
        self._rows.setdefault(scenario, rows)
        self.changed.emit()

    # The study

    def start(self) -> None:
        """Every method and seed of the scenario: goes on with what is written down, begins anew where the study is whole."""
        if self._job is not None:
            return
        trials = study_trials(self.scenario, seeds=self.seeds)
        path, is_anew = file_named_after(home() / FOLDER, trials), self.is_whole
        self._job_scenario = self.scenario
        self._rows[self.scenario] = []

        def work(context: JobContext) -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            if is_anew:
                path.unlink(missing_ok=True)
            with TrialFile.open(path, SETTINGS, VALUES, resume=True) as file, closing(run_study(trials, None, context, file)) as rows:
                for row in rows:
                    context.emit(row)

        self._job = self._session.jobs.start(SCENARIOS[self.scenario].title, work, lane="lora study")
        self._job.partial.connect(self._take)
        self._job.failed.connect(self._fail)
        self._job.ended.connect(self._ended)
        self.changed.emit()

    def cancel(self) -> None:
        """Gives up what has not ended; finished runs stay."""
        if self._job is not None:
            self._job.cancel()

    def _take(self, row: StudyRow) -> None:
        self._rows[self._job_scenario].append(row)
        self.came.emit()

    def _fail(self, sentence: str, detail: str = "") -> None:
        self.failed.emit(sentence)

    def _ended(self) -> None:
        self._job = None
        self.changed.emit()

    # What is taken from it

    def open_scenario(self) -> None:
        """The new task with an adapter on the learned base becomes the project: one undoable step."""
        scenario = SCENARIOS[self.scenario]

        def work(context: JobContext) -> tuple[Project, Snapshot | None]:
            return task_project(scenario, LORA, base=trained_base(scenario, 0, context)), None

        self._load(f"Open {scenario.title}", work)

    def open_run(self, summary: StudySummary) -> None:
        """The run of the seed in the middle becomes the project, as it ended: trained again to the same bits."""
        scenario, rows = SCENARIOS[self.scenario], sorted(summary.rows, key=lambda row: (row.new_accuracy or 0.0, row.seed))
        row = rows[(len(rows) - 1) // 2]

        def work(context: JobContext) -> tuple[Project, Snapshot | None]:
            project, run = learned(scenario, row.method, row.rank or 0, row.seed, context)
            return project, take_snapshot(run)

        self._load(f"Open {scenario.title}, {row.title}, seed {row.seed}", work)

    def _load(self, label: str, work: object) -> None:
        if self._loading is not None:
            return
        self._label = label
        self._loading = self._session.jobs.start(label, work, lane="lora project")  # type: ignore[arg-type]  # one of two functions above
        self._loading.finished.connect(self._open)
        self._loading.failed.connect(self._fail)
        self._loading.ended.connect(self._loaded)
        self.changed.emit()

    def _open(self, found: tuple[Project, Snapshot | None]) -> None:
        project, snapshot = found
        self._document.edit(self._label, project, begins_anew=True)
        if snapshot is not None:
            self._session.restore(snapshot)

    def _loaded(self) -> None:
        self._loading = None
        self.changed.emit()
