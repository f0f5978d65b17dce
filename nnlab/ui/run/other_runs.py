"""The other runs as a frame of the project's own finds them: all at its iteration."""

from __future__ import annotations

from nnlab.engine.frame import Frame
from nnlab.training.companions import Companions
from nnlab.training.trainer import Trainer
from nnlab.ui.run.live_view import RunView


class OtherRuns:
    """`shown` belongs to the frame that was looked at last. One that is still catching up is not shown yet."""

    def __init__(self, trainer: Trainer, companions: Companions) -> None:
        self._trainer, self._companions = trainer, companions
        self._has_waited = False
        self.shown: tuple[RunView, ...] = ()

    def look(self, frame: Frame, is_patient: bool = True) -> bool:
        """Looks for the others at this frame's iteration.

        False, once, when one is ahead: it was published a moment after this frame was read, and the next tick finds all of one
        iteration. If it is ahead then too, the project's own run has stopped.
        """
        found = []
        is_patient = is_patient and not self._has_waited
        self._has_waited = False
        reach = self._trainer.reach
        is_in_the_past = reach.iteration < reach.latest
        for number, companion in self._companions.all.items():
            theirs, passed = self._trainer.newest_frame(number=number), self._trainer.passed(number)
            if theirs is None or passed is None or theirs.revision != frame.revision:
                continue
            if is_patient and theirs.iteration > frame.iteration and not companion.stopped:
                self._has_waited = True
                return False
            if theirs.iteration >= frame.iteration or companion.stopped:
                view = RunView(
                    number, companion.name, companion.project, theirs, passed, companion.stopped, is_in_the_past,
                    self._trainer.progress(number),
                )  # fmt: skip
                found.append(view)
        self.shown = tuple(found)
        return True
