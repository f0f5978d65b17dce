"""The loss and its gradient at the logit: the formulas of the books, to 1e-12, from the kernels that train."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.errors import GraphError
from nnlab.engine.loss_at_output import LossAtOutput, behind_output_layer
from nnlab.files.examples import load_example
from nnlab.graph.builder import GraphBuilder
from nnlab.training.varied import with_loss

SPIRAL, IRIS = load_example("spiral").graph, load_example("iris").graph
Z = np.linspace(-9.0, 9.0, 101)
P = 1 / (1 + np.exp(-Z))


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_cross_entropy_and_mse_on_a_sigmoid(y: float) -> None:
    targets = np.full(len(Z), y)
    losses, gradients = LossAtOutput(SPIRAL, 1, len(Z)).at(Z[:, None], targets)
    np.testing.assert_allclose(gradients[:, 0], P - y, rtol=0, atol=1e-12)
    np.testing.assert_allclose(losses, -np.log(P if y else 1 - P), rtol=1e-12, atol=1e-12)
    losses, gradients = LossAtOutput(with_loss(SPIRAL, "mse"), 1, len(Z)).at(Z[:, None], targets)
    np.testing.assert_allclose(gradients[:, 0], 2 * (P - y) * P * (1 - P), rtol=0, atol=1e-12)
    np.testing.assert_allclose(losses, (P - y) ** 2, rtol=0, atol=1e-12)


def test_three_classes() -> None:
    """Cross-entropy: p − y. MSE behind a softmax, by the chain rule: 2/3 Σₖ (pₖ − yₖ) pₖ (δₖⱼ − pⱼ)."""
    z = np.random.default_rng(0).normal(0, 3, (50, 3))
    t = np.random.default_rng(1).integers(0, 3, 50)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    y = np.eye(3)[t]
    losses, gradients = LossAtOutput(IRIS, 3, 50).at(z, t)
    np.testing.assert_allclose(gradients, p - y, rtol=0, atol=1e-12)
    np.testing.assert_allclose(losses, -np.log(p[np.arange(50), t]), rtol=1e-12)
    losses, gradients = LossAtOutput(with_loss(IRIS, "mse"), 3, 50).at(z, y)
    error = p - y
    np.testing.assert_allclose(gradients, 2 / 3 * (error * p - p * (error * p).sum(axis=1, keepdims=True)), rtol=0, atol=1e-12)
    np.testing.assert_allclose(losses, (error**2).mean(axis=1), rtol=1e-12)


def test_what_stands_before_the_loss_is_taken_along() -> None:
    assert [node.operator for node in behind_output_layer(with_loss(SPIRAL, "mse"))] == ["sigmoid", "mse"]
    b = GraphBuilder()
    b.mse(b.input(features=1))
    with pytest.raises(GraphError, match="no layer with weights"):
        behind_output_layer(b.build())
