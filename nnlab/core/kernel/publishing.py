"""Publishing a frame: what the machine copies for a display, into the oldest slot of a ring (see nnlab.engine.frame)."""

from __future__ import annotations

from nnlab.core.kernel.context import BATCH, BATCH_START, EPOCH, ITERATION, PC, ROWS, SAMPLES
from nnlab.core.kernel.decorators import compiled_as_annotated
from nnlab.core.kernel.structures import FloatRows, Frames, Integers, Network
from nnlab.core.kernel.views import copy_elements, store_release

# Words of a frame's `meta`.
(META_ITERATION, META_EPOCH, META_BATCH, META_ROWS, META_LOSS, META_START, META_REVISION, META_INSIDE) = range(8)
META_WORDS = 12


@compiled_as_annotated
def publish(network: Network, order: Integers, frames: Frames, moved: FloatRows, loss: float) -> None:
    """Copies the watched spans and the position into the slot after that of the last frame, then counts the sequence number up.

    The reader takes the slot of a sequence number and checks afterwards that the machine has not begun to write it again.
    """
    arena, context, meta = network.arena, network.context, frames.meta
    number = frames.sequence[0]
    slot = (number + 1) % meta.shape[0]
    place = 0
    for k in range(frames.spans.shape[0]):
        offset, length = frames.spans[k, 0], frames.spans[k, 1]
        copy_elements(frames.values, slot * frames.values.shape[1] + place, arena, offset, length)
        place += length
    meta[slot, META_ITERATION] = context[ITERATION]
    meta[slot, META_EPOCH] = context[EPOCH]
    meta[slot, META_BATCH] = context[BATCH]
    meta[slot, META_ROWS] = context[ROWS]
    meta[slot, META_LOSS] = loss
    meta[slot, META_REVISION] = frames.revision
    meta[slot, META_INSIDE] = context[PC] > 0
    start = context[BATCH_START] - context[ROWS] if context[BATCH_START] > 0 else context[SAMPLES] - context[ROWS]
    if context[PC] > 0 or context[ITERATION] == 0:
        start = context[BATCH_START]
    meta[slot, META_START] = start
    for n in range(min(context[ROWS], frames.batches.shape[1])):
        frames.batches[slot, n] = order[start + n] if 0 <= start + n < order.size else -1
    for k in range(frames.moves.shape[1]):
        for i in range(frames.moves.shape[2]):
            frames.moves[slot, k, i] = moved[k, i]
    store_release(frames.sequence, 0, number + 1)
