"""Computing the landscape of the window's run in the background: asked first where it takes long, given up at once."""

from __future__ import annotations

from concurrent.futures import Future

from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import Data
from nnlab.graph.graph import Graph
from nnlab.jobs.context import JobContext
from nnlab.studies.landscape.study import LandscapeSize, LandscapeStudy
from nnlab.training.weight_path import WeightPath
from nnlab.ui.run.answers import wait_for
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession

LANE = "landscape"


class LandscapeComputing(QObject):
    """`came(Landscape)` with every part of the result; `asked` when it would take long, whose study is then `waiting`."""

    came = Signal(object)
    asked = Signal()
    changed = Signal()
    refused = Signal(str)

    def __init__(self, session: LiveSession, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.job: LiveJob | None = None
        self.waiting: LandscapeStudy | None = None
        self.was_cancelled = False

    def start(self, kind: str) -> None:
        """Of the run as it stands now, over the plane of this kind."""
        data = self._session.data
        if self.job is not None or data is None or self._session.frame is None:
            return
        graph, answer = self._session.frame.program.graph, self._session.request_path()
        self._begin(_Laying(graph, data, answer, kind))

    def go_on(self, size: LandscapeSize) -> None:
        """Computes what was asked about, all of it or less."""
        if self.waiting is not None and self.job is None:
            self._begin(_Computing(self.waiting, size))

    def cancel(self) -> None:
        if self.job is not None:
            self.was_cancelled = True
            self.job.cancel()

    def forget(self) -> None:
        """The network is another one."""
        self.cancel()
        self.waiting = None

    def _begin(self, work: _Laying | _Computing) -> None:
        self.waiting, self.was_cancelled = None, False
        self.job = self._session.jobs.start("Loss landscape", work, lane=LANE)
        self.job.partial.connect(self.came)
        self.job.finished.connect(self._finish)
        self.job.failed.connect(self._refuse)
        self.job.ended.connect(self._end)
        self.changed.emit()

    def _finish(self, found: object) -> None:
        if isinstance(found, LandscapeStudy):
            self.waiting = found
            self.asked.emit()
        else:
            self.came.emit(found)

    def _refuse(self, sentence: str, detail: str = "") -> None:
        self.refused.emit(sentence)

    def _end(self) -> None:
        self.job = None
        self.changed.emit()


class _Laying:
    """Lays the plane; computes at once what does not take long, else answers with the study."""

    def __init__(self, graph: Graph, data: Data, answer: Future[WeightPath], kind: str) -> None:
        self._graph, self._data, self._answer, self._kind = graph, data, answer, kind

    def __call__(self, context: JobContext) -> object:
        path = wait_for(self._answer)
        context.check()
        study = LandscapeStudy(self._graph, self._data.x, self._data.y, path, self._kind, context=context)
        return study if study.is_long else study.compute(context=context)


class _Computing:
    def __init__(self, study: LandscapeStudy, size: LandscapeSize) -> None:
        self._study, self._size = study, size

    def __call__(self, context: JobContext) -> object:
        return self._study.compute(self._size, context)
