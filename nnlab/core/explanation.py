"""Formulas with numbers: how an operator or optimiser explains one element of what it just wrote.

An `Explanation` names the tensor it explains, gives the formula in LaTeX symbols, and turns the engine's own numbers at
one index into the same formula with numbers. It never computes a result: the result is read from the engine. Where the right-hand
side is a product, `product` also names its factors ("upstream", "local slope of tanh"), so that a view can set them in columns.

Symbols may hold index marks: `<0>` is the first index of the explained element counted from 1, `<-1>` the last, `<0,1>` two of
them, and `<*>` all those along axes longer than one. `<~>` is the place within the sample, as people say it: the neuron, or channel,
row and column; `<~j>` the same with a letter instead of its last index, for sums along the last axis. For the element (3, 0),
r"w_{<0,1>}" becomes w_{41}; from ten on, and from three indices on, there are commas: w_{12,3}, a_{5,4,3}.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlab.core.term_sum import TermSum, terms_of_window
from nnlab.core.window_sum import WindowSum

DIGITS = 4  # significant digits of a number in a formula; one fewer below 0.1, as everywhere in the window
JOINED = 3  # from so many indices on, they are told apart by commas
TERMS = 3  # of a long sum, so many are written out
Symbols = str | Callable[["ExplanationContext"], str]
_MARK = re.compile(r"<(\*|~[a-z]?|-?\d(?:,-?\d)*)>")


@dataclass(frozen=True)
class ExplanationContext:
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
    def former(self) -> float:
        """The explained element before the instruction; not 0 for a gradient that other instructions have added to."""
        return float(np.asarray(self.before[self.target])[self.index])

    @property
    def accumulates(self) -> bool:
        """Whether the instruction adds to what is there (a gradient) instead of writing a value."""
        return self.target.startswith("d_")

    @property
    def added(self) -> float:
        """What the formula gives: the result, or for a gradient what the instruction added to it."""
        return self.result - self.former if self.accumulates else self.result

    def __contains__(self, name: str) -> bool:
        """Whether there is such a tensor; a parameter that the node's settings leave out is none."""
        return name in self.before

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
class Factor:
    """One factor of a product: a label in words, its symbols, the symbols with numbers, and their value."""

    label: str
    symbols: Symbols
    numbers: Callable[[ExplanationContext], str]
    value: Callable[[ExplanationContext], float]
    is_constant: bool = False  # made of counts and settings alone, such as 1/N

    def formula(self, moment: ExplanationContext) -> str:
        """The symbols with their marks filled in."""
        return _filled(self.symbols, moment)


@dataclass(frozen=True)
class Explanation:
    """How one written tensor comes about.

    `symbols` is the whole formula in LaTeX, with index marks; `numbers` gives its right-hand side with numbers; `words` says in
    plain language what happens, with the numbers that make it so. `applies` says whether the instruction, as it is set, writes
    the tensor at all (SGD without momentum leaves the velocity alone).
    """

    target: str
    symbols: Symbols
    numbers: Callable[[ExplanationContext], str]
    words: Callable[[ExplanationContext], str] | None = None
    factors: tuple[Factor, ...] = ()  # of the right-hand side, when it is a product
    applies: Callable[[ExplanationContext], bool] = lambda moment: True
    window: Callable[[ExplanationContext], WindowSum] | None = None  # where it is a sum over the cells of images
    terms: Callable[[ExplanationContext], TermSum] | None = None  # where it is another sum

    def sum_at(self, moment: ExplanationContext) -> TermSum | None:
        """The explained element as a sum, term by term; None where it is none."""
        found = self.terms(moment) if self.terms is not None else None
        if self.window is not None and self.terms is None:
            found = terms_of_window(self.window(moment), moment.after)
        return found if found is not None and len(found) else None

    def formula(self, moment: ExplanationContext) -> str:
        """The formula in symbols, its marks filled in with the indices of the explained element."""
        return _filled(self.symbols, moment)


def product(
    target: str, left: str, factors: Sequence[Factor], words: Callable[[ExplanationContext], str] | None = None,
    terms: Callable[[ExplanationContext], TermSum] | None = None,
) -> Explanation:  # fmt: skip
    """An explanation whose right-hand side is a product of `factors`; `left` is what they give, `terms` the same as a sum."""
    return Explanation(
        target,
        lambda m: f"{left} = " + r" \cdot ".join(f.formula(m) for f in factors),
        lambda m: r" \cdot ".join(f.numbers(m) for f in factors),
        words,
        tuple(factors),
        terms=terms,
    )


def upstream(of: str = "a", tensor: str = "d_y", marks: str = "<~>") -> Factor:
    """The factor every backward formula starts with: the gradient of the loss at the operator's output."""
    return Factor("upstream", gradient(of, marks), lambda m: factor(m.at(tensor)), lambda m: m.at(tensor))


def local_slope(value: Callable[[ExplanationContext], float], label: str = "local slope") -> Factor:
    """The factor an activation adds to the upstream gradient: its derivative at the explained element, as a number."""
    return Factor(label, "f'(z_{<~>})", lambda m: factor(value(m)), value)


def gradient(of: str, marks: str = "<~>") -> str:
    r"""LaTeX for the derivative of the loss with respect to `of` at the given index marks."""
    return rf"\frac{{\partial L}}{{\partial {of}_{{{marks}}}}}"


def _filled(symbols: Symbols, moment: ExplanationContext) -> str:
    text = symbols if isinstance(symbols, str) else symbols(moment)
    return with_indices(text, moment.index, np.shape(moment.after[moment.target]))


def with_indices(symbols: str, index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """`symbols` with every index mark filled in for the element `index` of a tensor of `shape`."""

    def fill(match: re.Match[str]) -> str:
        mark = match[1]
        if mark == "*":
            places = [place for place, length in enumerate(shape) if length > 1]
        elif mark[0] == "~":
            places = list(range(min(1, len(shape) - 1), len(shape)))
        else:
            places = [int(place) for place in mark.split(",")]
        texts = [str(index[place] + 1) for place in places]
        if mark[0] == "~" and len(mark) > 1:
            texts[-1] = mark[1]
        return ("" if len(texts) < JOINED and all(len(text) == 1 for text in texts) else ",").join(texts)

    return _MARK.sub(fill, symbols)


def shifted(symbols: str, moment: ExplanationContext, by: int) -> str:
    """`symbols` at the explained element's place, `by` further along the last axis."""
    return with_indices(symbols, (*moment.index[:-1], moment.index[-1] + by), np.shape(moment.after[moment.target]))


def number(value: float, digits: int = DIGITS) -> str:
    r"""A number in LaTeX: 9.383, 0.4496, 0.0131, 4.87\cdot 10^{-4} below a thousandth; a negative one is not bracketed.

    `digits` are significant, one fewer below 0.1.
    """
    value = float(value)
    if math.isnan(value):
        return r"\mathrm{NaN}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if value == 0:
        return "0"
    if abs(value) < 0.1:
        digits = max(1, digits - 1)
    # Rounding may carry into the next power of ten, so the exponent is read from the rounded number.
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    exponent = int(power)
    if exponent < -3 or exponent >= 6:
        return rf"{mantissa}\cdot 10^{{{exponent}}}"
    return f"{value:.{max(0, digits - 1 - exponent)}f}"


def constant(value: float) -> str:
    r"""A setting or a count as a person would write it: 0.9, 0.001, 10^{-8}, 32."""
    text = f"{float(value):.6g}"
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    return rf"10^{{{int(exponent)}}}" if mantissa == "1" else rf"{mantissa}\cdot 10^{{{int(exponent)}}}"


def bracketed(text: str) -> str:
    """LaTeX that may follow an operator: in brackets when it starts with a minus."""
    return f"({text})" if text.startswith("-") else text


def factor(value: float) -> str:
    """A number inside a product: bracketed when negative."""
    return bracketed(number(value))


def base(value: float) -> str:
    """A number under an exponent: bracketed unless it is plain digits."""
    text = number(value)
    return text if re.fullmatch(r"[\d.]+", text) else f"({text})"


def sum_of_products(left: Sequence[float] | np.ndarray, right: Sequence[float] | np.ndarray, most: int = TERMS) -> str:
    """The sum of elementwise products with numbers; of a long one, the largest terms in their order, then dots."""
    first, second = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    return abridged_sum(lambda k: rf"{factor(first[k])}\cdot {factor(second[k])}", first * second, most)


def sum_of_numbers(values: Sequence[float] | np.ndarray, most: int = TERMS) -> str:
    """The sum of numbers; of a long one, the largest in their order, then dots."""
    terms = np.asarray(values, dtype=np.float64)
    return abridged_sum(lambda k: number(terms[k]), terms, most)


def abridged_sum(text: Callable[[int], str], sizes: np.ndarray, most: int = TERMS) -> str:
    """The sum of the terms `text(k)`; of more than `most` + 1, the `most` largest by |sizes| in their order, then dots."""
    count = len(sizes)
    if count <= most + 1:
        return sum_of([text(k) for k in range(count)])
    # The largest terms decide the sum; which of two equal ones comes first must not depend on anything but their place.
    largest = np.sort(np.argsort(-np.abs(np.nan_to_num(sizes, nan=np.inf)), kind="stable")[:most])
    return sum_of([*(text(int(k)) for k in largest), r"\dots"])


def sum_of(terms: Sequence[str]) -> str:
    """Terms joined by their signs: a + b - c."""
    joined = terms[0] if terms else "0"
    for term in terms[1:]:
        joined += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
    return joined


def shortened(count: int, most: int = TERMS) -> str:
    """A sentence for a sum that is not written out in full, else nothing."""
    return f" Only the {most} largest of {count:,} terms are shown." if count > most + 1 else ""
