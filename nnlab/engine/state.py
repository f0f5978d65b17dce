"""The state of a run: one arena and one context. A snapshot of parameters, moments and context is a whole state.

`initial` draws weights as a function of the seed; `nnlab.engine.carry_over` keeps what was learned when the graph is edited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError, TrainingError
from nnlab.core.initializers import initial_values
from nnlab.core.kernel.context import BATCH_SIZE, CONTEXT_WORDS, ITERATION, ROWS, SEED, TRAINING
from nnlab.engine.program import PHASES, ParameterInfo, Program


@dataclass(eq=False)
class State:
    """The numbers of one program."""

    program: Program
    arena: np.ndarray  # (arena_size,) of the program's real type
    context: np.ndarray  # int64, see nnlab.core.kernel.context

    @property
    def rows(self) -> int:
        return int(self.context[ROWS])

    def __getitem__(self, name: str) -> np.ndarray:
        """A tensor by name, as a view over the arena ("dense_1.weight", "dense_1.d_weight", "tanh_1.y", "mse_1.loss")."""
        try:
            place = self.program.places[name]
        except KeyError:
            raise NNLabError(f"There is no tensor {name!r} in this network.") from None
        return place.view(self.arena, self.rows)

    def set_constant(self, name: str, value: float) -> None:
        """Changes a scalar such as "optimizer/learning_rate" between steps."""
        self.arena[self.program.constants[name][0]] = value

    def parameters(self) -> dict[str, np.ndarray]:
        """Copies of all parameters by name."""
        return {p.name: p.place.view(self.arena, 1).copy() for p in self.program.parameters}

    def stored(self) -> dict[str, np.ndarray]:
        """Copies of all parameters and buffers by name."""
        return {name: info.place.view(self.arena, 1).copy() for name, info in self.program.stored.items()}

    def set_parameters(self, values: Mapping[str, np.ndarray]) -> None:
        """Sets parameters and buffers; names, shapes and finiteness are checked before anything is written."""
        places = {name: info.place for name, info in self.program.stored.items()}
        checked = {}
        for name, value in values.items():
            if name not in places:
                raise NNLabError(f"There is no parameter {name!r}; this network has {', '.join(places) or 'none'}.")
            try:
                with np.errstate(over="ignore"):
                    array = np.asarray(value, dtype=self.arena.dtype)
            except (ValueError, TypeError):
                raise NNLabError(f"{name}: the given values are no array of numbers; give floats of shape {places[name].shape}.") from None
            if array.shape != places[name].shape:
                raise NNLabError(f"{name} has shape {places[name].shape}, but values of shape {array.shape} were given.")
            if not np.isfinite(array).all():
                raise NNLabError(f"{name}: the given values contain NaN or infinity; only finite numbers are accepted.")
            checked[name] = array
        for name, array in checked.items():
            places[name].view(self.arena, 1)[...] = array


def new_state(program: Program, batch_size: int, seed: int) -> State:
    """A state with constants and the optimiser's moments set, and all else zero."""
    arena = np.zeros(program.arena_size, dtype=program.dtype)
    for offset, value in program.constants.values():
        arena[offset] = value
    for name, values in program.tables.items():
        program.places[name].view(arena, 1)[...] = values
    for name, value in program.moment_starts.items():
        if value:
            program.moments[name].view(arena, 1)[...] = value
    context = np.zeros(CONTEXT_WORDS, dtype=np.int64)
    context[SEED], context[BATCH_SIZE], context[TRAINING] = seed, batch_size, 1
    return State(program, arena, context)


def initial(program: Program, batch_size: int, seed: int) -> State:
    """A state at iteration 0 with freshly drawn weights: a function of (graph, seed)."""
    state = new_state(program, batch_size, seed)
    for info in program.stored.values():
        draw(state, info)
    return state


def draw(state: State, info: ParameterInfo) -> None:
    """Gives one parameter or buffer its initial values."""
    values = initial_values(info.init, info.place.shape, int(state.context[SEED]), info.name)
    info.place.view(state.arena, 1)[...] = values


def not_finite_weight(state: State) -> TrainingError:
    """The error for an update that made a weight NaN or infinite, naming the first; the caller puts the weights before it back."""
    step = int(state.context[ITERATION]) + 1
    for name, info in state.program.stored.items():
        values = info.place.view(state.arena, 1)
        if not np.isfinite(values).all():
            kind = "NaN" if np.isnan(values).any() else "infinity"
            return TrainingError(
                f"Training stopped at iteration {step:,}: {name} became {kind} (update of {info.node_id}). "
                "The weights are those before it; try a smaller learning rate."
            )
    raise AssertionError("every weight is finite")


def not_finite(state: State) -> TrainingError:
    """The error that says which tensor went wrong first, in the order of the instructions of the step that was not applied."""
    step, program = int(state.context[ITERATION]) + 1, state.program
    for instruction in program.instructions[: program.update_start]:
        for operand in instruction.operands:
            if operand.tensor is None:
                continue
            values = program.places[operand.tensor].view(state.arena, state.rows)
            if not np.isfinite(values).all():
                phase = PHASES[instruction.phase]
                kind = "NaN" if np.isnan(values).any() else "infinity"
                return TrainingError(
                    f"Training stopped at iteration {step:,}: {operand.tensor} became {kind} ({phase} of {instruction.node_id}). "
                    "The weights are those before it; try a smaller learning rate."
                )
    return TrainingError(f"Training stopped at iteration {step:,}: a gradient became infinite. Try a smaller learning rate.")
