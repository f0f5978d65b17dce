"""Companions: the variants that train beside the project's own run. They follow its changes, or end with a sentence.

Those of the project's comparison follow that as well: what it names is trained, and what it no longer names ends. A difference that cannot
be carried out, because the network was edited or the file is another's, is said as long as that is so, and tried again after every change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from nnlab.core.errors import NNLabError
from nnlab.training.catching_up import way_of
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Block, Command, Load, RemoveRun
from nnlab.training.difference import Difference
from nnlab.training.plan import Plan, Prepared, plan
from nnlab.training.project import Project
from nnlab.training.reach import Reach
from nnlab.training.runs import MOST_RUNS
from nnlab.training.variant import Variant, seed_name
from nnlab.training.varied import variant_of

NO_REACH = Reach()


@dataclass
class Companion:
    """A variant that is trained, its project as it is now, and why its run has stopped (empty while it goes on)."""

    variant: Variant
    project: Project
    stopped: str = ""
    difference: Difference | None = None  # of the project's comparison; None: it was added besides
    alike_from: int = 0  # it joined later: before this iteration the project's own run was trained otherwise

    @property
    def name(self) -> str:
        return self.variant.name(self.project)


@dataclass(frozen=True, eq=False)
class CompanionsAside:
    """Companions that are put aside with their runs."""

    companions: dict[int, Companion]
    following: int
    missing: dict[Difference, str]


class Companions:
    """By the number of their run. Methods return the commands for the training thread."""

    def __init__(self) -> None:
        self._companions: dict[int, Companion] = {}
        self._next = 1
        self._missing: dict[Difference, str] = {}  # what cannot be carried out, and why

    def exchange(self, aside: CompanionsAside | None) -> CompanionsAside:
        """Puts those that were put aside in the place of the present ones, or none; returns the present ones."""
        before = CompanionsAside(self._companions, self._next, self._missing)
        found = aside or CompanionsAside({}, 1, {})
        self._companions, self._next, self._missing = found.companions, found.following, found.missing
        return before

    def name_of(self, project: Project) -> str:
        """What tells the project's own run from those beside it: by the same words as they are told apart."""
        companion = next(iter(self._companions.values()), None)
        return companion.variant.name(project) if companion is not None else seed_name(project)

    @property
    def all(self) -> Mapping[int, Companion]:
        return MappingProxyType(self._companions)

    def count_runs(self) -> int:
        """How many runs train: these and the project's own."""
        return 1 + len(self._companions)

    @property
    def missing(self) -> str:
        """What the project is compared with but cannot train now, and why, in one sentence; empty when there is nothing."""
        if len(self._missing) == 1:
            ((difference, why),) = self._missing.items()
            return f"A run with {difference} cannot train beside this one: {why}."
        parts = "; ".join(f"{difference} ({why})" for difference, why in self._missing.items())
        return f"{len(self._missing)} runs cannot train beside this one: {parts}." if parts else ""

    @property
    def told(self) -> str:
        """What people have to know of the comparison: who is missing, and who differs in more than was chosen; empty when all is well."""
        return " ".join(filter(None, (self.missing, self.unlike)))

    @property
    def unlike(self) -> str:
        """Which runs differ in more than was chosen, for they joined later, in one sentence; empty when none does."""
        late = [companion for companion in self._companions.values() if companion.alike_from]
        if not late:
            return ""
        names = " and ".join(companion.name for companion in late)
        before = f"{max(companion.alike_from for companion in late):,}"
        verb = "is" if len(late) == 1 else "are"
        return f"{names} joined later and {verb} trained as this run is now; before iteration {before} this one was trained otherwise."

    def keep(self, wanted: Sequence[Difference]) -> list[Command]:
        """Ends what the project is no longer compared with."""
        self._missing = {difference: why for difference, why in self._missing.items() if difference in wanted}
        gone = [n for n, c in self._companions.items() if c.difference is not None and c.difference not in wanted]
        for number in gone:
            del self._companions[number]
        return [RemoveRun(number) for number in gone]

    def complete(
        self, wanted: Sequence[Difference], version: Version, prepared: Prepared, revision: int, reach: Reach = NO_REACH
    ) -> list[Command]:
        """Begins what the project is compared with and is not trained yet; what cannot be is `missing`. `reach`: of its own run."""
        there = {companion.difference for companion in self._companions.values()}
        commands = []
        for difference in wanted:
            if difference in there:
                continue
            try:
                commands.append(self._add_difference(difference, version, prepared, revision, reach))
                self._missing.pop(difference, None)
            except NNLabError as error:
                self._missing[difference] = str(error).rstrip(".")
        self._companions = dict(sorted(self._companions.items(), key=lambda item: _place(item, wanted)))
        return commands

    def _add_difference(self, difference: Difference, version: Version, prepared: Prepared, revision: int, reach: Reach) -> Command:
        variant = variant_of(difference)
        own = variant.version(version).project
        other = next((c.difference for c in self._companions.values() if c.difference and c.difference.key != difference.key), None)
        if other is not None:
            raise NNLabError(f"the others differ in {other.key}, and nobody could tell which of the two matters")
        if own == replace(version.project, comparison=()):
            raise NNLabError("the project is so itself, so there is nothing to compare")
        twin = next((c for c in self._companions.values() if c.project == own), None)
        if twin is not None:
            raise NNLabError(f"the run with {twin.name} is the same one")
        command = self.add(variant, version, prepared, revision, reach)
        self._companions[self._next - 1].difference = difference
        return command

    def add(self, variant: Variant, version: Version, prepared: Prepared, revision: int, reach: Reach = NO_REACH) -> Command:
        """Begins a run at iteration 0, which catches up; raises NNLabError when the variant cannot be trained or there is no room."""
        if len(self._companions) + 1 >= MOST_RUNS:
            raise NNLabError(f"{MOST_RUNS} runs train side by side already; remove the others first.")
        own = variant.version(version)
        planned = plan(Change(None, own, keep=False), Prepared.of(own.project.data, prepared), revision, run=self._next)
        if planned.reason:
            raise NNLabError(f"{variant.name(own.project)} cannot be trained: {planned.reason}.")
        way = way_of(reach.projects, reach.iteration, variant.derive, own.project)
        self._companions[self._next] = Companion(variant, own.project, alike_from=way.alike_from)
        self._next += 1
        assert isinstance(planned.command, Load), "nothing was trained before that could be adjusted"
        return replace(planned.command, rates=way.rates)

    def remove_all(self) -> list[Command]:
        removed: list[Command] = [RemoveRun(number) for number in self._companions]
        self._companions.clear()
        return removed

    def follow(self, change: Change, planned: Plan, revision: int, is_waiting: bool) -> tuple[list[Command], list[str]]:
        """The commands that follow a change of the project, and a sentence for every companion that was added besides and cannot follow.

        After another project was opened there is nothing to follow.
        """
        if change.before is None:
            self._missing.clear()
            return self.remove_all(), []
        commands: list[Command] = []
        ended: list[str] = []
        for number, companion in list(self._companions.items()):
            try:
                own = companion.variant.follow(change)
                commands.append(_following(own, planned, revision, is_waiting, number))
            except NNLabError as error:
                commands.append(RemoveRun(number))
                del self._companions[number]
                if companion.difference is not None:
                    self._missing[companion.difference] = str(error).rstrip(".")
                    continue
                ended.append(f"The run with {companion.name} ended, for it cannot follow the change: {str(error).rstrip('.')}.")
                continue
            companion.project = own.after.project
            if not change.keep:
                companion.stopped, companion.alike_from = "", 0
        return commands, ended

    def rewound(self) -> None:
        for companion in self._companions.values():
            companion.stopped, companion.alike_from = "", 0

    def stop(self, number: int, reason: str) -> str:
        """Notes why a run has stopped; returns the sentence, empty for a run that is no longer there."""
        companion = self._companions.get(number)
        if companion is None:
            return ""
        companion.stopped = reason
        return f"The run with {companion.name} has stopped: {reason}"


def _place(item: tuple[int, Companion], wanted: Sequence[Difference]) -> tuple[int, int]:
    """In the order of the comparison, then what was added besides."""
    number, companion = item
    return (len(wanted) if companion.difference is None else wanted.index(companion.difference), number)


def _following(own: Change, planned: Plan, revision: int, is_waiting: bool, number: int) -> Command:
    """The command for a companion's `own` change, where `planned` is what becomes of the project; raises NNLabError if there is none."""
    if isinstance(planned.command, Block):
        return Block(own, planned.reason, number)
    mine = plan(own, Prepared.of(own.after.project.data, planned.prepared), revision, is_waiting, number)
    if mine.prepared.data is None or mine.reason:
        raise NNLabError(mine.reason)
    if isinstance(planned.command, Load):  # then companions are loaded anew too, so that frames of all have one revision
        return Load(own, mine.prepared.data, revision, number)
    if isinstance(planned.command, Adjust) and isinstance(mine.command, Adjust):
        return replace(mine.command, revision=planned.command.revision)
    return mine.command
