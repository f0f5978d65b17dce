"""Measuring around an update: how long every gradient is, and how far the update moved every parameter."""

from __future__ import annotations

from nnlab.core.kernel.decorators import inlined
from nnlab.core.kernel.reductions import squared_distance, sum_of_squares
from nnlab.core.kernel.structures import FloatRows, Floats, IntegerRows, Reals

MOVED_BY, MOVED_FROM = 0, 1  # columns of `UpdateArrays.moved`


@inlined
def measure_gradients(arena: Reals, spans: IntegerRows, squares: Floats) -> None:
    """Writes the sum of squares of every parameter's gradient to `squares`. `spans` holds (offset, length) of each."""
    for k in range(spans.shape[0]):
        squares[k] = sum_of_squares(arena[spans[k, 0] : spans[k, 0] + spans[k, 1]])


@inlined
def measure_update(arena: Reals, before: Reals, spans: IntegerRows, moved: FloatRows) -> None:
    """How far an update moved every parameter, whatever rule made it: see `UpdateArrays.moved`. `before` holds the weights as they were.

    Of a parameter with an empty span (a frozen one) both are 0.
    """
    for k in range(spans.shape[0]):
        first, end = spans[k, 0], spans[k, 0] + spans[k, 1]
        moved[k, MOVED_BY] = squared_distance(arena[first:end], before[first:end])
        moved[k, MOVED_FROM] = sum_of_squares(before[first:end])
