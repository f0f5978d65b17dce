"""Approximation: a network of one feature beside the function it approximates, and what each hidden unit contributes to it.

The terms v f(w x + b) of the sum are the engine's own numbers: the units' values as the network computes them, times their weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import GraphError
from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.unit_sum import UnitSum, unit_sum
from nnlab.training.domain import domain
from nnlab.training.function_errors import Errors, errors_inside, errors_outside, fit_at, jumps_of, outside, truth_at
from nnlab.training.probe import Probe, register
from nnlab.training.units import Units, units_of

INSIDE, BESIDE = 601, 100  # points of the curves in the domain, its ends among them, and in each margin
WIDEST = 2048  # units whose contributions are computed: 13 MB


@dataclass(frozen=True, eq=False)
class Sum:
    """The network as a sum of its last hidden layer's units, over the `x` of the approximation: fit = contributions.sum(0) + bias."""

    structure: UnitSum
    contributions: np.ndarray  # float64 (units, points)
    bias: float
    units: Units | None  # for raw x; None where the layer does not read the input itself


@dataclass(frozen=True, eq=False)
class Approximation:
    """A fit over one raw feature, its domain and a margin of a sixth to both sides."""

    x: np.ndarray  # float64 (points,), raw feature, rising
    domain: tuple[float, float]
    fit: np.ndarray  # float64 (points,)
    truth: np.ndarray | None  # float64 (points,), NaN where it has no value; None where it is not known
    inside: Errors | None
    outside: Errors | None
    sum: Sum | None
    refusal: str  # why there is no sum; "" when there is


def approximation(evaluator: Evaluator, data: Data) -> Approximation:
    low, high = domain(data)[0]
    left, right = outside(low, high)
    x = np.concatenate([
        np.linspace(left, low, BESIDE, endpoint=False), np.linspace(low, high, INSIDE),
        np.linspace(right, high, BESIDE, endpoint=False)[::-1],
    ])  # fmt: skip
    raw = x.reshape(-1, 1)
    found, refusal = None, ""
    try:
        found = sum_at(evaluator, data, raw)
    except GraphError as error:
        refusal = str(error)
    centres = found.units.centres if found is not None and found.units is not None else np.empty(0)
    kinks = np.concatenate([centres, *([jump.left, jump.right] for jump in jumps_of(data))])
    return Approximation(
        x=x, domain=(low, high), fit=fit_at(evaluator, data, raw), truth=truth_at(data, raw),
        inside=errors_inside(evaluator, data, kinks), outside=errors_outside(evaluator, data), sum=found, refusal=refusal,
    )  # fmt: skip


def sum_at(evaluator: Evaluator, data: Data, raw: np.ndarray, most: int = WIDEST) -> Sum:
    """The sum at raw points (n, features); raises GraphError, saying why, for a network that is none, or has more units than `most`."""
    structure = unit_sum(evaluator.program.graph)
    parameters = evaluator.state.parameters()
    units = parameters[structure.weight].shape[1]
    if units > most:
        raise GraphError(f"{structure.output} adds {units:,} units; the contributions of at most {most:,} are shown.", structure.output)
    found = contributions_of(evaluator, structure, data.transform(raw))
    bias = float(parameters[structure.bias][0]) if structure.bias in parameters else 0.0
    return Sum(structure, found, bias, units_of(structure, parameters, data))


def contributions_of(evaluator: Evaluator, structure: UnitSum, x: np.ndarray) -> np.ndarray:
    """v_k a_k for every unit at x, what the network sees (n, features): float64 (units, n)."""
    values = evaluator.activations(x, [structure.units])[structure.units]
    weight = evaluator.state[structure.weight].astype(np.float64)
    return (values.reshape(len(values), -1) * weight).T


def is_number_of(data: Data, features: int) -> bool:
    """Whether the data is one number as a function of so many features."""
    return len(data.raw_features) == features and data.target.kind == "continuous" and data.target.outputs == 1


register(Probe("approximation", approximation, applies=lambda data: is_number_of(data, 1)))
