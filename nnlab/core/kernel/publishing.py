"""Publishing a frame: what the machine copies for a display, into the spare half of a double buffer (see nnlab.engine.frame)."""

from __future__ import annotations

from nnlab.core.kernel.context import BATCH, BATCH_START, EPOCH, ITERATION, PC, ROWS, SAMPLES
from nnlab.core.kernel.decorators import compiled_as_annotated
from nnlab.core.kernel.structures import FloatRows, Frames, Integers, Network
from nnlab.core.kernel.views import copy_elements, store_release

# Words of a frame's `meta`.
(META_ITERATION, META_EPOCH, META_BATCH, META_ROWS, META_LOSS, META_START, META_REVISION) = range(7)
META_WORDS = 12


@compiled_as_annotated
def publish(network: Network, order: Integers, frames: Frames, moved: FloatRows, loss: float) -> None:
    """Copies the watched spans and the position into the spare half of the double buffer, then flips the sequence number.

    The reader takes the half of the last sequence number and checks afterwards that it has not moved by two.
    """
    arena, context, meta = network.arena, network.context, frames.meta
    number = frames.sequence[0]
    half = (number + 1) & 1
    place = 0
    for k in range(frames.spans.shape[0]):
        offset, length = frames.spans[k, 0], frames.spans[k, 1]
        copy_elements(frames.values, half * frames.values.shape[1] + place, arena, offset, length)
        place += length
    meta[half, META_ITERATION] = context[ITERATION]
    meta[half, META_EPOCH] = context[EPOCH]
    meta[half, META_BATCH] = context[BATCH]
    meta[half, META_ROWS] = context[ROWS]
    meta[half, META_LOSS] = loss
    meta[half, META_REVISION] = frames.revision
    start = context[BATCH_START] - context[ROWS] if context[BATCH_START] > 0 else context[SAMPLES] - context[ROWS]
    if context[PC] > 0 or context[ITERATION] == 0:
        start = context[BATCH_START]
    meta[half, META_START] = start
    for n in range(min(context[ROWS], frames.batches.shape[1])):
        frames.batches[half, n] = order[start + n] if 0 <= start + n < order.size else -1
    for k in range(frames.moves.shape[1]):
        for i in range(frames.moves.shape[2]):
            frames.moves[half, k, i] = moved[k, i]
    store_release(frames.sequence, 0, number + 1)
