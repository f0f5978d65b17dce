"""Quantities: one number of a tensor after every step, for the history to record or for training to stop at.

    Quantity("tanh_1.y", "share_above", 0.99)     the share of activations beyond ±0.99
    Quantity("dense_1.d_weight", "l2_norm")       the length of a gradient, after clipping
    LOSS, ITERATION                               of the network as a whole
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.quantities import ABSENT, ITERATIONS, L2_NORM, MAX_ABS, MEAN, QUANTITY_WORDS, REDUCTIONS, SHARE_ABOVE, SHARE_OF_ZEROS
from nnlab.engine.program import Program

__all__ = ["ITERATION", "L2_NORM", "LOSS", "MAX_ABS", "MEAN", "REDUCTIONS", "SHARE_ABOVE", "SHARE_OF_ZEROS", "Quantity", "quantity_words"]

_ITERATION, _LOSS = "iteration", "loss"  # no tensor is called so: a tensor's name has a dot


@dataclass(frozen=True)
class Quantity:
    """A tensor of the program and the reduction that makes one number of it, over all samples of the batch.

    `bound` is what "share_above" compares absolute values with. Raises NNLabError for a reduction that does not exist.
    """

    tensor: str
    reduction: str = "mean"
    bound: float = 0.0

    def __post_init__(self) -> None:
        if self.reduction not in REDUCTIONS:
            raise NNLabError(f"There is no reduction {self.reduction!r}; choose one of {', '.join(REDUCTIONS)}.")
        if not math.isfinite(self.bound):
            raise NNLabError(f"The bound of {self.reduction} of {self.tensor} is {self.bound}; give a finite number.")

    def is_in(self, program: Program) -> bool:
        return self.words(program)[-1] != ABSENT

    def words(self, program: Program) -> tuple[int, int, int, int]:
        """What the machine knows of it, see nnlab.core.kernel.quantities."""
        if self.tensor == _ITERATION:
            return 0, 0, 0, ITERATIONS
        name = program.loss_name if self.tensor == _LOSS else self.tensor
        place = program.places.get(name) if name is not None else None
        if place is None:
            return 0, 0, 0, ABSENT
        return place.offset, place.row, int(place.has_batch), REDUCTIONS.index(self.reduction)


ITERATION = Quantity(_ITERATION)
LOSS = Quantity(_LOSS)


def quantity_words(quantities: Iterable[Quantity], program: Program) -> np.ndarray:
    """The words of several, int64 (quantities, QUANTITY_WORDS)."""
    return np.array([q.words(program) for q in quantities], dtype=np.int64).reshape(-1, QUANTITY_WORDS)


def require(quantities: Iterable[Quantity], program: Program) -> None:
    """Raises NNLabError naming the first tensor that the program does not have."""
    for wanted in quantities:
        if not wanted.is_in(program):
            raise NNLabError(f"There is no tensor {wanted.tensor!r} in this network; see Program.places for their names.")
