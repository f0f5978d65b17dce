"""The machine's view of a program: offsets in one integer vector."""

from __future__ import annotations

import numpy as np

from nnlab.engine import machine
from nnlab.engine.program import Program


def layout_of(program: Program, shuffle: bool = True) -> np.ndarray:
    """The `layout` argument of the machine's functions for a program that trains or only evaluates."""
    layout = np.zeros(machine.LAYOUT_WORDS, dtype=np.int64)
    layout[machine.LAYOUT_FORWARD_END] = program.forward_end
    layout[machine.LAYOUT_UPDATE_START] = program.update_start
    layout[machine.LAYOUT_END] = len(program.instructions)
    layout[machine.LAYOUT_GRADIENTS], layout[machine.LAYOUT_GRADIENTS_END] = program.gradients
    layout[machine.LAYOUT_PARAMETER_GRADIENTS_END] = program.parameter_gradients_end
    layout[machine.LAYOUT_INPUT] = program.places[program.input_name].offset
    if program.target_name is not None:
        layout[machine.LAYOUT_TARGET] = program.places[program.target_name].offset
    if program.loss_name is not None:
        layout[machine.LAYOUT_LOSS] = program.places[program.loss_name].offset
    layout[machine.LAYOUT_PARAMETERS_END] = program.parameters_end
    layout[machine.LAYOUT_SHUFFLE] = int(shuffle)
    clip = program.constants.get("optimizer.clip_norm")
    layout[machine.LAYOUT_CLIP] = clip[0] if clip else -1
    layout[machine.LAYOUT_OUTPUT] = program.places[program.output_name].offset
    return layout
