"""Every gradient of one iteration against finite differences: the largest relative error of all weights, and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.engine.gradient_check import GradientCheck, GradientChecker
from nnlab.engine.program import Program
from nnlab.jobs.context import JobContext


@dataclass(frozen=True)
class GradientSummary:
    """How many weights were checked, how many gradients differ from their finite difference, and the worst of all."""

    checked: int
    differing: int
    worst: GradientCheck

    @property
    def place(self) -> str:
        """Where the largest relative error is: dense_1.weight[3, 0]."""
        return f"{self.worst.parameter}[{', '.join(map(str, self.worst.index))}]"


def check_gradients(
    program: Program, parameters: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, seed: int, iteration: int, context: JobContext,
    accumulated: int = 0,
) -> GradientSummary:  # fmt: skip
    """Checks every element of every trained parameter of `program` at `parameters` on one batch.

    x is (batch, features), y as the loss takes it; `seed`, `iteration` and `accumulated` as in `GradientChecker`. Costs three passes
    in float64 for each weight. Emits a summary of what was checked so far whenever the largest error grows. Raises NNLabError when nothing
    is trained.
    """
    places = [(info.name, index) for info in program.trained for index in np.ndindex(info.place.shape)]
    if not places:
        raise NNLabError("There is no gradient to check: this network has no weights that are trained.")
    context.report(0, len(places), "preparing double precision")
    checker = GradientChecker(program.graph, parameters, x, y, seed, iteration, accumulated)
    summary: GradientSummary | None = None
    for done, (name, index) in enumerate(places):
        context.report(done, len(places), name)
        found = checker.check(name, index)
        differing = (summary.differing if summary is not None else 0) + (not found.agrees)
        is_worse = summary is None or _badness(found) > _badness(summary.worst)
        summary = GradientSummary(done + 1, differing, found if summary is None or is_worse else summary.worst)
        if is_worse:
            context.emit(summary)
    context.report(len(places), len(places))
    assert summary is not None
    return summary


def _badness(check: GradientCheck) -> float:
    """The relative error; a gradient or loss that is not a number is worse than all others."""
    return float("inf") if np.isnan(check.relative_error) else check.relative_error
