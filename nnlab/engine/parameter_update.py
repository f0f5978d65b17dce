"""The update of a training step and what stands around it: the machine's sections, called from Python.

The machine's own loop, the stepper and Python's session all go through the same compiled functions (see nnlab.engine.machine); what
ends a step is turned into an error here and nowhere else.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from nnlab.core.kernel.context import ACCUMULATED, BATCH, BATCH_START, UPDATE_BATCH, UPDATE_START
from nnlab.core.kernel.structures import Network, UpdateArrays
from nnlab.engine import machine
from nnlab.engine.layout import gradient_spans, network_of, parameter_spans
from nnlab.engine.not_finite import not_finite, not_finite_weight
from nnlab.engine.state import State


class ParameterUpdate:
    """Around the updates of one state. `is_measured`: whether anybody asks how far an update moved the weights."""

    def __init__(self, state: State, layout: np.ndarray, is_measured: bool = False) -> None:
        program = state.program
        gradients = gradient_spans(program)
        parameters = parameter_spans(program)[: None if is_measured else 0]
        self.state = state
        self.order: np.ndarray | None = None  # of the samples in this epoch, where the batch is taken from more
        self.layout = layout
        self.arrays = UpdateArrays(
            gradients=gradients,
            squares=np.zeros(len(gradients)),
            parameters=parameters,
            moved=np.full((len(parameters), 2), np.nan),
            kept=np.empty(program.moments_end, dtype=program.dtype),  # memory that is not written to is not occupied
        )

    @cached_property
    def network(self) -> Network:
        """The state as the machine takes it."""
        return network_of(self.state, self.layout)

    def execute(self, start: int, stop: int) -> None:
        """Runs the instructions start .. stop-1."""
        machine.execute(self.network, start, stop)

    def before(self) -> np.ndarray:
        """What stands between backward pass and update; returns a copy of parameters, buffers and moments as they are before it.

        Raises TrainingError when loss or gradients are not finite.
        """
        self.raise_for(machine.before_update(self.network, self.arrays, True, True))
        return self.arrays.kept.copy()

    def after(self) -> None:
        """What stands behind the update. Raises TrainingError when it made a weight infinite or NaN, and has then taken it back."""
        self.raise_for(machine.after_update(self.network, self.arrays, True, True))

    def raise_for(self, status: int) -> None:
        """The error for how a step ended, if it ended badly; parameters and moments are those before it."""
        if status in (machine.NOT_FINITE_LOSS, machine.NOT_FINITE_GRADIENT):
            error = not_finite(self.state, self.order)
            if self.state.program.accumulate > 1:
                self._take_back()
            raise error
        if status == machine.NOT_FINITE_WEIGHT:
            error = not_finite_weight(self.state)
            self._take_back()
            raise error

    def _take_back(self) -> None:
        """Everything learned, and where the run stands in its data, is what it was before the step."""
        context = self.state.context
        self.state.arena[: len(self.arrays.kept)] = self.arrays.kept
        if self.state.program.accumulate > 1:
            context[BATCH], context[BATCH_START], context[ACCUMULATED] = context[UPDATE_BATCH], context[UPDATE_START], 0
