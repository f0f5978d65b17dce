"""Which samples come next: the order of an epoch is a function of seed and epoch, so it is known before it is trained."""

from __future__ import annotations

import numpy as np

from nnlab.engine.epoch_order import epoch_order


def upcoming_batch(samples: int, batch_size: int, seed: int, epoch: int, position: int, is_shuffled: bool) -> np.ndarray:
    """Indices of the samples of the next batch of a run that has seen `position` of `samples` samples in epoch `epoch` (from 0)."""
    if position >= samples:
        epoch, position = epoch + 1, 0
    return epoch_order(samples, seed, epoch, is_shuffled)[position : position + batch_size]


def updates_in(samples: int, batch_size: int, accumulate: int) -> int:
    """Iterations until so many samples have been in a batch, where an update takes the gradients of `accumulate` batches."""
    return -(-samples // (batch_size * accumulate))
