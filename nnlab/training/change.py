"""A change of what is trained: one immutable value, from the project as it was to the project as it is.

Every state of the document has a number. What was learned belongs to these numbers: an edit that takes weights away leaves them with the
state it came from, and undoing it, the return to that state, brings them back (see `nnlab.training.past_states`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnlab.training.project import Project


@dataclass(frozen=True)
class Version:
    """A project and the number of the document's state that it stands for."""

    number: int
    project: Project

    def computes_the_same_as(self, other: Version) -> bool:
        """See `Project.computes_the_same_as`."""
        return self.project.computes_the_same_as(other.project)


@dataclass(frozen=True)
class Change:
    """From `before` to `after`.

    `before` is the version that was trained last; None when that was another project, of which nothing is kept.

    With `keep`, weights, moments, position and history go on, but those of `renewed` nodes, which are others than the nodes of the same
    name before. Without, the run ends.

    `recall`: states whose weights come back where an edit had taken them away. `returning`: states whose whole run comes back if it
    had ended on leaving them.

    `back_to`: the run goes back to this iteration, at which it was the version after the change that was trained.
    """

    before: Version | None
    after: Version
    keep: bool = True
    renewed: frozenset[str] = frozenset()
    recall: tuple[int, ...] = ()
    returning: tuple[int, ...] = ()
    back_to: int | None = None

    @property
    def changes_branch(self) -> bool:
        """Whether another way of the run is trained after it, see nnlab.training.branch."""
        return self.before is not None and self.before.project.branch != self.after.project.branch

    @staticmethod
    def opening(project: Project, number: int = 0) -> Change:
        """A project that is opened: it begins with initial weights."""
        return Change(None, Version(number, project), keep=False)

    @property
    def is_adjustment(self) -> bool:
        """Whether the same network goes on with another learning rate, or from other initial weights."""
        if self.before is None:
            return False
        before, after = self.before.project, self.after.project
        training = replace(
            after.training, learning_rate=before.training.learning_rate, seed=before.training.seed, epochs=before.training.epochs,
            patience=before.training.patience,
        )  # fmt: skip
        return self.before.computes_the_same_as(replace(self.after, project=replace(after, training=training, initial=before.initial)))
