"""Contributions of units: they sum to the prediction, whatever the network's depth and type, and their orders are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import mlp

import nnlab
from nnlab.core.errors import GraphError, SettingError
from nnlab.studies.approximation.sums import contributions, order_of, partial_sums

X = np.linspace(-3, 3, 301)


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=3), st.sampled_from(["relu", "tanh", "sigmoid", "sine", "gelu"]),
    st.sampled_from(["float32", "float64"]), st.integers(0, 2**31 - 1),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_they_sum_to_the_prediction(hidden: list[int], activation: str, dtype: str, seed: int) -> None:
    session = nnlab.Session(mlp([1, *hidden, 1], activation), seed=seed, dtype=dtype)
    found = nnlab.studies.approximation.contributions(session, X)
    assert found.shape == (hidden[-1], len(X)) and found.dtype == np.float64
    bias = session.parameters[f"dense_{len(hidden) + 1}.bias"][0]
    np.testing.assert_allclose(found.sum(axis=0) + bias, session.predict(X)[:, 0], atol=1e-5)


def test_each_is_its_own_unit() -> None:
    session = nnlab.Session(mlp([2, 3, 1], "tanh"), dtype="float64", seed=2)
    x, p = np.random.default_rng(0).normal(size=(7, 2)), session.parameters
    z = x @ p["dense_1.weight"].T + p["dense_1.bias"]
    np.testing.assert_allclose(contributions(session, x), (np.tanh(z) * p["dense_2.weight"]).T, atol=1e-12)


def test_a_network_that_is_no_sum_is_refused() -> None:
    with pytest.raises(GraphError, match="There is no hidden layer"):
        contributions(nnlab.Session(mlp([1, 1])), X)


def test_the_orders() -> None:
    terms = np.array([[1.0, -1.0], [3.0, 3.0], [0.0, 0.5]])
    centres = np.array([2.0, np.nan, -1.0])
    assert order_of(terms, "as_numbered").tolist() == [0, 1, 2]
    assert order_of(terms, "largest_first").tolist() == [1, 0, 2]
    assert order_of(terms, "left_to_right", centres).tolist() == [2, 0, 1]
    assert order_of(terms, "left_to_right").tolist() == [0, 1, 2]
    with pytest.raises(SettingError, match="There is no order 'random' of units; choose one of left_to_right"):
        order_of(terms, "random")


def test_partial_sums_begin_with_the_bias_and_end_with_the_fit() -> None:
    terms = np.array([[1.0, -1.0], [3.0, 3.0]])
    assert partial_sums(terms, 0.5, np.array([1, 0])).tolist() == [[0.5, 0.5], [3.5, 3.5], [4.5, 2.5]]
