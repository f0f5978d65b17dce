"""What a width sweep shows: bands over the seeds, the least width for an error, constructed networks, and the slopes of theory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import DataSettings
from nnlab.graph.mlp import HiddenLayer, mlp_graph
from nnlab.studies.approximation.constructions import BUMPS, KINDS, construct, kinds_for
from nnlab.studies.approximation.target_fit import TargetFit
from nnlab.studies.approximation.trained_fit import measure
from nnlab.studies.approximation.width_sweep import finite_values
from nnlab.studies.sweeps.trials import TrialResult


@dataclass(frozen=True, eq=False)
class WidthCurve:
    """One activation at one depth: arrays of one entry for every width that has results, in rising order."""

    activation: str
    depth: int
    widths: np.ndarray  # int64
    parameters: np.ndarray  # int64
    median: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    seeds: np.ndarray  # int64, how many seeds there are results of
    by_seed: dict[int, dict[int, float]]  # seed -> width -> error

    def least_width(self, epsilon: float) -> int | None:
        """The least width whose median error over the seeds is at most epsilon; None where no width's is."""
        reached = self.widths[self.median <= epsilon]
        return int(reached[0]) if len(reached) else None

    def least_widths(self, epsilon: float) -> dict[int, int | None]:
        """The least width with which each seed comes to epsilon."""
        found = {}
        for seed, errors in sorted(self.by_seed.items()):
            found[seed] = next((width for width in sorted(errors) if errors[width] <= epsilon), None)
        return found


def curves(results: Sequence[TrialResult], by: str) -> tuple[WidthCurve, ...]:
    """A curve for every activation and depth, in the order in which they first come; `by` is "sup" or "rms".

    Trials that failed are left out.
    """
    groups: dict[tuple[str, int], list[tuple[TrialResult, float]]] = {}
    for result, error in finite_values(results, by):
        settings = result.trial.settings
        groups.setdefault((str(settings["activation"]), int(settings["depth"])), []).append((result, error))
    return tuple(_curve(activation, depth, found) for (activation, depth), found in groups.items())


def _curve(activation: str, depth: int, found: list[tuple[TrialResult, float]]) -> WidthCurve:
    by_width: dict[int, list[float]] = {}
    by_seed: dict[int, dict[int, float]] = {}
    parameters: dict[int, int] = {}
    for result, error in found:
        width, seed = int(result.trial.settings["width"]), int(result.trial.settings["seed"])
        by_width.setdefault(width, []).append(error)
        by_seed.setdefault(seed, {})[width] = error
        parameters[width] = int(result.values["parameters"] or 0)
    widths = sorted(by_width)
    errors = [np.array(by_width[width]) for width in widths]
    return WidthCurve(
        activation, depth, np.array(widths), np.array([parameters[width] for width in widths]),
        np.array([np.median(e) for e in errors]), np.array([e.min() for e in errors]), np.array([e.max() for e in errors]),
        np.array([len(e) for e in errors]), by_seed,
    )  # fmt: skip


@dataclass(frozen=True)
class ConstructedPoint:
    """A network written down, measured by the engine; `bound` is infinite where none is known."""

    kind: str
    activation: str
    width: int
    sup: float
    rms: float
    bound: float


def constructed_points(target: DataSettings, widths: Sequence[int], activations: Sequence[str]) -> tuple[ConstructedPoint, ...]:
    """Every construction that each activation allows, at every width."""
    found = []
    for activation in activations:
        for kind in (k for k in KINDS if k in kinds_for(activation)):
            for width in sorted(set(widths)):
                if width < 2 and kind == BUMPS:
                    continue
                task = TargetFit(target, width, activation).checked()
                data = task.prepared()
                graph = mlp_graph([HiddenLayer(width, activation)], 1, data.target)
                made = construct(graph, task.data_settings, data, kind, width, activation)
                errors = measure(made.graph, made.parameters, data)
                found.append(ConstructedPoint(kind, activation, width, errors.sup, errors.rms, made.bound))
    return tuple(found)


@dataclass(frozen=True)
class TheorySlope:
    """error ≤ constant · N to the power of `exponent`: what theory promises for which networks and functions, and who proved it."""

    title: str
    exponent: float
    measure: str  # "sup" or "rms"
    by: str  # "width" or "parameters"
    condition: str
    source: str


SLOPES = (
    TheorySlope(
        "Interpolation on knots", -2.0, "sup", "width", "ReLU units, a target with a bounded second derivative",
        "de Boor, A Practical Guide to Splines (1978), chapter III",
    ),
    TheorySlope(
        "Steps", -1.0, "sup", "width", "S-curves, a target with a bounded slope",
        "Debao, Degree of Approximation by Superpositions of a Sigmoidal Function (1993)",
    ),
    TheorySlope(
        "Barron", -0.5, "rms", "width", "S-curves, a target whose Fourier transform has a finite first moment, of any number of inputs",
        "Barron, Universal Approximation Bounds for Superpositions of a Sigmoidal Function (1993), theorem 1",
    ),
    TheorySlope(
        "Very deep ReLU networks", -2.0, "sup", "parameters", "ReLU layers as deep as they are many, a target with a bounded slope",
        "Yarotsky, Optimal Approximation of Continuous Functions by Very Deep ReLU Networks (2018)",
    ),
)  # fmt: skip


def slopes_for(by: str, along: str, activations: Sequence[str]) -> tuple[TheorySlope, ...]:
    """The slopes that speak of this measure ("sup", "rms"), this axis ("width", "parameters") and any of these activations."""
    shapes = {kind for activation in activations for kind in kinds_for(activation)}
    wanted = {"Interpolation on knots": "interpolant", "Very deep ReLU networks": "interpolant"}
    return tuple(s for s in SLOPES if s.measure == by and s.by == along and wanted.get(s.title, "staircase") in shapes)


def fitted_slope(curve: WidthCurve, floor: float = 0.0) -> float:
    """The exponent of the straight line through the medians above `floor`, on logarithmic axes (least squares); NaN of fewer than two."""
    used = (curve.median > floor) & (curve.median > 0)
    if used.sum() < 2:
        return math.nan
    return float(np.polyfit(np.log(curve.widths[used]), np.log(curve.median[used]), 1)[0])
