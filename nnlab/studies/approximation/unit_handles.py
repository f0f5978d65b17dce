"""Handles of a hidden unit: what a person drags (place, slope, height) and the weights w, b, v that this means.

A unit contributes v f(w x + b), all for raw x. Its centre is −b/w. Its slope there is v w f′(0): v w / 4 for the sigmoid, v w for tanh
and ReLU. An S-curve has a plateau, whose height is v times the greatest value of f; any other unit has none, so its height is what it
reaches at the end of the domain on the side it opens to, and there height and slope are one handle: w and v act as a product.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from nnlab.core.dataset import Interval
from nnlab.core.operator import Operator
from nnlab.core.preparation import Data
from nnlab.core.setting import Value
from nnlab.engine import kernel_curve
from nnlab.graph.graph import Graph
from nnlab.graph.unit_sum import UnitSum
from nnlab.training.units import Units, stored_units, units_of

REAL = "float32"  # as networks train, so that a handle never waits for a kernel to be compiled
_NEAR = 1e-6  # where f′(0) is read: a kink at 0 has the slope of the side it opens to
SMALLEST = 1e-6  # the least |w| that dragging leaves, for at 0 a unit has no centre any more


@dataclass(frozen=True)
class UnitShape:
    """What f is: its slope at 0, and whether it is an S-curve between `low` and `high`."""

    kind: Operator | None  # None: f(z) = z
    settings: Mapping[str, Value]
    slope: float
    is_step: bool
    low: float
    high: float

    @cached_property
    def hinge(self) -> tuple[float, float] | None:
        """(slope left of 0, slope right of 0) of a function that is straight on both sides of one kink, such as ReLU; None for another."""
        if self.kind is None:
            return None
        far, near, zero, right, further = self.value(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), "float64").tolist()
        is_straight = zero == 0.0 and abs(far - 2 * near) < 1e-12 and abs(further - 2 * right) < 1e-12
        return (-near, right) if is_straight and -near != right and right else None

    def value(self, z: float | np.ndarray, real: str = REAL) -> np.ndarray:
        """f(z), by the operator's own kernel."""
        z = np.atleast_1d(np.asarray(z, dtype=np.float64))
        found = z if self.kind is None else kernel_curve.values(self.kind, self.settings, z, real)
        return np.asarray(found, dtype=np.float64)


def shape_of(graph: Graph, structure: UnitSum) -> UnitShape:
    """The activation of the last hidden layer."""
    if not structure.activation:
        return UnitShape(None, {}, 1.0, False, -math.inf, math.inf)
    node = graph[structure.activation]
    return activation_shape(node.kind, node.settings)


def activation_shape(kind: Operator, settings: Mapping[str, Value]) -> UnitShape:
    """An element-wise activation as a shape."""
    low, high = kind.output_bounds(settings)
    slope = float(kernel_curve.curve(kind, settings, np.array([_NEAR]), REAL)[1][0])
    return UnitShape(kind, settings, slope, kind.saturates and math.isfinite(low) and math.isfinite(high), low, high)


@dataclass(frozen=True)
class Unit:
    """v f(w x + b) of one raw feature. What a handle changes is a new unit; one that cannot be dragged so stays as it is."""

    weight: float
    bias: float
    height: float

    @property
    def centre(self) -> float:
        """Where w x + b is 0; NaN for w = 0."""
        return -self.bias / self.weight if self.weight else math.nan

    def slope(self, shape: UnitShape) -> float:
        """Of the contribution at the centre."""
        return self.height * self.weight * shape.slope

    def plateau(self, shape: UnitShape, domain: Interval) -> tuple[float, float]:
        """(x, y) of the height handle: the end of the domain the unit rises or opens to, and what it contributes there (in the limit)."""
        edge = self._edge(domain)
        if shape.is_step:
            return edge, self.height * shape.high
        return edge, self.height * float(shape.value(self.weight * edge + self.bias)[0])

    def with_centre(self, centre: float) -> Unit:
        """Moved sideways: b changes."""
        return replace(self, bias=-self.weight * centre) if self.weight else self

    def with_slope(self, slope: float, shape: UnitShape) -> Unit:
        """Steeper or flatter about its centre: w changes. A unit that is no S-curve opens to the same side, so its sign is v's."""
        if not self.weight or not self.height or not shape.slope:
            return self
        weight, height = slope / (self.height * shape.slope), self.height
        if not shape.is_step and weight * self.weight < 0:
            weight, height = -weight, -height
        weight = math.copysign(max(abs(weight), SMALLEST), weight if weight else self.weight)
        return Unit(weight, -weight * self.centre, height)

    def with_height(self, height: float, shape: UnitShape, domain: Interval) -> Unit:
        """Higher or lower at its plateau, or at the end of the domain: v changes."""
        reached = shape.high if shape.is_step else float(shape.value(self.weight * self._edge(domain) + self.bias)[0])
        return replace(self, height=height / reached) if abs(reached) > 1e-9 else self

    def _edge(self, domain: Interval) -> float:
        return domain[1] if self.weight >= 0 else domain[0]


@dataclass(frozen=True)
class RidgeUnit:
    """v f(w · p + b) of two raw features p = (x, y); on the straight line w · p + b = 0 lies its ridge."""

    weight: tuple[float, float]
    bias: float
    height: float

    def point(self, reference: tuple[float, float]) -> tuple[float, float] | None:
        """The point of the ridge that is nearest to `reference`; None for a unit with w = 0."""
        w = np.array(self.weight)
        length = float(w @ w)
        if length == 0.0:
            return None
        x, y = np.array(reference) - (float(w @ reference) + self.bias) / length * w
        return float(x), float(y)

    def with_point(self, point: tuple[float, float]) -> RidgeUnit:
        """Moved, without turning, so that the ridge runs through `point`: b changes."""
        return replace(self, bias=-float(np.dot(self.weight, point)))

    def with_weight(self, weight: tuple[float, float], through: tuple[float, float]) -> RidgeUnit:
        """Turned and steepened about a point of the ridge: the function rises along `weight`, the faster the longer it is."""
        return RidgeUnit(weight, -float(np.dot(weight, through)), self.height)

    def segment(self, domain: tuple[Interval, Interval]) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """The part of the ridge inside a rectangle, from end to end; None where it does not cross it."""
        (x0, x1), (y0, y1) = domain
        (a, b), c = self.weight, self.bias
        ends = [(x, -(a * x + c) / b) for x in (x0, x1) if b] + [(-(b * y + c) / a, y) for y in (y0, y1) if a]
        slack = 1e-9 * max(x1 - x0, y1 - y0)
        inside = sorted({p for p in ends if x0 - slack <= p[0] <= x1 + slack and y0 - slack <= p[1] <= y1 + slack})
        return (inside[0], inside[-1]) if len(inside) > 1 else None


def unit_at(units: Units, index: int) -> Unit:
    """One of the units of a network of one feature."""
    return Unit(float(units.weight[index, 0]), float(units.bias[index]), float(units.height[index]))


def ridge_at(units: Units, index: int) -> RidgeUnit:
    """One of the units of a network of two features."""
    x, y = units.weight[index].tolist()
    return RidgeUnit((x, y), float(units.bias[index]), float(units.height[index]))


def with_unit(
    structure: UnitSum, parameters: Mapping[str, np.ndarray], index: int, unit: Unit | RidgeUnit, data: Data
) -> dict[str, np.ndarray]:
    """New arrays (float64) of the parameters that hold unit `index`, every other number as it was. A layer without bias keeps none."""
    units = units_of(structure, parameters, data)
    assert units is not None  # only such units have handles
    weight, bias, height = units.weight.copy(), units.bias.copy(), units.height.copy()
    weight[index], bias[index], height[index] = np.atleast_1d(unit.weight), unit.bias, unit.height
    made = stored_units(structure, Units(weight, bias, height), parameters, data)
    found = {}
    for name, values in made.items():  # what belongs to other units keeps its bits
        kept = np.array(parameters[name], dtype=np.float64)
        place = (slice(None), index) if name == structure.weight else index
        kept[place] = values[place]
        found[name] = kept
    return found
