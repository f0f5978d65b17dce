"""The curve of an activation is its kernel's, and its slope is the slope of the curve."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.operator import Operator, operators
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.kernel_curve import curve, reach
from nnlab.graph.builder import GraphBuilder

PLAIN = [pytest.param(kind, id=kind.name) for kind in operators if kind.is_elementwise]
X = np.linspace(-2.93, 3.11, 41)  # not exactly at a kink


def defaults(kind: Operator) -> dict:
    return {s.name: s.default for s in kind.settings}


@pytest.mark.parametrize("kind", PLAIN)
def test_it_is_what_the_network_computes(kind: Operator) -> None:
    b = GraphBuilder()
    b.mse(b.dense(b.node(kind.name, b.input(features=1)), units=1))
    graph = b.build()
    node = next(n for n in graph.nodes if n.operator == kind.name)
    for real in ("float32", "float64"):
        evaluator = Evaluator(graph, real)
        name = f"{node.id}.y"
        expected = evaluator.activations(X.reshape(-1, 1), [name])[name][:, 0]
        assert np.array_equal(curve(kind, defaults(kind), X, real)[0], expected)


@pytest.mark.parametrize("kind", PLAIN)
def test_the_slope_is_that_of_the_curve(kind: Operator) -> None:
    h = 1e-6
    rising = (curve(kind, defaults(kind), X + h, "float64")[0] - curve(kind, defaults(kind), X - h, "float64")[0]) / (2 * h)
    np.testing.assert_allclose(curve(kind, defaults(kind), X, "float64")[1], rising, atol=1e-8)


def test_softmax_is_no_plain_curve() -> None:
    assert not operators["softmax"].is_elementwise
    assert operators["tanh"].is_elementwise


@pytest.mark.parametrize(
    ("z", "half"), [(0.0, 3), (2.76, 3), (2.77, 6), (-2.77, 6), (5.4, 6), (5.5, 9), (-30.0, 33), (np.nan, 3), (np.inf, 3)]
)
def test_a_plot_grows_in_steps_of_three_and_leaves_a_tenth_beside_the_point(z: float, half: float) -> None:
    assert reach(z) == half
