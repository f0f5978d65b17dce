"""The numbers of the laboratory as values: a layer of a few neurons on a few samples, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from nnlab.core.dataset import random_generator
from nnlab.core.setting import Value
from nnlab.studies.neuron import NONE

MOST_UNITS, MOST_SAMPLES = 6, 6  # of own numbers
MOST_COPIED = 16  # inputs of a neuron that can become own numbers


@dataclass(frozen=True, eq=False)
class LayerNumbers:
    """x (samples, inputs), weight (units, inputs), bias (units,) or None, and the activation behind them."""

    x: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None
    activation: str = NONE
    settings: dict[str, Value] = field(default_factory=dict)
    real: str = "float64"
    names: tuple[str, ...] = ()  # of the inputs, where the data has them

    @property
    def biases(self) -> np.ndarray:
        """(units,), 0 where the layer has none."""
        return np.zeros(len(self.weight)) if self.bias is None else self.bias


FIRST = LayerNumbers(np.array([[1.5, -2.0, 0.8]]), np.array([[0.4, -0.5, 0.3]]), np.array([0.1]), "relu")


def with_weight(numbers: LayerNumbers, unit: int, place: int, value: float) -> LayerNumbers:
    """With another weight; place = inputs is the bias."""
    if place == numbers.weight.shape[1]:
        bias = numbers.biases.copy()
        bias[unit] = value
        return replace(numbers, bias=bias)
    weight = numbers.weight.copy()
    weight[unit, place] = value
    return replace(numbers, weight=weight)


def with_input(numbers: LayerNumbers, sample: int, place: int, value: float) -> LayerNumbers:
    x = numbers.x.copy()
    x[sample, place] = value
    return replace(numbers, x=x)


def with_neuron(numbers: LayerNumbers) -> LayerNumbers:
    """One more row of W and of b: weights in tenths, another one for every row but the same each time."""
    units, inputs = numbers.weight.shape
    row = np.round(random_generator(units, "laboratory, neuron").uniform(-1, 1, inputs), 1)
    return replace(numbers, weight=np.vstack([numbers.weight, row]), bias=np.append(numbers.biases, 0.0))


def with_sample(numbers: LayerNumbers) -> LayerNumbers:
    """One more row of X."""
    samples, inputs = numbers.x.shape
    row = np.round(random_generator(samples, "laboratory, sample").uniform(-2, 2, inputs), 1)
    return replace(numbers, x=np.vstack([numbers.x, row]))
