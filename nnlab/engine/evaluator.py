"""Evaluation: the network applied to any samples, with the training kernels and parameters given from outside.

An evaluator has an arena of its own, so that validation, predictions, decision pictures and neuron pictures never disturb the
batch a run is at, and can be used on another thread than the run's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from nnlab.core.courtesy import give_way
from nnlab.core.errors import DataError
from nnlab.core.kernel import look_with
from nnlab.core.kernel.context import ROWS, TRAINING
from nnlab.core.kernel.structures import Network
from nnlab.core.written import plain_number
from nnlab.engine import machine
from nnlab.engine.compile import compile
from nnlab.engine.layout import layout_of, network_of
from nnlab.engine.numbers import as_numbers
from nnlab.engine.program import LOSS, Program
from nnlab.engine.state import State, new_state
from nnlab.graph.graph import Graph

CHUNK = 256  # rows at a time: large enough to amortise calls, small enough to stay in cache


class Evaluator:
    """Forward passes of one graph. `parameters` is the flat parameter region of any program of the same graph and real type."""

    def __init__(self, graph: Graph, real: str = "float32", capacity: int = CHUNK) -> None:
        self.program: Program = compile(graph, capacity, real)
        self.state: State = new_state(self.program, capacity, 0)
        layout = layout_of(self.program)
        # Without targets only what comes before the loss is run.
        self.before_loss = sum(i.phase < LOSS for i in self.program.instructions)
        layout[machine.LAYOUT_UPDATE_START] = self.before_loss
        self._layout = layout

    @cached_property
    def network(self) -> Network:
        """The program and its numbers for the machine."""
        return network_of(self.state, self._layout)

    @property
    def features(self) -> int:
        return self.program.places[self.program.input_name].row

    @property
    def outputs(self) -> int:
        return self.program.places[self.program.output_name].row

    @cached_property
    def before_loss_tensors(self) -> frozenset[str]:
        """The tensors that `activations` can give: the input, and what the instructions before the loss write."""
        written = frozenset({self.program.input_name}).union(*(i.writes for i in self.program.instructions[: self.before_loss]))
        return frozenset(name for name in written if self.program.places[name].has_batch)

    @cached_property
    def _behind_loss(self) -> int:
        """The number of instructions up to the loss, itself included."""
        return next(k for k, i in enumerate(self.program.instructions, 1) if i.node_id == self.program.loss_node and i.phase == LOSS)

    def load(self, parameters: np.ndarray) -> None:
        """Takes over parameters: the first `program.parameters_end` numbers of a training arena or a frame."""
        end = self.program.parameters_end
        self.state.arena[:end] = parameters[:end]

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Network outputs (samples, outputs), before the loss (logits for a classifier), for x (samples, features)."""
        data = self.as_samples(x)
        result = np.empty((len(data), self.outputs), dtype=self.program.dtype)
        self._run(data, np.empty((len(data), 0), dtype=self.program.dtype), result)
        return result

    def loss(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """(mean loss over all samples, network outputs (samples, outputs))."""
        data = self.as_samples(x)
        result = np.empty((len(data), self.outputs), dtype=self.program.dtype)
        value = self._run(data, self.as_targets(y, len(data)), result)
        return float(value), result

    def sample_losses(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The loss of every sample (samples,), as the loss's kernel writes it; empty where it writes none."""
        name = f"{self.program.loss_node}.sample_loss"
        if name not in self.program.places:
            return np.empty(0, dtype=self.program.dtype)
        found = self._forward(self.as_samples(x), (name,), self.as_targets(y, len(x)))
        return found[name].reshape(-1)

    def activations(self, x: np.ndarray, names: Iterable[str]) -> Mapping[str, np.ndarray]:
        """Tensors by name for every sample of x: arrays (samples, …)."""
        return self._forward(self.as_samples(x), names)

    def _forward(self, data: np.ndarray, names: Iterable[str], targets: np.ndarray | None = None) -> Mapping[str, np.ndarray]:
        """Tensors by name for every sample; with targets the loss is run, too."""
        program = self.program
        places = {name: program.places[name] for name in names}
        result = {name: np.empty((len(data), *place.shape), dtype=program.dtype) for name, place in places.items()}
        context, arena = self.state.context, self.state.arena
        context[TRAINING] = 0
        source, wanted = program.places[program.input_name], program.places.get(program.target_name or "")
        stop = self.before_loss if targets is None else self._behind_loss
        for start in range(0, len(data), program.capacity):
            rows = min(program.capacity, len(data) - start)
            context[ROWS] = rows
            source.view(arena, rows)[...] = data[start : start + rows]
            if targets is not None and wanted is not None:
                view = wanted.view(arena, rows)
                view[...] = targets[start : start + rows].reshape(view.shape)
            give_way()
            with look_with(program.operations):
                machine.execute(self.network, 0, stop)
            for name, place in places.items():
                result[name][start : start + rows] = place.view(arena, rows)
        return result

    def _run(self, data: np.ndarray, targets: np.ndarray, result: np.ndarray) -> float:
        give_way()
        with look_with(self.program.operations):
            return machine.evaluate(self.network, data, targets, result)

    def as_samples(self, x: np.ndarray) -> np.ndarray:
        """x as a contiguous matrix (samples, features) of the program's type; raises DataError when it does not fit."""
        return as_samples(self.program, x, finite=False)

    def as_targets(self, y: np.ndarray, samples: int) -> np.ndarray:
        return as_targets(self.program, y, samples, finite=False)


def as_samples(program: Program, x: Any, finite: bool = True, name: str = "x") -> np.ndarray:
    """x as a contiguous matrix (samples, features) of the program's type; raises DataError, which calls it `name`, when it does not fit.

    `finite` false lets NaN and infinity through: what a network makes of them may be the question.
    """
    place = program.places[program.input_name]
    data = as_numbers(x, name, program.dtype, finite)
    if data.ndim == 1 and place.row == 1:
        data = data.reshape(-1, 1)
    if data.ndim != 2 or data.shape[1] != place.row:
        raise DataError(
            f"The network takes samples of shape (N, {place.row}), but {name} has shape {data.shape}; give one row per sample "
            "and one column per feature."
        )
    return data


def as_targets(program: Program, y: Any, samples: int, finite: bool = True, name: str = "y") -> np.ndarray:
    """y as a contiguous matrix (samples, outputs) of the program's type; raises DataError when it does not fit the loss."""
    assert program.target_name is not None and program.loss_node is not None
    place = program.places[program.target_name]
    values = as_numbers(y, name, program.dtype, finite)
    given = values.shape
    if values.ndim == 1:
        values = values.reshape(-1, 1)
    if values.shape != (samples, place.row):
        wanted = f"({samples},)" if place.row == 1 else f"({samples}, {place.row})"
        raise DataError(f"{program.loss_node} needs targets of shape {wanted}, but {name} has shape {given}.")
    kind = program.graph[program.loss_node].kind
    if kind.link == "softmax":
        classes = program.places[program.output_name].row
        wrong = (values < 0) | (values >= classes) | (values != np.floor(values))
        accepted = f"class numbers from 0 to {classes - 1}"
    elif kind.link == "sigmoid":
        wrong, accepted = (values < 0) | (values > 1), "targets from 0 to 1"
    else:
        low, high = kind.target_bounds
        wrong = (values < low) | (values > high)
        limits = f"from {plain_number(low)} to {plain_number(high)}" if high < math.inf else f"of at least {plain_number(low)}"
        accepted = f"targets {limits}"
    if wrong.any():
        sample = int(np.argmax(wrong.any(axis=1)))
        found = values[sample][wrong[sample]][0]
        raise DataError(f"{program.loss_node} takes {accepted}, but {name} has {plain_number(found)} for sample {sample}.")
    return values
