"""Quantities: one number of a tensor after every step, for the history to record or for training to stop at.

    Quantity("tanh_1.y", "share_above", 0.99)     the share of activations beyond ±0.99
    Quantity("dense_1.d_weight", "l2_norm")       the length of a gradient, after clipping
    Quantity("dense_1.weight", "element", index=(3, 0))
    LOSS, ITERATION, EPOCH, GRADIENT_NORM         of the network as a whole
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.quantities import (
    ABSENT,
    ELEMENT,
    EPOCHS,
    ITERATIONS,
    L2_NORM,
    MAX_ABS,
    MEAN,
    QUANTITY_WORDS,
    REDUCTIONS,
    SHARE_ABOVE,
    SHARE_OF_ZEROS,
)
from nnlab.engine.program import Place, Program

__all__ = [
    "EPOCH", "GRADIENT_NORM", "ITERATION", "L2_NORM", "LOSS", "MAX_ABS", "MEAN", "REDUCTIONS", "SHARE_ABOVE", "SHARE_OF_ZEROS", "Quantity",
    "quantity_words",
]  # fmt: skip

_ITERATION, _LOSS, _EPOCH, _GRADIENT = "iteration", "loss", "epoch", "gradient"  # no tensor is called so: a tensor's name has a dot


@dataclass(frozen=True)
class Quantity:
    """A tensor of the program and the reduction that makes one number of it, over all samples of the batch.

    `bound` is what "share_above" compares absolute values with; `index` that of an "element", the sample first where it has a batch axis.
    Raises NNLabError for a reduction that does not exist.
    """

    tensor: str
    reduction: str = "mean"
    bound: float = 0.0
    index: tuple[int, ...] = ()

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
        if self.tensor == _EPOCH:
            return 0, 0, 0, EPOCHS
        if self.tensor == _GRADIENT:  # of all parameters together
            start = program.gradients_start
            return start, program.parameter_gradients_end - start, 0, REDUCTIONS.index(self.reduction)
        name = program.loss_name if self.tensor == _LOSS else self.tensor
        place = program.places.get(name) if name is not None else None
        if place is None:
            return 0, 0, 0, ABSENT
        if self.reduction == "element":
            return self._element(place)
        return place.offset, place.row, int(place.has_batch), REDUCTIONS.index(self.reduction)


    def _element(self, place: Place) -> tuple[int, int, int, int]:
        sample, rest = (self.index[0], self.index[1:]) if place.has_batch and self.index else (0, self.index)
        if len(rest) != len(place.shape) or any(not 0 <= at < size for at, size in zip(rest, place.shape, strict=False)):
            return 0, 0, 0, ABSENT
        flat = 0
        for at, size in zip(rest, place.shape, strict=True):
            flat = flat * size + at
        return place.offset + sample * place.row + flat, sample, int(place.has_batch), ELEMENT


ITERATION, EPOCH = Quantity(_ITERATION), Quantity(_EPOCH)
GRADIENT_NORM = Quantity(_GRADIENT, "l2_norm")
LOSS = Quantity(_LOSS)


def quantity_words(quantities: Iterable[Quantity], program: Program) -> np.ndarray:
    """The words of several, int64 (quantities, QUANTITY_WORDS)."""
    return np.array([q.words(program) for q in quantities], dtype=np.int64).reshape(-1, QUANTITY_WORDS)


def require(quantities: Iterable[Quantity], program: Program) -> None:
    """Raises NNLabError naming the first tensor that the program does not have."""
    for wanted in quantities:
        if not wanted.is_in(program):
            raise NNLabError(f"There is no tensor {wanted.tensor!r} in this network; see Program.places for their names.")
