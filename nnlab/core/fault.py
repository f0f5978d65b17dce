"""A fault: why a number became NaN or infinite where nothing that it was made from was, and what helps.

An operator or optimiser that knows such cases declares them (`Operator.fault`, `Optimizer.fault`); nobody else can know them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fault:
    """`reason` completes "…, because", `advice` is what to do, without a full stop; `row` is the sample of the batch, where it is one's."""

    reason: str
    advice: str
    row: int | None = None


def row_of_zero_variance(x: np.ndarray, axes: tuple[int, ...]) -> int | None:
    """The first index, along the axis that is left, at which all values of x along `axes` are the same; None if there is none."""
    constant = np.ptp(np.asarray(x, np.float64), axis=axes) == 0
    return int(np.argmax(constant)) if constant.any() else None
