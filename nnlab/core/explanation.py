"""Formulas with numbers: how an operator or optimiser explains one element of what it just wrote.

An `Explanation` names the tensor it explains, gives the formula in LaTeX symbols, and turns the engine's own numbers at
one index into the same formula with numbers. It never computes a result: the result is read from the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Moment:
    """The tensors of one instruction, before and after it ran, and the element to explain.

    `before` and `after` map kernel argument names to arrays of natural shape (batch first) or to scalars.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    target: str
    index: tuple[int, ...]

    @property
    def result(self) -> float:
        """The explained element, as the engine wrote it."""
        return float(np.asarray(self.after[self.target])[self.index])

    @property
    def added(self) -> float:
        """What the instruction added to the explained element (gradients accumulate)."""
        return self.result - float(np.asarray(self.before[self.target])[self.index])

    def __getitem__(self, name: str) -> Any:
        """A tensor as the instruction read it."""
        return self.before[name]

    def at(self, name: str) -> float:
        """The element of `name` at the explained index, as the instruction read it."""
        return float(np.asarray(self.before[name])[self.index])

    def wrote(self, name: str) -> float:
        """The element of `name` at the explained index, after the instruction."""
        return float(np.asarray(self.after[name])[self.index])


@dataclass(frozen=True)
class Explanation:
    """How one written tensor comes about.

    `symbols` is the whole formula in LaTeX; `numbers` gives its right-hand side with numbers; `words` says in plain
    language what happens, with the numbers that make it so.
    """

    target: str
    symbols: str
    numbers: Callable[[Moment], str]
    words: Callable[[Moment], str] | None = None


def number(value: float, digits: int = 4) -> str:
    """A number in LaTeX with `digits` significant digits; a negative one is not bracketed."""
    value = float(value)
    if math.isnan(value):
        return r"\mathrm{NaN}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if value == 0:
        return "0"
    if abs(value) < 1e-3 or abs(value) >= 1e5:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return rf"{mantissa}\cdot 10^{{{int(exponent)}}}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, digits)}f}"


def factor(value: float) -> str:
    """A number inside a product: bracketed when negative."""
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def sum_of_products(left: Sequence[float] | np.ndarray, right: Sequence[float] | np.ndarray, most: int = 3) -> str:
    """The sum of elementwise products with numbers; a long sum shows its first terms, dots, and its last."""
    return sum_of([rf"{factor(a)}\cdot {factor(b)}" for a, b in zip(left, right, strict=True)], most)


def sum_of(terms: Sequence[str], most: int = 3) -> str:
    """Terms joined by plus; more than `most` + 1 are abridged."""
    shown = list(terms)
    if len(shown) > most + 1:
        shown = [*shown[: most - 1], r"\dots", shown[-1]]
    return " + ".join(shown)
