"""The conditions of a run, bound to its program, with what is known of each; and what is watched in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnlab.core.errors import FormulaError
from nnlab.core.kernel.formulas import DIVIDED_BY_ZERO, HITS, IS_ON, STATE_WORDS, STOPS_AT, WAS_TRUE
from nnlab.core.kernel.structures import Conditions
from nnlab.engine import machine
from nnlab.engine.formula_code import bound
from nnlab.engine.program import Program
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.watches import Watches


class StopConditions:
    """The conditions of a run with what is known of each, as the machine reads them."""

    def __init__(self, conditions: Sequence[StopCondition], program: Program, watches: Watches | None = None) -> None:
        self.conditions = tuple(conditions)
        self.watches = watches or Watches((), program)
        formulas, self.problems = bound([c.formula for c in self.conditions], program)
        states = np.zeros((len(self.conditions), STATE_WORDS), dtype=np.int64)
        states[:, STOPS_AT] = [c.times for c in self.conditions]
        states[:, IS_ON] = [c.is_on and not problem for c, problem in zip(self.conditions, self.problems, strict=True)]
        self.arrays = Conditions(formulas, states, self.watches.arrays)

    @property
    def can_stop(self) -> bool:
        """Whether any is evaluated."""
        return bool(self.arrays.states[:, IS_ON].any())

    @property
    def hits(self) -> list[int]:
        """How often each has become true."""
        return [int(count) for count in self.arrays.states[:, HITS]]

    @property
    def faults(self) -> tuple[str, ...]:
        """Why each cannot be evaluated, or could not lately, in one sentence; empty where it can."""
        divided = self.arrays.states[:, DIVIDED_BY_ZERO]
        return tuple(
            problem or (f"Division by zero at iteration {at:,}: neither true nor false there." if at else "")
            for problem, at in zip(self.problems, divided, strict=True)
        )

    @property
    def state(self) -> np.ndarray:
        """A copy of what is known of each, for `restore`."""
        return self.arrays.states.copy()

    def restore(self, state: np.ndarray) -> None:
        self.arrays.states[:] = state

    def forget(self) -> None:
        """The run begins again."""
        kept = self.arrays.states[:, [STOPS_AT, IS_ON]].copy()
        self.arrays.states[:] = 0
        self.arrays.states[:, [STOPS_AT, IS_ON]] = kept
        self.watches.forget()

    def for_program(self, program: Program, conditions: Sequence[StopCondition] | None = None) -> StopConditions:
        """The same conditions for an edited network, or others; those that were there before keep what is known of them."""
        watches = self.watches if conditions is not None else self.watches.for_program(program)
        result = StopConditions(self.conditions if conditions is None else conditions, program, watches)
        known = {condition.text: row for condition, row in zip(self.conditions, self.arrays.states, strict=True)}
        for condition, row in zip(result.conditions, result.arrays.states, strict=True):
            if condition.text in known:
                row[[HITS, WAS_TRUE]] = known[condition.text][[HITS, WAS_TRUE]]
        return result

    def watching(self, watches: Watches, program: Program) -> StopConditions:
        """The same conditions, and these formulas watched."""
        result = StopConditions(self.conditions, program, watches)
        result.restore(self.state)
        return result

    def require(self) -> None:
        """Raises FormulaError for the first that names what the network does not have."""
        for problem in self.problems:
            if problem:
                raise FormulaError(problem)

    def stopped(self, status: int) -> StopCondition | None:
        """The condition that a status of the machine speaks of."""
        return self.conditions[status - machine.STOPPED] if status >= machine.STOPPED else None
