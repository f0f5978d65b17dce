"""The follower: knows which version of the document is trained, and says what has changed since."""

from __future__ import annotations

from nnlab.training.change import Change, Version


class Follower:
    """Turns the versions of a document into changes. While a version cannot be trained, changes start from the last one that could."""

    def __init__(self) -> None:
        self._trained: Version | None = None  # what the training thread has weights of
        self._seen: Version | None = None  # the newest version, which may be one that cannot be trained
        self._removed: set[str] = set()  # nodes removed since `_trained`; one of the same name is another

    def open(self, version: Version) -> Change:
        """Another project: nothing of the former one is kept."""
        self._trained, self._seen = None, version
        self._removed.clear()
        return Change(None, version, keep=False)

    def change_to(
        self, version: Version, recall: tuple[int, ...] = (), is_returning: bool = False, begins_anew: bool = False
    ) -> Change | None:  # fmt: skip
        """What has changed since the last call; None when nothing that is computed has.

        `recall`: states of the document whose weights come back with this change; `is_returning`: they were left and are returned to
        (undo, redo), so whole runs come back as well, and a removed node that is there again is itself. `begins_anew`: the run ends,
        also where what it learned could go on.
        """
        seen, trained = self._seen, self._trained
        if seen is None:
            return self.open(version)
        self._seen = version
        is_other_branch = version.project.branch != seen.project.branch
        if version.computes_the_same_as(seen) and not (begins_anew or is_other_branch):
            if trained is seen:
                self._trained = version  # what it learns from now on belongs to this state
            return None
        before, now = seen.project.graph, version.project.graph
        self._removed.update(node.id for node in before.nodes if node.id not in now)
        if is_returning:
            self._removed.difference_update(node.id for node in now.nodes if node.id not in before)
        is_other_data = seen.project.data.name != version.project.data.name
        is_other_seed = trained is not None and trained.project.training.seed != version.project.training.seed
        is_other_start = trained is not None and trained.project.initial != version.project.initial
        return Change(
            trained, version, keep=not (is_other_data or is_other_seed or is_other_start or begins_anew),
            renewed=frozenset(node_id for node_id in self._removed if node_id in now),
            recall=recall, returning=recall if is_returning else (),
        )  # fmt: skip

    def is_trained(self, change: Change) -> None:
        """The training thread was told to train this version; changes start from it from now on."""
        self._trained = self._seen = change.after
        self._removed.clear()
