"""The history of a run: loss per iteration, gradient norms per layer, validation losses, in bounded memory.

The machine appends to these arrays while other threads read them. Each row of `blocks` stands for `block_size`
iterations (minimum, maximum, mean, running mean); when the rows are full, neighbours merge. Minimum and maximum stay true
for a run of any length.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from nnlab.engine import machine

ROWS = 4096


class Losses(NamedTuple):
    """Where a run stands: the last batch's loss, the running mean, the last validation loss; NaN for what there is none of."""

    last: float
    running_mean: float
    validation: float


@dataclass(frozen=True, eq=False)
class Curves:
    """A consistent copy of the history. Block k covers iterations origin + k * block_size + 1 … origin + (k + 1) * block_size."""

    origin: int
    block_size: int
    minimum: np.ndarray
    maximum: np.ndarray
    mean: np.ndarray
    smoothed: np.ndarray
    norms: np.ndarray  # (blocks, gradients), the norm at each block's last iteration
    names: tuple[str, ...]  # parameter names of the columns of `norms`
    validation_iterations: np.ndarray
    validation_losses: np.ndarray
    last: float
    running_mean: float

    @property
    def iterations(self) -> np.ndarray:
        """The last iteration of every block."""
        return self.origin + (np.arange(len(self.mean)) + 1) * self.block_size

    def until(self, iteration: int) -> Curves:
        """The same curves without what came after `iteration`: whole blocks and validations that were complete by then."""
        blocks = max(0, (iteration - self.origin) // self.block_size)
        checks = int(np.searchsorted(self.validation_iterations, iteration, side="right"))
        if blocks >= len(self.mean) and checks == len(self.validation_losses):
            return self
        return replace(
            self, minimum=self.minimum[:blocks], maximum=self.maximum[:blocks], mean=self.mean[:blocks], smoothed=self.smoothed[:blocks],
            norms=self.norms[:blocks], validation_iterations=self.validation_iterations[:checks],
            validation_losses=self.validation_losses[:checks],
        )  # fmt: skip


class History:
    """The arrays of one run, written by the machine, read by `curves`."""

    def __init__(self, names: tuple[str, ...], rows: int = ROWS, origin: int = 0) -> None:
        self.names = names
        self.marks = np.zeros(machine.MARK_WORDS, dtype=np.int64)
        self.marks[machine.BLOCK_SIZE] = 1
        self.marks[machine.ORIGIN] = self.marks[machine.LAST_VALIDATION] = origin
        self.blocks = np.zeros((rows, 4))
        self.sums = np.full(machine.SUM_WORDS, np.nan)
        self.norms = np.zeros((rows, len(names)), dtype=np.float32)
        self.validations = np.zeros((rows, 2))

    @property
    def last(self) -> float:
        return float(self.sums[machine.SUM_LAST])

    @property
    def smoothed(self) -> float:
        return float(self.sums[machine.SUM_SMOOTHED])

    @property
    def last_validation(self) -> float:
        count = int(self.marks[machine.VALIDATIONS])
        return float(self.validations[count - 1, 1]) if count else float("nan")

    @property
    def losses(self) -> Losses:
        """Three numbers, where `curves` copies thousands."""
        return Losses(self.last, self.smoothed, self.last_validation)

    def curves(self) -> Curves:
        """A copy made while the machine may be writing: taken again when rows were moved meanwhile."""
        while True:
            version = int(self.marks[machine.VERSION])
            if version % 2 == 0:
                count, size = int(self.marks[machine.BLOCKS]), int(self.marks[machine.BLOCK_SIZE])
                checks = int(self.marks[machine.VALIDATIONS])
                blocks, norms = self.blocks[:count].copy(), self.norms[:count].copy()
                validations = self.validations[:checks].copy()
                if int(self.marks[machine.VERSION]) == version:
                    break
        return Curves(
            origin=int(self.marks[machine.ORIGIN]), block_size=size,
            minimum=blocks[:, machine.BLOCK_MINIMUM], maximum=blocks[:, machine.BLOCK_MAXIMUM],
            mean=blocks[:, machine.BLOCK_MEAN], smoothed=blocks[:, machine.BLOCK_SMOOTHED],
            norms=norms, names=self.names,
            validation_iterations=validations[:, 0], validation_losses=validations[:, 1],
            last=self.last, running_mean=self.smoothed,
        )  # fmt: skip

    def copy(self) -> History:
        """The history as it is, in memory of its own."""
        return self.with_names(self.names)

    def until(self, iteration: int) -> History:
        """The history as it was after `iteration`, which has to lie at the border of two blocks."""
        since, size = iteration - int(self.marks[machine.ORIGIN]), int(self.marks[machine.BLOCK_SIZE])
        assert since % size == 0, f"iteration {iteration} lies inside a block of {size}"
        result = self.copy()
        rows = since // size
        checks = int(np.searchsorted(self.validations[: self.marks[machine.VALIDATIONS], 0], iteration, side="right"))
        result.marks[machine.BLOCKS], result.marks[machine.IN_BLOCK], result.marks[machine.VALIDATIONS] = rows, 0, checks
        result.marks[machine.LAST_VALIDATION] = self.validations[checks - 1, 0] if checks else self.marks[machine.ORIGIN]
        result.sums[:] = np.nan
        if rows:
            result.sums[machine.SUM_SMOOTHED] = self.blocks[rows - 1, machine.BLOCK_SMOOTHED]
        return result

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.marks, self.blocks, self.sums, self.norms, self.validations))

    def with_names(self, names: tuple[str, ...]) -> History:
        """The same history for an edited network: losses stay, norms stay where the parameter's name does."""
        result = History(names, len(self.blocks))
        result.marks[:], result.blocks[:], result.sums[:] = self.marks, self.blocks, self.sums
        result.validations[:] = self.validations
        filled, place = int(self.marks[machine.BLOCKS]), {name: column for column, name in enumerate(self.names)}
        known = [column for column, name in enumerate(names) if name in place]
        result.norms[:filled] = np.nan
        result.norms[:filled, known] = self.norms[:filled, [place[names[column]] for column in known]]
        return result
