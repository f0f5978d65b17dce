"""Gradient check: is what the backward pass says the slope of the loss?

The derivative with respect to one weight is compared with the central difference (L(w + h) - L(w - h)) / 2h of the loss on the same
batch, in float64, by the same kernels as training. Its error is h²/6 · L''' from the formula plus about ε|L|/h from rounding;
h = ε^(1/3) · max(1, |w|) balances the two (Nocedal and Wright, Numerical Optimization (2006), section 8.1), which leaves about ten
correct digits. Where the loss has a kink within h of the weight (a ReLU about to switch) the two need not agree.

    checker = GradientChecker(graph, parameters, x, y)
    checker.check("dense_1.weight", (3, 0)).relative_error
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nnlab.core.courtesy import give_way
from nnlab.core.errors import NNLabError
from nnlab.core.kernel import look_with
from nnlab.engine import machine
from nnlab.engine.layout import layout_of, network_of
from nnlab.engine.on_batch import state_on_batch
from nnlab.engine.state import State
from nnlab.graph.graph import Graph

STEP = float(np.finfo(np.float64).eps) ** (1 / 3)  # 6.06e-6
SLICE_POINTS = 81
AGREES = 1e-6  # largest relative error that counts as agreement


@dataclass(frozen=True)
class GradientCheck:
    """The two answers for one element of one parameter."""

    parameter: str
    index: tuple[int, ...]
    value: float  # the weight itself
    gradient: float  # from the backward pass
    difference: float  # from the losses at value + step and value - step
    step: float
    loss: float

    @property
    def relative_error(self) -> float:
        """|gradient - difference| over the larger of the two; 0 when both are 0.

        A difference of losses carries their rounding error, so a gradient smaller than that counts as 0.
        """
        largest = max(abs(self.gradient), abs(self.difference))
        noise = float(np.finfo(np.float64).eps) * abs(self.loss) / self.step
        apart = abs(self.gradient - self.difference)
        return 0.0 if apart <= noise and largest <= noise / AGREES else apart / largest

    @property
    def agrees(self) -> bool:
        return self.relative_error <= AGREES


@dataclass(frozen=True, eq=False)
class LossSlice:
    """The loss along one element: its value at (points,) values of the element, `check` in their middle with the tangent's slope."""

    check: GradientCheck
    at: np.ndarray
    losses: np.ndarray


class GradientChecker:
    """One network at given weights on one batch, ready to check any of its weights.

    x is (batch, features), y as the loss takes it; `seed`, `iteration` and `accumulated` (batches of the same update before
    this one) are the run's words for operators that draw random numbers.
    Raises GraphError when the graph cannot run, DataError when x or y do not fit, NNLabError for a wrong parameter.
    """

    def __init__(
        self, graph: Graph, parameters: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, seed: int = 0, iteration: int = 0,
        accumulated: int = 0,
    ) -> None:  # fmt: skip
        empty = "A gradient check needs at least one sample, but x is empty."
        state = state_on_batch(graph, parameters, x, y, seed, iteration, empty, accumulated)
        program = state.program
        self._state: State = state
        self._network = network_of(state, layout_of(program))
        self._gradients_known = False
        # What counts as a constant for the gradient keeps, once computed, its values while a weight is moved.
        constant = [i.pc for i in program.instructions[: program.forward_end] if i.kind is not None and i.kind.is_constant_backward]
        self._forward = [(start + 1, stop) for start, stop in pairwise([-1, *constant, program.forward_end])]

    def check(self, tensor: str, index: tuple[int, ...], step: float | None = None) -> GradientCheck:
        """Compares the two answers for element `index` of a parameter ("dense_1.weight"), or of what an operation writes ("tanh_1.y")."""
        values = self._element(tensor, index)
        self._backward()
        value = float(values[index])
        node_id, name = tensor.split(".", 1)
        gradient = float(self._state[f"{node_id}.d_{name}"][index])
        h = step if step is not None else STEP * max(1.0, abs(value))
        above, below, here = self._losses(tensor, index, (value + h, value - h, value))
        # What was really added and taken away, after rounding value ± h.
        width = (value + h) - (value - h)
        return GradientCheck(tensor, index, value, gradient, (above - below) / width, h, here)

    def slice(self, tensor: str, index: tuple[int, ...], points: int = SLICE_POINTS) -> LossSlice:
        """The loss while one element moves through an odd number of values around its own, everything else as it is."""
        check = self.check(tensor, index)
        reach = max(1.0, abs(check.value))
        at = check.value + reach * np.linspace(-1.0, 1.0, points)
        losses = self._losses(tensor, index, (*at.tolist(), check.value))  # the last puts it back
        return LossSlice(check, at, np.array(losses[:-1]))

    def _losses(self, tensor: str, index: tuple[int, ...], moved: Sequence[float]) -> list[float]:
        """The loss with each of these values in the element's place; the last stays there."""
        values, program = self._state[tensor], self._state.program
        assert program.loss_name is not None
        begin = next((i.pc + 1 for i in program.instructions[: program.forward_end] if tensor in i.writes), 0)
        losses = []
        for value in moved:
            values[index] = value
            for start, stop in self._forward:
                if stop > begin:
                    self._execute(max(start, begin), stop)
            losses.append(float(self._state[program.loss_name][0]))
        return losses

    def _element(self, name: str, index: tuple[int, ...]) -> np.ndarray:
        places, node_id, own = self._state.program.places, *name.partition(".")[::2]
        known = [info.name for info in self._state.program.parameters]
        if name not in known and (name not in places or f"{node_id}.d_{own}" not in places):
            raise NNLabError(f"There is no parameter {name!r} to check; this network has {', '.join(known) or 'none'}.")
        shape = self._state[name].shape
        if len(index) != len(shape) or not all(0 <= i < length for i, length in zip(index, shape, strict=True)):
            raise NNLabError(f"{name} has shape {shape}; there is no element {index}.")
        return self._state[name]

    def _backward(self) -> None:
        """Forward and backward once: the weights never change between checks, so neither do their gradients."""
        if not self._gradients_known:
            machine.zero_gradients(self._network)
            self._execute(0, self._state.program.update_start)
            self._gradients_known = True

    def _execute(self, start: int, stop: int) -> None:
        give_way()
        with look_with(self._state.program.operations):
            machine.execute(self._network, start, stop)
