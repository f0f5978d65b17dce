"""Branches: the ways that one run has taken. One is being trained, the others are kept with all they had come to, and can be returned to.

Which of them is trained is part of the project (`Project.branch`, a number; 0 for the run as it began): to branch and to return to a branch
are edits, so undo takes them back. The numbers of a run belong to this session, no file holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nnlab.engine.history import Curves, History
from nnlab.training.project import Project

FIRST = 0
MOST_BRANCHES = 10  # kept beside the one that is trained before one is asked to remove some
MOST_KEPT = 40  # and in all: so many have room to be gone back through


def least_of(branches: Sequence[Branch]) -> Branch:
    """The one that is missed least: it came least far on its own way; of equal ones the oldest."""
    return min(branches, key=lambda branch: (branch.latest - branch.origin, branch.number))


def branch_name(number: int) -> str:
    return f"branch {number}" if number != FIRST else "first run"


@dataclass(frozen=True, eq=False)
class Branch:
    """A way that is kept: from which iteration on it went its own way, how far it came, and where the run was when it was left."""

    number: int
    origin: int
    latest: int
    left_at: int
    history: History
    projects: tuple[tuple[int, Project], ...]  # what was trained, from which iteration on
    nbytes: int  # of what no other branch needs

    @property
    def name(self) -> str:
        return branch_name(self.number)

    @cached_property
    def curves(self) -> Curves:
        """Of all it has passed."""
        return self.history.curves()

    def project_at(self, iteration: int) -> Project | None:
        """What was trained when the run was there; None where that is not known any more."""
        return project_at(self.projects, iteration)


def project_at(projects: tuple[tuple[int, Project], ...], iteration: int) -> Project | None:
    """The last of those that begin at or before an iteration."""
    return next((project for begins, project in reversed(projects) if begins <= iteration), None)
