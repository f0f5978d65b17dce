"""What stands in the places of A and B: weights, gradients, and nothing of an edit that has not arrived."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.training.probes.adapter_matrices import AdapterMatrices, LayerMatrices
from nnlab.ui.lora.layer_flow import LayerActivations, LayerGradients
from nnlab.ui.lora.matrices_picture import MatricesPicture

A, B, W = np.array([[2.0, -1.0]]), np.array([[0.5], [-0.25]]), np.eye(2)
ADAPTER = AdapterMatrices("one", 4.0, A, B, 4.0 * B @ A)
LAYER = LayerMatrices("dense_1", W, W, (ADAPTER,))


@pytest.mark.parametrize(
    ("gradients", "left", "right"),
    [
        (None, B, A), (LayerGradients(None, None), 0 * B, 0 * A), (LayerGradients(np.ones((1, 9)), None), 0 * B, 0 * A),
        (LayerGradients(np.ones((1, 2)), 3 * B), 3 * B, np.ones((1, 2))),
    ],
    ids=["weights", "none computed", "of another rank", "gradients"],
)  # fmt: skip
def test_it_is_what_fits(gradients: LayerGradients | None, left: np.ndarray, right: np.ndarray) -> None:
    shown = MatricesPicture(LAYER, ADAPTER, None, False, True, "input_1", gradients=gradients)
    np.testing.assert_array_equal(shown.left, left)
    np.testing.assert_array_equal(shown.right, right)
    assert shown.mode == ("weights" if gradients is None else "gradients")


def test_activations_leave_a_and_b_where_they_are() -> None:
    shown = MatricesPicture(LAYER, ADAPTER, None, False, True, "input_1", activations=LayerActivations(0, np.ones(2), np.ones(2)))
    assert shown.mode == "activations" and shown.left is B and shown.right is A
