"""Networks written down instead of trained: why one hidden layer can come as close to a continuous function as one likes.

Interpolant, for units with one kink (ReLU): a unit's kink lies on each of N even knots, the output weights are the changes of slope, and
the network is the polygon through the function at the knots and the right end. For a function with a bounded second derivative its error
is at most h²/8 · max |f″|, h being the distance of the knots (de Boor, A Practical Guide to Splines (1978), chapter III).

Staircase, for S-curves: the domain is cut into N + 1 cells, the function's value in the middle of each is a level, and a steep unit rises
from one level to the next. With ever steeper units the error goes to at most h/2 · max |f′| (the argument of Cybenko, Approximation by
Superpositions of a Sigmoidal Function (1989), made constructive).

Bumps, for S-curves: two steep units of opposite sign make a bump over a cell; N units make N/2 bumps side by side, each as high as the
function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.dataset import Interval, Target
from nnlab.core.errors import GraphError, SettingError, shown
from nnlab.core.operator import operators
from nnlab.core.preparation import Data, DataSettings
from nnlab.core.setting import check_settings
from nnlab.graph.graph import Graph
from nnlab.graph.mlp import MOST_UNITS, HiddenLayer, mlp_graph
from nnlab.graph.unit_sum import UnitSum, unit_sum
from nnlab.graph.validation import infer
from nnlab.studies.approximation.known_function import KnownFunction, formula_on, function_of
from nnlab.studies.approximation.unit_handles import UnitShape, activation_shape
from nnlab.training.session import Session
from nnlab.training.units import Units, are_raw, stored_units

INTERPOLANT, STAIRCASE, BUMPS = "interpolant", "staircase", "bumps"
KINDS = (INTERPOLANT, STAIRCASE, BUMPS)
TITLES: Mapping[str, str] = {INTERPOLANT: "Interpolant on knots", STAIRCASE: "Staircase", BUMPS: "Bumps"}
STEEPNESS = 12.0  # how many times a step's greatest slope would cross it within one cell: steep, but not too steep to be trained further


@dataclass(frozen=True, eq=False)
class Construction:
    """A network and its weights (float64, by name).

    `bound` on the error is infinite where none follows; `words` says where it comes from.
    """

    kind: str
    graph: Graph
    parameters: Mapping[str, np.ndarray]
    units: int
    bound: float
    words: str
    is_same_graph: bool


def interpolant(formula: str, domain: Interval, knots: int = 16) -> tuple[Session, float]:
    """(session in float64, bound): ReLU units with their kinks on so many even knots, the first at the domain's left end, h = width /
    knots.

    The bound on the largest error is h²/8 · max |f″|, with f″ by exact differentiation on 20,001 points and closer ones about the
    largest; it is infinite for a formula with a kink or a jump. Raises NNLabError for a formula, domain or number of knots that cannot
    be.
    """
    function = formula_on(formula, domain)
    _check_units(knots, 1, "knots")
    units, offset = _interpolant(function, activation_shape(operators["relu"], {}), knots)
    session = Session(mlp_graph([HiddenLayer(knots, "relu")], 1, _ONE_NUMBER), dtype="float64")
    structure = unit_sum(session.graph)
    session.set_parameters(_parameters(structure, units, offset, session.parameters, None))
    return session, bound_of(INTERPOLANT, function, knots)


def kinds_for(activation: str) -> tuple[str, ...]:
    """The constructions that an activation (name of an operator) allows."""
    if activation not in operators or not operators[activation].is_elementwise or operators[activation].parameters:
        return ()
    shape = activation_shape(operators[activation], check_settings(operators[activation].settings, {}))
    return _kinds(shape)


def construct(graph: Graph, settings: DataSettings, data: Data, kind: str, units: int, activation: str) -> Construction:
    """A construction of so many hidden units for the function behind `data`, of one feature and one number.

    In `graph` itself where it is such a network: one hidden layer of this width and activation, both layers with a bias. Otherwise in a
    network of its own, which is proposed. Raises NNLabError for what cannot be constructed.
    """
    if kind not in KINDS:
        raise SettingError(f"There is no construction {shown(kind)}; choose one of {', '.join(KINDS)}.")
    if kind not in kinds_for(activation):
        possible = ", ".join(TITLES[k].lower() for k in kinds_for(activation)) or "none; choose sigmoid, tanh or ReLU"
        raise GraphError(f"{TITLES[kind]} cannot be made of {activation or 'linear'} units; for these there is {possible}.")
    if not are_raw(data) or data.x.shape[1] != 1:
        raise GraphError("A construction is of one feature x; this network reads other inputs.")
    _check_units(units, 2 if kind == BUMPS else 1, "units")
    function = function_of(settings, data)
    fitting = fitting_sum(graph, units, activation)
    chosen = graph if fitting is not None else mlp_graph([HiddenLayer(units, activation)], 1, data.target)
    structure = fitting or unit_sum(chosen)
    node = chosen[structure.activation]
    made, offset = _MAKERS[kind](function, activation_shape(node.kind, node.settings), units)
    shapes = {f"{structure.hidden}.weight": np.zeros((units, 1)), f"{structure.hidden}.bias": np.zeros(units),
              structure.weight: np.zeros((1, units)), structure.bias: np.zeros(1)}  # fmt: skip
    parameters = _parameters(structure, made, offset, shapes, data)
    return Construction(
        kind, chosen, parameters, units, bound_of(kind, function, units), bound_words(kind, function), fitting is not None
    )


def fitting_sum(graph: Graph, units: int, activation: str) -> UnitSum | None:
    """The parts of a graph that is one hidden layer of this width and activation on the input, with biases; None for another."""
    try:
        structure = unit_sum(graph)
    except GraphError:
        return None
    if not structure.is_first_layer or not structure.activation or graph[structure.activation].operator != activation:
        return None
    shapes = infer(graph)
    wanted = {(structure.hidden, "weight"): (units, 1), (structure.hidden, "bias"): (units,), (structure.output, "bias"): (1,)}
    return structure if all(shapes.get(*place) == shape for place, shape in wanted.items()) else None


def cell_width(kind: str, interval: Interval, units: int) -> float:
    """h: the distance of two knots, or the width of a cell."""
    cells = {INTERPOLANT: units, STAIRCASE: units + 1, BUMPS: units // 2}[kind]
    return (interval[1] - interval[0]) / cells


def bound_of(kind: str, function: KnownFunction, units: int) -> float:
    """The largest error that a construction can have; infinite where none is known. Of steps: in the limit of ever steeper ones."""
    h = cell_width(kind, function.domain, units)
    return h * h / 8 * function.curvature if kind == INTERPOLANT else h / 2 * function.slope


def bound_words(kind: str, function: KnownFunction) -> str:
    """How the bound is computed, or why there is none."""
    if kind == INTERPOLANT:
        if np.isfinite(function.curvature):
            return "h²/8 · max |f″|, h being the distance of the knots"
        return "no bound: the target has a kink or a jump, or its second derivative is not known"
    if np.isfinite(function.slope):
        return "h/2 · max |f′|, h being the width of a cell, for ever steeper units"
    return "no bound: the target jumps, or its slope is not known"


def _kinds(shape: UnitShape) -> tuple[str, ...]:
    if shape.is_step:
        return (STAIRCASE, BUMPS)
    return (INTERPOLANT,) if shape.hinge is not None else ()


def _interpolant(function: KnownFunction, shape: UnitShape, units: int) -> tuple[Units, float]:
    """Kinks on even knots. A unit's slope is `right` beyond its knot and `left` before it, 0 and 1 for ReLU."""
    assert shape.hinge is not None
    left, right = shape.hinge
    low, high = function.domain
    knots = np.linspace(low, high, units + 1)
    values = function.values(knots)
    slopes = np.diff(values) / np.diff(knots)
    height = np.empty(units)
    height[1:] = np.diff(slopes) / (right - left)
    height[0] = (slopes[0] - left * height[1:].sum()) / right
    weight = np.ones((units, 1))
    before = left * (height[1:] * (low - knots[1:-1])).sum()  # what the other units contribute at the left end
    return Units(weight, -knots[:-1], height), float(values[0] - before)


def _staircase(function: KnownFunction, shape: UnitShape, units: int) -> tuple[Units, float]:
    low, high = function.domain
    edges = np.linspace(low, high, units + 2)
    levels = function.values((edges[:-1] + edges[1:]) / 2)
    steepness = _steepness(shape, edges[1] - edges[0])
    height = np.diff(levels) / (shape.high - shape.low)
    weight = np.full((units, 1), steepness)
    return Units(weight, -steepness * edges[1:-1], height), float(levels[0] - shape.low * height.sum())


def _bumps(function: KnownFunction, shape: UnitShape, units: int) -> tuple[Units, float]:
    """Two units a cell, one that rises at its left edge and one that falls at its right; an odd last unit has height 0."""
    low, high = function.domain
    cells = units // 2
    edges = np.linspace(low, high, cells + 1)
    steepness = _steepness(shape, edges[1] - edges[0])
    levels = function.values((edges[:-1] + edges[1:]) / 2) / (shape.high - shape.low)
    # The outermost edges of all bumps lie outside, or the fit would fall to half its height at the domain's ends.
    places = np.stack([edges[:-1], edges[1:]], axis=1)
    places[0, 0], places[-1, 1] = low - (edges[1] - edges[0]), high + (edges[1] - edges[0])
    weight, bias, height = np.full(units, steepness), np.full(units, -steepness * high), np.zeros(units)
    bias[: 2 * cells] = -steepness * places.ravel()
    height[: 2 * cells] = np.stack([levels, -levels], axis=1).ravel()
    return Units(weight.reshape(-1, 1), bias, height), -shape.low * float(height.sum())


_MAKERS = {INTERPOLANT: _interpolant, STAIRCASE: _staircase, BUMPS: _bumps}


def _steepness(shape: UnitShape, cell: float) -> float:
    """w of a unit whose tangent at the centre crosses its whole rise in a `STEEPNESS`-th of four cells; 12 / cell for the sigmoid."""
    return STEEPNESS / cell * 0.25 * (shape.high - shape.low) / shape.slope


def _parameters(
    structure: UnitSum, units: Units, offset: float, shapes: Mapping[str, np.ndarray], data: Data | None
) -> dict[str, np.ndarray]:
    if data is None:
        found = {f"{structure.hidden}.weight": units.weight, f"{structure.hidden}.bias": units.bias,
                 structure.weight: units.height.reshape(1, -1)}  # fmt: skip
    else:
        found = stored_units(structure, units, shapes, data)
    return {**found, structure.bias: np.array([offset])}


def _check_units(number: object, least: int, what: str) -> None:
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or not least <= number <= MOST_UNITS:
        raise SettingError(f"{what} is {shown(number)}; choose a whole number from {least} to {MOST_UNITS:,}.")


_ONE_NUMBER = Target("continuous", ("y",))
