"""Local derivatives: what one element that an operation reads does to one element that it writes, asked of the training kernels.

A backward kernel turns the gradient of what an operation wrote into the gradient of what it read. Given a gradient that is 1 at one
element and 0 elsewhere, it gives that element's row of the Jacobian (a vector-Jacobian product with a unit vector; Griewank and Walther,
Evaluating Derivatives (2008), chapter 3). So every operator, merge, adapter and penalty has local derivatives without a line of its own,
and they are those that training uses. In float64, on one batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from nnlab.core.courtesy import give_way
from nnlab.core.kernel import look_with
from nnlab.engine import machine
from nnlab.engine.layout import layout_of, network_of
from nnlab.engine.on_batch import state_on_batch
from nnlab.engine.program import BACKWARD, Instruction, Program
from nnlab.engine.state import State
from nnlab.engine.step import gradient_name
from nnlab.graph.graph import Graph


@dataclass(frozen=True, eq=False)
class Jacobian:
    """The derivatives of one tensor that an operation wrote by one that it read, those that are not 0; all arrays (entries,).

    `written` is None where that is the loss itself, of which every place is 0. Places count elements in the order of memory.
    """

    written: str | None
    read: str
    written_places: np.ndarray
    read_places: np.ndarray
    values: np.ndarray


class LocalDerivatives:
    """One network at given weights on one batch, of which every operation can be asked. Frozen parameters have derivatives, too.

    x is (batch, features), y as the loss takes it; `seed`, `iteration` and `accumulated` (batches of the same update before
    this one) are the run's words for operators that draw random numbers.
    Raises GraphError when the graph cannot run, DataError when x or y do not fit.
    """

    def __init__(
        self, graph: Graph, parameters: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, seed: int, iteration: int, accumulated: int,
    ) -> None:  # fmt: skip
        graph = replace(graph, nodes=tuple(replace(node, frozen=frozenset()) for node in graph.nodes))
        empty = "A gradient needs at least one sample, but x is empty."
        state = state_on_batch(graph, parameters, x, y, seed, iteration, empty, accumulated)
        program = state.program
        self.program: Program = program
        self.state: State = state
        self._network = network_of(state, layout_of(program))
        machine.zero_gradients(self._network)
        self._execute(0, program.update_start)
        self.gradients = {name: state[gradient].copy() for gradient, name in self._tensors.items()}

    @cached_property
    def _tensors(self) -> dict[str, str]:
        """The tensor of every gradient that the backward pass computes: {"dense_1.d_y": "dense_1.y"}."""
        places = self.program.places
        return {gradient_name(name): name for name in places if gradient_name(name) in places}

    @cached_property
    def operations(self) -> tuple[Instruction, ...]:
        """The backward instructions, the loss first."""
        return tuple(i for i in self.program.instructions if i.phase == BACKWARD)

    def written(self, operation: Instruction) -> tuple[str, ...]:
        """The tensors whose gradient it starts from: none for the loss, which starts from itself."""
        return tuple(self._tensors[name] for name in sorted(operation.reads) if name in self._tensors)

    def read(self, operation: Instruction) -> tuple[str, ...]:
        """The tensors whose gradient it adds to."""
        return tuple(self._tensors[name] for name in sorted(operation.writes) if name in self._tensors)

    def shape(self, tensor: str) -> tuple[int, ...]:
        """With the batch in front, where it has one."""
        return self.state[tensor].shape

    def jacobians(
        self, operation: Instruction, read: Mapping[str, np.ndarray | None], written: Mapping[str, np.ndarray]
    ) -> Iterator[Jacobian]:
        """The derivatives of what an operation wrote by what it read.

        `read` says by which tensors, and by which places of them (None: all); `written` which places of those it wrote are asked for.
        """
        if not self.written(operation):
            rows = self._rows(operation, read)
            yield from (Jacobian(None, name, np.zeros(len(places), np.int64), places, values) for name, places, values in rows)
        for tensor, asked in written.items():
            seeds = self.state[gradient_name(tensor)].reshape(-1)
            found: dict[str, list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {name: [] for name in read}
            for place in asked.tolist():
                for name, places, values in self._rows(operation, read, (seeds, place)):
                    found[name].append((np.full(len(places), place), places, values))
            for name, entries in found.items():
                if entries:
                    yield Jacobian(tensor, name, *(np.concatenate(part) for part in zip(*entries, strict=True)))

    def _rows(
        self, operation: Instruction, read: Mapping[str, np.ndarray | None], seed: tuple[np.ndarray, int] | None = None
    ) -> list[tuple[str, np.ndarray, np.ndarray]]:
        """Runs one operation backwards from a gradient of 1 at one place; (tensor, places, derivatives that are not 0)."""
        kept = {name: self.state[name].copy() for name in operation.writes if name not in self._tensors}
        for name in operation.reads | operation.writes:
            if name in self._tensors:
                self.state[name][...] = 0.0
        if seed is not None:
            seed[0][seed[1]] = 1.0
        self._execute(operation.pc, operation.pc + 1)
        found = []
        for name, wanted in read.items():
            row = self.state[gradient_name(name)].reshape(-1)
            places = np.flatnonzero(row) if wanted is None else wanted[row[wanted] != 0.0]
            found.append((name, places, row[places].copy()))
        for name, values in kept.items():  # what the forward pass kept for other rows
            self.state[name][...] = values
        return found

    def _execute(self, start: int, stop: int) -> None:
        give_way()
        with look_with(self.program.operations):
            machine.execute(self._network, start, stop)
