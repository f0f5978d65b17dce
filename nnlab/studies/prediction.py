"""Predict, then reveal: is a typed number the one the engine computed, and if not, which factor or term of the formula is wrong?

A hint is found by trying: the formula with one factor left out, with its sign turned, with it used twice; the sum without one of its terms.
The one that gives what was typed is what went wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core.explanation import Explanation, ExplanationContext

TOLERANCE = 0.01  # relative: three digits of a calculator are enough


@dataclass(frozen=True)
class KnownPart:
    """A factor of a product, or a term of a sum, in words and as a number."""

    words: str
    value: float


@dataclass(frozen=True)
class Judged:
    """Whether a prediction holds, and a sentence that helps where it does not."""

    correct: bool
    hint: str


def agrees(typed: float, expected: float) -> bool:
    return math.isclose(typed, expected, rel_tol=TOLERANCE, abs_tol=1e-12)


def judge(typed: float, expected: float, factors: Sequence[KnownPart] = (), terms: Sequence[KnownPart] = ()) -> Judged:
    """`expected` is the engine's; `factors` multiply to it, or `terms` add up to it, where they are known."""
    if agrees(typed, expected):
        return Judged(True, "That is what was computed.")
    known = (hint for value, hint in _mistakes(expected, factors, terms) if agrees(typed, value))
    return Judged(False, next(known, _by_size(typed, expected)))


def judge_shape(typed: str, shape: tuple[int, ...]) -> Judged:
    """A shape as people write it: 8 × 4, 8x4, (8, 4)."""
    found = tuple(int(number) for number in re.findall(r"\d+", typed))
    if found == shape:
        return Judged(True, "That is its shape.")
    if sorted(found) == sorted(shape):
        return Judged(False, "The lengths are right, but in another order.")
    if len(found) != len(shape):
        return Judged(False, f"It has {len(shape)} {'axis' if len(shape) == 1 else 'axes'}, not {len(found)}.")
    wrong = next(k for k, (one, other) in enumerate(zip(found, shape, strict=True)) if one != other)
    return Judged(False, f"Axis {wrong + 1} has another length.")


def parts_of(moment: ExplanationContext, explanation: Explanation) -> tuple[tuple[KnownPart, ...], tuple[KnownPart, ...]]:
    """(factors, terms) of an explained element, as far as they are known."""
    factors = tuple(KnownPart(factor.label or "the factor", factor.value(moment)) for factor in explanation.factors)
    terms: tuple[KnownPart, ...] = ()
    if moment.target == "y" and {"x", "weight"} <= moment.before.keys() and np.ndim(moment["weight"]) == 2 and np.ndim(moment["x"]) == 2:
        sample, unit = moment.index
        products = np.asarray(moment["x"], dtype=np.float64)[sample] * np.asarray(moment["weight"], dtype=np.float64)[unit]
        terms = tuple(KnownPart(f"the product of input {k + 1}", float(p)) for k, p in enumerate(products))
        if "bias" in moment:
            terms = (*terms, KnownPart("the bias", float(np.asarray(moment["bias"])[unit])))
    elif moment.target == "d_weight" and {"x", "d_y"} <= moment.before.keys() and np.ndim(moment["x"]) == np.ndim(moment["d_y"]) == 2:
        unit, place = moment.index
        products = np.asarray(moment["d_y"], dtype=np.float64)[:, unit] * np.asarray(moment["x"], dtype=np.float64)[:, place]
        terms = tuple(KnownPart(f"the product of sample {k + 1}", float(p)) for k, p in enumerate(products))
    return factors, terms


def _mistakes(expected: float, factors: Sequence[KnownPart], terms: Sequence[KnownPart]) -> Iterator[tuple[float, str]]:
    """What would be typed after a common mistake, and the sentence for it."""
    if expected != 0:
        yield -expected, "The size is right, but the sign is not: count the minus signs of the factors."
    for part in factors:
        if part.value not in (0.0, 1.0):
            yield expected / part.value, f"The factor “{part.words}” is missing."
            yield expected * part.value, f"The factor “{part.words}” is in it twice."
            yield expected / part.value**2, f"It is divided by “{part.words}” where it should be multiplied."
    for part in terms:
        if part.value:
            yield expected - part.value, f"In the sum {part.words} is missing."
            yield expected - 2 * part.value, f"In the sum {part.words} has the wrong sign."
            yield expected + part.value, f"In the sum {part.words} is counted twice."
    if len(terms) > 1:
        yield sum(abs(part.value) for part in terms), "Some products are negative; all were added as if they were positive."


def _by_size(typed: float, expected: float) -> str:
    if expected == 0:
        return "The result is exactly 0; which factor is 0?"
    if typed == 0:
        return "The result is not 0: no factor of it is."
    if (typed > 0) != (expected > 0):
        return "The sign is wrong, and the size is not right yet."
    ratio = abs(typed / expected)
    return f"The sign is right, but it is too {'large' if ratio > 1 else 'small'}, by a factor of {ratio if ratio > 1 else 1 / ratio:.2g}."
