"""Quantities: one number of a tensor, worked out by the machine after a step. What the history records, and what formulas are made of.

A quantity is four words: the tensor's offset in the arena, its elements (of one sample, if it has a batch axis), whether it has one, and
which reduction makes one number of them. Of a single element the offset is its own, and the word LENGTH is its sample.
"""

from __future__ import annotations

import math
from typing import Any

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import numba
import numpy as np
from numba.extending import overload

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


# The extremes are those of integers: where real numbers are compared NaN is in the way, and the compiler makes no whole vectors of it.


def _bits(values: Any) -> Any:
    """Real numbers as integers of their size, all bits but the sign's, the place of the sign's, and the bits of infinity."""
    raise NotImplementedError("for compiled code alone")


@overload(_bits, inline="always")
def _bits_of(values):  # type: ignore[no-untyped-def]
    if values.dtype == numba.float32:
        return lambda values: (values.view(np.int32), np.int32(0x7FFFFFFF), np.int32(31), np.int32(0x7F800000))
    return lambda values: (values.view(np.int64), np.int64(0x7FFFFFFFFFFFFFFF), np.int64(63), np.int64(0x7FF0000000000000))


def _as_wide(number: Any, like: Any) -> Any:
    """An integer of the width of another: compiled code makes int64 of every sum of int32."""
    raise NotImplementedError("for compiled code alone")


@overload(_as_wide, inline="always")
def _as_wide_as(number, like):  # type: ignore[no-untyped-def]
    if like == numba.int32:
        return lambda number, like: np.int32(number)
    return lambda number, like: np.int64(number)


@numba.njit(nogil=True, error_model="numpy")
def _number(bits, values):  # type: ignore[no-untyped-def]
    """The real number that has these bits, in float64."""
    cell = np.empty_like(values[:1])
    _bits(cell)[0][0] = bits
    return np.float64(cell[0])


@numba.njit(nogil=True, error_model="numpy")
def _largest_size(values):  # type: ignore[no-untyped-def]
    """The largest |value|, NaN where one is: without the sign's, bits are ordered as sizes are, and a NaN's lie beyond infinity's."""
    bits, but_sign, _, infinity = _bits(values)
    largest = _as_wide(0, infinity)
    for i in range(bits.size):
        key = _as_wide(bits[i] & but_sign, infinity)
        largest = key if key > largest else largest
    return math.nan if largest > infinity else _number(largest, values)


@numba.njit(nogil=True, error_model="numpy")
def _extremes(values):  # type: ignore[no-untyped-def]
    """The least and the greatest value, NaN where one is: bits, those behind a set sign inverted, are ordered as numbers."""
    bits, but_sign, sign, infinity = _bits(values)
    low = high = _as_wide(bits[0] ^ ((bits[0] >> sign) & but_sign), infinity)
    for i in range(bits.size):
        key = _as_wide(bits[i] ^ ((bits[i] >> sign) & but_sign), infinity)
        low = key if key < low else low
        high = key if key > high else high
    if high > infinity or low < ~infinity:
        return math.nan, math.nan
    return _number(low ^ ((low >> sign) & but_sign), values), _number(high ^ ((high >> sign) & but_sign), values)


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
        return _largest_size(values)
    if reduction == SUM:
        return _total(values)
    if reduction in (MINIMUM, MAXIMUM):
        low, high = _extremes(values)
        return high if reduction == MAXIMUM else low
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
