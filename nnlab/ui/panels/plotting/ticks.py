"""Ticks: which numbers to write on an axis, and how.

Steps are 1, 2 or 5 times a power of ten (Heckbert, Nice Numbers for Graph Labels, Graphics Gems 1990), as many as fit at a given
spacing in pixels. A logarithmic axis is given in exponents of ten; it is ticked at whole decades while it spans several, then at
1, 2, 5, and evenly when one decade is already too wide.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from nnlab.ui.look import numbers


class Tick(NamedTuple):
    position: float  # on the axis, in its own coordinates (exponents for a logarithmic one)
    text: str


def nice_step(span: float, most: float) -> float:
    """The smallest step of the form {1, 2, 5}·10ᵏ that divides `span` into at most `most` parts."""
    raw = span / max(most, 1.0)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= raw * (1 - 1e-9))


def linear_ticks(low: float, high: float, length: float, spacing: float = 32.0) -> list[Tick]:
    """Ticks of an even axis low … high that is `length` pixels long, at least `spacing` pixels apart."""
    if not _drawable(low, high, length):
        return []
    step = nice_step(high - low, length / spacing)
    return [Tick(value, write(value, step)) for value in _multiples(low, high, step)]


def iteration_ticks(low: float, high: float, length: float, spacing: float = 80.0) -> list[Tick]:
    """Whole, non-negative iterations."""
    if not _drawable(low, high, length):
        return []
    step = max(1.0, nice_step(high - low, length / spacing))
    return [Tick(value, numbers.count(round(value))) for value in _multiples(max(0.0, low), high, step)]


def logarithmic_ticks(low: float, high: float, length: float, spacing: float = 32.0) -> list[Tick]:
    """Ticks of an axis from 10^low to 10^high; positions are exponents."""
    if not _drawable(low, high, length) or high - low > 600:
        return []
    most = length / spacing
    decades = [float(e) for e in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]
    if len(decades) >= 3 or len(decades) > most:
        stride = max(1, math.ceil((high - low) / max(most, 1.0)))
        return [Tick(e, power_of_ten(round(e))) for e in decades if round(e) % stride == 0]
    fine = [
        (math.log10(factor) + e, factor * 10.0**e)
        for e in range(math.floor(low), math.floor(high) + 1)
        for factor in (1.0, 2.0, 5.0)
        if low - 1e-9 <= math.log10(factor) + e <= high + 1e-9
    ]
    if len(fine) >= 3:
        fitting = (
            fine if len(fine) <= most else [tick for tick in fine if tick[0] in decades] or fine[:: math.ceil(len(fine) / max(most, 1.0))]
        )
        return [Tick(position, write(value, value)) for position, value in fitting]
    bottom, top = 10.0**low, 10.0**high
    if top <= bottom:
        return []
    step = nice_step(top - bottom, most)
    return [Tick(math.log10(value), write(value, step)) for value in _multiples(bottom, top, step) if value > 0]


def power_of_ten(exponent: int) -> str:
    """1, 0.1, 0.01, 100; 1e−3 and beyond as a power."""
    if -3 < exponent < 0:
        return numbers.fixed(10.0**exponent, -exponent)
    return numbers.count(10**exponent) if 0 <= exponent < 5 else f"1e{exponent}".replace("-", numbers.MINUS)


def write(value: float, step: float) -> str:
    """A tick's value with just the decimals its step needs."""
    if value == 0.0:
        return "0"
    if abs(value) >= 1e6 or abs(step) < 1e-4:
        digits = max(1, math.floor(math.log10(abs(value))) - math.floor(math.log10(abs(step)) + 1e-9) + 1)
        return numbers.scientific(value, min(digits, 6))
    return numbers.fixed(value, max(0, -math.floor(math.log10(abs(step)) + 1e-9)))


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [k * step for k in range(first, last + 1)]


def _drawable(low: float, high: float, length: float) -> bool:
    return math.isfinite(low) and math.isfinite(high) and high > low and length > 0
