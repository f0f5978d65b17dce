"""What the watched formulas of a run are at the moment at which it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the engine compiles when it is imported; this is a value of commands
    from nnlab.engine.run import Run


@dataclass(frozen=True)
class WatchedNow:
    """After `done` operations of the iteration that follows `iteration`; `values` by formula, NaN where one has none.

    `problems`: what the network does not have, in one sentence, by the formula that names it.
    """

    iteration: int = 0
    done: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(run: Run) -> WatchedNow:
        watches = run.watches
        if not watches.texts:
            return NOTHING_WATCHED
        problems = {text: problem for text, problem in zip(watches.texts, watches.problems, strict=True) if problem}
        done = run.stepper.pc if run.stepper.inside else 0
        return WatchedNow(run.iteration, done, dict(zip(watches.texts, run.watched_values(), strict=True)), problems)


NOTHING_WATCHED = WatchedNow()
