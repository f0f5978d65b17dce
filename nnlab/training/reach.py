"""What is known of a run's past at a glance: where it is, how far it came, and what can be gone back to."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.sizes import MEGABYTE
from nnlab.training.branch import FIRST, Branch, project_at
from nnlab.training.project import Project

BUDGET = 256 * MEGABYTE  # bytes of keyframes and of states that chapters began with


@dataclass(frozen=True)
class Reach:
    """What a window has to know: where the run is, how far it ever came, and what was trained from which iteration on."""

    iteration: int = 0
    latest: int = 0
    projects: tuple[tuple[int, Project], ...] = ()  # what was trained, from which iteration on
    spacing: int = 1  # iterations between two keyframes now
    nbytes: int = 0
    budget: int = BUDGET
    branch: int = FIRST  # the number of the one that is trained ...
    origin: int = 0  # ... and from which iteration on it went its own way
    branches: tuple[Branch, ...] = ()  # the others
    cuts: int = 0  # how often training went on from the past ...
    cut_at: int = 0  # ... and from where the last time

    @property
    def earliest(self) -> int:
        """The first iteration that can be gone back to."""
        return self.projects[0][0] if self.projects else self.latest

    def project_at(self, iteration: int) -> Project | None:
        """What was trained when the run was there, with the learning rate of then; None where that is not known."""
        return project_at(self.projects, iteration)
