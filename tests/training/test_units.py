"""Units for raw features: the same function whether the inputs are standardised or not, and back without loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nnlab
from nnlab.core.preparation import DataSettings, prepare
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.unit_sum import unit_sum
from nnlab.training.units import Units, stored_units, units_of


def session(features: int, bias: bool = True) -> nnlab.Session:
    b = GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=features), units=5, bias=bias)), units=1))
    made = nnlab.Session(b.build(), dtype="float64", seed=3)
    made.set_parameters({name: np.random.default_rng(1).normal(size=values.shape) for name, values in made.parameters.items()})
    return made


@pytest.mark.parametrize("name", ["function", "surface"])
@pytest.mark.parametrize("standardize", [False, True])
def test_units_are_the_function_the_network_computes(name: str, standardize: bool) -> None:
    data = prepare(DataSettings(name, standardize=standardize))
    s = session(data.x.shape[1])
    units = units_of(unit_sum(s.graph), s.parameters, data)
    assert units is not None
    terms = units.height[:, None] * np.tanh(units.weight @ data.raw_x.T + units.bias[:, None])
    np.testing.assert_allclose(terms.sum(axis=0) + s.parameters["dense_2.bias"], s.predict(data.x)[:, 0], atol=1e-12)


@pytest.mark.parametrize("standardize", [False, True])
def test_stored_and_back(standardize: bool) -> None:
    data = prepare(DataSettings("surface", standardize=standardize))
    s = session(2)
    units = units_of(unit_sum(s.graph), s.parameters, data)
    assert units is not None
    for name, values in stored_units(unit_sum(s.graph), units, s.parameters, data).items():
        np.testing.assert_allclose(values, s.parameters[name], rtol=1e-12, atol=1e-12)


def test_centres_are_where_the_argument_is_zero() -> None:
    units = Units(np.array([[2.0], [-4.0], [0.0]]), np.array([3.0, 1.0, 5.0]), np.ones(3))
    np.testing.assert_array_equal(units.centres, [-1.5, 0.25, np.nan])


def test_a_layer_without_bias_has_its_units_at_zero_and_keeps_none() -> None:
    data = prepare(DataSettings("function"))
    s = session(1, bias=False)
    units = units_of(unit_sum(s.graph), s.parameters, data)
    assert units is not None and (units.centres == 0.0).all()
    assert set(stored_units(unit_sum(s.graph), units, s.parameters, data)) == {"dense_1.weight", "dense_2.weight"}


def test_units_of_derived_inputs_are_not_units_of_the_raw_ones() -> None:
    data = prepare(replace(DataSettings("surface"), inputs=("x", "x2")))
    assert units_of(unit_sum(session(2).graph), session(2).parameters, data) is None
