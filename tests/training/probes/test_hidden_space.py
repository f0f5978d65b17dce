"""Where layers put the plane, its main directions, and layers that are one matrix."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.probe import probes
from nnlab.training.probes.hidden_space import POINTS, HiddenSpace

DATA = prepare(DataSettings("spiral"))


def space(activation: str) -> tuple[HiddenSpace, Evaluator]:
    b = GraphBuilder()
    hidden = b.dense(b.input(features=2), units=5)
    if activation:
        hidden = b.node(activation, hidden)
    b.binary_cross_entropy(b.dense(b.dense(hidden, units=3), units=1))
    evaluator = Evaluator(b.build())
    values = np.random.default_rng(0).normal(size=evaluator.program.parameters_end)
    evaluator.load(values.astype(np.float32))
    found = probes["hidden_space"](evaluator, DATA)
    assert isinstance(found, HiddenSpace)
    return found, evaluator


def test_without_activations_all_layers_are_one_matrix_which_is_their_product() -> None:
    found, evaluator = space("")
    state, affine = evaluator.state, found.layers["dense_3"].affine
    first, second, third = (state[f"dense_{k}.weight"].astype(np.float64) for k in (1, 2, 3))
    b1, b2, b3 = (state[f"dense_{k}.bias"].astype(np.float64) for k in (1, 2, 3))
    assert affine is not None
    np.testing.assert_allclose(affine.matrix, third @ second @ first, atol=1e-5)
    np.testing.assert_allclose(affine.offset, third @ (second @ b1 + b2) + b3, atol=1e-5)


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu"])
def test_with_a_bend_only_the_layer_before_it_is_a_matrix(activation: str) -> None:
    found, _ = space(activation)
    assert {node: layer.affine is not None for node, layer in found.layers.items()} == {
        "input_1": True, "dense_1": True, f"{activation}_1": False, "dense_2": False, "dense_3": False,
    }  # fmt: skip


def test_the_grid_goes_through_the_network_and_the_axes_are_the_principal_components() -> None:
    found, evaluator = space("tanh")
    layer = found.layers["tanh_1"]
    assert found.lines == 26 and len(layer.grid) == 26 * POINTS
    expected = evaluator.activations(DATA.transform(found.raw_grid[[0, 700]]), ["tanh_1.y"])["tanh_1.y"]
    np.testing.assert_array_equal(layer.grid[[0, 700]], expected)
    samples = layer.samples.astype(np.float64)
    _, singular, axes = np.linalg.svd(samples - samples.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(layer.axes @ axes[:2].T), np.eye(2), atol=1e-6)
    assert layer.shares == pytest.approx(tuple(singular[:2] ** 2 / (singular**2).sum()))
    np.testing.assert_array_equal(layer.placed(layer.samples, (3, 1)), layer.samples[:, [3, 1]])
