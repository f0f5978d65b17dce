"""The neuron's numbers are those of arithmetic on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnlab.studies.neuron import LayerKernels, activated, curve

X, W, B = np.array([1.5, -2.0, 0.8]), np.array([0.4, -0.5, 0.3]), 0.1


def test_products_sums_and_z() -> None:
    found = LayerKernels().neuron_sum(X, W, B)
    assert found.products == pytest.approx([0.6, 1.0, 0.24], abs=1e-15)
    assert found.sums == pytest.approx([0.6, 1.6, 1.84, 1.94], abs=1e-15)
    assert found.z == pytest.approx(1.94, abs=1e-15)


def test_inputs_may_be_taken_together() -> None:
    found = LayerKernels().neuron_sum(X, W, B, [[1], [0, 2]])
    assert found.products == pytest.approx([1.0, 0.84], abs=1e-15)
    assert found.sums == pytest.approx([1.0, 1.84, 1.94], abs=1e-15)


@pytest.mark.parametrize(("name", "y", "slope"), [
    ("relu", 1.94, 1.0), ("sigmoid", 0.8744, 0.1099), ("tanh", 0.9595, 0.0793), ("identity", 1.94, 1.0),
])  # fmt: skip
def test_activations(name: str, y: float, slope: float) -> None:
    found = activated(name, {}, 1.94)
    assert (found.y, found.slope) == (pytest.approx(y, abs=5e-5), pytest.approx(slope, abs=5e-5))
    assert found.words


def test_a_layer_on_a_batch_and_a_curve() -> None:
    z = LayerKernels().layer(np.array([X, -X]), np.array([W, 2 * W]), np.array([B, 0.0]))
    np.testing.assert_allclose(z, [[1.94, 3.68], [-1.74, -3.68]], atol=1e-14)
    _, y = curve("sigmoid", {}, -1.0, 1.0, 3)
    assert y.tolist() == pytest.approx([1 / (1 + math.e), 0.5, math.e / (1 + math.e)], abs=1e-15)
