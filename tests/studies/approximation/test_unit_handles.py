"""Handles: what is dragged becomes what it says, and nothing else; the weights they give make the network contribute exactly that."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from networks import mlp

import nnlab
from nnlab.core.operator import operators
from nnlab.core.preparation import DataSettings, prepare
from nnlab.core.setting import check_settings
from nnlab.graph.unit_sum import unit_sum
from nnlab.studies.approximation.sums import contributions
from nnlab.studies.approximation.unit_handles import RidgeUnit, Unit, UnitShape, activation_shape, ridge_at, shape_of, unit_at, with_unit
from nnlab.training.units import units_of

DOMAIN = (-3.0, 3.0)
NUMBERS = st.floats(-20, 20).filter(lambda value: abs(value) > 1e-3)


def shape(name: str) -> UnitShape:
    return activation_shape(operators[name], check_settings(operators[name].settings, {}))


@pytest.mark.parametrize(
    ("name", "slope", "is_step"),
    [("sigmoid", 0.25, True), ("tanh", 1.0, True), ("hard_tanh", 1.0, True), ("relu", 1.0, False), ("softplus", 0.5, False),
     ("gelu", 0.5, False), ("sine", 1.0, False), ("leaky_relu", 1.0, False)],
)  # fmt: skip
def test_the_slopes_that_textbooks_give(name: str, slope: float, is_step: bool) -> None:
    found = shape(name)
    assert (found.slope, found.is_step) == (pytest.approx(slope, abs=1e-5), is_step)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "softplus", "sine"])
def test_a_handle_becomes_what_it_is_dragged_to(name: str) -> None:
    f = shape(name)

    @given(NUMBERS, st.floats(-20, 20), NUMBERS, NUMBERS)
    @settings(max_examples=40, deadline=None)
    def check(w: float, b: float, v: float, wanted: float) -> None:
        unit = Unit(w, b, v)
        moved = unit.with_centre(wanted)
        assert moved.centre == pytest.approx(wanted) and (moved.weight, moved.height) == (w, v)
        steeper = unit.with_slope(wanted, f)
        assert steeper.slope(f) == pytest.approx(wanted) and steeper.centre == pytest.approx(unit.centre)
        assert f.is_step or steeper.weight * w > 0  # it opens to the same side
        reached = unit.plateau(f, DOMAIN)[1] / v
        assume(abs(reached) > 1e-6)
        higher = unit.with_height(wanted, f, DOMAIN)
        assert higher.plateau(f, DOMAIN)[1] == pytest.approx(wanted, rel=1e-6) and (higher.weight, higher.bias) == (w, b)

    check()


def test_where_the_plateau_is() -> None:
    assert Unit(2.0, 0.0, 1.5).plateau(shape("sigmoid"), DOMAIN) == (3.0, 1.5)
    assert Unit(-2.0, 0.0, 1.5).plateau(shape("sigmoid"), DOMAIN) == (-3.0, 1.5)
    assert Unit(2.0, -2.0, 0.5).plateau(shape("relu"), DOMAIN) == (3.0, pytest.approx(0.5 * 2 * (3 - 1)))


def test_what_cannot_be_dragged_stays() -> None:
    flat, silent, f = Unit(0.0, 1.0, 2.0), Unit(1.0, 1.0, 0.0), shape("relu")
    assert math.isnan(flat.centre) and flat.with_centre(3.0) == flat and flat.with_slope(1.0, f) == flat
    assert silent.with_slope(2.0, f) == silent
    assert Unit(1.0, -9.0, 1.0).with_height(4.0, f, DOMAIN) == Unit(1.0, -9.0, 1.0)  # closed all over the domain


def test_a_slope_dragged_to_zero_leaves_a_centre() -> None:
    unit = Unit(2.0, -1.0, 1.0).with_slope(0.0, shape("tanh"))
    assert unit.centre == pytest.approx(0.5) and abs(unit.weight) < 1e-5


@pytest.mark.parametrize("standardize", [False, True])
def test_the_network_contributes_what_the_handle_says(standardize: bool) -> None:
    data = prepare(DataSettings("function", {"start": 2.0, "end": 8.0}, standardize=standardize))
    session = nnlab.Session(mlp([1, 4, 1], "sigmoid"), dtype="float64", seed=1)
    structure, before = unit_sum(session.graph), session.parameters
    units = units_of(structure, before, data)
    assert units is not None
    f = shape_of(session.graph, structure)
    unit = unit_at(units, 2).with_height(1.25, f, (2.0, 8.0)).with_centre(5.0).with_slope(3.0, f)
    change = with_unit(structure, before, 2, unit, data)
    assert set(change) == {"dense_1.weight", "dense_1.bias", "dense_2.weight"}
    session.set_parameters(change)
    raw = np.array([[5.0], [1000.0], [-1000.0]])
    np.testing.assert_allclose(contributions(session, data.transform(raw))[2], [0.625, 1.25, 0.0], atol=1e-9)
    for name, values in change.items():  # other units keep their bits
        others = np.delete(np.arange(4), 2)
        index = (slice(None), others) if name == "dense_2.weight" else others
        assert np.array_equal(values[index], before[name][index])


@given(st.tuples(NUMBERS, NUMBERS), st.floats(-20, 20), st.tuples(st.floats(-3, 3), st.floats(-3, 3)))
def test_a_ridge_runs_through_the_point_it_is_dragged_to(weight: tuple[float, float], bias: float, place: tuple[float, float]) -> None:
    unit = RidgeUnit(weight, bias, 1.0)

    def argument(u: RidgeUnit, p: tuple[float, float] | None) -> float:
        assert p is not None
        return float(np.dot(u.weight, p) + u.bias)

    assert argument(unit, unit.point(place)) == pytest.approx(0.0, abs=1e-6)
    moved = unit.with_point(place)
    assert argument(moved, place) == pytest.approx(0.0, abs=1e-9) and moved.weight == weight
    turned = moved.with_weight((1.0, 2.0), place)
    assert argument(turned, place) == pytest.approx(0.0, abs=1e-9)
    segment = turned.segment(((-3.0, 3.0), (-3.0, 3.0)))
    if segment is not None:
        for end in segment:
            assert argument(turned, end) == pytest.approx(0.0, abs=1e-6) and max(map(abs, end)) <= 3.0 + 1e-6


def test_the_part_of_a_ridge_inside() -> None:
    square = ((0.0, 2.0), (0.0, 2.0))
    assert RidgeUnit((1.0, 0.0), -1.0, 1.0).segment(square) == ((1.0, 0.0), (1.0, 2.0))
    assert RidgeUnit((1.0, -1.0), 0.0, 1.0).segment(square) == ((0.0, 0.0), (2.0, 2.0))
    assert RidgeUnit((1.0, 0.0), 5.0, 1.0).segment(square) is None
    assert RidgeUnit((0.0, 0.0), 5.0, 1.0).segment(square) is None
    assert RidgeUnit((0.0, 0.0), 5.0, 1.0).point((0.0, 0.0)) is None


def test_a_ridge_is_written_back() -> None:
    data = prepare(DataSettings("surface", standardize=True))
    session = nnlab.Session(mlp([2, 3, 1], "tanh"), dtype="float64", seed=1)
    structure = unit_sum(session.graph)
    units = units_of(structure, session.parameters, data)
    assert units is not None
    unit = ridge_at(units, 1).with_weight((2.0, -1.0), (0.5, 0.25))
    session.set_parameters(with_unit(structure, session.parameters, 1, unit, data))
    raw = np.array([[0.5, 0.25], [1.5, 0.25]])
    terms = contributions(session, data.transform(raw))[1]
    np.testing.assert_allclose(terms, [0.0, unit.height * np.tanh(2.0)], atol=1e-12)
