"""What a project keeps of its past: the runs that ended, within a budget, and every evaluation on its test part.

The oldest run that is not pinned goes first. Both are no part of `Project`: they are kept whatever is undone afterwards. Renaming, pinning
and deleting a run give another list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nnlab.core.errors import NNLabError
from nnlab.core.sizes import MEGABYTE
from nnlab.training.kept_run import KeptRun, SeedCurve, plain
from nnlab.training.project import Project
from nnlab.training.test_evaluation import MOST_EVALUATIONS, TestEvaluation

BUDGET = 64 * MEGABYTE  # bytes of curves and weights
MOST_KEPT = 200  # runs


@dataclass(frozen=True, eq=False)
class KeptRuns:
    """By rising number. `next_number` is that of the run under way: numbers of deleted runs do not come back."""

    runs: tuple[KeptRun, ...] = ()
    next_number: int = 1
    tests: tuple[TestEvaluation, ...] = ()  # the first one first

    def __post_init__(self) -> None:
        numbers = [run.number for run in self.runs]
        if sorted(set(numbers)) != numbers or (numbers and numbers[-1] >= self.next_number):
            raise NNLabError("The kept runs are not numbered in order.")

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> Iterator[KeptRun]:
        return iter(self.runs)

    def __getitem__(self, number: int) -> KeptRun:
        """The run of this number; raises NNLabError where there is none."""
        found = next((run for run in self.runs if run.number == number), None)
        if found is None:
            known = ", ".join(str(run.number) for run in self.runs[-12:]) or "none"
            raise NNLabError(f"There is no run {number}; the project keeps {known}.")
        return found

    def __contains__(self, number: object) -> bool:
        return any(run.number == number for run in self.runs)

    @property
    def nbytes(self) -> int:
        return sum(run.nbytes for run in self.runs)

    def adding(self, project: Project, seeds: tuple[SeedCurve, ...], name: str = "") -> KeptRuns:
        """With another run, the newest, computed by the code of this process; what no longer fits the budget is gone.

        Weights that alone exceed it are not kept.
        """
        from nnlab.core.kernel.processor import computing_code  # brings in the machine; to read a project needs none

        start = project.initial.name if project.initial is not None else ""
        run = KeptRun(self.next_number, name or f"run {self.next_number}", plain(project), seeds, start=start, code=computing_code())
        if run.nbytes > BUDGET:
            run = run.without_weights()
        return replace(self, runs=(*self.runs, run), next_number=self.next_number + 1)._within_budget()

    def tested(self, evaluation: TestEvaluation) -> KeptRuns:
        """With one more evaluation on the test part. Raises NNLabError where a project could not hold it."""
        if len(self.tests) >= MOST_EVALUATIONS:
            raise NNLabError(f"The test part was evaluated {MOST_EVALUATIONS:,} times, which is all that a project counts.")
        return replace(self, tests=(*self.tests, evaluation))

    def renamed(self, number: int, name: str) -> KeptRuns:
        """Raises NNLabError for a name that is empty, too long, or another run's."""
        name, other = name.strip(), next((run for run in self.runs if run.name == name.strip() and run.number != number), None)
        if other is not None:
            raise NNLabError(f"Another run is called “{name}” already; choose another name.")
        return self.replacing(replace(self[number], name=name))

    def pinned(self, number: int, is_pinned: bool = True) -> KeptRuns:
        """A pinned run is never dropped; raises NNLabError where the pinned ones would fill the whole budget."""
        run = replace(self[number], is_pinned=is_pinned)
        found = self.replacing(run)
        size = sum(other.nbytes for other in found.runs if other.is_pinned)
        if is_pinned and size > BUDGET:
            raise NNLabError(
                f"“{run.name}” cannot be pinned: pinned runs would take {size / MEGABYTE:,.0f} MB of the {BUDGET // MEGABYTE} MB for "
                "runs; unpin or delete another."
            )
        return found

    def without(self, number: int) -> KeptRuns:
        gone = self[number]
        return replace(self, runs=tuple(run for run in self.runs if run is not gone))

    def replacing(self, run: KeptRun) -> KeptRuns:
        """With this run in the place of that of its number, or where it belongs if that is gone."""
        others = [other for other in self.runs if other.number != run.number]
        ordered = tuple(sorted([*others, run], key=lambda each: each.number))
        return replace(self, runs=ordered, next_number=max(self.next_number, run.number + 1))

    def _within_budget(self) -> KeptRuns:
        runs = list(self.runs)
        while len(runs) > MOST_KEPT or sum(run.nbytes for run in runs) > BUDGET:
            oldest = next((run for run in runs[:-1] if not run.is_pinned), None)
            if oldest is None:  # all others are pinned: the newest one cannot stay with its weights
                if len(runs) > MOST_KEPT or not any(seed.weights for seed in runs[-1].seeds):
                    return replace(self, runs=tuple(runs[:-1]))
                runs[-1] = runs[-1].without_weights()
                continue
            runs.remove(oldest)
        return replace(self, runs=tuple(runs))
