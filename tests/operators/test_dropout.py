"""Dropout: masks as probable as they should be, a function of seed, node and iteration alone, and none in a prediction."""

from __future__ import annotations

import numpy as np
import pytest
from dropout_masks import dropout_mask

import nnlab
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup

FEATURES = 200


def dropped(p: float = 0.5) -> nnlab.Graph:
    """Two dropout nodes on a row of weights that start at 1."""
    b = nnlab.GraphBuilder()
    h = b.dense(b.input(features=1), units=FEATURES, init="ones")
    b.mse(b.subtract(b.dropout(h, p=p, id="left"), b.dropout(h, p=p, id="right")))
    return b.build()


def masks(run: Run, steps: int, node: str = "left") -> np.ndarray:
    found = []
    for _ in range(steps):
        run.train(1)
        found.append(run.state[f"{node}.mask"].copy())
    return np.array(found)


def a_run(p: float = 0.5, seed: int = 0, real: str = "float32") -> Run:
    x, y = np.ones((10, 1)), np.zeros((10, FEATURES))
    return Run(Setup(dropped(p), x, y, update=Update("sgd", 0.0), batch_size=10, seed=seed, real=real))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_a_share_of_p_is_left_out_and_the_mean_is_kept(p: float) -> None:
    found = masks(a_run(p), 20)
    deviation = np.sqrt(p * (1 - p) / found.size)
    assert (found == 0).mean() == pytest.approx(p, abs=4 * deviation)
    assert found.mean() == pytest.approx(1.0, abs=4 * deviation / (1 - p))
    assert set(np.unique(found)) == {np.float32(0), np.float32(1) / np.float32(1 - np.float32(p))}
    # every row, every element and every iteration leaves out its own
    for axis in range(3):
        other = tuple({0, 1, 2} - {axis})
        assert (found == 0).mean(axis=other).min() > 0 and (found == 0).mean(axis=other).max() < 1
    assert abs(np.corrcoef(found[0].ravel(), found[1].ravel())[0, 1]) < 0.1


@pytest.mark.parametrize("real", ["float32", "float64"])
def test_masks_follow_from_seed_node_and_iteration(real: str) -> None:
    run = a_run(0.5, seed=7, real=real)
    found = masks(run, 3)
    for iteration in range(3):
        np.testing.assert_array_equal(found[iteration], dropout_mask((10, FEATURES), 0.5, "left", 7, iteration))
    assert (run.state["right.mask"] != found[2]).any()
    assert (masks(a_run(0.5, seed=8, real=real), 1)[0] != found[0]).any()
    again = a_run(0.5, seed=7, real=real)
    again.train(3)
    np.testing.assert_array_equal(again.state["left.mask"], found[2])


def test_a_prediction_leaves_nothing_out() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dropout(b.input(features=4), p=0.9))
    session = nnlab.Session(b.build(), dtype="float64")
    x = np.random.default_rng(0).standard_normal((50, 4))
    np.testing.assert_array_equal(session.predict(x), x)
    assert session.loss(x, x) == 0.0
    assert session.gradients(x, x)[0] > 0.0, "the loss of training sees the mask"


@pytest.mark.parametrize(("p", "expected"), [(0.0, 1.0), (1.0, 0.0)])
def test_both_ends(p: float, expected: float) -> None:
    assert (masks(a_run(p), 2) == expected).all()


def test_a_probability_beyond_one_is_refused() -> None:
    with pytest.raises(nnlab.NNLabError, match=r"dropout_1: p is 1.5; it must be from 0 to 1."):
        nnlab.GraphBuilder().dropout(p=1.5)
