"""Losses at their kinks and ends."""

from __future__ import annotations

import math
from typing import Any

import pytest

import nnlab
from nnlab.core.errors import DataError


def loss_and_slope(name: str, x: float, target: float, **settings: Any) -> tuple[float, float]:
    """The loss of a single output and its derivative there."""
    b = nnlab.GraphBuilder()
    b.node(name, b.dense(b.input(features=1), units=1, init="ones"), **settings)
    loss, gradients = nnlab.Session(b.build(), dtype="float64").gradients([[x]], [[target]])
    return loss, float(gradients["dense_1.bias"][0])


@pytest.mark.parametrize(
    ("name", "x", "target", "settings", "expected"),
    [
        ("mse", 3.0, 1.0, {}, (4.0, 4.0)),
        ("mse", 3.0, 1.0, {"half": True}, (2.0, 2.0)),
        ("mae", 2.0, 2.0, {}, (0.0, 0.0)),
        ("mae", -1.0, 2.0, {}, (3.0, -1.0)),
        ("huber", 3.0, 2.0, {}, (0.5, 1.0)),  # where both parts meet
        ("huber", -2.0, 2.0, {"delta": 0.5}, (0.5 * (4 - 0.25), -0.5)),
        ("hinge", 1.0, 1.0, {}, (0.0, 0.0)),  # exactly at the margin
        ("hinge", 0.25, 1.0, {}, (0.75, -1.0)),
        ("hinge", 0.25, 0.0, {}, (1.25, 1.0)),
        ("hinge", -3.0, 0.0, {}, (0.0, 0.0)),
        ("kl_divergence", math.log(0.25), 0.25, {}, (0.0, -0.25)),
        ("kl_divergence", -7.0, 0.0, {}, (0.0, 0.0)),
    ],
)
def test_loss_and_slope(name: str, x: float, target: float, settings: dict[str, Any], expected: tuple[float, float]) -> None:
    assert loss_and_slope(name, x, target, **settings) == expected


@pytest.mark.parametrize("name", ["mae", "huber", "hinge", "kl_divergence"])
def test_a_nan_is_not_swallowed(name: str) -> None:
    assert math.isnan(loss_and_slope(name, math.nan, 1.0)[0])


def test_a_target_that_is_no_probability_is_refused() -> None:
    with pytest.raises(DataError, match=r"takes targets of at least 0, but y has -0\.5 for sample 0"):
        loss_and_slope("kl_divergence", -1.0, -0.5)
