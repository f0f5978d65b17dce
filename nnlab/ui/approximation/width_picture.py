"""What error against width shows, as values: lines with their bands, constructed networks, bounds, theory, the network in the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nnlab.core.operator import operators
from nnlab.studies.approximation.constructions import BUMPS, INTERPOLANT, STAIRCASE
from nnlab.studies.approximation.width_curves import ConstructedPoint, TheorySlope, WidthCurve
from nnlab.ui.comparison.run_keys import RunKey
from nnlab.ui.look import numbers

_KEYS = {
    "sigmoid": RunKey((), "circle", False, 1.8), "relu": RunKey((8.0, 4.0), "square", False, 1.8),
    "tanh": RunKey((7.0, 3.0, 2.0, 3.0), "triangle", False, 1.8),
    INTERPOLANT: RunKey((8.0, 4.0), "square", False, 1.8), STAIRCASE: RunKey((), "circle", False, 1.8),
    BUMPS: RunKey((3.0, 3.0), "diamond", False, 1.8),
    "1": RunKey((), "circle", False, 1.8), "2": RunKey((8.0, 4.0), "square", False, 1.8),
    "3": RunKey((7.0, 3.0, 2.0, 3.0), "triangle", False, 1.8),
}  # fmt: skip
_OTHERS = (RunKey((3.0, 3.0), "diamond", False, 1.8), RunKey((12.0, 3.0), "circle", True, 1.8), RunKey((2.0, 5.0), "square", True, 1.8))
_BUILT = {INTERPOLANT: ("knots", "ReLU units on even knots"), STAIRCASE: ("steps", "steep units, each a step"),
          BUMPS: ("bumps", "steep units, two to a bump")}  # fmt: skip


def key_of(name: str) -> RunKey:
    """How the line of an activation, a construction or a depth is told apart."""
    return _KEYS.get(name) or _OTHERS[sum(name.encode()) % len(_OTHERS)]


@dataclass(frozen=True, eq=False)
class WidthLine:
    """One kind of network: the median, least and largest error over the seeds, at each size that was tried.

    `x` is the size along the axis, `widths` the units of a layer there: the same, or not where networks of several depths are compared.
    """

    name: str  # of the activation, the construction, or the depth
    title: str
    x: np.ndarray
    widths: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    seeds: np.ndarray  # how many runs stand behind each width
    is_own: bool = False  # like the network in the window
    units: str = "units"  # what a width counts, for a sentence
    by_seed: Mapping[int, Mapping[int, float]] = field(default_factory=dict)  # seed -> width -> error

    @property
    def key(self) -> RunKey:
        return key_of(self.name)

    def least_for(self, epsilon: float) -> int | None:
        """The least size whose median error is at most ε."""
        reached = np.flatnonzero(self.median <= epsilon)
        return int(self.x[reached[0]]) if len(reached) else None

    def least_of_seeds(self, epsilon: float) -> tuple[int | None, ...]:
        """For each seed the least size with which it comes to ε."""
        sizes = dict(zip(self.widths.tolist(), self.x.tolist(), strict=True))
        return tuple(
            next((int(sizes[width]) for width in sorted(errors) if errors[width] <= epsilon), None)
            for _, errors in sorted(self.by_seed.items())
        )


@dataclass(frozen=True, eq=False)
class WidthPicture:
    """`bounds` are the guaranteed errors of constructed networks at their sizes; `floor` an error no width gets below (half a jump)."""

    lines: Sequence[WidthLine]
    built: tuple[np.ndarray, np.ndarray]  # widths and measured errors of constructed ReLU networks
    bounds: Sequence[tuple[np.ndarray, np.ndarray]]
    now: tuple[int, float] | None  # the network in the window
    floor: float | None = None
    measure: str = "sup"
    theory: Sequence[TheorySlope] = ()
    axis: str = "hidden units N"
    letter: str = "N"  # what the axis counts, in a formula


def line_of(curve: WidthCurve, is_own: bool) -> WidthLine:
    """Trained networks of one hidden layer and one activation."""
    title = operators[curve.activation].title
    return WidthLine(
        curve.activation, title, curve.widths, curve.widths, curve.median, curve.lowest, curve.highest, curve.seeds, is_own,
        f"{title} units", curve.by_seed,
    )  # fmt: skip


def line_of_depth(curve: WidthCurve, is_own: bool) -> WidthLine:
    """Trained networks of one depth against how many weights and biases they have."""
    layers = "1 layer" if curve.depth == 1 else f"{curve.depth} layers"
    units = f"{operators[curve.activation].title} units" + (f" in each of {layers}" if curve.depth > 1 else "")
    return WidthLine(
        str(curve.depth), layers, curve.parameters, curve.widths, curve.median, curve.lowest, curve.highest, curve.seeds, is_own,
        units, curve.by_seed,
    )  # fmt: skip


def lines_of_built(points: Sequence[ConstructedPoint], measure: str) -> tuple[WidthLine, ...]:
    """Constructed networks, one line for each way to construct them."""
    found = []
    for kind, (title, units) in _BUILT.items():
        own = [point for point in points if point.kind == kind]
        if own:
            widths = np.array([point.width for point in own])
            errors = np.array([getattr(point, measure) for point in own])
            found.append(WidthLine(kind, title, widths, widths, errors, errors, errors, np.ones(len(own), dtype=int), units=units))
    return tuple(found)


def bounds_of(points: Sequence[ConstructedPoint], kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Widths and guaranteed largest errors of one construction, where there is a guarantee."""
    own = [point for point in points if point.kind == kind and np.isfinite(point.bound)]
    return np.array([point.width for point in own]), np.array([point.bound for point in own])


def falls_as(exponent: float, letter: str) -> str:
    """A power as one reads it: 1/N², 1/√N."""
    return {-2.0: f"1/{letter}²", -1.0: f"1/{letter}", -0.5: f"1/√{letter}"}.get(exponent, f"{letter}^{numbers.short(exponent)}")
