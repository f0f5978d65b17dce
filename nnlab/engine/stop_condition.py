"""Conditions to stop at, evaluated by the machine after every step: breakpoints of training, "stop at iteration N", early stopping.

    StopCondition("loss < 0.01")
    StopCondition("norm(grad(dense_1.weight)) > 100", times=3)
    StopCondition("not isfinite(max_abs(act(dense_1)))")

Training stops with the state after the step at which a condition becomes true: it was not after the step before. It counts how often that
has happened, and stops from the time `times` on. The language is that of nnlab.engine.tensor_formula.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.errors import NNLabError
from nnlab.engine.tensor_formula import TensorFormula, tensor_formula

MOST_TIMES = 1_000_000_000


@dataclass(frozen=True)
class StopCondition:
    """Raises FormulaError with the column for a text that is no formula, NNLabError for a count of times below one."""

    text: str
    times: int = 1
    is_on: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.text.strip())
        tensor_formula(self.text)
        if not 1 <= self.times <= MOST_TIMES:
            raise NNLabError(f"A condition stops training after it was true once or more often, not {self.times} times.")

    @property
    def formula(self) -> TensorFormula:
        return tensor_formula(self.text)
