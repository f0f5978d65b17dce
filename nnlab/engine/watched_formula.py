"""A formula that is watched: its value after every iteration and at every moment, in the language of nnlab.engine.tensor_formula.

    WatchedFormula("norm(grad(dense_1.weight))")
    WatchedFormula("dense_2.weight[0, 3]", "scientific")
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.errors import NNLabError
from nnlab.engine.tensor_formula import tensor_formula

FORMATS = ("auto", "decimals", "scientific", "percent", "exact")


@dataclass(frozen=True)
class WatchedFormula:
    """`format`: how its value is written. Raises FormulaError with the column for a text that is no formula, NNLabError for the format."""

    text: str
    format: str = "auto"

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.text.strip())
        tensor_formula(self.text)
        if self.format not in FORMATS:
            raise NNLabError(f"There is no number format {self.format!r}; choose one of {', '.join(FORMATS)}.")
