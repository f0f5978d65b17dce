"""The library of targets: functions to approximate, from smooth to nasty, then surfaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.dataset import Interval
from nnlab.core.expression import compile_expression
from nnlab.core.preparation import DataSettings
from nnlab.core.setting import Value

SAMPLES, SURFACE_SAMPLES = 256, 1000
VARIABLES = ("x", "y")


@dataclass(frozen=True)
class TargetFormula:
    """A function of one or two variables on an interval or a rectangle; `sentence` says what is hard, or easy, about it."""

    title: str
    formula: str
    domain: tuple[Interval, ...]
    sentence: str

    @property
    def variables(self) -> tuple[str, ...]:
        return VARIABLES[: len(self.domain)]

    def values(self, points: np.ndarray) -> np.ndarray:
        """f at points (n, variables): float64 (n,)."""
        points = np.asarray(points, dtype=np.float64).reshape(-1, len(self.domain))
        return compile_expression(self.formula, self.variables).evaluate(**dict(zip(self.variables, points.T, strict=True)))

    def data(self, samples: int | None = None, noise: float = 0.0) -> DataSettings:
        """The data set of this target; a function is sampled evenly and, having no noise of its own, kept whole for training."""
        settings: Mapping[str, Value]
        if len(self.domain) == 1:
            (start, end), name = self.domain[0], "function"
            settings = {"start": start, "end": end, "samples": samples or SAMPLES}
        else:
            (x_start, x_end), (y_start, y_end), name = self.domain[0], self.domain[1], "surface"
            settings = {
                "x_start": x_start, "x_end": x_end, "y_start": y_start, "y_end": y_end, "samples": samples or SURFACE_SAMPLES,
                "spacing": "even",
            }  # fmt: skip
        return DataSettings(name, {"formula": self.formula, **settings, "noise": noise}, validation_share=0.0)


# Weierstrass 1872 with a = 1/2 and b = 3, cut off after six waves: the seventh would be finer than 2,001 points show.
WEIERSTRASS = " + ".join(("cos(pi x)", *(f"{0.5**k:g} cos({3**k}pi x)" for k in range(1, 6))))


def _target(title: str, formula: str, low: float, high: float, sentence: str) -> TargetFormula:
    return TargetFormula(title, formula, ((low, high),), sentence)


def _surface(title: str, formula: str, side: float, sentence: str) -> TargetFormula:
    return TargetFormula(title, formula, ((-side, side), (-side, side)), sentence)


TARGETS = (
    _target("Sine", "sin(x)", -3.0, 3.0, "One smooth wave; a handful of units is enough."),
    _target("Sine with ripple", "sin(2x) + 0.3 cos(5x)", -3.0, 3.0, "Two frequencies; training finds the slow one first."),
    _target("Parabola", "x^2", -2.0, 2.0, "Smooth, but it grows without end: outside the domain no bounded unit follows it."),
    _target("Bump", "exp(-x^2)", -3.0, 3.0, "The bell curve: two steep sigmoids make one, and bumps make everything else."),
    _target("Sine in a bell", "sin(2pi x) exp(-x^2)", -2.0, 2.0, "A wave that fades out: the middle needs many units, the ends few."),
    _target("Absolute value", "abs(x)", -2.0, 2.0, "Its kink is two ReLU units exactly; smooth units can only round it off."),
    _target("Runge", "1/(1 + 25x^2)", -1.0, 1.0, "Polynomials through even points run wild on it (Runge 1901)."),
    _target("Chirp", "sin(x^2)", -4.0, 4.0, "The frequency rises to the ends, so the error of even knots does too."),
    _target("Sawtooth", "mod(x, 1)", -2.0, 2.0, "Straight lines with jumps between them that no width removes."),
    _target("Square wave", "sign(sin(pi x))", -2.0, 2.0, "With the width the RMS error falls, the largest error does not."),
    _target("Jump", "step(x)", -1.0, 1.0, "No continuous function comes closer to it than one half everywhere."),
    _target("Weierstrass", WEIERSTRASS, -1.0, 1.0, "The first six waves of a curve that has no slope anywhere (1872)."),
    _target("Topologist's sine", "sin(1/(abs(x) + 0.02))", -0.5, 0.5, "It swings ever faster towards 0; training learns the ends alone."),
)

SURFACES = (
    _surface("Hill", "exp(-x^2 - y^2)", 2.0, "A smooth hill: each unit is one straight slope, and together they make it round."),
    _surface("Egg box", "sin(2x) cos(2y)", 2.0, "Hills and hollows in turn; their number decides how many units it takes."),
    _surface("Saddle", "x^2 - y^2", 1.5, "Up along x and down along y: every cut is a parabola."),
    _surface("Ripple", "cos(3 sqrt(x^2 + y^2))", 2.0, "Rings around the middle, but a unit knows straight ridges only."),
    _surface("Cone", "sqrt(x^2 + y^2)", 2.0, "Smooth everywhere but at its tip."),
    _surface("Quarters", "sign(x) sign(y)", 1.0, "Two jumps that cross: the exclusive or, with an edge that no width removes."),
)


def library() -> tuple[TargetFormula, ...]:
    """All of them, functions first."""
    return (*TARGETS, *SURFACES)
