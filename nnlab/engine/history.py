"""The history of a run: loss per iteration, gradient norms per layer, validation losses and any quantity asked for, in bounded memory.

The machine appends to these arrays while other threads read them. Each row of `blocks` stands for `block_size`
iterations (minimum, maximum, mean); when the rows are full, neighbours merge. Minimum, maximum and mean stay true
for a run of any length. What is smoothed is worked out from the means by whoever reads (`nnlab.engine.smoothing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel import recording
from nnlab.core.kernel.structures import Record
from nnlab.engine.convergence import Convergence, Series, judge
from nnlab.engine.curves_svg import curves_svg
from nnlab.engine.program import Program
from nnlab.engine.quantity import Quantity, quantity_words
from nnlab.engine.smoothing import trailing_means, window_blocks

ROWS = 4096


class Losses(NamedTuple):
    """Where a run stood after an iteration; NaN for what there was none of by then.

    `smoothed` is the mean of the last `window` batch losses, `validation` and `training` were evaluated last: both with the weights
    of the same moment, without dropout, by the means and variances of inference.
    """

    smoothed: float
    window: int
    validation: float
    training: float
    evaluated_at: int = 0  # the iteration after which validation and training were evaluated


@dataclass(frozen=True, eq=False)
class Curves:
    """A consistent copy of the history. Block k covers iterations origin + k * block_size + 1 … origin + (k + 1) * block_size."""

    origin: int
    block_size: int
    minimum: np.ndarray
    maximum: np.ndarray
    mean: np.ndarray
    norms: np.ndarray  # (blocks, gradients), the norm at each block's last iteration
    names: tuple[str, ...]  # parameter names of the columns of `norms`
    validation_iterations: np.ndarray
    validation_losses: np.ndarray
    training_losses: np.ndarray  # evaluated as the validation losses are, at the same iterations
    validation_scores: np.ndarray  # accuracy, or R², at the same iterations; NaN where the run is not scored
    training_scores: np.ndarray
    last: float
    quantities: tuple[Quantity, ...] = ()
    values: np.ndarray = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))  # (blocks, quantities), at the same iterations

    def value_of(self, quantity: Quantity) -> np.ndarray:
        """A recorded quantity at each block's last iteration, NaN where it was not asked for yet; NNLabError if it never was."""
        if quantity not in self.quantities:
            raise NNLabError(f"{quantity.reduction} of {quantity.tensor} is not recorded; ask for it with Run.record.")
        return self.values[:, self.quantities.index(quantity)]

    @property
    def iterations(self) -> np.ndarray:
        """The last iteration of every block."""
        return self.origin + (np.arange(len(self.mean)) + 1) * self.block_size

    @cached_property
    def windows(self) -> np.ndarray:
        """How many iterations up to the end of every block its smoothed loss is the mean of."""
        return window_blocks(np.arange(1, len(self.mean) + 1)) * self.block_size

    @cached_property
    def smoothed(self) -> np.ndarray:
        """At the end of every block, the mean of the last batch losses: a twentieth of all so far."""
        return trailing_means(self.mean, self.windows // self.block_size)

    @property
    def losses(self) -> Losses:
        """At the end of these curves."""
        last = np.zeros((min(1, len(self.validation_losses)), recording.CHECK_COLUMNS))
        if len(last):
            last[0, recording.CHECK_ITERATION] = self.validation_iterations[-1]
            last[0, recording.CHECK_VALIDATION], last[0, recording.CHECK_TRAINING] = self.validation_losses[-1], self.training_losses[-1]
        return _losses(self.mean, len(self.mean), self.block_size, last)

    @cached_property
    def convergence(self) -> Convergence:
        """The verdict on the run up to the end of these curves, with its test and figures."""
        checks = self.validation_iterations, self.validation_losses, self.training_losses
        return judge(Series(self.origin, self.block_size, self.mean, *checks))

    @property
    def verdict(self) -> str:
        """One of nnlab.engine.convergence.VERDICTS: "converging", "plateau", …, or "too_early"."""
        return self.convergence.verdict

    def _repr_svg_(self) -> str:
        """How a notebook shows them: the loss by iteration."""
        return curves_svg(
            self.iterations, self.smoothed, (self.minimum, self.maximum), self.validation_iterations, self.validation_losses
        )  # fmt: skip

    def until(self, iteration: int) -> Curves:
        """The same curves without what came after `iteration`: whole blocks and validations that were complete by then."""
        blocks = max(0, (iteration - self.origin) // self.block_size)
        checks = int(np.searchsorted(self.validation_iterations, iteration, side="right"))
        if blocks >= len(self.mean) and checks == len(self.validation_losses):
            return self
        return replace(
            self, minimum=self.minimum[:blocks], maximum=self.maximum[:blocks], mean=self.mean[:blocks],
            norms=self.norms[:blocks], values=self.values[:blocks], validation_iterations=self.validation_iterations[:checks],
            validation_losses=self.validation_losses[:checks], training_losses=self.training_losses[:checks],
            validation_scores=self.validation_scores[:checks], training_scores=self.training_scores[:checks],
        )  # fmt: skip


class History:
    """The arrays of one run, written by the machine, read by `curves`."""

    def __init__(
        self, names: tuple[str, ...], rows: int = ROWS, origin: int = 0, *, quantities: Sequence[Quantity] = (),
        words: np.ndarray | None = None,
    ) -> None:  # fmt: skip
        """`names`: the parameters whose gradients' norms are recorded; `words`: where the quantities lie, see `quantity_words`."""
        self.names = names
        self.quantities = tuple(quantities)
        marks = np.zeros(recording.MARK_WORDS, dtype=np.int64)
        marks[recording.BLOCK_SIZE] = 1
        marks[recording.ORIGIN] = marks[recording.LAST_VALIDATION] = origin
        self.arrays = Record(
            marks=marks,
            blocks=np.zeros((rows, recording.BLOCK_COLUMNS)),
            sums=np.full(recording.SUM_WORDS, np.nan),
            columns=np.zeros((rows, len(names) + len(self.quantities)), dtype=np.float32),
            validations=np.zeros((rows, recording.CHECK_COLUMNS)),
            quantities=np.zeros((0, 4), dtype=np.int64) if words is None else words,
            bounds=np.array([q.bound for q in self.quantities], dtype=np.float64),
        )

    @staticmethod
    def of(program: Program, quantities: Sequence[Quantity] = (), origin: int = 0) -> History:
        """An empty history of a program's run."""
        names = tuple(info.name for info in program.parameters)
        return History(names, origin=origin, quantities=quantities, words=quantity_words(quantities, program))

    @property
    def origin(self) -> int:
        """The iteration it begins after."""
        return int(self.arrays.marks[recording.ORIGIN])

    @property
    def block_size(self) -> int:
        """Iterations that a row stands for."""
        return int(self.arrays.marks[recording.BLOCK_SIZE])

    @property
    def last(self) -> float:
        return float(self.arrays.sums[recording.SUM_LAST])

    @property
    def losses(self) -> Losses:
        """At the newest iteration."""
        return self.losses_at(None)

    def losses_at(self, iteration: int | None) -> Losses:
        """What was known after an iteration (None: the newest), where `curves` copies thousands of numbers.

        The smoothed loss is that of the last whole block by then.
        """
        marks = self.arrays.marks
        while True:
            version = int(marks[recording.VERSION])
            if version % 2 == 0:
                size, count = int(marks[recording.BLOCK_SIZE]), int(marks[recording.BLOCKS])
                checks = self.arrays.validations[: int(marks[recording.VALIDATIONS])]
                if iteration is not None:
                    count = max(0, min(count, (iteration - self.origin) // size))
                    checks = checks[: int(np.searchsorted(checks[:, recording.CHECK_ITERATION], iteration, side="right"))]
                means = self.arrays.blocks[count - int(window_blocks(np.array(count))) : count, recording.BLOCK_MEAN].copy()
                last = checks[-1:].copy()
                if int(marks[recording.VERSION]) == version:
                    return _losses(means, count, size, last)

    def curves(self) -> Curves:
        """A copy made while the machine may be writing: taken again when rows were moved meanwhile."""
        marks = self.arrays.marks
        while True:
            version = int(marks[recording.VERSION])
            if version % 2 == 0:
                count, size = int(marks[recording.BLOCKS]), int(marks[recording.BLOCK_SIZE])
                checks = int(marks[recording.VALIDATIONS])
                blocks, columns = self.arrays.blocks[:count].copy(), self.arrays.columns[:count].copy()
                validations = self.arrays.validations[:checks].copy()
                if int(marks[recording.VERSION]) == version:
                    break
        gradients = len(self.names)
        return Curves(
            origin=int(marks[recording.ORIGIN]), block_size=size,
            minimum=blocks[:, recording.BLOCK_MINIMUM], maximum=blocks[:, recording.BLOCK_MAXIMUM],
            mean=blocks[:, recording.BLOCK_MEAN],
            norms=columns[:, :gradients], names=self.names, quantities=self.quantities, values=columns[:, gradients:],
            validation_iterations=validations[:, recording.CHECK_ITERATION], validation_losses=validations[:, recording.CHECK_VALIDATION],
            training_losses=validations[:, recording.CHECK_TRAINING],
            validation_scores=validations[:, recording.CHECK_VALIDATION_SCORE],
            training_scores=validations[:, recording.CHECK_TRAINING_SCORE], last=self.last,
        )  # fmt: skip

    def copy(self) -> History:
        """The history as it is, in memory of its own."""
        return self._with_columns(self.names, self.quantities, self.arrays.quantities)

    def until(self, iteration: int) -> History:
        """The history as it was after `iteration`, which has to lie at the border of two blocks."""
        result = self.copy()
        marks, validations = result.arrays.marks, result.arrays.validations
        origin, size = int(marks[recording.ORIGIN]), int(marks[recording.BLOCK_SIZE])
        assert (iteration - origin) % size == 0, f"iteration {iteration} lies inside a block of {size}"
        rows = (iteration - origin) // size
        checks = int(np.searchsorted(validations[: marks[recording.VALIDATIONS], 0], iteration, side="right"))
        marks[recording.BLOCKS], marks[recording.IN_BLOCK], marks[recording.VALIDATIONS] = rows, 0, checks
        marks[recording.LAST_VALIDATION] = validations[checks - 1, 0] if checks else origin
        result.arrays.sums[:] = np.nan
        return result

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in self.arrays)

    def for_program(self, program: Program, quantities: Sequence[Quantity] | None = None) -> History:
        """The same history for an edited network, or from now on with other quantities: losses stay, columns where their name does.

        A quantity of a tensor that the network does not have is NaN.
        """
        wanted = self.quantities if quantities is None else tuple(quantities)
        return self._with_columns(tuple(info.name for info in program.parameters), wanted, quantity_words(wanted, program))

    def _with_columns(self, names: tuple[str, ...], quantities: tuple[Quantity, ...], words: np.ndarray) -> History:
        old = self.arrays
        result = History(names, len(old.blocks), quantities=quantities, words=words)
        new, filled = result.arrays, int(old.marks[recording.BLOCKS])
        new.marks[:], new.blocks[:], new.sums[:], new.validations[:] = old.marks, old.blocks, old.sums, old.validations
        place = {name: column for column, name in enumerate((*self.names, *self.quantities))}
        wanted = (*names, *quantities)
        known = [column for column, name in enumerate(wanted) if name in place]
        new.columns[:filled] = np.nan
        new.columns[:filled, known] = old.columns[:filled, [place[wanted[column]] for column in known]]
        return result


def _losses(means: np.ndarray, blocks: int, block_size: int, last: np.ndarray) -> Losses:
    """From the means of the last of so many blocks, enough for their window, and the last evaluation (1, CHECK_COLUMNS), if any."""
    nothing = float("nan")
    window = window_blocks(np.array([blocks]))
    return Losses(
        float(trailing_means(means, window)[0]) if blocks else nothing,
        int(window[0]) * block_size if blocks else 0,
        float(last[0, recording.CHECK_VALIDATION]) if len(last) else nothing,
        float(last[0, recording.CHECK_TRAINING]) if len(last) else nothing,
        int(last[0, recording.CHECK_ITERATION]) if len(last) else 0,
    )
