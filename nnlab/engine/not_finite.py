"""What a person is told when a number becomes NaN or infinite: which, where, from what, and what helps against that.

The cause is looked for in this order: what the operator or optimiser itself knows (a number without a row in an embedding's table, an
epsilon of 0); data so large that their squares leave the range of the type; weights that have grown in training. Only the last is
remedied by a smaller learning rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nnlab.core.errors import TrainingError
from nnlab.core.fault import Fault
from nnlab.core.initializers import initial_values
from nnlab.core.kernel.context import BATCH_START, ITERATION, SEED
from nnlab.core.optimizer import optimizers
from nnlab.core.written import plain_number
from nnlab.engine.adapter_start import FROM_OTHERS
from nnlab.engine.program import PHASES, Instruction
from nnlab.engine.state import State
from nnlab.engine.steps import gradient_name
from nnlab.graph.letters import tensor_in_words

LARGE_DATA = 1e9  # data beyond this were not scaled
OPTIMIZER = "optimizer/"  # before the names of its settings among the program's constants
GROWN = 100.0  # times the largest initial weight, from which the learning rate is to blame
KEPT = "The weights from before this iteration are kept"


def not_finite_weight(state: State) -> TrainingError:
    """The error for an update that made a weight NaN or infinite, naming the first; the caller puts the weights before it back."""
    for name, info in state.program.stored.items():
        values = info.place.view(state.arena, 1)
        if not np.isfinite(values).all():
            fault = _fault_of_update(state, name, values) or _grown(state) or Fault("its update was too large", _SMALLER)
            return _error(state, f"{name} became {_kind(values)} (update of {info.node_id})", fault)
    raise AssertionError("every weight is finite")


def not_finite(state: State, order: np.ndarray | None = None) -> TrainingError:
    """The error that says which tensor went wrong first, in the order of the instructions of the step that was not applied.

    `order`: the samples of the data as they come in this epoch; None when the batch is all there is.
    """
    program = state.program
    for instruction in program.instructions[: program.update_start]:
        for operand in instruction.operands:
            if operand.tensor is None:
                continue
            values = program.places[operand.tensor].view(state.arena, state.rows)
            if not np.isfinite(values).all():
                place = f"{PHASES[instruction.phase]} of {instruction.node_id}"
                fault = _own_fault(state, instruction) or _large_data(state) or _grown(state) or _largest_read(state, instruction)
                return _error(state, f"{tensor_in_words(program.graph, operand.tensor)} became {_kind(values)} ({place})", fault, order)
    raise AssertionError("every number before the update is finite")


_SMALLER = "try a smaller learning rate"


def _kind(values: np.ndarray) -> str:
    return "NaN" if np.isnan(values).any() else "infinite"


def _error(state: State, what: str, fault: Fault | None, order: np.ndarray | None = None) -> TrainingError:
    step = int(state.context[ITERATION]) + 1
    because = f", because {fault.reason}{_sample(state, fault.row, order)}" if fault is not None else ""
    advice = f"; {fault.advice}" if fault is not None else ""
    return TrainingError(f"Training stopped at iteration {step:,}: {what}{because}. {KEPT}{advice}.")


def _sample(state: State, row: int | None, order: np.ndarray | None) -> str:
    """Which sample of the data a row of the batch is, counted from 0 as everywhere."""
    if row is None:
        return ""
    place = int(state.context[BATCH_START]) + row
    return f" in sample {row if order is None or place >= len(order) else int(order[place]):,}"


def _own_fault(state: State, instruction: Instruction) -> Fault | None:
    """What the operator says of its tensors and settings."""
    graph = state.program.graph
    if instruction.node_id not in graph:
        return None
    node = graph[instruction.node_id]
    return node.kind.fault({**dict(_tensors(state, instruction)), **node.settings, "training": True})


def _tensors(state: State, instruction: Instruction) -> Iterator[tuple[str, np.ndarray]]:
    for operand in instruction.operands:
        if operand.tensor is not None:
            yield operand.argument.name, state.program.places[operand.tensor].view(state.arena, state.rows)


def _fault_of_update(state: State, name: str, values: np.ndarray) -> Fault | None:
    """What the optimiser says of the first weight that went wrong."""
    program = state.program
    info, gradient = program.stored[name], program.places.get(gradient_name(name))
    if not info.optimizer or gradient is None:
        return None
    place = int(np.argmax(~np.isfinite(values).ravel()))
    slope = float(gradient.view(state.arena, 1).ravel()[place])
    settings = {key.removeprefix(OPTIMIZER): value for key, (_, value) in program.constants.items() if key.startswith(OPTIMIZER)}
    return optimizers[info.optimizer].fault(slope, settings)


def _large_data(state: State) -> Fault | None:
    """The sample that holds the largest number of input or target, where that is so large that it was hardly meant."""
    program = state.program
    for name, what in ((program.input_name, "the input"), (program.target_name, "the target")):
        if name is None:
            continue
        values = np.abs(program.places[name].view(state.arena, state.rows).reshape(state.rows, -1).astype(np.float64))
        row = int(np.argmax(values.max(axis=1))) if values.size else 0
        if values.size and values[row].max() > LARGE_DATA:
            return Fault(f"{what} reaches {plain_number(values[row].max())}", "scale the data to about 1", row)
    return None


def _grown(state: State) -> Fault | None:
    """The largest weight, where training has made it GROWN times larger than any was at first."""
    largest, which, first = 0.0, "", 0.0
    for info in state.program.parameters:
        now = np.abs(info.place.view(state.arena, 1))
        if info.init not in FROM_OTHERS:  # of these nothing was drawn: they began as others were
            drawn = np.abs(initial_values(info.init, info.place.shape, int(state.context[SEED]), info.name))
            first = max(first, float(drawn.max(initial=0.0)))
        finite = now[np.isfinite(now)]
        if finite.size and float(finite.max()) > largest:
            largest, which = float(finite.max()), info.name
    if not which or not largest > GROWN * first:
        return None
    return Fault(f"weights have grown to {plain_number(largest)} ({which})", _SMALLER)


def _largest_read(state: State, instruction: Instruction) -> Fault | None:
    """How large the finite numbers are that it was computed from."""
    largest = 0.0
    for _, values in _tensors(state, instruction):
        finite = np.abs(values[np.isfinite(values)])
        largest = max(largest, float(finite.max(initial=0.0)))
    if not math.isfinite(largest) or largest < 1e3:
        return None
    return Fault(f"numbers up to {plain_number(largest)} meet there", "look at the settings of the layers before it")
