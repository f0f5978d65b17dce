"""What a run trains: a network, data, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field

import numpy as np

from nnlab.core.errors import DataError
from nnlab.engine.compile import Update
from nnlab.engine.evaluator import as_samples, as_targets
from nnlab.engine.program import Program
from nnlab.graph.graph import Graph


@dataclass(frozen=True, eq=False)
class Setup:
    """A graph, samples (N, features) with targets for training and, if any, for validation, and the settings of training.

    `real` is the floating-point type, "float32" or "float64"; `shuffle`: a new order of the samples in every epoch. `score`: what the
    history keeps besides losses, "accuracy", "r2" or nothing: the loss alone does not tell whether a target of 0 and 1 is a class.
    `initial`: values for parameters and buffers to start with, by name, where their shape fits; the others are drawn from the seed.
    """

    graph: Graph
    x: np.ndarray
    y: np.ndarray
    validation_x: np.ndarray | None = None
    validation_y: np.ndarray | None = None
    _: KW_ONLY
    update: Update
    batch_size: int
    seed: int = 0
    real: str = "float32"
    shuffle: bool = True
    score: str = ""
    initial: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Samples:
    """Training and validation data as contiguous arrays of the program's real type; targets are (samples, outputs)."""

    x: np.ndarray
    y: np.ndarray
    validation_x: np.ndarray
    validation_y: np.ndarray

    def some_training(self, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Training samples and their targets: all, or as many of them as asked for, chosen at random but always the same."""
        chosen = some_rows(len(self.x), most)
        return self.x[chosen], self.y[chosen]

    @staticmethod
    def of(program: Program, setup: Setup) -> Samples:
        """Checks shapes and targets against the program; raises DataError saying what does not fit."""
        x = as_samples(program, setup.x)
        if not len(x):
            raise DataError("There are no training samples; add samples, or set a smaller validation share.")
        y = as_targets(program, setup.y, len(x))
        if setup.validation_x is None or setup.validation_y is None:
            return Samples(x, y, x[:0], y[:0])
        held_x = as_samples(program, setup.validation_x, name="validation x")
        return Samples(x, y, held_x, as_targets(program, setup.validation_y, len(held_x), name="validation y"))


def some_rows(count: int, most: int) -> np.ndarray | slice:
    """Which of so many training samples are evaluated beside the validation data: all, or as many as asked for, always the same."""
    if count <= most:
        return slice(None)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False))
