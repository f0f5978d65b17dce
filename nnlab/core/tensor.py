"""Declared tensors: a name and a symbolic shape, as a textbook writes them.

A shape is a row of symbols separated by spaces. `batch` is the number of samples; other symbols are bound by the
shapes of the inputs or given by settings ("units"); a sum such as "left+right" is computed. `...` stands for any
number of axes, flattened with its neighbours in the kernel's view:

    "batch features"   matrix (batch, features)
    "units inputs"     matrix (units, inputs)
    "batch"            vector (batch)
    "..."              any shape, seen by the kernel as one vector of all its elements
    "batch ..."        any shape, seen as a matrix (batch, everything else)
    "... features"     any shape, seen as a matrix (everything else, features)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nnlab.core.errors import GraphError

Shape = tuple[int, ...]  # lengths without the batch axis


@dataclass(frozen=True)
class Tensor:
    """An input, output or saved tensor of an operator."""

    name: str
    shape: str
    tip: str = ""

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self.shape.split())

    @property
    def has_batch(self) -> bool:
        return self.symbols[0] in ("batch", "...")

    @property
    def view_axes(self) -> tuple[str, ...]:
        """The axes of the kernel's view; see `nnlab.core.kernel.Argument`."""
        symbols = self.symbols
        if "..." not in symbols:
            return tuple("batch" if s == "batch" else "size" for s in symbols)
        if symbols == ("...",):
            return ("batch*size",)
        if symbols == ("batch", "..."):
            return ("batch", "size")
        if len(symbols) == 2 and symbols[0] == "...":
            return ("batch*size", "size")
        raise ValueError(f"The shape {self.shape!r} of {self.name} is not one of the forms of nnlab.core.tensor.")

    def view_sizes(self, shape: Shape) -> tuple[int, ...]:
        """The stored lengths of the view's axes for a tensor whose shape without batch is `shape`."""
        symbols = self.symbols
        if "..." not in symbols:
            return shape
        everything = 1
        for length in shape:
            everything *= length
        if symbols in (("...",), ("batch", "...")):
            return (everything,)
        return (everything // shape[-1], shape[-1]) if shape else (1, 1)

    def bind(self, shape: Shape, sizes: dict[str, int | Shape], owner: str) -> None:
        """Binds this tensor's symbols to a given shape (without batch); a contradiction is a GraphError naming both shapes."""
        symbols = [s for s in self.symbols if s != "batch"]
        if "..." in symbols:
            tail = symbols[1:]
            if len(shape) < len(tail):
                raise GraphError(f"{owner}: {self.name} needs at least {len(tail)} axes besides the batch, but got {show(shape)}.", owner)
            head = shape[: len(shape) - len(tail)]
            if sizes.setdefault("...", head) != head:
                known = sizes["..."]
                assert isinstance(known, tuple)
                raise GraphError(f"{owner} takes tensors of equal shape: {self.name} is {show(shape)}, expected {show(known)}.", owner)
            symbols, shape = tail, shape[len(head) :]
        if len(symbols) != len(shape):
            wanted = "(N" + "".join(f", {s}" for s in symbols) + ")"
            raise GraphError(f"{owner}: {self.name} must have the form {wanted}, but got {show(shape)}.", owner)
        for symbol, length in zip(symbols, shape, strict=True):
            if sizes.setdefault(symbol, length) != length:
                raise GraphError(f"{owner}: {self.name} has {length} {symbol}, expected {sizes[symbol]}.", owner)

    def resolve(self, sizes: Mapping[str, int | Shape]) -> Shape:
        """The shape without batch, once every symbol is bound."""
        shape: list[int] = []
        for symbol in self.symbols:
            if symbol == "batch":
                continue
            if symbol == "...":
                head = sizes["..."]
                assert isinstance(head, tuple)
                shape.extend(head)
            else:
                total = 0
                for part in symbol.split("+"):
                    value = int(part) if part.isdigit() else sizes[part]
                    assert isinstance(value, int)
                    total += value
                shape.append(total)
        return tuple(shape)


@dataclass(frozen=True)
class Parameter(Tensor):
    """A trained tensor. `init` names an initialiser, or a setting of the operator that names one ("setting:init")."""

    init: str = "zeros"


def show(shape: Shape) -> str:
    """A shape with its batch axis as people write it: (N, 16)."""
    return "(N" + "".join(f", {length}" for length in shape) + ")"
