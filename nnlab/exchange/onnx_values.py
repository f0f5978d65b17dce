"""What a value of an ONNX graph is while it is read: a constant, a list of lengths, the raw input, or the output of a layer of ours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nnlab.core.setting import Value


class Obstacle(Exception):
    """Why one node cannot be imported; told together with all others."""


class Blocked:
    """A value behind an obstacle: what reads it is not looked at."""


BLOCKED = Blocked()
BATCH = -1  # stands in a list of lengths for that of the batch


@dataclass(frozen=True)
class Lengths:
    """A shape as a value: what `Shape` gives and `Reshape` takes."""

    values: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Raw:
    """The input, as far as it was only scaled and its columns chosen: (input[columns] - mean) / scale, in this shape."""

    columns: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    shape: tuple[int, ...]

    def plus(self, values: np.ndarray) -> Raw:
        added = np.broadcast_to(values, (1, *self.shape)).ravel()
        return replace(self, mean=self.mean - added * self.scale)

    def times(self, values: np.ndarray) -> Raw:
        factor = np.broadcast_to(values, (1, *self.shape)).ravel().astype(np.float64)
        if (factor == 0).any():
            raise Obstacle("multiplies an input by 0")
        return replace(self, scale=self.scale / factor)

    def chosen(self, places: np.ndarray) -> Raw:
        return Raw(self.columns[places], self.mean[places], self.scale[places], (len(places),))


@dataclass(eq=False)
class Layer:
    """A node of ours that will be made, with its numbers; `shape` is its output's without the batch."""

    operator: str
    inputs: list[Layer]
    shape: tuple[int, ...]
    settings: dict[str, Value] = field(default_factory=dict)
    numbers: dict[str, np.ndarray] = field(default_factory=dict)
    wish: str = ""  # for its name


def raw_input(features: int, shape: tuple[int, ...], start: int = 0) -> Raw:
    """So many columns of the table as they are."""
    return Raw(np.arange(start, start + features), np.zeros(features), np.ones(features), shape)


def lengths_of(value: Any) -> tuple[int, ...]:
    """A shape that is known: constant, or counted from other shapes."""
    if isinstance(value, Lengths):
        return value.values
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return tuple(int(length) for length in value.ravel())
    raise Obstacle("takes a shape that depends on the data")


def size_of_shape(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=np.int64)) if shape else 1


def wish_of(node: Any) -> str:
    """A name for a layer: that of its weight's module ("features.0.weight" → features_0), where it has one."""
    for value in node.input[1:]:
        stem, _, part = value.rpartition(".")
        if stem and part in ("weight", "bias", "running_mean", "gain"):
            return "".join(letter if letter.isalnum() or letter in "_ " else "_" for letter in stem)[:64].strip()
    return ""
