"""The five workloads every system is timed on: dense networks from tiny to large, in float32.

A step is shuffle and gather of a batch, forward pass, loss, backward pass and update. The data are random: speed does not depend on what
they are, as long as nothing overflows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Workload:
    """A dense network with its training; `sizes` are features, hidden units, outputs."""

    name: str
    sizes: tuple[int, ...]
    activation: str
    loss: str  # "mse" or "cross_entropy"
    batch: int
    optimizer: str
    samples: int

    @property
    def title(self) -> str:
        loss = {"mse": "MSE", "cross_entropy": "CE"}[self.loss]
        return f"{'-'.join(map(str, self.sizes))} {self.activation}, {loss}, batch {self.batch}, {self.optimizer}"

    @property
    def weights(self) -> int:
        return sum(a * b for a, b in pairwise(self.sizes))

    @property
    def operations(self) -> float:
        """Floating-point operations of the matrix products of one step."""
        return sum(2.0 * n * k * m for n, k, m in self.products())

    def products(self) -> Iterator[tuple[int, int, int]]:
        """The matrix products of one step as (rows, inner, columns). The gradient of the network's input is not needed."""
        for layer, (inputs, units) in enumerate(pairwise(self.sizes)):
            yield self.batch, inputs, units
            yield units, self.batch, inputs
            if layer:
                yield self.batch, units, inputs

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """x float32 (samples, features), y float32 (samples, outputs) or int64 classes (samples,)."""
        generator = np.random.default_rng(7)
        x = generator.standard_normal((self.samples, self.sizes[0])).astype(np.float32)
        if self.loss == "cross_entropy":
            return x, generator.integers(0, self.sizes[-1], self.samples)
        return x, np.tanh(x.sum(axis=1, keepdims=True) + 0.1 * generator.standard_normal((self.samples, 1))).astype(np.float32)


WORKLOADS = {
    w.name: w
    for w in (
        Workload("W1", (2, 8, 8, 1), "tanh", "mse", 10, "sgd", 500),
        Workload("W2", (1, 64, 64, 1), "tanh", "mse", 64, "adam", 1024),
        Workload("W3", (64, 128, 64, 10), "relu", "cross_entropy", 32, "adam", 1792),
        Workload("W4", (784, 256, 128, 10), "relu", "cross_entropy", 128, "adam", 8192),
        Workload("W5", (1024, 1024, 1024, 10), "relu", "cross_entropy", 256, "adam", 8192),
    )
}
