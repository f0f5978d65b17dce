"""Label smoothing and positive weights of the binary cross-entropy, where the suite over all operators does not reach."""

from __future__ import annotations

import math

import pytest

import nnlab
from nnlab.graph.graph import Graph


def logits_of_data(outputs: int, **settings: object) -> Graph:
    """The data themselves are the logits."""
    b = nnlab.GraphBuilder()
    b.binary_cross_entropy(b.input(features=outputs), **settings)
    return b.build()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_stable_for_huge_logits(dtype: str) -> None:
    weighted = nnlab.Session(logits_of_data(1, pos_weight="3"), dtype=dtype)
    assert weighted.loss([[-1000.0]], [[1.0]]) == 3000.0
    assert weighted.loss([[-1000.0]], [[0.0]]) == weighted.loss([[1000.0]], [[1.0]]) == 0.0
    small = -15.0  # log(1 + exp(-15)) = 3.059e-7 must not drown in the rounding of 15
    assert weighted.loss([[small]], [[0.0]]) == pytest.approx(math.log1p(math.exp(small)), rel=1e-5)
    assert weighted.loss([[-small]], [[1.0]]) == pytest.approx(3 * math.log1p(math.exp(small)), rel=1e-5)


def test_a_smoothed_target_is_met_by_its_own_probability() -> None:
    b = nnlab.GraphBuilder()
    b.binary_cross_entropy(b.dense(b.input(features=1), units=1, init="zeros"), label_smoothing=0.2)
    session = nnlab.Session(b.build(), dtype="float64")
    session.set_parameters({"dense_1.bias": [math.log(0.9 / 0.1)]})
    _, gradients = session.gradients([[1.0]], [1.0])
    assert gradients["dense_1.bias"][0] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(
    ("outputs", "text", "message"),
    [(3, "1 2", "there are 3 outputs, but pos_weight has 2 numbers"), (1, "1, 2", "there is 1 output, but pos_weight has 2 numbers")],
)
def test_a_wrong_number_of_weights_is_named(outputs: int, text: str, message: str) -> None:
    with pytest.raises(nnlab.NNLabError) as caught:
        nnlab.Session(logits_of_data(outputs, pos_weight=text))
    assert str(caught.value) == f"binary_cross_entropy_1: {message}; give one for all or one for each."


def test_weights_are_positive_numbers() -> None:
    with pytest.raises(nnlab.NNLabError, match="pos_weight is '-1'; it must be positive numbers separated by commas or spaces"):
        logits_of_data(1, pos_weight="-1")
