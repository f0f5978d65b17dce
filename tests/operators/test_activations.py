"""What the suite over all operators does not say of activations: published numbers, derivatives at kinks, errors in words."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nnlab
from nnlab.core.initializers import initializers
from nnlab.graph.builder import GraphBuilder


def value_and_slope(name: str, x: float, **settings: float) -> tuple[float, float]:
    b = GraphBuilder()
    b.mse(b.node(name, b.dense(b.input(features=1), units=1, init="ones"), **settings))
    session = nnlab.Session(b.build(), dtype="float64")
    y = float(session.predict([[x]])[0, 0])
    _, gradients = session.gradients([[x]], [[y - 0.5]])  # an upstream gradient of 1
    return y, float(gradients["dense_1.bias"][0])


@pytest.mark.parametrize(
    ("name", "x", "y", "slope"),
    [
        ("gelu", 1.0, 0.8413447460685429, 1.0833154705876864),  # Phi(1) and Phi(1) + phi(1)
        (
            "gelu",
            -10.0,
            -10 * 0.5 * math.erfc(10 / math.sqrt(2)),
            0.5 * math.erfc(10 / math.sqrt(2)) - 10 * math.exp(-50) / math.sqrt(2 * math.pi),
        ),
        ("silu", 1.0, 0.7310585786300049, 0.9276705118714869),
        ("softplus", 0.0, math.log(2), 0.5),
        ("softplus", 20.5, 20.5, 1.0),  # above the threshold
        ("selu", 1.0, 1.0507009873554805, 1.0507009873554805),
        ("selu", -1.0, 1.0507009873554805 * 1.6732632423543772 * math.expm1(-1), 1.0507009873554805 * 1.6732632423543772 * math.exp(-1)),
        ("elu", 0.0, 0.0, 1.0),
        ("prelu", 0.0, 0.0, 0.25),
        ("prelu", -2.0, -0.5, 0.25),
        ("hard_tanh", 1.0, 1.0, 0.0),
        ("hard_tanh", -1.0, -1.0, 0.0),
        ("sine", math.pi / 6, 0.5, math.cos(math.pi / 6)),
    ],
)
def test_values_and_slopes(name: str, x: float, y: float, slope: float) -> None:
    assert value_and_slope(name, x) == (pytest.approx(y, rel=1e-12, abs=0), pytest.approx(slope, rel=1e-12, abs=0))


def test_log_softmax_does_not_overflow() -> None:
    b = GraphBuilder()
    b.mse(b.log_softmax(b.input(features=2)))
    np.testing.assert_array_equal(nnlab.Session(b.build(), dtype="float64").predict([[1000.0, -1000.0]]), [[0.0, -2000.0]])


def test_the_slope_of_prelu_starts_at_a_quarter_and_is_no_choice_for_a_layer() -> None:
    b = GraphBuilder()
    b.mse(b.prelu(b.dense(b.input(features=1), units=1)))
    assert nnlab.Session(b.build()).parameters["prelu_1.weight"].tolist() == [0.25]
    assert "quarter" not in initializers


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, -1.0)])
def test_a_range_upside_down_is_named(low: float, high: float) -> None:
    b = GraphBuilder()
    b.mse(b.hard_tanh(b.input(features=1), min_val=low, max_val=high))
    with pytest.raises(nnlab.NNLabError) as caught:
        nnlab.Session(b.build())
    assert str(caught.value) == f"hard_tanh_1: min_val is {low:g} and max_val is {high:g}; min_val must be the smaller one."
