"""What the networks of the workloads are made of, as values that every system reads in its own way.

A layer says its output's shape and its matrix products; shapes are those of one sample: (features,), (tokens, width) or
(channels, height, width).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from nnlab.core.tensor import Shape

Product = tuple[int, int, int]  # rows, inner, columns
WINDOW = 3  # the side of a convolution's window; it moves by one over an image with one cell of padding


class NetworkLayer(ABC):
    """One step of a network; most leave the shape as it is and multiply no matrices."""

    def shape(self, before: Shape) -> Shape:
        return before

    def products(self, before: Shape, batch: int, first: bool) -> Iterator[Product]:
        """The products of one training step; nobody needs the gradient of what the first layer that learns reads."""
        yield from ()

    def parameters(self, before: Shape) -> int:
        """How many numbers it learns."""
        return 0

    def unfolded(self, before: Shape) -> int:
        """How many numbers one unfolded sample has, where a convolution unfolds it into a matrix."""
        return 0

    @property
    @abstractmethod
    def title(self) -> str: ...


@dataclass(frozen=True)
class DenseLayer(NetworkLayer):
    """z = Wx + b over the last axis."""

    units: int

    def shape(self, before: Shape) -> Shape:
        return (*before[:-1], self.units)

    def products(self, before: Shape, batch: int, first: bool) -> Iterator[Product]:
        rows = batch * prod(before[:-1])
        yield from _products(rows, before[-1], self.units, first)

    def parameters(self, before: Shape) -> int:
        return (before[-1] + 1) * self.units

    @property
    def title(self) -> str:
        return str(self.units)


@dataclass(frozen=True)
class ActivationLayer(NetworkLayer):
    """tanh, relu or gelu (the exact one)."""

    name: str

    @property
    def title(self) -> str:
        return self.name


@dataclass(frozen=True)
class ConvolutionLayer(NetworkLayer):
    """Filters of 3 × 3, stride 1, padding 1."""

    filters: int

    def shape(self, before: Shape) -> Shape:
        return (self.filters, *before[1:])

    def products(self, before: Shape, batch: int, first: bool) -> Iterator[Product]:
        """Of the unfolded images."""
        channels, height, width = before
        yield from _products(batch * height * width, channels * WINDOW * WINDOW, self.filters, first)

    def parameters(self, before: Shape) -> int:
        return (before[0] * WINDOW * WINDOW + 1) * self.filters

    def unfolded(self, before: Shape) -> int:
        return prod(before) * WINDOW * WINDOW

    @property
    def title(self) -> str:
        return f"conv {self.filters}"


@dataclass(frozen=True)
class PoolingLayer(NetworkLayer):
    """The largest of every 2 × 2 cells."""

    def shape(self, before: Shape) -> Shape:
        channels, height, width = before
        return (channels, height // 2, width // 2)

    @property
    def title(self) -> str:
        return "pool"


@dataclass(frozen=True)
class FlattenLayer(NetworkLayer):
    def shape(self, before: Shape) -> Shape:
        return (prod(before),)

    @property
    def title(self) -> str:
        return "flat"


@dataclass(frozen=True)
class NormLayer(NetworkLayer):
    """Layer normalisation over the last axis, with gain and shift."""

    def parameters(self, before: Shape) -> int:
        return 2 * before[-1]

    @property
    def title(self) -> str:
        return "norm"


@dataclass(frozen=True)
class AttentionLayer(NetworkLayer):
    """One head over all tokens, queries, keys and values of the tokens' own width, and a projection back."""

    def products(self, before: Shape, batch: int, first: bool) -> Iterator[Product]:
        tokens, width = before
        for _ in range(4):  # queries, keys, values, the projection
            yield from _products(batch * tokens, width, width, first)
        for _ in range(batch):
            yield from _products(tokens, width, tokens, False)  # scores
            yield from _products(tokens, tokens, width, False)  # what is taken from each

    def parameters(self, before: Shape) -> int:
        return 4 * (before[-1] + 1) * before[-1]

    @property
    def title(self) -> str:
        return "attention"


@dataclass(frozen=True)
class ResidualLayer(NetworkLayer):
    """x + inside(x)."""

    inside: tuple[NetworkLayer, ...]

    def products(self, before: Shape, batch: int, first: bool) -> Iterator[Product]:
        for layer in self.inside:
            yield from layer.products(before, batch, first)
            first = first and not layer.parameters(before)
            before = layer.shape(before)

    def parameters(self, before: Shape) -> int:
        total = 0
        for layer in self.inside:
            total += layer.parameters(before)
            before = layer.shape(before)
        return total

    @property
    def title(self) -> str:
        return f"x + ({'-'.join(layer.title for layer in self.inside)})"


def _products(rows: int, inner: int, columns: int, first: bool) -> Iterator[Product]:
    yield rows, inner, columns
    yield columns, rows, inner
    if not first:
        yield rows, columns, inner
