"""The machine's view of a program: offsets in one integer vector, and the structures its functions take."""

from __future__ import annotations

import numpy as np

from nnlab.core.kernel.structures import Network
from nnlab.engine import machine
from nnlab.engine.program import TOTAL_WEIGHT, Program
from nnlab.engine.state import State
from nnlab.engine.steps import gradient_name


def layout_of(program: Program, shuffle: bool = True) -> np.ndarray:
    """The `layout` argument of the machine's functions for a program that trains or only evaluates."""
    layout = np.zeros(machine.LAYOUT_WORDS, dtype=np.int64)
    layout[machine.LAYOUT_FORWARD_END] = program.forward_end
    layout[machine.LAYOUT_BATCH_END] = program.batch_end
    layout[machine.LAYOUT_ACCUMULATE] = program.accumulate
    layout[machine.LAYOUT_UPDATE_START] = program.update_start
    layout[machine.LAYOUT_END] = len(program.instructions)
    layout[machine.LAYOUT_CAPACITY] = program.capacity
    layout[machine.LAYOUT_GRADIENTS] = program.gradients_start
    layout[machine.LAYOUT_ZEROED], layout[machine.LAYOUT_ZEROED_END] = program.zeroed
    layout[machine.LAYOUT_PARAMETER_GRADIENTS_END] = program.parameter_gradients_end
    layout[machine.LAYOUT_INPUT] = program.places[program.input_name].offset
    if program.target_name is not None:
        layout[machine.LAYOUT_TARGET] = program.places[program.target_name].offset
    if program.loss_name is not None:
        layout[machine.LAYOUT_LOSS] = program.places[program.loss_name].offset
    layout[machine.LAYOUT_PARAMETERS_END] = program.parameters_end
    layout[machine.LAYOUT_SHUFFLE] = int(shuffle)
    for word, name in ((machine.LAYOUT_CLIP_NORM, "optimizer/clip_norm"), (machine.LAYOUT_CLIP_VALUE, "optimizer/clip_value")):
        limit = program.constants.get(name)
        layout[word] = limit[0] if limit else -1
    rate = program.constants.get("optimizer/learning_rate")
    layout[machine.LAYOUT_BOUNDED] = int(rate is not None and program.has_bounded_steps(rate[1]))
    weight = program.places.get(f"{program.loss_node}.{TOTAL_WEIGHT}")
    layout[machine.LAYOUT_TOTAL_WEIGHT] = weight.offset if weight else -1
    layout[machine.LAYOUT_OUTPUT] = program.places[program.output_name].offset
    return layout


def network_of(state: State, layout: np.ndarray) -> Network:
    """A program and its numbers as the machine takes them; compiles or loads the operators it uses."""
    p = state.program
    return Network(p.addresses, p.instruction_table, p.operand_table, state.arena, state.context, layout, p.parts.words())


def parameter_spans(program: Program) -> np.ndarray:
    """(offset, length) of every parameter that an update may move; of a frozen one nothing."""
    spans = [(0, 0) if info.frozen else (info.place.offset, info.place.row) for info in program.parameters]
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def gradient_spans(program: Program) -> np.ndarray:
    """(offset, length) of every parameter's gradient in a program that trains; of a frozen one nothing, so its norm is 0."""
    names = {info.name: gradient_name(info.name) for info in program.trained}
    spans = [(program.places[names[i.name]].offset, i.place.row) if i.name in names else (0, 0) for i in program.parameters]
    return np.array(spans, dtype=np.int64).reshape(-1, 2)
