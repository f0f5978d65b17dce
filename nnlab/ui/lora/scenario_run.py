"""The study of a ready scenario beside the display, and what one takes from it: its project, or any of its runs."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from nnlab.jobs.context import JobContext
from nnlab.studies.lora.scenarios import LORA, SCENARIOS, task_project, trained_base
from nnlab.studies.lora.study import StudyRow, StudySummary, learned, run_study, study_trials, summarize
from nnlab.training.commands import Snapshot
from nnlab.training.project import Project
from nnlab.training.snapshots import take_snapshot
from nnlab.ui.document.document import Document
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession


class ScenarioRun(QObject):
    """`came` with each finished trial, `changed` when the study begins or ends or another scenario is looked at."""

    came = Signal()
    changed = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, session: LiveSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self.scenario = next(iter(SCENARIOS))
        self._rows: dict[str, list[StudyRow]] = {}  # by scenario: what was found stays while the window is open
        self._job: LiveJob | None = None
        self._job_scenario = ""
        self._loading: LiveJob | None = None
        self._label = ""
        self.total = 0
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

    def choose(self, scenario: str) -> None:
        self.scenario = scenario
        self.changed.emit()

    # The study

    def start(self) -> None:
        """Every method and seed of the scenario, anew."""
        if self._job is not None:
            return
        trials = study_trials(self.scenario, seeds=self.seeds)
        self.total, self._job_scenario = len(trials), self.scenario
        self._rows[self.scenario] = []

        def work(context: JobContext) -> None:
            for row in run_study(trials, context=context):
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
