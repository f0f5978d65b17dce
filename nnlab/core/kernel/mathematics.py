"""Functions of kernels that the standard library has too, in a form that vectorises in float32.

In float64 they are the library's own, correct to the last digit or two; in float32 a polynomial or rational
approximation that LLVM can vectorise, with an error near the type's own rounding.
"""

from __future__ import annotations

import math
from typing import Any

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import numba
from numba.core import types
from numba.extending import overload


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


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)) of a scalar, without overflow on either side."""
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))


@overload(sigmoid, inline="always")
def _sigmoid(x):  # type: ignore[no-untyped-def]
    if x == types.float32:
        half, one = numba.float32(0.5), numba.float32(1.0)
        return lambda x: half * (one + tanh(half * x))  # sigma(x) = (1 + tanh(x/2)) / 2

    def stable(x):  # type: ignore[no-untyped-def]
        e = math.exp(-abs(x))
        return 1.0 / (1.0 + e) if x >= 0 else e / (1.0 + e)

    return stable
