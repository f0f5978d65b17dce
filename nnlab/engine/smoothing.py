"""Smoothing: the mean of the newest losses, over a window that is a twentieth of the run so far.

A window in proportion to the run suits runs of any length: single batches are evened out, and the curve lags behind its data by a few
pixels at most, also where losses fall by ten decades. A mean over a window lies between the smallest and the largest loss in it; a running
mean with a fixed memory does not, it drags the first losses along.

Windows are whole blocks of the history. Their means are put together from means of 1, 2, 4, … neighbouring blocks, each the mean of
two halves: no differences of large sums, so losses of 1e-16 behind one of 1 keep all their digits.
"""

from __future__ import annotations

import numpy as np

SHARE = 20  # the run so far is this many windows long


def window_blocks(blocks: np.ndarray) -> np.ndarray:
    """How many blocks the window behind each of the first `blocks` (numbers from 1 on) holds; at least one."""
    return np.maximum(1, blocks // SHARE)


def trailing_means(means: np.ndarray, windows: np.ndarray) -> np.ndarray:
    """The mean of the last windows[i] blocks before the end of block len(means) - len(windows) + i, for the means of all blocks.

    Every result lies between the smallest and the largest mean in its window, also after rounding.
    """
    place = np.arange(len(means) - len(windows), len(means))  # the newest block that is not in the result yet
    result = np.zeros(len(windows))
    counted = np.zeros(len(windows), dtype=np.int64)
    table, size = means.astype(np.float64), 1  # table[i]: the mean of the `size` blocks up to block i
    while size <= windows.max(initial=0):
        chosen = (windows & size) != 0
        piece = table[place[chosen]]
        counted[chosen] += size
        before = np.where(counted[chosen] == size, piece, result[chosen])
        with np.errstate(invalid="ignore", over="ignore"):  # infinite means stay what they are
            mixed = before + (piece - before) * (size / counted[chosen])
        result[chosen] = np.minimum(np.maximum(mixed, np.minimum(before, piece)), np.maximum(before, piece))
        place[chosen] -= size
        table[size:] = 0.5 * (table[size:] + table[:-size])
        size *= 2
    return result
