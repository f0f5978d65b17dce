"""The state of a run: one arena and one context. A snapshot of parameters, moments and context is a whole state.

`initial` draws weights as a function of the seed, unless they are given; `nnlab.engine.carry_over` keeps what was learned when the graph
is edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError, shown
from nnlab.core.initializers import initial_values
from nnlab.core.kernel.context import BATCH_SIZE, CONTEXT_WORDS, ROWS, SEED, TRAINING
from nnlab.core.memory import require_memory
from nnlab.engine.adapter_start import FOLLOWS, FROM_OTHERS, from_others
from nnlab.engine.numbers import as_numbers
from nnlab.engine.program import ParameterInfo, Place, Program
from nnlab.engine.weight_change import Entries


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

    def live_constants(self) -> list[tuple[int, float]]:
        """(offset, value) of every scalar as it is now: a learning rate changed while training is not the program's own."""
        return [(offset, float(self.arena[offset])) for offset, _ in self.program.constants.values()]

    def set_live_constants(self, values: list[tuple[int, float]]) -> None:
        for offset, value in values:
            self.arena[offset] = value

    def parameters(self) -> dict[str, np.ndarray]:
        """Copies of all parameters by name."""
        return {p.name: p.place.view(self.arena, 1).copy() for p in self.program.parameters}

    def stored(self) -> dict[str, np.ndarray]:
        """Copies of all parameters and buffers by name."""
        return {name: info.place.view(self.arena, 1).copy() for name, info in self.program.stored.items()}

    def copies(self, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Copies of some parameters and buffers by name; NNLabError for a name that is neither."""
        return {name: self._stored_place(name).view(self.arena, 1).copy() for name in names}

    def set_parameters(self, values: Mapping[str, np.ndarray]) -> None:
        """Sets parameters and buffers; names, shapes and finiteness are checked before anything is written."""
        if not isinstance(values, Mapping):
            raise NNLabError(f"Parameters are set by name, as a dict of arrays, not as {shown(values)}.")
        places = {name: self._stored_place(name) for name in values}
        checked = {}
        for name, value in values.items():
            array = as_numbers(value, name, self.arena.dtype, finite=False)
            if array.shape != places[name].shape:
                raise NNLabError(f"{name} has shape {places[name].shape}, but values of shape {array.shape} were given.")
            if not np.isfinite(array).all():
                raise NNLabError(f"{name}: the given values contain NaN or infinity; only finite numbers are accepted.")
            checked[name] = array
        for name, array in checked.items():
            places[name].view(self.arena, 1)[...] = array
        self.follow()

    def checked_entries(self, entries: Mapping[str, Entries]) -> dict[str, Entries]:
        """The same numbers in the arena's type; raises NNLabError where `set_entries` would write what no network may hold."""
        checked = {}
        for name, given in entries.items():
            place = self._stored_place(name)
            if given.shape != place.shape:
                raise NNLabError(f"{name} has shape {place.shape}, but numbers for shape {given.shape} were given.")
            with np.errstate(over="ignore"):
                values = given.values.astype(self.arena.dtype)
            if not np.isfinite(values).all():
                greatest = np.finfo(values.dtype).max
                raise NNLabError(f"{name}: a weight cannot be NaN or infinity; give a finite number below {greatest:.1e}.")
            checked[name] = Entries(place.shape, given.places, values)
        return checked

    def set_entries(self, entries: Mapping[str, Entries]) -> None:
        """Sets some numbers of parameters and buffers; all are checked before the first is written. Moments stay as they are."""
        for name, given in self.checked_entries(entries).items():
            self._stored_place(name).view(self.arena, 1).reshape(-1)[given.places] = given.values
        self.follow()

    def follow(self) -> None:
        """Works out again what follows from other parameters: weights into which adapters are merged."""
        for info in self.program.buffers:
            if info.init in FOLLOWS:
                draw(self, info)

    def _stored_place(self, name: str) -> Place:
        """Where a parameter or buffer lies."""
        stored = self.program.stored
        if name not in stored:
            raise NNLabError(f"There is no parameter {name!r}; this network has {', '.join(stored) or 'none'}.")
        return stored[name].place


def new_state(program: Program, batch_size: int, seed: int) -> State:
    """A state with constants and the optimiser's moments set, and all else zero. Raises NotEnoughMemory when there is no room for it."""
    require_memory(program.arena_size * program.dtype.itemsize)
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


def initial(program: Program, batch_size: int, seed: int, given: Mapping[str, np.ndarray] | None = None) -> State:
    """A state at iteration 0: a function of (graph, seed, given).

    `given` are values of parameters and buffers by name; what has none there, or of another shape, is drawn from the seed.
    """
    state = new_state(program, batch_size, seed)
    for name, info in program.stored.items():
        values = None if given is None or info.init in FOLLOWS else given.get(name)
        if values is not None and values.shape == info.place.shape:
            info.place.view(state.arena, 1)[...] = values
        else:
            draw(state, info)
    return state


def draw(state: State, info: ParameterInfo) -> None:
    """Gives one parameter or buffer its initial values."""
    if info.init in FROM_OTHERS:
        values = from_others(state.program, state.arena, info)
    else:
        values = initial_values(info.init, info.place.shape, int(state.context[SEED]), info.name)
    info.place.view(state.arena, 1)[...] = values
