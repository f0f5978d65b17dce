"""One iteration of a run's past once more, beside the run: what a number shown was worked out from is there again, to the bit.

The training thread hands out an `Excerpt` between two steps: the last keyframe before that iteration, and what intervened since. Replaying
it takes a run of its own, so the one that trains goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data, prepare
from nnlab.engine.frame import Frame
from nnlab.engine.history import Curves
from nnlab.engine.run import Run
from nnlab.training.commands import Request
from nnlab.training.project import Project
from nnlab.training.timeline import Timeline
from nnlab.training.update import setup_of


@dataclass(frozen=True, eq=False)
class Replayed:
    """An iteration as it was: every tensor of its batch, its gradients, the weights after its update, and the curves up to it."""

    frame: Frame
    curves: Curves
    data: Data


@dataclass(frozen=True, eq=False)
class Excerpt:
    """`timeline` is one of its own, `project` what was trained."""

    timeline: Timeline
    project: Project
    iteration: int

    def replay(self, is_wanted: Callable[[], bool] = lambda: True) -> Replayed:
        """Trains again up to the iteration, on any thread. Raises NNLabError when it is not wanted any more."""
        project, data = self.project, prepare(self.project.data)  # the very data of the run, while anybody has it
        run = Run(setup_of(project.graph, data, project.training, project.initial))
        if self.timeline.restore(run, self.iteration, is_wanted) != self.iteration:
            raise NNLabError(f"Iteration {self.iteration:,} was not worked out again: that was cancelled.")
        run.publish()
        frame = run.mailbox.newest(0)
        assert frame is not None, "it has just been published"
        return Replayed(frame, run.history.curves(), data)


@dataclass(frozen=True, eq=False)
class ReadExcerpt(Request[Excerpt]):
    """Answers with what it takes to have an iteration of the past once more beside the run, passing all after `since`."""

    iteration: int
    since: int
