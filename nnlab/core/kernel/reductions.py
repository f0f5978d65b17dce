"""Reductions over long vectors, several elements at a time.

A sum may be reordered only where that is said: `reassoc` lets the compiler add in several partial sums at once. It does not let it
assume that there is no NaN or infinity, so none is ever hidden.
"""

from __future__ import annotations

from typing import Any

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import numba
import numpy as np
from numba.core import types
from numba.extending import overload


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def sum_of_squares(values):  # type: ignore[no-untyped-def]
    """The sum of squares of a vector, in float64."""
    total = 0.0
    for i in range(values.size):
        total += np.float64(values[i]) * np.float64(values[i])
    return total


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def dot(a, b):  # type: ignore[no-untyped-def]
    """The product of two vectors, in their own type."""
    total = a.dtype.type(0)
    for i in range(a.size):
        total += a[i] * b[i]
    return total


def finite(values: Any) -> bool:
    """Whether a vector holds no NaN or infinity: those have all bits of the exponent set, which integers tell fastest."""
    return bool(np.isfinite(values).all())


@overload(finite)
def _finite(values):  # type: ignore[no-untyped-def]
    word, exponent = (np.uint32, 0x7F800000) if values.dtype == types.float32 else (np.uint64, 0x7FF0000000000000)
    mask = word(exponent)

    def all_finite(values):  # type: ignore[no-untyped-def]
        words = values.view(word)
        found = word(0)
        for i in range(words.size):
            found |= word(words[i] & mask == mask)
        return found == 0

    return all_finite
