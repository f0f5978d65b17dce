"""What adapters do for the answers of the run that is shown, evaluated beside the display; never more than one evaluation at a time."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import Data, prepare
from nnlab.graph.adapters import adapted
from nnlab.jobs.context import JobContext
from nnlab.studies.lora.scenarios import scenario_of
from nnlab.training.adapter_effects import AdapterEffects, EffectsEvaluator
from nnlab.training.project import Project
from nnlab.ui.run.jobs import LiveJob, LiveJobs
from nnlab.ui.run.live_view import LiveView

THIS_DATA = "this data"


class EffectsRun(QObject):
    """`came(effects)` for the newest view that was asked about; what is asked meanwhile is answered by the next `ask`."""

    came = Signal(object)

    def __init__(self, jobs: LiveJobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: LiveJob | None = None
        self._waiting: tuple[LiveView, str] | None = None
        self._evaluator: EffectsEvaluator | None = None
        self._asked: tuple[object, ...] = ()

    def ask(self, view: LiveView, name: str) -> None:
        """The effects of adapter `name` at this moment."""
        asked = (view.frame.revision, view.frame.sequence, name)
        if asked == self._asked:
            return
        if self._job is not None:
            self._waiting = (view, name)
            return
        self._asked, self._waiting = asked, None
        frame, project, data, known = view.frame, view.project, view.data, self._evaluator

        def work(context: JobContext) -> tuple[EffectsEvaluator, AdapterEffects] | None:
            graph = frame.program.graph
            if name not in adapted(graph):
                return None  # an edit has arrived in the document and not yet in the frame
            is_known = known is not None and (known.graph, known.name) == (graph, name) and known.tasks[0][1] is data
            evaluator = known if known is not None and is_known else EffectsEvaluator(graph, name, tasks_of(project, data))
            values = {tensor: found for tensor in frame.program.stored if (found := frame.get(tensor)) is not None}
            return evaluator, evaluator(values)

        self._job = self._jobs.start("What the adapter does", work, quiet=True, lane="adapter effects")
        self._job.finished.connect(self._take)
        self._job.ended.connect(self._ended)

    def _take(self, found: tuple[EffectsEvaluator, AdapterEffects] | None) -> None:
        if found is not None:
            self._evaluator, effects = found
            self.came.emit(effects)

    def _ended(self) -> None:
        self._job = None
        if self._waiting is not None:
            self.ask(*self._waiting)


def tasks_of(project: Project, data: Data) -> list[tuple[str, Data]]:
    """What is learned now, and in a scenario what the base had learned before."""
    scenario = scenario_of(project)
    if scenario is None:
        return [(THIS_DATA, data)]
    old, _, new = scenario.title.partition(" → ")
    return [(new, data), (old[:1].lower() + old[1:], prepare(scenario.old))]
