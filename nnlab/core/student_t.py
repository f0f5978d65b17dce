"""Quantiles of Student's t, for confidence intervals; SciPy's special functions would take a tenth of a start to import."""

from __future__ import annotations

import math

_EPSILON, _MOST = 1e-16, 500


def quantile(freedom: float, probability: float) -> float:
    """t with P(T <= t) = `probability` in (0, 1) for `freedom` > 0 degrees of freedom, whole or not; by bisection on `cdf`."""
    if probability < 0.5:
        return -quantile(freedom, 1.0 - probability)
    low, high = 0.0, 1.0
    while cdf(freedom, high) < probability:
        low, high = high, 2.0 * high
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return middle
        if cdf(freedom, middle) < probability:
            low = middle
        else:
            high = middle


def cdf(freedom: float, t: float) -> float:
    """P(T <= t) for t >= 0: 1 - I_x(v / 2, 1 / 2) / 2 with x = v / (v + t^2) (Abramowitz and Stegun 26.7.1, 26.5.27)."""
    square = t * t
    return 1.0 - 0.5 * _incomplete_beta(0.5 * freedom, 0.5, freedom / (freedom + square), square / (freedom + square))


def _incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """I_x(a, b), regularised; `rest` is 1 - x. The continued fraction converges quickly on one side of (a + 1) / (a + b + 2)."""
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(b, a, rest, x)
    if x == 0.0:
        return 0.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest))
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """Abramowitz and Stegun 26.5.8, from the front by Lentz's method."""
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _MOST):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            c, d = 1.0 + term / c, 1.0 / (1.0 + term * d)
            value *= c * d
        if abs(c * d - 1.0) < _EPSILON:
            break
    return value
