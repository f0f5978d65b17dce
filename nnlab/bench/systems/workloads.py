"""The workloads every system is timed on, in float32: dense networks from tiny to large, convolutions, and a block with attention.

A step is shuffle and gather of a batch, forward pass, loss, backward pass and update. The data are random: speed does not depend on what
they are, as long as nothing overflows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from nnlab.bench.systems.layers import (
    ActivationLayer,
    AttentionLayer,
    ConvolutionLayer,
    DenseLayer,
    FlattenLayer,
    NetworkLayer,
    NormLayer,
    PoolingLayer,
    Product,
    ResidualLayer,
    Shape,
)  # fmt: skip

LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Workload:
    """A network with its training."""

    name: str
    title: str
    input: Shape  # of one sample
    layers: tuple[NetworkLayer, ...]
    loss: str  # "mse" or "cross_entropy"
    batch: int
    optimizer: str
    samples: int

    @property
    def features(self) -> int:
        return prod(self.input)

    @property
    def outputs(self) -> int:
        *_, (shape, last) = self._walk()
        return prod(last.shape(shape))

    @property
    def hidden(self) -> tuple[int, ...] | None:
        """The units of the hidden layers where the network is a plain one of dense layers, None where it is not."""
        if len(self.input) > 1 or not all(isinstance(layer, (DenseLayer, ActivationLayer)) for layer in self.layers):
            return None
        return tuple(layer.units for layer in self.layers if isinstance(layer, DenseLayer))[:-1]

    @property
    def activation(self) -> str:
        """The first one's name."""
        return next(layer.name for layer in self.layers if isinstance(layer, ActivationLayer))

    def products(self) -> Iterator[Product]:
        """The matrix products of one step. The gradient of the network's input is not needed."""
        first = True
        for shape, layer in self._walk():
            yield from layer.products(shape, self.batch, first)
            first = first and not layer.parameters(shape)

    @property
    def parameters(self) -> int:
        """How many numbers the network learns."""
        return sum(layer.parameters(shape) for shape, layer in self._walk())

    @property
    def activations(self) -> int:
        """Numbers that a step needs beside them: the batch, every layer's output and its gradient, the largest unfolded sample.

        Only for networks of layers that keep nothing else; what the loss keeps is small.
        """
        outputs = sum(2 * prod(layer.shape(shape)) for shape, layer in self._walk())
        return self.batch * (self.features + outputs) + max(layer.unfolded(shape) for shape, layer in self._walk())

    def _walk(self) -> Iterator[tuple[Shape, NetworkLayer]]:
        """Every layer with the shape that it reads."""
        shape = self.input
        for layer in self.layers:
            yield shape, layer
            shape = layer.shape(shape)

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """x float32 (samples, features), y float32 (samples, outputs) or int64 classes (samples,)."""
        generator = np.random.default_rng(7)
        x = generator.standard_normal((self.samples, self.features)).astype(np.float32)
        if self.loss == "cross_entropy":
            return x, generator.integers(0, self.outputs, self.samples)
        return x, np.tanh(x.sum(axis=1, keepdims=True) + 0.1 * generator.standard_normal((self.samples, 1))).astype(np.float32)


def _dense(name: str, sizes: tuple[int, ...], activation: str, loss: str, batch: int, optimizer: str, samples: int) -> Workload:
    *hidden, last = sizes[1:]
    layers = [layer for units in hidden for layer in (DenseLayer(units), ActivationLayer(activation))]
    title = f"{'-'.join(map(str, sizes))} {activation}, {'MSE' if loss == 'mse' else 'CE'}, batch {batch}, {optimizer}"
    return Workload(name, title, sizes[:1], (*layers, DenseLayer(last)), loss, batch, optimizer, samples)


def _convolutional(name: str, filters: tuple[int, int], side: int, batch: int, samples: int) -> Workload:
    layers = [layer for count in filters for layer in (ConvolutionLayer(count), ActivationLayer("relu"), PoolingLayer())]
    title = f"conv {filters[0]}-{filters[1]} of 3×3 on {side}×{side}, CE, batch {batch}, adam"
    return Workload(name, title, (1, side, side), (*layers, FlattenLayer(), DenseLayer(10)), "cross_entropy", batch, "adam", samples)


_MLP = (NormLayer(), DenseLayer(64), ActivationLayer("gelu"), DenseLayer(32))
_BLOCK = (ResidualLayer((NormLayer(), AttentionLayer())), ResidualLayer(_MLP), FlattenLayer(), DenseLayer(10))

WORKLOADS = {
    w.name: w
    for w in (
        _dense("W1", (2, 8, 8, 1), "tanh", "mse", 10, "sgd", 500),
        _dense("W2", (1, 64, 64, 1), "tanh", "mse", 64, "adam", 1024),
        _dense("W3", (64, 128, 64, 10), "relu", "cross_entropy", 32, "adam", 1792),
        _dense("W4", (784, 256, 128, 10), "relu", "cross_entropy", 128, "adam", 8192),
        _dense("W5", (1024, 1024, 1024, 10), "relu", "cross_entropy", 256, "adam", 8192),
        _convolutional("W6", (8, 16), 8, 32, 1792),
        _convolutional("W7", (8, 16), 28, 64, 1024),
        _convolutional("W8", (32, 64), 28, 64, 512),
        Workload("W9", "attention, 16 tokens of 32, MLP 64 gelu, CE, batch 64, adam", (16, 32), _BLOCK, "cross_entropy", 64, "adam", 1024),
    )
}
