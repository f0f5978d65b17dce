"""Quantities: one number of a tensor, worked out by the machine after a step. What the history records, and what stops training.

A quantity is four words: the tensor's offset in the arena, its elements (of one sample, if it has a batch axis), whether it has one, and
which reduction makes one number of them. A condition compares that number with a threshold.
"""

from __future__ import annotations

import math

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import numba
import numpy as np

from nnlab.core.kernel.context import ITERATION, ROWS
from nnlab.core.kernel.reductions import sum_of_squares

# Words of a quantity.
OFFSET, LENGTH, HAS_BATCH, REDUCTION = range(4)
QUANTITY_WORDS = 4

# The reductions by name; the place is what stands in the word REDUCTION. `bound` is the limit of "share_above", else it means nothing.
REDUCTIONS = ("l2_norm", "mean", "max_abs", "share_of_zeros", "share_above")
L2_NORM, MEAN, MAX_ABS, SHARE_OF_ZEROS, SHARE_ABOVE = range(len(REDUCTIONS))
ITERATIONS = -1  # no tensor: the number of iterations done
ABSENT = -2  # a tensor that this network does not have

# The comparisons by sign, likewise.
COMPARISONS = ("<", "<=", ">", ">=", "not finite")
HITS, STOPS_AT = range(2)  # columns of a condition's hits


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _total(values):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(values.size):
        total += np.float64(values[i])
    return total


@numba.njit(nogil=True, error_model="numpy")
def _largest(values):  # type: ignore[no-untyped-def]
    largest = 0.0
    for i in range(values.size):
        size = abs(np.float64(values[i]))
        if not size <= largest:  # also when it is NaN
            largest = size
            if np.isnan(size):
                break
    return largest


@numba.njit(nogil=True, error_model="numpy")
def reduced(values, reduction, bound):  # type: ignore[no-untyped-def]
    """One number of a vector, in float64; NaN of an empty one. The sizes "share_above" compares with `bound` are absolute values."""
    if values.size == 0:
        return math.nan
    if reduction == L2_NORM:
        return math.sqrt(sum_of_squares(values))
    if reduction == MEAN:
        return _total(values) / values.size
    if reduction == MAX_ABS:
        return _largest(values)
    count = 0
    if reduction == SHARE_OF_ZEROS:
        for i in range(values.size):
            count += values[i] == 0
    else:
        for i in range(values.size):
            count += abs(np.float64(values[i])) > bound
    return count / values.size


@numba.njit(nogil=True, error_model="numpy")
def quantity(network, words, bound):  # type: ignore[no-untyped-def]
    """The present value of one quantity; NaN where the network does not have the tensor."""
    if words[REDUCTION] == ITERATIONS:
        return np.float64(network.context[ITERATION])
    if words[REDUCTION] == ABSENT:
        return math.nan
    length = words[LENGTH] * (network.context[ROWS] if words[HAS_BATCH] else 1)
    return reduced(network.arena[words[OFFSET] : words[OFFSET] + length], words[REDUCTION], bound)


@numba.njit(nogil=True, error_model="numpy")
def _holds(value, comparison, threshold):  # type: ignore[no-untyped-def]
    if comparison == 0:
        return value < threshold
    if comparison == 1:
        return value <= threshold
    if comparison == 2:
        return value > threshold
    if comparison == 3:
        return value >= threshold
    return not np.isfinite(value)


@numba.njit(nogil=True, error_model="numpy")
def first_that_stops(network, conditions):  # type: ignore[no-untyped-def]
    """Looks at every condition, counts those that are true, and returns the first that has now been true often enough; -1 for none."""
    found = -1
    for k in range(conditions.comparisons.size):
        words = conditions.quantities[k]
        if words[REDUCTION] == ABSENT:
            continue
        value = quantity(network, words, conditions.limits[k, 0])
        if _holds(value, conditions.comparisons[k], conditions.limits[k, 1]):
            conditions.hits[k, HITS] += 1
            if found < 0 and conditions.hits[k, HITS] >= conditions.hits[k, STOPS_AT]:
                found = k
    return found
