"""Keyframes: copies of what a run has learned, taken while it trains, evenly spaced within a fixed amount of memory.

Any iteration is replayed from the last keyframe before it, because a step is a function of weights, moments and context alone (see
docs/decisions/replay.md). The machine takes them itself, so that no Python runs for it: one at the start and then at every `SPACING`-th
iteration. When the rows are full, every second one is dropped and the spacing doubles, as in the history; after any number of steps between
half and all of the rows are in use, and a replay takes at most `spacing` steps.
"""

from __future__ import annotations

import numpy as np

from nnlab.core.kernel.context import CONTEXT_WORDS, ITERATION
from nnlab.core.kernel.keyframing import MARK_WORDS, ORIGIN, ROWS, SPACING, USED
from nnlab.core.kernel.structures import KeyframeTable

MOST_ROWS = 1024  # a power of two below the history's, so that keyframes lie at the borders of its blocks
FEWEST_ROWS = 2


class Keyframes:
    """Rows for one program. With a budget too small for two of them it keeps none, and costs nothing."""

    def __init__(self, width: int, dtype: np.dtype, budget: int, origin: int = 0, spacing: int = 1) -> None:
        """`width` is the number of parameters, buffers and moments; `budget` in bytes; `origin` the iteration the spacing counts from."""
        rows = min(budget // max(1, width * dtype.itemsize), MOST_ROWS)
        rows = 1 << int(rows).bit_length() - 1 if rows >= FEWEST_ROWS else 0
        self.learned = np.empty((rows, width if rows else 0), dtype)  # memory that is not written to is not occupied
        self.contexts = np.zeros((rows, CONTEXT_WORDS), np.int64)
        self.marks = np.zeros(MARK_WORDS, np.int64)
        self.marks[SPACING], self.marks[ORIGIN], self.marks[ROWS] = spacing, origin, rows

    @staticmethod
    def none(dtype: np.dtype) -> Keyframes:
        """Keeps nothing."""
        return Keyframes(0, dtype, 0)

    @property
    def arrays(self) -> KeyframeTable:
        """The table as the machine takes it."""
        return KeyframeTable(self.marks, self.learned, self.contexts)

    def __len__(self) -> int:
        return int(self.marks[USED])

    @property
    def spacing(self) -> int:
        """Iterations between two keyframes."""
        return int(self.marks[SPACING])

    @property
    def iterations(self) -> np.ndarray:
        """The iterations that are kept, in rising order."""
        return self.contexts[: len(self), ITERATION]

    @property
    def nbytes(self) -> int:
        """Bytes in use."""
        return len(self) * (self.learned.itemsize * self.learned.shape[1] + self.contexts.itemsize * self.contexts.shape[1])

    def before(self, iteration: int) -> int | None:
        """The row of the last keyframe at or before an iteration; None if there is none."""
        row = int(np.searchsorted(self.iterations, iteration, side="right")) - 1
        return row if row >= 0 else None

    def forget_after(self, iteration: int) -> None:
        """Drops what lies beyond: the run takes another way from here."""
        self.marks[USED] = int(np.searchsorted(self.iterations, iteration, side="right"))

    def settle(self) -> Keyframes:
        """The same keyframes in memory of just their size, for a part of the run that is over."""
        return self.rows(slice(0, len(self)))

    def split(self, iteration: int) -> tuple[Keyframes, Keyframes]:
        """Copies, in memory of just their size, of those up to an iteration and of those beyond it."""
        count = int(np.searchsorted(self.iterations, iteration, side="right"))
        return self.rows(slice(0, count)), self.rows(slice(count, len(self)))

    def rows(self, rows: slice) -> Keyframes:
        """Copies of some of them, in memory of just their size."""
        kept = Keyframes.none(self.learned.dtype)
        kept.learned, kept.contexts, kept.marks = self.learned[rows].copy(), self.contexts[rows].copy(), self.marks.copy()
        kept.marks[USED] = kept.marks[ROWS] = len(kept.learned)
        return kept

    def reopen(self, budget: int) -> Keyframes:
        """A table with these keyframes and room for more."""
        opened = Keyframes(self.learned.shape[1], self.learned.dtype, budget, int(self.marks[ORIGIN]))
        if not len(opened.learned):
            return opened
        while len(self) > len(opened.learned):
            self.thin()
        opened.learned[: len(self)], opened.contexts[: len(self)] = self.learned[: len(self)], self.contexts[: len(self)]
        opened.marks[USED], opened.marks[SPACING] = self.marks[USED], self.marks[SPACING]
        return opened

    def thin(self) -> None:
        """Doubles the spacing: half the memory, twice the steps of a replay."""
        self.marks[SPACING] *= 2
        kept = np.flatnonzero((self.iterations - self.marks[ORIGIN]) % self.marks[SPACING] == 0)
        self.learned, self.contexts = self.learned[kept], self.contexts[kept]
        self.marks[USED] = self.marks[ROWS] = len(kept)
