"""Quantities: one number of a tensor, worked out by the machine after a step. What the history records, and what formulas are made of.

A quantity is four words: the tensor's offset in the arena, its elements (of one sample, if it has a batch axis), whether it has one, and
which reduction makes one number of them. Of a single element the offset is its own, and the word LENGTH is its sample.
"""

from __future__ import annotations

import math

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import numba
import numpy as np

from nnlab.core.kernel.context import EPOCH, ITERATION, ROWS
from nnlab.core.kernel.reductions import sum_of_squares

# Words of a quantity.
OFFSET, LENGTH, HAS_BATCH, REDUCTION = range(4)
QUANTITY_WORDS = 4

# The reductions by name; the place is what stands in the word REDUCTION. `bound` is the limit of "share_above", else it means nothing.
REDUCTIONS = ("l2_norm", "mean", "max_abs", "share_of_zeros", "share_above", "sum", "minimum", "maximum", "element")
L2_NORM, MEAN, MAX_ABS, SHARE_OF_ZEROS, SHARE_ABOVE, SUM, MINIMUM, MAXIMUM, ELEMENT = range(len(REDUCTIONS))
ITERATIONS = -1  # no tensor: the number of iterations done
ABSENT = -2  # a tensor that this network does not have
EPOCHS = -3  # no tensor: the number of epochs done


@numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _total(values):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(values.size):
        total += np.float64(values[i])
    return total


@numba.njit(nogil=True, error_model="numpy")
def _sized(value, is_absolute, sign):  # type: ignore[no-untyped-def]
    return abs(value) if is_absolute else sign * value


@numba.njit(nogil=True, error_model="numpy")
def _largest_number(values, is_absolute, sign):  # type: ignore[no-untyped-def]
    """The largest of sign · value or |value|, where none is NaN. Four at a time, for one comparison waits for the other."""
    a = b = c = d = _sized(values[0], is_absolute, sign)
    whole = values.size // 4 * 4
    for i in range(0, whole, 4):
        w, x = _sized(values[i], is_absolute, sign), _sized(values[i + 1], is_absolute, sign)
        y, z = _sized(values[i + 2], is_absolute, sign), _sized(values[i + 3], is_absolute, sign)
        a, b = w if w > a else a, x if x > b else b
        c, d = y if y > c else c, z if z > d else d
    for i in range(whole, values.size):
        w = _sized(values[i], is_absolute, sign)
        a = w if w > a else a
    a, c = b if b > a else a, d if d > c else c
    return np.float64(c if c > a else a)


@numba.njit(nogil=True, error_model="numpy")
def _largest(values, is_absolute, sign):  # type: ignore[no-untyped-def]
    if not np.isfinite(_total(values)):  # perhaps for a NaN
        for i in range(values.size):
            if np.isnan(values[i]):
                return math.nan
    return _largest_number(values, is_absolute, values.dtype.type(sign))


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
        return _largest(values, True, 1)
    if reduction == SUM:
        return _total(values)
    if reduction in (MINIMUM, MAXIMUM):
        return _largest(values, False, 1) if reduction == MAXIMUM else -_largest(values, False, -1)
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
    if words[REDUCTION] == EPOCHS:
        return np.float64(network.context[EPOCH])
    if words[REDUCTION] == ABSENT:
        return math.nan
    if words[REDUCTION] == ELEMENT:  # the last batch of an epoch may have fewer samples
        is_there = not words[HAS_BATCH] or words[LENGTH] < network.context[ROWS]
        return np.float64(network.arena[words[OFFSET]]) if is_there else math.nan
    length = words[LENGTH] * (network.context[ROWS] if words[HAS_BATCH] else 1)
    return reduced(network.arena[words[OFFSET] : words[OFFSET] + length], words[REDUCTION], bound)
