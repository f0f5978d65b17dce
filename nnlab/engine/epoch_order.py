"""The order in which an epoch takes the samples: the machine's own shuffle, so that what is shown is what is trained on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from nnlab.core.kernel.context import CONTEXT_WORDS, EPOCH, SEED
from nnlab.engine import machine
from nnlab.engine.frame import Frame


@lru_cache(maxsize=8)
def epoch_order(samples: int, seed: int, epoch: int, is_shuffled: bool) -> np.ndarray:
    """int64 (samples,), which nobody may write to: which training sample comes when, in the epoch of this number, counted from 0."""
    context, layout = np.zeros(CONTEXT_WORDS, dtype=np.int64), np.zeros(machine.LAYOUT_WORDS, dtype=np.int64)
    context[SEED], context[EPOCH], layout[machine.LAYOUT_SHUFFLE] = seed, epoch, int(is_shuffled)
    order = np.arange(samples, dtype=np.int64)
    machine.make_order(order, context, layout)
    order.flags.writeable = False
    return order


def order_of_frame(frame: Frame, samples: int, seed: int, is_shuffled: bool) -> tuple[np.ndarray, int, int]:
    """(order, epoch from 0, place of the frame's batch in it). Between two epochs that of the one which has just ended."""
    has_ended = frame.batch == 0 and frame.iteration > 0
    epoch = max(0, frame.epoch - has_ended)
    order = epoch_order(samples, seed, epoch, is_shuffled)
    start = max(0, samples - frame.rows) if has_ended else max(0, frame.position - frame.rows)
    if has_ended and not np.array_equal(order[start : start + frame.rows], frame.samples):  # stands inside the first batch of the next
        epoch, start = frame.epoch, 0
        order = epoch_order(samples, seed, epoch, is_shuffled)
    return order, epoch, start


def samples_of_update(frame: Frame, order: np.ndarray, start: int, batch_size: int) -> np.ndarray:
    """The samples whose gradients are in the update that the frame's batch belongs to, up to that batch, which begins at `start`.

    One batch, unless several become one update: then all of these that have been taken so far.
    """
    before = (start // batch_size) % frame.program.accumulate
    found = order[max(0, start - before * batch_size) : start + frame.rows]
    return found if frame.program.accumulate > 1 else frame.samples
