"""Approximation of a surface: a network of two features beside the function it approximates, and the ridges of its units.

A unit f(w · (x, y) + b) is constant along straight lines; the line on which w · (x, y) + b is 0 is its ridge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import GraphError
from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.unit_sum import unit_sum
from nnlab.training.domain import domain
from nnlab.training.function_errors import Errors, errors_inside, fit_at, truth_at
from nnlab.training.probe import Probe, register
from nnlab.training.probes.approximation import Sum, is_number_of, sum_at
from nnlab.training.units import Units, units_of

SIDE = 49  # points along each feature, the edges among them
WIDEST_SURFACE = 256  # units whose contributions are computed: 5 MB


@dataclass(frozen=True, eq=False)
class ApproximationSurface:
    """A fit over a rectangle of two raw features; row 0 of the pictures is at the lowest second feature."""

    x: np.ndarray  # float64 (SIDE,), first raw feature
    y: np.ndarray  # float64 (SIDE,), second raw feature
    fit: np.ndarray  # float64 (SIDE, SIDE)
    truth: np.ndarray | None  # float64 (SIDE, SIDE), NaN where it has no value; None where it is not known
    inside: Errors | None
    units: Units | None  # for raw features: the ridge of unit k is weight[k] · (x, y) + bias[k] = 0
    refusal: str  # why there are no units; "" when there are
    sum: Sum | None  # contributions (units, SIDE * SIDE) in the order of fit.ravel(); None where the network is no sum
    sum_refusal: str  # why there is none; "" when there is


def approximation_surface(evaluator: Evaluator, data: Data) -> ApproximationSurface:
    (x0, x1), (y0, y1) = domain(data)
    x, y = np.linspace(x0, x1, SIDE), np.linspace(y0, y1, SIDE)
    raw = np.stack([np.tile(x, SIDE), np.repeat(y, SIDE)], axis=1)
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
    return ApproximationSurface(
        x=x, y=y, fit=fit_at(evaluator, data, raw).reshape(SIDE, SIDE), truth=None if truth is None else truth.reshape(SIDE, SIDE),
        inside=errors_inside(evaluator, data), units=units, refusal=refusal, sum=found, sum_refusal=sum_refusal,
    )  # fmt: skip


register(Probe("approximation_surface", approximation_surface, applies=lambda data: is_number_of(data, 2)))
