"""Vanishing and exploding gradients on chains of single weights, where the gradient at every layer is a product worked out by hand.

The layers are y = w x, one behind another, so the gradient for a layer's output is that for the last one's times all weights behind it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nnlab
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.graph import Graph
from nnlab.training.diagnoses import exploding_gradients, vanishing_gradients
from nnlab.training.diagnosis import Diagnosis
from nnlab.training.observation import Observation
from nnlab.training.settings import TrainingSettings

X, Y = np.linspace(-1.0, 1.0, 8)[:, None], np.full((8, 1), 3.0)


def chain(count: int) -> Graph:
    b = nnlab.GraphBuilder()
    out = b.input(features=1)
    for _ in range(count):
        out = b.dense(out, units=1, bias=False)
    b.mse(out)
    return b.build()


def seen(*weights: float) -> Observation:
    training = TrainingSettings("sgd", learning_rate=1e-3)
    run = Run(Setup(chain(len(weights)), X, Y, update=Update("sgd", 1e-3), batch_size=8), frames=False)
    values = {f"dense_{k}.weight": np.array([[weight]], np.float32) for k, weight in enumerate(weights, start=1)}
    return replace(Observation.of_run(run, training), parameters={**run.state.stored(), **values})


def vanishing(*weights: float) -> Diagnosis | None:
    return next(vanishing_gradients.find(seen(*weights)), None)


def exploding(*weights: float) -> Diagnosis | None:
    return next(exploding_gradients.find(seen(*weights)), None)


def test_the_layer_with_the_least_gradient_is_named_wherever_it_stands() -> None:
    """1/4096 at dense_2, 64/4096 at dense_1: powers of two, which are exact."""
    one = vanishing(1.0, 64.0, 2.0**-12)
    assert one is not None and one.node == "dense_2"
    assert (one.figures["ratio"], one.figures["factor_per_layer"]) == pytest.approx((2.0**-12, 2.0**-12))
    assert one.chart is not None and one.chart.meant == (1,)


def test_the_factor_of_a_layer_is_the_root_over_the_layers_between() -> None:
    """1/64 by each of two layers."""
    one = vanishing(1.0, 2.0**-6, 2.0**-6)
    assert one is not None and one.node == "dense_1"
    assert (one.figures["ratio"], one.figures["factor_per_layer"]) == pytest.approx((2.0**-12, 2.0**-6))
    assert one.figures["norm_dense_1"] == pytest.approx(2.0**-12 * one.figures["norm_dense_3"])


@pytest.mark.parametrize(("weight", "speaks"), [(0.9e-3, True), (1.1e-3, False), (0.0, False)])
def test_a_thousandth_is_where_it_vanishes_and_nothing_at_all_is_another_fault(weight: float, speaks: bool) -> None:
    assert (vanishing(1.0, 1.0, weight) is not None) == speaks


def test_two_layers_tell_nothing_of_a_flow() -> None:
    assert vanishing(1.0, 1e-6) is None and exploding(1.0, 1e6) is None


def test_the_layer_with_the_greatest_gradient_is_named_wherever_it_stands() -> None:
    """512 at dense_2, 128 at dense_1."""
    one = exploding(1.0, 0.25, 512.0)
    assert one is not None and one.node == "dense_2"
    assert (one.figures["ratio"], one.figures["factor_per_layer"]) == pytest.approx((512.0, 512.0))
    assert one.evidence == "The gradient at dense_2 is 512 times that at dense_3: every layer on the way back multiplies it by 512."
    assert (one.figure, one.mark) == ("512 ×", "gradient 512 times that at dense_3")


@pytest.mark.parametrize(("weight", "speaks"), [(90.0, False), (110.0, True)])
def test_a_hundred_times_is_where_it_explodes(weight: float, speaks: bool) -> None:
    assert (exploding(1.0, 1.0, weight) is not None) == speaks


def test_a_ratio_beyond_a_million_is_told_by_its_power_of_ten() -> None:
    one = exploding(1.0, 2.0**12, 2.0**12)
    assert one is not None and (one.node, one.figure) == ("dense_1", "2e+07 ×")
    assert one.figures["factor_per_layer"] == pytest.approx(4096.0)
