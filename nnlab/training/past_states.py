"""What training remembers of states of the document that were left, for the return to them (undo, redo).

Numbers that an edit took away (a deleted layer, units that a layer lost) are kept for the state it came from, and whole runs that ended
(other initial weights, another data set) likewise. Both live in bounded memory; the oldest go first.
"""

from __future__ import annotations

from collections.abc import Iterable

from nnlab.core.sizes import MEGABYTE
from nnlab.engine.carry_over import Remembered, lost
from nnlab.engine.run import Run
from nnlab.training.change import Change
from nnlab.training.commands import Snapshot
from nnlab.training.snapshots import take_snapshot

MOST_REMEMBERED = 64 * MEGABYTE  # bytes, of numbers and of runs each


class PastStates:
    """Keeps numbers and runs by the number of the state they belong to, at most `budget` bytes of each.

    `waiting` is a snapshot to be restored as soon as there is a network it can be restored to.
    """

    def __init__(self, budget: int = MOST_REMEMBERED) -> None:
        self._budget = budget
        self._numbers: dict[int, Remembered] = {}
        self._runs: dict[int, Snapshot] = {}
        self.waiting: Snapshot | None = None

    def end(self, run: Run | None, change: Change) -> None:
        """A change ends the run: it is kept for the return to the state before; after another project was opened, nothing is kept."""
        self.waiting = None
        self._numbers.clear()
        if change.before is None:
            self._runs.clear()
        elif run is not None:
            number = change.before.number
            self._runs.pop(number, None)
            self._runs[number] = take_snapshot(run, undisturbed=True)
            _shrink(self._runs, {key: kept.nbytes for key, kept in self._runs.items()}, self._budget)

    def begin_anew(self) -> None:
        """The same network begins again: what it had learned before means nothing to it."""
        self._numbers.clear()

    def keep_lost(self, old: Run, new: Run, change: Change) -> None:
        """Keeps what goes on nowhere in the new run, for the return to the state before the change."""
        if change.before is None or change.before.number == change.after.number:
            return
        number = change.before.number
        self._numbers.pop(number, None)
        numbers = lost(old.state, new.state, change.renewed)
        if numbers:
            self._numbers[number] = numbers
        _shrink(self._numbers, {key: sum(v.nbytes for v in kept.values()) for key, kept in self._numbers.items()}, self._budget)

    def numbers_for(self, states: Iterable[int]) -> Remembered:
        """What was taken away on leaving these states."""
        return {key: values for state in states for key, values in self._numbers.get(state, {}).items()}

    def run_for(self, states: Iterable[int]) -> Snapshot | None:
        """The run that ended on leaving one of these states."""
        return next((self._runs[state] for state in states if state in self._runs), None)


def _shrink(kept: dict[int, Remembered] | dict[int, Snapshot], sizes: dict[int, int], budget: int) -> None:
    """Drops the oldest entries until the rest fits."""
    total = sum(sizes.values())
    for number, size in sizes.items():
        if total <= budget:
            return
        del kept[number]
        total -= size
