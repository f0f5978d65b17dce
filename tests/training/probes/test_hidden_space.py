"""Where layers put the plane, its main directions, and layers that are one matrix."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.domain import domain
from nnlab.training.probe import probes
from nnlab.training.probes.hidden_space import POINTS, HiddenSpace, LayerSpace, _affine, _asked, _main_axes

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


def test_thirteen_lines_of_thirty_three_points_along_each_feature() -> None:
    """Of the spiral's domain: first along the first feature at thirteen heights, then along the second."""
    found, _ = space("tanh")
    (x0, x1), (y0, y1) = domain(DATA)[:2]
    lines = found.raw_grid.reshape(26, 33, 2)
    np.testing.assert_allclose(lines[0], np.column_stack([np.linspace(x0, x1, 33), np.full(33, y0)]))
    np.testing.assert_allclose(lines[12], np.column_stack([np.linspace(x0, x1, 33), np.full(33, y1)]))
    np.testing.assert_allclose(lines[6, :, 1], (y0 + y1) / 2)
    np.testing.assert_allclose(lines[13], np.column_stack([np.full(33, x0), np.linspace(y0, y1, 33)]))
    np.testing.assert_allclose(lines[25], np.column_stack([np.full(33, x1), np.linspace(y0, y1, 33)]))


def space_of(name: str, features: int, outputs: int, loss: str, units: int = 3) -> HiddenSpace:
    b = GraphBuilder()
    b.node(loss, b.dense(b.dense(b.input(features=features), units=units), units=outputs))
    found = probes["hidden_space"](Evaluator(b.build()), prepare(DataSettings(name)))
    assert isinstance(found, HiddenSpace)
    return found


def test_one_feature_has_one_line_and_four_have_none() -> None:
    one = space_of("function", 1, 1, "mse")
    (low, high), *_ = domain(prepare(DataSettings("function")))
    assert (one.lines, one.raw_grid.shape) == (1, (33, 1))
    np.testing.assert_allclose(one.raw_grid[:, 0], np.linspace(low, high, 33))
    assert len(one.layers["dense_1"].grid) == 33
    four = space_of("iris", 4, 3, "cross_entropy")
    assert (four.lines, four.raw_grid.shape, four.layers["dense_1"].grid.shape) == (0, (0, 4), (0, 3))
    assert four.layers["dense_1"].affine is not None


def test_at_most_three_hundred_samples_evenly() -> None:
    assert space_of("iris", 4, 3, "cross_entropy").sample_index.tolist() == list(range(120))
    index = space_of("digits", 64, 10, "cross_entropy").sample_index
    count = len(prepare(DataSettings("digits")).x)
    assert count > 600 and len(index) == 300
    assert (index[0], index[-1]) == (0, count - 1)
    assert set(np.diff(index)) <= {(count - 1) // 299, (count - 1) // 299 + 1}


def test_layers_wider_than_1024_are_left_out() -> None:
    assert set(space_of("spiral", 2, 1, "binary_cross_entropy", units=1024).layers) == {"input_1", "dense_1", "dense_2"}
    assert set(space_of("spiral", 2, 1, "binary_cross_entropy", units=1025).layers) == {"input_1", "dense_2"}


def test_a_matrix_is_asked_for_with_64_inputs_and_not_with_65() -> None:
    assert _asked(65)[0].shape == (0, 65)
    asked, inputs = _asked(64)
    assert (asked.shape, inputs) == ((1 + 64 + 32, 64), 64)
    assert not asked[0].any()
    np.testing.assert_array_equal(asked[1:65], np.eye(64))
    sizes = np.sqrt((asked[65:].reshape(4, 8, 64) ** 2).mean(axis=(1, 2)))  # of 512 numbers each
    np.testing.assert_allclose(sizes, [0.1, 1.0, 10.0, 100.0], rtol=0.15)


def test_what_is_affine_by_its_answers() -> None:
    matrix, offset = np.array([[2.0, -1.0], [0.5, 3.0], [0.0, 4.0]]), np.array([1.0, 0.0, -2.0])
    asked, inputs = _asked(2)
    answers = asked @ matrix.T + offset
    found = _affine(asked, answers, inputs)
    assert found is not None
    np.testing.assert_allclose(found.matrix, matrix)
    np.testing.assert_allclose(found.offset, offset)
    for place in (3, len(asked) - 1):  # the first test, and the last and largest
        size = np.abs(asked[place]) @ np.abs(matrix[0]) + 1.0
        for off, is_affine in ((1.9e-4, True), (2.1e-4, False)):
            changed = answers.copy()
            changed[place, 0] += off * size
            assert (_affine(asked, changed, inputs) is not None) == is_affine, (place, off)
    answers[-1, 2] = np.nan
    assert _affine(asked, answers, inputs) is None
    nothing = _affine(asked, np.zeros_like(answers), inputs)
    assert nothing is not None and not nothing.matrix.any() and not nothing.offset.any(), "a layer that answers 0 to everything"


def test_main_axes_of_points_on_a_line_and_of_one_unit() -> None:
    samples = np.outer(np.arange(5.0), [3.0, 4.0]) + np.array([1.0, 2.0])
    mean, axes, shares = _main_axes(samples)
    assert mean.tolist() == [7.0, 10.0]
    np.testing.assert_allclose(np.abs(axes[0]), [0.6, 0.8])
    assert shares == pytest.approx((1.0, 0.0))
    for wrong in (np.nan, np.inf, -np.inf):  # what is no number counts as 0
        mean, axes, shares = _main_axes(np.array([[1.0], [3.0], [wrong]]))
        assert (mean.tolist(), np.abs(axes).tolist(), shares) == ([pytest.approx(4 / 3)], [[1.0], [0.0]], (pytest.approx(1.0), 0.0))
    assert _main_axes(np.ones((4, 3)))[2] == (0.0, 0.0)


@pytest.mark.parametrize("units", [3, 9])
def test_main_axes_by_either_way_are_those_of_the_covariance(units: int) -> None:
    """With more units than samples by singular values, else by eigenvectors; with a sign that does not flip."""
    samples = 0.01 * np.random.default_rng(3).standard_normal((6, units)) * np.arange(1, units + 1)
    mean, axes, shares = _main_axes(samples)
    variances, vectors = np.linalg.eigh(np.cov(samples.T))
    for k in range(2):
        assert abs(axes[k] @ vectors[:, -1 - k]) == pytest.approx(1.0)
    assert shares == pytest.approx((variances[-1] / variances.sum(), variances[-2] / variances.sum()))
    mirrored = _main_axes(-samples)[1]
    np.testing.assert_allclose(mirrored, axes, atol=1e-9)
    layer = LayerSpace(samples[:3], samples, mean, axes, shares, None)
    assert layer.units == units
    placed = layer.placed(samples)
    np.testing.assert_allclose(placed.var(axis=0, ddof=1), variances[[-1, -2]])
    np.testing.assert_allclose(placed.mean(axis=0), 0.0, atol=1e-9)
