"""What is known of the function behind data of one feature: its values anywhere in the domain, and how steep and how bent it is.

A typed formula is differentiated exactly. Of a drawn curve the slopes are those of its lines. Of a table nothing is known but its samples:
between them a straight line is taken, and no bound follows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnlab.core.dataset import Interval
from nnlab.core.errors import DataError
from nnlab.core.expression import compile_expression
from nnlab.core.expression_derivatives import greatest_curvature, greatest_slope
from nnlab.core.polyline import Polyline
from nnlab.core.preparation import Data, DataSettings
from nnlab.core.written import plain_number, rounded
from nnlab.training.domain import domain
from nnlab.training.function_errors import truth_at


@dataclass(frozen=True)
class KnownFunction:
    """`slope`: max |f′|, infinite where f jumps or it is not known; `curvature`: max |f″|, infinite where f has a kink or a jump."""

    domain: Interval
    slope: float
    curvature: float
    data: Data | None = None
    formula: str = ""

    def values(self, x: np.ndarray) -> np.ndarray:
        """f at places of the domain (n,); raises DataError naming the first where it has no finite value."""
        if self.data is None:
            found = compile_expression(self.formula).evaluate(x=x)
        elif self.data.truth is not None:
            exact = truth_at(self.data, np.clip(x, *self.domain).reshape(-1, 1))
            assert exact is not None
            found = exact
        else:
            found = _between_samples(self.data, x)
        undefined = ~np.isfinite(found)
        if undefined.any():
            what = f"The formula {self.formula}" if self.formula else "The target"
            raise DataError(f"{what} has no finite value at x = {rounded(x[undefined].min())}; change it or the domain.")
        return found


def formula_on(formula: str, interval: Interval) -> KnownFunction:
    """A typed formula in x on an interval; raises NNLabError for one that is not understood, not finite or an interval that is empty."""
    low, high = (float(end) for end in interval)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise DataError(
            f"The domain runs from {plain_number(low)} to {plain_number(high)}; both ends must be finite and the end larger than the start."
        )
    if not math.isfinite(high - low):
        raise DataError(f"The domain from {plain_number(low)} to {plain_number(high)} is wider than any number; choose nearer ends.")
    expression = compile_expression(formula)
    known = KnownFunction((low, high), greatest_slope(expression, low, high), greatest_curvature(expression, low, high), None, formula)
    known.values(np.linspace(low, high, 2001))
    return known


def function_of(settings: DataSettings, data: Data) -> KnownFunction:
    """What is known of the function behind a project's data, of one raw feature and one number."""
    (interval,) = domain(data)
    if settings.name == "function":
        formula = str(settings.settings.get("formula", "sin(x)"))
        expression = compile_expression(formula)
        return KnownFunction(interval, greatest_slope(expression, *interval), greatest_curvature(expression, *interval), data, formula)
    if settings.name == "drawn" and data.truth is not None:
        curve = Polyline.read(str(settings.settings["points"])) if "points" in settings.settings else None
        slope = float(np.abs(np.diff(curve.y) / np.diff(curve.x)).max()) if curve is not None else math.inf
        return KnownFunction(interval, slope, math.inf, data)
    return KnownFunction(interval, math.inf, math.inf, data)


def _between_samples(data: Data, x: np.ndarray) -> np.ndarray:
    """Straight lines between the samples' means at every x, constant beyond the outermost."""
    places, index = np.unique(np.concatenate([data.raw_x, data.raw_validation_x])[:, 0], return_inverse=True)
    values = np.concatenate([data.y, data.validation_y])[:, 0]
    means = np.bincount(index, weights=values) / np.bincount(index)
    return np.interp(x, places, means)
