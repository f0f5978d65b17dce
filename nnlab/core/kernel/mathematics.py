"""Functions of kernels that the standard library has too, in a form that vectorises in float32.

In float64 they are the library's own, correct to the last digit or two; in float32 a polynomial or rational
approximation that LLVM can vectorise, with an error near the type's own rounding.
"""

from __future__ import annotations

import math
from typing import Any

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, overload


def tanh(x: Any) -> Any:
    """Hyperbolic tangent of a scalar."""
    return math.tanh(x)


@overload(tanh, inline="always")
def _tanh(x):  # type: ignore[no-untyped-def]
    if x != types.float32:
        return lambda x: math.tanh(x)

    real = numba.float32
    limit = real(7.90531110763549805)

    def rational(x):  # type: ignore[no-untyped-def]
        # Clamped rational approximation of degree 13/6, as in Eigen's MathFunctionsImpl.h: at most 2.4e-7 from tanh.
        x = min(max(x, -limit), limit)
        s = x * x
        p = s * real(-2.76076847742355e-16) + real(2.00018790482477e-13)
        p = s * p + real(-8.60467152213735e-11)
        p = s * p + real(5.12229709037114e-08)
        p = s * p + real(1.48572235717979e-05)
        p = s * p + real(6.37261928875436e-04)
        p = s * p + real(4.89352455891786e-03)
        q = s * real(1.19825839466702e-06) + real(1.18534705686654e-04)
        q = s * q + real(2.26843463243900e-03)
        q = s * q + real(4.89352518554385e-03)
        return x * p / q

    return rational


@intrinsic
def _float_of_bits(typing, bits):  # type: ignore[no-untyped-def]
    """The float32 whose 32 bits are those of an int32."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), build


def exp(x: Any) -> Any:
    """The exponential function of a scalar."""
    return math.exp(x)


@overload(exp, inline="always")
def _exp(x):  # type: ignore[no-untyped-def]
    if x != types.float32:
        return lambda x: math.exp(x)

    real = numba.float32
    low, high = real(-87.5), real(88.8)  # the result is next to 0 below the one and infinity from 88.4 on, where exp itself is 2.4e38
    log2_e, ln2_high, ln2_low = real(1.44269504088896341), real(0.693359375), real(-2.12194440e-4)
    nearest = real(12582912.0)  # 1.5 * 2^23: adding and subtracting it rounds to a whole number
    p5, p4, p3 = real(1.9875691500e-4), real(1.3981999507e-3), real(8.3334519073e-3)
    p2, p1, p0, one = real(4.1665795894e-2), real(1.6666665459e-1), real(5.0000001201e-1), real(1.0)

    def polynomial(x):  # type: ignore[no-untyped-def]
        # Cephes expf (Moshier 1989): x = n ln 2 + r, a polynomial for e^r, the power of two by its bits. At most 2 units in the last place.
        x = min(max(x, low), high)
        n = (x * log2_e + nearest) - nearest
        r = x - n * ln2_high - n * ln2_low
        p = p5 * r + p4
        p = p * r + p3
        p = p * r + p2
        p = p * r + p1
        p = p * r + p0
        value = p * (r * r) + r + one
        return value * _float_of_bits(numba.int32((numba.int32(n) + numba.int32(127)) << numba.int32(23)))

    return polynomial


def exp_of_negative(x: Any) -> Any:
    """The exponential function of a scalar of at most 0; of minus infinity 0, of NaN NaN."""
    return math.exp(x)


@overload(exp_of_negative, inline="always")
def _exp_of_negative(x):  # type: ignore[no-untyped-def]
    if x != types.float32:
        return lambda x: math.exp(x)

    zero, least = numba.float32(0.0), numba.float32(-87.3)  # below it the result is no normal number
    return lambda x: x if x != x else (zero if x < least else exp(x))


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)) of a scalar, without overflow on either side."""
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))


@overload(sigmoid, inline="always")
def _sigmoid(x):  # type: ignore[no-untyped-def]
    if x == types.float32:
        one = numba.float32(1.0)
        return lambda x: one / (one + exp(-x))  # for very negative x, 1 / infinity is 0

    def stable(x):  # type: ignore[no-untyped-def]
        e = math.exp(-abs(x))
        return 1.0 / (1.0 + e) if x >= 0 else e / (1.0 + e)

    return stable


def normal_below(x: Any) -> Any:
    """The probability that a standard normal number lies below a scalar, without losing the digits of a small one."""
    return 0.5 * math.erfc(-x * math.sqrt(0.5))


@overload(normal_below, inline="always")
def _normal_below(x):  # type: ignore[no-untyped-def]
    if x != types.float32:
        root = math.sqrt(0.5)
        return lambda x: 0.5 * math.erfc(-x * root)

    real = numba.float32
    half, one, spread = real(0.5), real(1.0), real(0.3)
    p8, p7, p6 = real(0.004483296260684718), real(0.015419819085397664), real(-0.11857419967610958)
    p5, p4, p3 = real(0.16585963626543437), real(-0.028241152221934747), real(0.1187778854703791)
    p2, p1, p0 = real(0.10215702228796715), real(0.12047386723743218), real(0.11964386941462873)

    def rational(x):  # type: ignore[no-untyped-def]
        # The tail of z = |x| is exp(-z^2 / 2) t p(t) with t = 1 / (1 + 0.3 z), as Abramowitz and Stegun 26.2.17; p of degree 8 is fitted
        # to the ratio for 0 <= z <= 14, relative error 9e-8 before rounding. In all at most 5e-7 of the value down to -2, 4e-6 at -12.
        z = abs(x)
        t = one / (one + spread * z)
        p = p8 * t + p7
        p = p * t + p6
        p = p * t + p5
        p = p * t + p4
        p = p * t + p3
        p = p * t + p2
        p = p * t + p1
        p = p * t + p0
        tail = p * t * exp(-half * (z * z))
        return tail if x < real(0.0) else one - tail

    return rational
