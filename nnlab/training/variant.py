"""A variant: a project made from another one, in which exactly what was chosen differs. It follows every edit of the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nnlab.training.change import Change, Version
from nnlab.training.project import Project
from nnlab.training.settings import SEED


@dataclass(frozen=True)
class Variant:
    """`derive` makes the project of the variant, and raises NNLabError where there is none.

    `key` is what differs, and `name` says in a word what it is in a project: the variant's, or the one it was made from.
    """

    derive: Callable[[Project], Project]
    name: Callable[[Project], str]
    key: str = SEED.name

    def version(self, version: Version) -> Version:
        return Version(version.number, self.derive(version.project))

    def follow(self, change: Change) -> Change:
        """The same change of the variant: it keeps, ends and returns where its original does."""
        before = self.version(change.before) if change.before is not None else None
        return replace(change, before=before, after=self.version(change.after))


def seed_name(project: Project) -> str:
    return f"seed {project.training.seed}"
