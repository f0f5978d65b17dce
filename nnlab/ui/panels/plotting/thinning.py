"""Thinning: a curve of thousands of blocks as what the pixel columns of a plot can show.

Neighbouring blocks are grouped. A group keeps the true minimum and maximum of its blocks, and the smoothed loss at its end. Groups
start at multiples of their size, so that they stay the same blocks while the curve grows, and the picture does not flicker.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.engine.history import Curves


@dataclass(frozen=True, eq=False)
class ThinnedLoss:
    """Groups of blocks, all arrays (groups,). `iterations` is the last iteration of each group."""

    iterations: np.ndarray
    minimum: np.ndarray
    maximum: np.ndarray
    smoothed: np.ndarray


@dataclass(frozen=True, eq=False)
class ThinnedNorms:
    """Base-ten logarithms of gradient norms, (groups, gradients); NaN where no norm of the group is positive and finite."""

    first: int  # the iteration before the first group
    last: int  # the last iteration of the last group
    iterations: np.ndarray
    logarithms: np.ndarray


def group_starts(first: int, stop: int, most: int) -> np.ndarray:
    """Where groups start, so that the blocks first … stop − 1 form at most `most` + 1 groups, aligned to multiples of their size."""
    size = max(1, -(-(stop - first) // max(1, most)))
    aligned = first // size * size
    starts = np.arange(aligned, stop, size)
    starts[0] = first
    return starts


def visible_blocks(curves: Curves, first: float, last: float) -> tuple[int, int]:
    """The range of blocks that covers the iterations first … last, with one more on each side."""
    count = len(curves.mean)
    start = int((first - curves.origin) // curves.block_size) - 1
    stop = int(-(-(last - curves.origin) // curves.block_size)) + 1
    return min(max(start, 0), count), min(max(stop, 0), count)


def thin_loss(curves: Curves, first: float, last: float, columns: int) -> ThinnedLoss:
    """The losses between two iterations in about `columns` groups."""
    start, stop = visible_blocks(curves, first, last)
    if start >= stop:
        nothing = np.empty(0)
        return ThinnedLoss(nothing, nothing, nothing, nothing)
    starts = group_starts(start, stop, columns)
    ends = np.append(starts[1:], stop) - 1
    within = slice(None, stop)
    return ThinnedLoss(
        iterations=(curves.origin + (ends + 1) * curves.block_size).astype(np.float64),
        minimum=np.fmin.reduceat(curves.minimum[within], starts),
        maximum=np.fmax.reduceat(curves.maximum[within], starts),
        smoothed=curves.smoothed[ends],
    )


def thin_norms(curves: Curves, first: float, last: float, columns: int) -> ThinnedNorms:
    """The gradient norms between two iterations in about `columns` groups: the mean logarithm of each group."""
    start, stop = visible_blocks(curves, first, last)
    if start >= stop or not curves.norms.shape[1]:
        return ThinnedNorms(curves.origin, curves.origin, np.empty(0), np.empty((0, curves.norms.shape[1])))
    starts = group_starts(start, stop, columns)
    logarithms = positive_logarithm(curves.norms[start:stop])
    known = np.isfinite(logarithms)
    totals = np.add.reduceat(np.where(known, logarithms, 0.0), starts - start, axis=0)
    counts = np.add.reduceat(known.astype(np.int64), starts - start, axis=0)
    means = np.divide(totals, counts, out=np.full(totals.shape, np.nan), where=counts > 0)
    ends = np.append(starts[1:], stop)
    iterations = (curves.origin + ends * curves.block_size).astype(np.float64)
    return ThinnedNorms(curves.origin + start * curves.block_size, int(iterations[-1]), iterations, means)


def positive_logarithm(values: np.ndarray) -> np.ndarray:
    """log₁₀ of positive finite values; NaN for all others, which a logarithmic axis cannot show."""
    values = np.asarray(values, dtype=np.float64)
    usable = np.isfinite(values) & (values > 0)
    return np.log10(values, out=np.full(values.shape, np.nan), where=usable)


def block_at(curves: Curves, iteration: float) -> int | None:
    """The block that holds an iteration (the first or last one for an iteration just outside), None without blocks."""
    count = len(curves.mean)
    if not count:
        return None
    return min(max(int(-(-(iteration - curves.origin) // curves.block_size)) - 1, 0), count - 1)


def sample_columns(places: np.ndarray, at: np.ndarray) -> np.ndarray:
    """For each position in `at`, the index of the group that ends there or next; `places` are the groups' ends, ascending."""
    return np.minimum(np.searchsorted(places, at, side="left"), len(places) - 1)
