"""What is watched in a run: formulas bound to its program, with their values after the iterations it has passed, in bounded memory.

The machine appends after every step, so nothing is missed at full speed. When the rows are full every second one is dropped and the
iterations between two rows double. An iteration that is done again (a replay of the past) is not recorded twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import FormulaError
from nnlab.core.kernel.formulas import WATCH_MARKS, WATCH_SPACING, WATCH_USED
from nnlab.core.kernel.structures import WatchTable
from nnlab.engine.formula_code import bound
from nnlab.engine.program import Program
from nnlab.engine.tensor_formula import tensor_formula

ROWS = 2048


@dataclass(frozen=True, eq=False)
class WatchSeries:
    """The values of one formula: `iterations` int64 (n,), rising, and `values` float64 (n,); NaN where it had none."""

    iterations: np.ndarray
    values: np.ndarray


class Watches:
    """`problems`: of each formula what this network does not have, in one sentence; empty where it has everything."""

    def __init__(self, texts: Sequence[str], program: Program) -> None:
        self.texts = tuple(texts)
        formulas, self.problems = bound([tensor_formula(text) for text in self.texts], program)
        marks = np.zeros(WATCH_MARKS, np.int64)
        marks[WATCH_SPACING] = 1
        self.arrays = WatchTable(formulas, marks, np.full((ROWS if texts else 0, 1 + len(self.texts)), np.nan))

    @property
    def count(self) -> int:
        """Rows in use."""
        return int(self.arrays.marks[WATCH_USED])

    def series(self, text: str) -> WatchSeries:
        """A copy of what is known of one. Any thread may ask: a row that is written meanwhile is left out or whole."""
        column = 1 + self.texts.index(text)
        rows = self.arrays.rows[: self.count].copy()
        rising = np.flatnonzero(np.diff(rows[:, 0], prepend=-1.0) > 0)  # rows move while they are thinned out
        return WatchSeries(rows[rising, 0].astype(np.int64), rows[rising, column])

    def require(self) -> None:
        """Raises FormulaError for the first that names what the network does not have."""
        for problem in self.problems:
            if problem:
                raise FormulaError(problem)

    def forget_after(self, iteration: int) -> None:
        """The run takes another way from here."""
        self.arrays.marks[WATCH_USED] = int(np.searchsorted(self.arrays.rows[: self.count, 0], iteration, side="right"))

    def forget(self) -> None:
        """The run begins again."""
        self.arrays.marks[:] = 0
        self.arrays.marks[WATCH_SPACING] = 1

    def for_program(self, program: Program, texts: Sequence[str] | None = None) -> Watches:
        """The same for an edited network, or others; those that were there before keep their values."""
        result = Watches(self.texts if texts is None else texts, program)
        if not (self.texts and result.texts):
            return result
        result.arrays.marks[:] = self.arrays.marks
        result.arrays.rows[:, 0] = self.arrays.rows[:, 0]
        for place, text in enumerate(result.texts):
            if text in self.texts:
                result.arrays.rows[:, 1 + place] = self.arrays.rows[:, 1 + self.texts.index(text)]
        return result
