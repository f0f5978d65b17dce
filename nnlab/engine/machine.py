"""The machine: compiled functions that run any program, in whole slices of training steps or one instruction at a time.

Training, prediction, stepping, gradient checks and the command line all go through `_execute`. A training step is, whoever makes it,

    begin_step      gathers the batch
    (instructions)  forward, loss, backward
    next_batch      gathers another, where an update takes the gradients of several; its instructions are run again
    before_update   refuses what is not finite, clips the gradients, keeps the weights where the update might have to be taken back
    (instructions)  update
    after_update    refuses weights that are not finite, measures how far the update moved them
    complete_step   counts, records, keeps a keyframe, validates, looks at the conditions to stop at

`run_training` holds whole epochs of them in one call without the GIL; the stepper and Python's session call the same functions one by one.
It polls the control words once per step: LEAVE makes it return, FRAME makes it copy the watched tensors into the oldest slot of a ring
and count a sequence number up, once or at regular iterations; it also returns when others wait for their turn (`asked`, see
nnlab.core.kernel.threads). No Python runs per step or per frame. The words are read before a step's update, so that the step after which
somebody looks also measures how far it moved the weights.

The arguments are structures, see nnlab.core.kernel.structures. The functions are in `machine_code` and are loaded when the first of them
is asked for: a window opens, and a project is read, without them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nnlab.engine.machine_words import (
    CONTROL_WORDS,
    DONE,
    EVERY,
    FRAME,
    LAYOUT_ACCUMULATE,
    LAYOUT_BATCH_END,
    LAYOUT_BOUNDED,
    LAYOUT_CAPACITY,
    LAYOUT_CLIP_NORM,
    LAYOUT_CLIP_VALUE,
    LAYOUT_END,
    LAYOUT_FORWARD_END,
    LAYOUT_GRADIENTS,
    LAYOUT_INPUT,
    LAYOUT_LOSS,
    LAYOUT_OUTPUT,
    LAYOUT_PARAMETER_GRADIENTS_END,
    LAYOUT_PARAMETERS_END,
    LAYOUT_SHUFFLE,
    LAYOUT_TARGET,
    LAYOUT_TOTAL_WEIGHT,
    LAYOUT_UPDATE_START,
    LAYOUT_WORDS,
    LAYOUT_ZEROED,
    LAYOUT_ZEROED_END,
    LEAVE,
    LEFT,
    MEASURE,
    NOT_FINITE_GRADIENT,
    NOT_FINITE_LOSS,
    NOT_FINITE_WEIGHT,
    STOPPED,
    YIELDED,
)

if TYPE_CHECKING:
    from nnlab.engine.machine_code import (
        after_update,
        before_update,
        begin_step,
        clip_gradients,
        complete_step,
        end_step,
        evaluate,
        execute,
        make_order,
        next_batch,
        publish,
        run_training,
        watch,
        zero_gradients,
    )

__all__ = [
    "CONTROL_WORDS",
    "DONE",
    "EVERY",
    "FRAME",
    "LAYOUT_ACCUMULATE",
    "LAYOUT_BATCH_END",
    "LAYOUT_BOUNDED",
    "LAYOUT_CAPACITY",
    "LAYOUT_CLIP_NORM",
    "LAYOUT_CLIP_VALUE",
    "LAYOUT_END",
    "LAYOUT_FORWARD_END",
    "LAYOUT_GRADIENTS",
    "LAYOUT_INPUT",
    "LAYOUT_LOSS",
    "LAYOUT_OUTPUT",
    "LAYOUT_PARAMETERS_END",
    "LAYOUT_PARAMETER_GRADIENTS_END",
    "LAYOUT_SHUFFLE",
    "LAYOUT_TARGET",
    "LAYOUT_TOTAL_WEIGHT",
    "LAYOUT_UPDATE_START",
    "LAYOUT_WORDS",
    "LAYOUT_ZEROED",
    "LAYOUT_ZEROED_END",
    "LEAVE",
    "LEFT",
    "MEASURE",
    "NOT_FINITE_GRADIENT",
    "NOT_FINITE_LOSS",
    "NOT_FINITE_WEIGHT",
    "STOPPED",
    "YIELDED",
    "after_update",
    "before_update",
    "begin_step",
    "clip_gradients",
    "complete_step",
    "end_step",
    "evaluate",
    "execute",
    "make_order",
    "next_batch",
    "publish",
    "run_training",
    "watch",
    "zero_gradients",
]


def __getattr__(name: str) -> Any:
    """A function of the machine, when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module("nnlab.engine.machine_code"), name)
    return found
