"""Publishing a frame: what the machine copies for a display, into the spare half of a double buffer (see nnlab.engine.frame)."""

from __future__ import annotations

from nnlab.core.kernel.context import BATCH, BATCH_START, EPOCH, ITERATION, PC, ROWS, SAMPLES
from nnlab.core.kernel.decorators import compiled
from nnlab.core.kernel.views import store_release

# Words of a frame's `meta`.
(META_ITERATION, META_EPOCH, META_BATCH, META_ROWS, META_LOSS, META_SMOOTHED, META_START, META_REVISION) = range(8)
META_WORDS = 12


@compiled(
    *[
        f"void({real}[::1],int64[::1],int64[::1],int64[:,::1],{real}[:,::1],float64[:,::1],int64[:,::1],float64[:,:,::1],int64[::1],"
        "float64[:,::1],float64,float64,float64)"
        for real in ("float32", "float64")
    ]
)
def publish(  # type: ignore[no-untyped-def]
    arena, context, order, spans, frames, meta, batches, moves, sequence, moved, loss, smoothed, revision
):  # fmt: skip
    """Copies the watched spans and the position into the spare half of the double buffer, then flips the sequence number.

    The reader takes the half of the last sequence number and checks afterwards that it has not moved by two.
    """
    number = sequence[0]
    half = (number + 1) & 1
    place = 0
    for k in range(spans.shape[0]):
        offset, length = spans[k, 0], spans[k, 1]
        for i in range(length):
            frames[half, place + i] = arena[offset + i]
        place += length
    meta[half, META_ITERATION] = context[ITERATION]
    meta[half, META_EPOCH] = context[EPOCH]
    meta[half, META_BATCH] = context[BATCH]
    meta[half, META_ROWS] = context[ROWS]
    meta[half, META_LOSS] = loss
    meta[half, META_SMOOTHED] = smoothed
    meta[half, META_REVISION] = revision
    start = context[BATCH_START] - context[ROWS] if context[BATCH_START] > 0 else context[SAMPLES] - context[ROWS]
    if context[PC] > 0 or context[ITERATION] == 0:
        start = context[BATCH_START]
    meta[half, META_START] = start
    for n in range(min(context[ROWS], batches.shape[1])):
        batches[half, n] = order[start + n] if 0 <= start + n < order.size else -1
    moves[half, : moves.shape[1]] = moved[: moves.shape[1]]
    store_release(sequence, 0, number + 1)
