"""Probes of the runs beside the project's own: one `Probing` each, for whoever shows all runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import Data
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.run.live_view import RunView
from nnlab.ui.run.probe_pace import ProbePace
from nnlab.ui.run.probing import Probing


class ProbingBeside(QObject):
    """`answered` when a run has new results; `failed(message, detail)` when a probe met an error."""

    answered = Signal()
    failed = Signal(str, str)

    def __init__(self, jobs: LiveJobs, pace: ProbePace, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._pace = jobs, pace
        self._wanted: dict[object, tuple[str, ...]] = {}
        self._probings: dict[int, Probing] = {}

    @property
    def runs(self) -> Mapping[int, Probing]:
        return dict(self._probings)

    def want(self, owner: object, names: Iterable[str]) -> None:
        """`owner` needs these probes of every run from now on; none when it no longer does."""
        self._wanted[owner] = tuple(names)
        for probing in self._probings.values():
            probing.want(owner, self._wanted[owner])

    def ask(self, views: Sequence[RunView], data: Data, playing: bool) -> tuple[tuple[RunView, ...], bool]:
        """Starts what is due for these frames; returns the views with their newest results, and whether all are of these frames."""
        if not any(self._wanted.values()):
            return tuple(views), True
        for number in set(self._probings) - {view.run for view in views}:
            self._end(self._probings.pop(number))
        for view in views:
            self._of(view.run).ask(view.frame, data, playing)
        found = tuple(replace(view, probes=self._of(view.run).results, probed_at=self._of(view.run).iterations) for view in views)
        return found, all(self._of(view.run).is_exact(view.frame) for view in views)

    def _of(self, number: int) -> Probing:
        probing = self._probings.get(number)
        if probing is None:
            probing = self._probings[number] = Probing(self._jobs, self._pace, self)
            for owner, names in self._wanted.items():
                probing.want(owner, names)
            probing.answered.connect(self.answered)
            probing.failed.connect(self.failed)
        return probing

    def _end(self, probing: Probing) -> None:
        probing.close()
        probing.answered.disconnect(self.answered)
        probing.failed.disconnect(self.failed)
        probing.deleteLater()

    def close(self) -> None:
        for probing in self._probings.values():
            probing.close()
