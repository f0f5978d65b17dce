"""Declared tensors: a name and a symbolic shape, as a textbook writes them.

A shape is a row of symbols separated by spaces. `batch` is the number of samples; other symbols are bound by the
shapes of the inputs, given by settings ("units") or worked out by the operator (`Operator.sizes`); a sum such as
"left+right" is computed. `...` stands for any number of axes, which the kernel's view flattens; a name behind the dots
("...out") tells several of them apart:

    "batch features"     matrix (batch, features)
    "units inputs"       matrix (units, inputs)
    "batch"              vector (batch)
    "..."                any shape, seen by the kernel as one vector of all its elements
    "batch ..."          any shape, seen as a matrix (batch, everything else)
    "... features"       any shape, seen as a matrix (everything else, features)
    "... rows columns"   any shape, seen as (everything else, rows, columns)
    "batch channels ..." any shape, seen as (batch, channels, everything else)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import prod

import numpy as np

from nnlab.core.errors import GraphError
from nnlab.core.setting import Value

Shape = tuple[int, ...]  # lengths without the batch axis
Index = tuple[int, ...]  # of one element, the place along each axis
Sizes = Mapping[str, int | Shape]  # what the symbols stand for; dots stand for a shape


@cache
def is_dots(symbol: str) -> bool:
    return symbol.startswith("...")


@cache
def _symbols(shape: str) -> tuple[str, ...]:
    return tuple(shape.split())


@cache
def _parts(shape: str) -> tuple[tuple[str, ...], int | None]:
    """The symbols without the batch, and which of them is dots. (A shape is read once, then looked up: an edit asks thousands of times.)"""
    symbols = tuple(symbol for symbol in _symbols(shape) if symbol != "batch")
    return symbols, next((place for place, symbol in enumerate(symbols) if is_dots(symbol)), None)


@dataclass(frozen=True)
class Tensor:
    """An input, output or saved tensor of an operator. `symbol` is its letter in a formula ("W"), where that is not its name."""

    name: str
    shape: str
    tip: str = ""
    symbol: str = field(default="", kw_only=True)

    @property
    def letter(self) -> str:
        """What it is called where there is little room: the letter of a textbook, or its name in words."""
        return self.symbol or self.name.replace("_", " ")

    @property
    def symbols(self) -> tuple[str, ...]:
        return _symbols(self.shape)

    @property
    def has_batch(self) -> bool:
        first = _symbols(self.shape)[0]
        return first == "batch" or is_dots(first)

    @property
    def view_axes(self) -> tuple[str, ...]:
        """The axes of the kernel's view; see `nnlab.core.kernel.Argument`."""
        if sum(is_dots(symbol) for symbol in self.symbols) > 1:
            raise ValueError(f"The shape {self.shape!r} of {self.name} has two dots; one can be bound.")
        axes = ["batch" if symbol == "batch" else "size" for symbol in self.symbols]
        if is_dots(self.symbols[0]) and self.has_batch:
            axes[0] = "batch*size"
        return tuple(axes)

    def view_sizes(self, shape: Shape) -> tuple[int, ...]:
        """The stored lengths of the view's axes for a tensor whose shape without batch is `shape`."""
        symbols, start = _parts(self.shape)
        if start is None:
            return shape
        stop = len(shape) - (len(symbols) - start - 1)
        return (*shape[:start], prod(shape[start:stop]), *shape[stop:])

    def bind(self, shape: Shape, sizes: dict[str, int | Shape], owner: str) -> None:
        """Binds this tensor's symbols to a given shape (without batch); a contradiction is a GraphError naming both shapes."""
        symbols, start = _parts(self.shape)
        if start is not None:
            dots, least = symbols[start], len(symbols) - 1
            if len(shape) < least:
                axes = f"{least} {'axis' if least == 1 else 'axes'}"
                raise GraphError(f"{owner}: {self.name} needs at least {axes} besides the batch, but got {show(shape)}.", owner)
            stop = len(shape) - (least - start)
            found = shape[start:stop]
            if sizes.setdefault(dots, found) != found:
                known = sizes[dots]
                assert isinstance(known, tuple)
                whole = (*shape[:start], *known, *shape[stop:])
                raise GraphError(f"{owner} takes tensors of equal shape: {self.name} is {show(shape)}, expected {show(whole)}.", owner)
            symbols = (*symbols[:start], *symbols[start + 1 :])
            shape = (*shape[:start], *shape[stop:])
        if len(symbols) != len(shape):
            wanted = "(N" + "".join(f", {s}" for s in symbols) + ")"
            raise GraphError(f"{owner}: {self.name} must have the form {wanted}, but got {show(shape)}.", owner)
        for symbol, length in zip(symbols, shape, strict=True):
            if sizes.setdefault(symbol, length) != length:
                raise GraphError(f"{owner}: {self.name} has {length} {symbol}, expected {sizes[symbol]}.", owner)

    def resolve(self, sizes: Sizes) -> Shape:
        """The shape without batch, once every symbol is bound."""
        shape: list[int] = []
        for symbol in _parts(self.shape)[0]:
            found = sizes.get(symbol)
            if isinstance(found, tuple):
                shape.extend(found)
            elif found is not None:
                shape.append(found)
            else:
                shape.append(sum(_length(part, sizes) for part in symbol.split("+")))
        return tuple(shape)


@dataclass(frozen=True)
class Parameter(Tensor):
    """A tensor that lives as long as the node, without batch axis: trained, or a buffer that an operator keeps itself.

    `init` names an initialiser, or a setting of the operator that names one ("setting:init"). `when` names a setting that is true or
    false: the parameter exists where it is true (the bias of a dense layer), and kernels get an empty view elsewhere.
    """

    init: str = "zeros"
    when: str = ""

    @property
    def has_batch(self) -> bool:
        return False


@dataclass(frozen=True)
class Constant(Tensor):
    """Numbers that follow from the settings, such as one weight for each class: `values(settings, sizes)` has the tensor's shape.

    `values` raises GraphError, without naming the node, when what was typed does not fit the network.
    """

    values: Callable[[Mapping[str, Value], Sizes], np.ndarray] = lambda settings, sizes: np.zeros(0)

    @property
    def has_batch(self) -> bool:
        return False


def show(shape: Shape) -> str:
    """A shape with its batch axis as people write it: (N, 16)."""
    return "(N" + "".join(f", {length}" for length in shape) + ")"


def _length(part: str, sizes: Sizes) -> int:
    value = int(part) if part.isdigit() else sizes[part]
    assert isinstance(value, int)
    return value
