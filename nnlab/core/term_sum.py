"""What one number is the sum of, term by term: which elements of which tensors are multiplied, and what is added before and behind.

A dense unit is a sum over its inputs, each times its weight, with the bias last; a gradient of a weight a sum over samples. A `TermSum`
names the elements; the numbers are read from the tensors of the moment, so every factor that is shown is the engine's.

Products and the sums so far are worked out from them in double precision, in the order of the formula. A product of two numbers of single
precision is exact there. The kernel adds in the network's own precision and in an order of its own (several terms at once, fused with their
products), so the last sum may differ from what it wrote by a rounding error; `error_bound` says by how much at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlab.core.tensor import Index
from nnlab.core.window_sum import WindowCells, WindowSum

LARGEST_EXPONENT = 80.0  # above which the largest score is taken from all first, as the kernels do with every row


@dataclass(frozen=True, eq=False)
class TermEntries:
    """One element of a tensor for every term; `index` has an array of places for each axis."""

    tensor: str
    index: tuple[np.ndarray, ...]

    @staticmethod
    def of(tensor: str, *places: int | np.ndarray) -> TermEntries:
        """The elements at `places`, an array of them or one place for all along every axis."""
        return TermEntries(tensor, tuple(np.atleast_1d(axis) for axis in np.broadcast_arrays(*places)))

    def __len__(self) -> int:
        return len(self.index[0]) if self.index else 1

    def place(self, k: int) -> Index:
        """The element of term `k`."""
        return tuple(int(axis[k]) for axis in self.index)

    def read(self, tensors: Mapping[str, Any]) -> np.ndarray:
        """The numbers, float64 (terms,)."""
        return np.atleast_1d(np.asarray(tensors[self.tensor], dtype=np.float64)[self.index])

    def symbol(self, k: int, name: str) -> str:
        """The factor of term `k` in letters; `name` is that of its element."""
        return name


@dataclass(frozen=True, eq=False)
class ComputedEntries(TermEntries):
    """A number that is worked out of one element for every term: e^z of a score, (x - μ)² of a value.

    `compute` takes the elements, float64 (terms,), to the factors. In `symbols`, one for all terms or one for each, {} is the element.
    """

    compute: Callable[[np.ndarray], np.ndarray] = np.asarray
    symbols: str | Sequence[str] = "{}"

    def read(self, tensors: Mapping[str, Any]) -> np.ndarray:
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            return np.broadcast_to(self.compute(super().read(tensors)), len(self))

    def symbol(self, k: int, name: str) -> str:
        return (self.symbols if isinstance(self.symbols, str) else self.symbols[k]).format(name)


def computed(entries: TermEntries, compute: Callable[[np.ndarray], np.ndarray], symbols: str | Sequence[str]) -> ComputedEntries:
    """Factors worked out of `entries` (see `ComputedEntries`)."""
    return ComputedEntries(entries.tensor, entries.index, compute, symbols)


@dataclass(frozen=True, eq=False)
class TermSum:
    """scale · (first + Σ products of `factors` + `further` + last), or what `outcome` makes of that sum.

    `parts` says of every product which channel, sample or filter it belongs to. `further` are kinds of terms behind the products.
    """

    factors: tuple[TermEntries, ...]
    first: TermEntries | None = None
    last: TermEntries | None = None
    scale: float = 1.0
    scale_text: str = ""  # what the whole sum is multiplied with, in words or symbols: 1/200
    parts: np.ndarray | None = None
    further: tuple[tuple[TermEntries, ...], ...] = ()
    outcome: Callable[[float], float] | None = None  # what is made of the sum that is no multiple of it: a root, a share
    outcome_text: str = ""  # in words, behind "then": the root of it

    @property
    def rows(self) -> tuple[tuple[TermEntries, ...], ...]:
        """What is added, in order: one kind of term after another."""
        alone = [(entries,) for entries in (self.first, self.last) if entries is not None]
        return (*alone[: self.first is not None], self.factors, *self.further, *alone[self.first is not None :])

    @property
    def then(self) -> str:
        """What is done with the sum of all, in words: times 1/200; empty where nothing is."""
        return self.outcome_text if self.outcome is not None else f"times {self.scale_text}" if self.scale_text else ""

    def __len__(self) -> int:
        return sum(len(entries[0]) for entries in self.rows)

    def elements(self, k: int) -> tuple[tuple[str, Index], ...]:
        """The elements that term `k` is made of, factor by factor."""
        for entries in self.rows:
            if k < len(entries[0]):
                return tuple((factor.tensor, factor.place(k)) for factor in entries)
            k -= len(entries[0])
        raise IndexError(k)

    def part(self, k: int) -> int | None:
        """Which channel, sample or filter term `k` belongs to; None where there are none."""
        k -= 0 if self.first is None else len(self.first)
        return int(self.parts[k]) if self.parts is not None and 0 <= k < len(self.parts) else None

    def numbers(self, tensors: Mapping[str, Any]) -> list[tuple[float, ...]]:
        """The factors of every term."""
        found: list[tuple[float, ...]] = []
        for entries in self.rows:
            found += zip(*(factor.read(tensors).tolist() for factor in entries), strict=True)
        return found

    def symbols(self, name: Callable[[str, Index], str]) -> list[tuple[str, ...]]:
        """The factors of every term in letters; `name` names an element."""
        return [
            tuple(factor.symbol(k, name(factor.tensor, factor.place(k))) for factor in entries)
            for entries in self.rows
            for k in range(len(entries[0]))
        ]

    def values(self, tensors: Mapping[str, Any]) -> np.ndarray:
        """Every term, float64 (terms,)."""
        return np.concatenate([np.prod([factor.read(tensors) for factor in entries], axis=0) for entries in self.rows])

    def made_of(self, total: float) -> float:
        """What the explained element is when the sum of all terms is `total`."""
        return self.outcome(total) if self.outcome is not None else self.scale * total

    def total(self, tensors: Mapping[str, Any]) -> float:
        """The explained element: the sum of all, times the scale, or the outcome."""
        return self.made_of(float(self.values(tensors).sum()))

    def error_bound(self, tensors: Mapping[str, Any], precision: float) -> float:
        """How far from `total` a sum may be that was added in any order in arithmetic of this relative `precision`.

        Higham, Accuracy and Stability of Numerical Algorithms (2002), section 4.2: (n + 1) u Σ|terms| to first order; twice that for the
        products and the scale. Of an outcome (of a sum that is never negative), how far it moves when the sum is as far off as that.
        """
        values = self.values(tensors)
        error = 2.0 * (len(self) + 1) * precision * float(np.abs(values).sum())
        if self.outcome is None:
            return abs(self.scale) * error
        total = float(values.sum())
        made = self.outcome(total)
        off = max(abs(self.outcome(max(total + error * way, 0.0)) - made) for way in (-1.0, 1.0))
        return off + 4.0 * precision * abs(made)  # for the arithmetic behind the sum


def over_samples(left: str, right: str, shape: Sequence[int], row: int, column: int) -> TermSum:
    """Σₙ left[n, row] · right[n, column] over all leading places of a tensor of `shape`: the gradient of a matrix of weights."""
    places = np.indices(tuple(shape[:-1])).reshape(len(shape) - 1, -1)
    return TermSum((TermEntries.of(left, *places, row), TermEntries.of(right, *places, column)))


def over_leading(tensor: str, shape: Sequence[int], unit: int) -> TermSum:
    """Σₙ tensor[n, unit] over all leading places: the gradient of a bias."""
    places = np.indices(tuple(shape[:-1])).reshape(len(shape) - 1, -1)
    return TermSum((TermEntries.of(tensor, *places, unit),))


def mean_of(tensor: str, count: int) -> TermSum:
    """The mean of a vector."""
    return mean_over(TermEntries.of(tensor, np.arange(count)))


def mean_over(*factors: TermEntries) -> TermSum:
    """The mean of the products of these."""
    return TermSum(factors, scale=1.0 / len(factors[0]), scale_text=f"1/{len(factors[0])}")


def along_row(tensor: str, index: Index, length: int) -> TermEntries:
    """The whole last axis through the element at `index`."""
    return TermEntries.of(tensor, *index[:-1], np.arange(length))


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(place: int) -> str:
    """A place along an axis as people write it below a letter, counted from 1."""
    return str(place + 1).translate(_SUBSCRIPTS)


def exponentials(tensor: str, index: Index, row: np.ndarray) -> tuple[ComputedEntries, float]:
    """e^z for every score of a row, and what was taken from each z first, so that no e^z is larger than a number can be."""
    highest = float(np.max(row, initial=-np.inf))
    taken = highest if np.isfinite(highest) and abs(highest) > LARGEST_EXPONENT else 0.0
    text = "e^({})" if not taken else f"e^({{}} − {taken:.6g})".replace("− -", "+ ")
    return computed(along_row(tensor, index, len(row)), lambda z: np.exp(z - taken), text), taken


def share_of_exponentials(tensor: str, index: Index, row: np.ndarray) -> TermSum:
    """e^(z_i) over the sum of all e^(z_j): softmax."""
    entries, taken = exponentials(tensor, index, row)
    own = float(np.exp(float(row[index[-1]]) - taken))
    words = f"e^(x{subscript(index[-1])}) = {own:.4g} over it"
    return TermSum((entries,), outcome=lambda total: own / total if total else float("nan"), outcome_text=words)


def terms_of_window(window: WindowSum, tensors: Mapping[str, Any]) -> TermSum | None:
    """The cells of a sliding window, one after another, without those of the padding; None where they are not added up."""
    if window.combined != "sum":
        return None
    factors: list[list[list[np.ndarray]]] = []
    parts = []
    for k in range(window.count):
        cells = [window.left(k), *([window.right(k)] if window.right is not None else [])]
        inside = np.logical_and.reduce([_inside(each, np.shape(tensors[each.tensor])[-2:]) for each in cells])
        factors.append([_places(each, inside) for each in cells])
        parts.append(np.full(int(inside.sum()), k))
    names = [window.left(0).tensor, *([window.right(0).tensor] if window.right is not None else [])]
    joined = tuple(
        TermEntries(name, tuple(np.concatenate(axis) for axis in zip(*(part[place] for part in factors), strict=True)))
        for place, name in enumerate(names)
    )
    last = None if window.bias is None else TermEntries.of(window.bias[0], *window.bias[1])
    return TermSum(joined, last=last, parts=np.concatenate(parts))


def _inside(cells: WindowCells, image: Sequence[int]) -> np.ndarray:
    rows, columns = (cells.rows >= 0) & (cells.rows < image[0]), (cells.columns >= 0) & (cells.columns < image[1])
    return np.asarray(rows[:, None] & columns[None, :])


def _places(cells: WindowCells, inside: np.ndarray) -> list[np.ndarray]:
    rows, columns = np.meshgrid(cells.rows, cells.columns, indexing="ij")
    count = int(inside.sum())
    return [*(np.full(count, place) for place in cells.place), rows[inside], columns[inside]]
