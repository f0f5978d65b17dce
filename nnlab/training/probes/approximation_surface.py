"""Approximation of a surface: a network of two features beside the function it approximates, and the ridges of its units.

A unit f(w · (x, y) + b) is constant along straight lines; the line on which w · (x, y) + b is 0 is its ridge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnlab.core.errors import GraphError
from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.unit_sum import unit_sum
from nnlab.training.domain import domain
from nnlab.training.function_errors import Errors, errors_at_samples, errors_inside, errors_of, fit_at, truth_at
from nnlab.training.probe import Probe, register
from nnlab.training.probes.approximation import Sum, is_number_of, sum_at
from nnlab.training.units import Units, units_of

SIDE = 49  # points along each feature of the domain, its edges among them
BEYOND = 8  # points further on either side, with the same step: a sixth of the domain, as far as a curve of one feature is shown
WIDEST_SURFACE = 256  # units whose contributions are computed: 9 MB


@dataclass(frozen=True, eq=False)
class ApproximationSurface:
    """A fit over a rectangle of two raw features and a margin around it; row 0 of the pictures is at the lowest second feature.

    `inner` is where the rectangle lies in x and y, and twice in the pictures.
    """

    x: np.ndarray  # float64 (points,), first raw feature
    y: np.ndarray  # float64 (points,), second raw feature
    fit: np.ndarray  # float64 (points, points)
    truth: np.ndarray | None  # float64 (points, points), NaN where it has no value; None where it is not known
    inside: Errors | None
    outside: Errors | None  # in the margin; None where the target is not known there
    units: Units | None  # for raw features: the ridge of unit k is weight[k] · (x, y) + bias[k] = 0
    refusal: str  # why there are no units; "" when there are
    sum: Sum | None  # contributions (units, points * points) in the order of fit.ravel(); None where the network is no sum
    sum_refusal: str  # why there is none; "" when there is
    samples: np.ndarray | None = None  # float64 (n, 2), raw features, where the target is known at its samples only
    misses: np.ndarray | None = None  # float64 (n,), target − fit there
    inner: ClassVar[slice] = slice(BEYOND, BEYOND + SIDE)

    @property
    def domain(self) -> tuple[tuple[float, float], tuple[float, float]]:
        x, y = self.x[self.inner], self.y[self.inner]
        return (float(x[0]), float(x[-1])), (float(y[0]), float(y[-1]))


def axis(low: float, high: float) -> np.ndarray:
    """Even points of a domain with its ends, and so many beyond them."""
    inner = np.linspace(low, high, SIDE)
    beyond = np.arange(1, BEYOND + 1) * (high - low) / (SIDE - 1)
    return np.concatenate([low - beyond[::-1], inner, high + beyond])


def approximation_surface(evaluator: Evaluator, data: Data) -> ApproximationSurface:
    (x0, x1), (y0, y1) = domain(data)
    x, y = axis(x0, x1), axis(y0, y1)
    raw = np.stack([np.tile(x, len(y)), np.repeat(y, len(x))], axis=1)
    truth = truth_at(data, raw)
    units, refusal = None, ""
    try:
        units = units_of(unit_sum(evaluator.program.graph), evaluator.state.parameters(), data)
        refusal = "" if units is not None else "The units of the last hidden layer do not read x and y themselves, so they have no ridge."
    except GraphError as error:
        refusal = str(error)
    found, sum_refusal = None, ""
    try:
        found = sum_at(evaluator, data, raw, WIDEST_SURFACE)
    except GraphError as error:
        sum_refusal = str(error)
    fit = fit_at(evaluator, data, raw)
    is_beyond = (raw[:, 0] < x0) | (raw[:, 0] > x1) | (raw[:, 1] < y0) | (raw[:, 1] > y1)
    samples, errors = (None, None) if truth is not None else errors_at_samples(evaluator, data)
    outside = None if truth is None else errors_of(raw[is_beyond], (fit - truth)[is_beyond])
    return ApproximationSurface(
        x=x, y=y, fit=fit.reshape(len(y), len(x)), truth=None if truth is None else truth.reshape(len(y), len(x)),
        inside=errors_inside(evaluator, data), outside=outside, units=units, refusal=refusal, sum=found, sum_refusal=sum_refusal,
        samples=samples, misses=None if errors is None else -errors,
    )  # fmt: skip


register(Probe("approximation_surface", approximation_surface, applies=lambda data: is_number_of(data, 2)))
