"""Numbers by which the machine and those who call it understand each other, see nnlab.engine.machine."""

from __future__ import annotations

# Words of `layout`.
(
    LAYOUT_FORWARD_END, LAYOUT_UPDATE_START, LAYOUT_END, LAYOUT_GRADIENTS, LAYOUT_PARAMETER_GRADIENTS_END, LAYOUT_ZEROED, LAYOUT_ZEROED_END,
    LAYOUT_INPUT, LAYOUT_TARGET, LAYOUT_LOSS, LAYOUT_OUTPUT, LAYOUT_PARAMETERS_END, LAYOUT_CLIP_NORM, LAYOUT_CLIP_VALUE, LAYOUT_SHUFFLE,
    LAYOUT_TOTAL_WEIGHT, LAYOUT_BOUNDED, LAYOUT_CAPACITY, LAYOUT_BATCH_END, LAYOUT_ACCUMULATE,
) = range(20)  # fmt: skip
LAYOUT_WORDS = 20

# Words of `control`, written by other threads (atomically) while the machine runs. FRAME: the iteration from which on a frame is wanted, so
# 1 is now, and 0 never; then EVERY so many iterations another, or no more with 0. MEASURE: whether frames tell of the last update, too.
LEAVE, FRAME, MEASURE, EVERY = 0, 1, 2, 3
CONTROL_WORDS = 8

# How a step, or a whole run of them, ended. From STOPPED on the number says which condition stopped it: the first is STOPPED itself.
DONE, LEFT, YIELDED, NOT_FINITE_LOSS, NOT_FINITE_GRADIENT, NOT_FINITE_WEIGHT, STOPPED = range(7)
