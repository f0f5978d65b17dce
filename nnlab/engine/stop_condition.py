"""Conditions to stop at, evaluated by the machine after every step: breakpoints, early stopping, "stop at iteration N".

    StopCondition(LOSS, "<", 0.01)
    StopCondition(Quantity("dense_1.d_weight", "l2_norm"), ">", 100, times=3)
    StopCondition(Quantity("dense_1.y", "max_abs"), "not finite")

A condition counts how often it was true after a step; training stops with the state after the step at which that count reaches `times`,
and, going on from there, after every further step at which it is true.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.quantities import COMPARISONS, HITS, STOPS_AT
from nnlab.core.kernel.structures import Conditions
from nnlab.engine import machine
from nnlab.engine.program import Program
from nnlab.engine.quantity import Quantity, quantity_words

NOT_FINITE = "not finite"


@dataclass(frozen=True)
class StopCondition:
    """`quantity` compared with `threshold` by one of COMPARISONS. Raises NNLabError for what cannot be compared."""

    quantity: Quantity
    comparison: str
    threshold: float = 0.0
    times: int = 1

    def __post_init__(self) -> None:
        if self.comparison not in COMPARISONS:
            raise NNLabError(f"There is no comparison {self.comparison!r}; choose one of {', '.join(COMPARISONS)}.")
        if math.isnan(self.threshold):
            raise NNLabError("Nothing is less or greater than NaN; give a number as the threshold.")
        if self.times < 1:
            raise NNLabError(f"A condition stops training after it was true once or more often, not {self.times} times.")


class StopConditions:
    """The conditions of a run with their counts, as the machine reads them."""

    def __init__(self, conditions: Sequence[StopCondition], program: Program) -> None:
        self.conditions = tuple(conditions)
        quantities = [c.quantity for c in self.conditions]
        limits = [(c.quantity.bound, c.threshold) for c in self.conditions]
        hits = np.zeros((len(self.conditions), 2), dtype=np.int64)
        hits[:, STOPS_AT] = [c.times for c in self.conditions]
        self.arrays = Conditions(
            quantity_words(quantities, program),
            np.array([COMPARISONS.index(c.comparison) for c in self.conditions], dtype=np.int64),
            np.array(limits, dtype=np.float64).reshape(-1, 2),
            hits,
        )

    @property
    def hits(self) -> list[int]:
        """How often each was true after a step."""
        return [int(count) for count in self.arrays.hits[:, HITS]]

    def set_hits(self, counts: Sequence[int]) -> None:
        self.arrays.hits[:, HITS] = counts

    def for_program(self, program: Program) -> StopConditions:
        """The same conditions with their counts for an edited network; one on a tensor that is gone is never true."""
        result = StopConditions(self.conditions, program)
        result.set_hits(self.hits)
        return result

    def stopped(self, status: int) -> StopCondition | None:
        """The condition that a status of the machine speaks of."""
        return self.conditions[status - machine.STOPPED] if status >= machine.STOPPED else None
