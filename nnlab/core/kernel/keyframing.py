"""Keyframing: what the machine copies so that a run can be replayed from there (see nnlab.engine.keyframes)."""

from __future__ import annotations

from nnlab.core.kernel.context import ITERATION
from nnlab.core.kernel.decorators import inlined
from nnlab.core.kernel.structures import KeyframeTable, Network
from nnlab.core.kernel.views import copy_elements

USED, SPACING, ORIGIN, ROWS = range(4)  # words of `marks`
MARK_WORDS = 4


@inlined
def keep_keyframe(network: Network, keyframes: KeyframeTable) -> None:
    """Copies parameters, buffers, moments and context if this iteration is one of those that are kept."""
    marks, learned, contexts, context = keyframes.marks, keyframes.learned, keyframes.contexts, network.context
    if marks[ROWS] == 0 or (context[ITERATION] - marks[ORIGIN]) % marks[SPACING]:
        return
    width, words = learned.shape[1], contexts.shape[1]
    while marks[USED] == marks[ROWS]:
        marks[SPACING] *= 2
        used = 0
        for row in range(marks[ROWS]):
            if (contexts[row, ITERATION] - marks[ORIGIN]) % marks[SPACING] == 0:
                if used < row:
                    copy_elements(learned, used * width, learned, row * width, width)
                    copy_elements(contexts, used * words, contexts, row * words, words)
                used += 1
        marks[USED] = used
        if (context[ITERATION] - marks[ORIGIN]) % marks[SPACING]:
            return
    row = marks[USED]
    copy_elements(learned, row * width, network.arena, 0, width)
    copy_elements(contexts, row * words, context, 0, words)
    marks[USED] = row + 1
