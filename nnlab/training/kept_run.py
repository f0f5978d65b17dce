"""A kept run: what remains of a run when it is over: how it was set up, how its losses went, and the weights it ended with.

A run over several seeds is one kept run with a `SeedCurve` for each. Curves are thinned to at most `MOST_BLOCKS` blocks, in which lowest,
highest and mean batch loss stay true; weights are those of the last iteration.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.training.debugging import Debugging
from nnlab.training.project import Project

if TYPE_CHECKING:  # brings in the machine; to read a project needs no machine
    from nnlab.engine.history import Curves
    from nnlab.engine.run import Run

MOST_BLOCKS = 512
MOST_LETTERS = 80  # of a name
LOWEST, HIGHEST, MEAN = range(3)  # columns of `blocks`: batch losses
ITERATION, VALIDATION_LOSS, TRAINING_LOSS, VALIDATION_SCORE, TRAINING_SCORE = range(5)  # columns of `checks`


@dataclass(frozen=True, eq=False)
class SeedCurve:
    """How training from one seed went. Row k of `blocks` covers iterations origin + k · block_size + 1 … origin + (k + 1) · block_size.

    `checks` has a row for each evaluation on training and validation samples, the score being accuracy or R²; NaN for what there was none
    of. `weights`: parameters and buffers by name, as they were after `iteration`; nothing where they were too large to be kept.
    """

    seed: int
    iteration: int
    origin: int
    block_size: int
    blocks: np.ndarray  # (blocks, 3) float64
    checks: np.ndarray  # (evaluations, 5) float64
    last: float  # the newest batch loss
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))

    def __reduce__(self) -> tuple[object, ...]:  # a read-only view of a mapping cannot be pickled
        parts = (self.seed, self.iteration, self.origin, self.block_size, self.blocks, self.checks, self.last, dict(self.weights))
        return SeedCurve, parts

    @cached_property
    def curves(self) -> Curves:
        """The same as the history of a run gives them, without gradient norms."""
        from nnlab.engine.history import Curves

        blocks, checks = self.blocks, self.checks
        return Curves(
            self.origin, self.block_size, blocks[:, LOWEST], blocks[:, HIGHEST], blocks[:, MEAN],
            np.empty((len(blocks), 0), dtype=np.float32), (), checks[:, ITERATION], checks[:, VALIDATION_LOSS], checks[:, TRAINING_LOSS],
            checks[:, VALIDATION_SCORE], checks[:, TRAINING_SCORE], self.last,
        )  # fmt: skip

    @property
    def training_loss(self) -> float:
        """Evaluated last; without evaluations the smoothed batch loss."""
        losses = self.curves.losses
        return losses.smoothed if math.isnan(losses.training) else losses.training

    @property
    def validation_loss(self) -> float:
        return self.curves.losses.validation

    @property
    def score(self) -> float:
        """On validation samples, on training samples where there are none; NaN where nothing was scored."""
        if not len(self.checks):
            return math.nan
        found = float(self.checks[-1, VALIDATION_SCORE])
        return float(self.checks[-1, TRAINING_SCORE]) if math.isnan(found) else found

    @property
    def nbytes(self) -> int:
        return self.blocks.nbytes + self.checks.nbytes + sum(values.nbytes for values in self.weights.values())


@dataclass(frozen=True, eq=False)
class KeptRun:
    """`number` is never given twice in a project. `project` is how it was set up at its end, without adapters kept for later and without

    the numbers it started from: `start` is the name of initial weights that were not drawn from the seed. `code`: for which processor
    the code was compiled that computed it, since other code gives other bits; "" where that was not written down. Raises NNLabError for a
    name that is empty or too long.
    """

    number: int
    name: str
    project: Project
    seeds: tuple[SeedCurve, ...]
    is_pinned: bool = False
    start: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > MOST_LETTERS:
            raise NNLabError(f"A run needs a name of at most {MOST_LETTERS} letters.")
        if not self.seeds:
            raise NNLabError(f"The run “{self.name}” holds no curves.")

    @property
    def best(self) -> SeedCurve:
        """Of several seeds the one that ended with the lowest validation loss, or training loss where there is no other."""
        return min(self.seeds, key=_goodness)

    @property
    def median(self) -> SeedCurve:
        """Of several seeds the one in the middle, by the same loss: its figures stand for all."""
        return sorted(self.seeds, key=_goodness)[(len(self.seeds) - 1) // 2]

    @property
    def iteration(self) -> int:
        return max(seed.iteration for seed in self.seeds)

    @property
    def nbytes(self) -> int:
        return sum(seed.nbytes for seed in self.seeds)

    def without_weights(self) -> KeptRun:
        return replace(self, seeds=tuple(replace(seed, weights={}) for seed in self.seeds))


def plain(project: Project) -> Project:
    """What of a project a kept run needs: network, data and settings of training."""
    return replace(project, adapters={}, initial=None, comparison=(), debugging=Debugging())


def seed_curve(run: Run) -> SeedCurve:
    """What remains of a run as it is between two steps; a stepped iteration that is not complete counts for nothing."""
    curves, learned = run.history.curves(), run.stepper.learned_before
    weights = {name: info.place.view(learned, 1).copy() for name, info in run.program.stored.items()}
    return thinned(curves, run.seed, run.iteration, weights)


def thinned(curves: Curves, seed: int, iteration: int, weights: Mapping[str, np.ndarray]) -> SeedCurve:
    """Neighbouring blocks merge until there are at most `MOST_BLOCKS`; what does not fill a block at the end is left out."""
    factor = 1
    while len(curves.mean) // factor > MOST_BLOCKS:
        factor *= 2
    count = len(curves.mean) // factor

    def grouped(values: np.ndarray) -> np.ndarray:
        return np.asarray(values[: count * factor], dtype=np.float64).reshape(count, factor)

    blocks = np.column_stack([grouped(curves.minimum).min(1), grouped(curves.maximum).max(1), grouped(curves.mean).mean(1)])
    checks = np.column_stack(
        [curves.validation_iterations, curves.validation_losses, curves.training_losses, curves.validation_scores, curves.training_scores]
    ).astype(np.float64)
    step = -(-len(checks) // MOST_BLOCKS) or 1
    kept = checks[::-1][::step][::-1]  # the last one always
    return SeedCurve(seed, iteration, curves.origin, curves.block_size * factor, blocks, kept.copy(), curves.last, weights)


def _goodness(seed: SeedCurve) -> float:
    loss = seed.training_loss if math.isnan(seed.validation_loss) else seed.validation_loss
    return math.inf if math.isnan(loss) else loss
