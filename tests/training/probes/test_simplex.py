"""Three classes: where predictions lie in the triangle of distributions, and what the loss is there."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.files.examples import load_example
from nnlab.graph.builder import GraphBuilder
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.probes.simplex import NEAREST, Simplex, simplex, triangle_grid, triangles
from nnlab.training.varied import varied


def found(loss: str) -> tuple[Simplex, np.ndarray]:
    """Of iris after 50 steps, with the softmax of its outputs in NumPy."""
    project = varied(load_example("iris"), Difference("loss", loss))
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    run.train(50)
    evaluator = Evaluator(project.graph)
    evaluator.load(run.state.arena)
    result = simplex(evaluator, data)
    assert result is not None
    outputs = evaluator.predict(data.x).astype(np.float64)
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return result, powers / powers.sum(axis=1, keepdims=True) if loss == "cross_entropy" else outputs


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_every_sample_lies_where_its_predicted_distribution_is(loss: str) -> None:
    result, expected = found(loss)
    assert np.allclose(result.shares, expected, atol=1e-6) and np.allclose(result.shares.sum(axis=1), 1)
    assert len(result.true) == 120 and set(result.true.tolist()) == {0, 1, 2}


def test_cross_entropy_is_minus_log_p_and_pulls_by_y_minus_p() -> None:
    result, _ = found("cross_entropy")
    inside = np.maximum(result.grid, NEAREST)
    inside /= inside.sum(axis=1, keepdims=True)
    places = np.maximum(result.places, NEAREST)
    places /= places.sum(axis=1, keepdims=True)
    for true in range(3):
        assert np.allclose(result.losses[true], -np.log(inside[:, true]), rtol=1e-9)
        assert np.allclose(result.pulls[true], np.eye(3)[true] - places, atol=1e-9)


def test_mse_behind_a_softmax_pulls_least_where_the_network_is_sure_and_wrong() -> None:
    """dL/dz = J (2/3)(p - y) with J = diag(p) - p pᵀ; at the wrong corner J is nothing."""
    result, _ = found("mse")
    places = np.maximum(result.places, NEAREST)
    places /= places.sum(axis=1, keepdims=True)
    for true in range(3):
        errors = places - np.eye(3)[true]
        expected = np.array([-(np.diag(p) - np.outer(p, p)) @ (2 / 3 * e) for p, e in zip(places, errors, strict=True)])
        assert np.allclose(result.pulls[true], expected, atol=1e-9)
    wrong = int(np.argmax(places[:, 1]))
    assert np.linalg.norm(result.pulls[0, wrong]) < 0.01


def test_the_small_triangles_cover_the_large_one_once() -> None:
    grid, small = triangle_grid(5), triangles(5)
    assert len(grid) == 21 and len(small) == 25
    corners = grid[small][:, :, 1:]
    areas = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 2
    assert np.allclose(areas, 0.5 / 25)


def test_a_grid_goes_row_by_row_from_the_first_corner() -> None:
    assert (2 * triangle_grid(2)).tolist() == [[2, 0, 0], [1, 0, 1], [0, 0, 2], [1, 1, 0], [0, 1, 1], [0, 2, 0]]
    assert sorted(map(sorted, triangles(2).tolist())) == [[0, 1, 3], [1, 2, 4], [1, 3, 4], [3, 4, 5]]
    assert sorted(map(sorted, triangles(1).tolist())) == [[0, 1, 2]]


def test_forty_intervals_for_the_loss_and_seven_for_its_pull_down_to_a_thousandth() -> None:
    result, _ = found("cross_entropy")
    assert (len(result.grid), result.losses.shape) == (41 * 42 // 2, (3, 861))
    assert (len(result.places), result.pulls.shape) == (8 * 9 // 2, (3, 36, 3))
    corner = int(np.argmax(result.grid[:, 0]))
    assert result.losses[0, corner] == pytest.approx(-np.log(1 / 1.002))
    assert result.losses[1, corner] == pytest.approx(-np.log(0.001 / 1.002))


def test_outputs_that_are_no_distribution_are_made_one() -> None:
    """Trained by MSE without a softmax: clipped to 0 and 1, then divided by their sum; where all are 0 nothing is known."""
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=4), units=3))
    evaluator = Evaluator(b.build())
    data = prepare(load_example("iris").data)
    weights = {"dense_1.weight": np.zeros((3, 4), np.float32), "dense_1.bias": np.array([0.5, 1.5, -1.0], np.float32)}
    evaluator.state.set_parameters(weights)
    result = simplex(evaluator, data)
    assert result is not None
    np.testing.assert_allclose(result.shares, [[1 / 3, 2 / 3, 0.0]] * 120)
    evaluator.state.set_parameters(weights | {"dense_1.bias": np.full(3, -1.0, np.float32)})
    result = simplex(evaluator, data)
    assert result is not None
    np.testing.assert_allclose(result.shares, np.full((120, 3), 1 / 3))


def test_of_other_than_three_outputs_there_is_no_triangle() -> None:
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.input(features=4), units=4))
    assert simplex(Evaluator(b.build()), prepare(load_example("iris").data)) is None
