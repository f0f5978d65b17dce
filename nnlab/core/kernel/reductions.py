"""Reductions over long vectors, several elements at a time.

A sum may be reordered only where that is said: `reassoc` lets the compiler add in several partial sums at once. It does not let it
assume that there is no NaN or infinity, so none is ever hidden.
"""

from __future__ import annotations

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import numba
import numpy as np


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc"})
def total(values):  # type: ignore[no-untyped-def]
    """The sum of a vector, in its own type."""
    found = values.dtype.type(0)
    for i in range(values.size):
        found += values[i]
    return found


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc"})
def wide_total(values):  # type: ignore[no-untyped-def]
    """The sum of a vector, in float64."""
    found = 0.0
    for i in range(values.size):
        found += np.float64(values[i])
    return found


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def wide_dot(a, b):  # type: ignore[no-untyped-def]
    """The product of two vectors, in float64."""
    found = 0.0
    for i in range(a.size):
        found += np.float64(a[i]) * np.float64(b[i])
    return found


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def wide_dot_of_three(a, b, c):  # type: ignore[no-untyped-def]
    """The sum of the products of three vectors' elements, in float64."""
    found = 0.0
    for i in range(a.size):
        found += np.float64(a[i]) * np.float64(b[i]) * np.float64(c[i])
    return found


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def squares_around(values, center):  # type: ignore[no-untyped-def]
    """The sum of squares of a vector's distances from a number, in float64."""
    found = 0.0
    for i in range(values.size):
        distance = np.float64(values[i]) - center
        found += distance * distance
    return found


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def sum_of_squares(values):  # type: ignore[no-untyped-def]
    """The sum of squares of a vector, in float64."""
    total = 0.0
    for i in range(values.size):
        total += np.float64(values[i]) * np.float64(values[i])
    return total


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def squared_distance(a, b):  # type: ignore[no-untyped-def]
    """The sum of squares of the differences of two vectors, in float64."""
    total = 0.0
    for i in range(a.size):
        difference = np.float64(a[i]) - np.float64(b[i])
        total += difference * difference
    return total


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def dot(a, b):  # type: ignore[no-untyped-def]
    """The product of two vectors, in their own type."""
    total = a.dtype.type(0)
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@numba.njit(nogil=True, error_model="numpy")
def finite(values):  # type: ignore[no-untyped-def]
    """Whether a vector holds no NaN or infinity."""
    # A sum of squares is finite only if all of it is; of float64 numbers it may overflow though they are finite.
    if np.isfinite(sum_of_squares(values)):
        return True
    for i in range(values.size):  # noqa: SIM110  (numba compiles no generator in `all`)
        if not np.isfinite(values[i]):
            return False
    return True
