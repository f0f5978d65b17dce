"""Evaluation of networks whose outputs follow by arithmetic, in pieces of 256 samples; and what does not fit is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from known_networks import linear

from nnlab.core.errors import DataError
from nnlab.engine.compile import compile
from nnlab.engine.evaluator import Evaluator, as_numbers, as_samples, as_targets
from nnlab.graph.builder import GraphBuilder

SAMPLES = 600  # two whole pieces and a part


@pytest.fixture
def x() -> np.ndarray:
    return np.stack([np.arange(SAMPLES), -np.arange(SAMPLES)], axis=1) / 8.0


def test_every_sample_is_answered_in_its_order(x: np.ndarray) -> None:
    """y = x₁ + 2 x₂ + ½ and −x₁, of numbers that float32 holds exactly."""
    made = linear([[1.0, 2.0], [-1.0, 0.0]], [0.5, 0.0])
    assert (made.features, made.outputs) == (2, 2)
    np.testing.assert_array_equal(made.predict(x), np.stack([x[:, 0] + 2 * x[:, 1] + 0.5, -x[:, 0]], axis=1))
    found = made.activations(x, ["dense_1.y", "input_1.y"])
    np.testing.assert_array_equal(found["dense_1.y"], made.predict(x))
    np.testing.assert_array_equal(found["input_1.y"], x)
    assert made.predict(x[:0]).shape == (0, 2) and made.activations(x[:0], ["dense_1.y"])["dense_1.y"].shape == (0, 2)


@pytest.mark.parametrize("samples", [1, 255, 256, 257, 512, 600])
def test_the_loss_is_the_mean_over_all_samples(x: np.ndarray, samples: int) -> None:
    made = linear([[1.0, 0.0]])
    targets = np.zeros(samples)
    targets[-1] = x[samples - 1, 0] + 2.0
    loss, outputs = made.loss(x[:samples], targets)
    assert loss == pytest.approx((np.sum(x[: samples - 1, 0] ** 2) + 4.0) / samples, rel=1e-5)
    np.testing.assert_array_equal(outputs[:, 0], x[:samples, 0])


def test_parameters_are_taken_from_the_front_of_a_longer_array() -> None:
    made, other = linear([[1.0, 2.0]], [3.0]), Evaluator(linear([[1.0, 2.0]]).program.graph)
    end = made.program.parameters_end
    other.load(np.concatenate([made.state.arena[:end], np.full(50, 9.0, np.float32)]))
    assert other.predict(np.array([[1.0, 1.0]])).tolist() == [[6.0]]


def test_one_feature_may_come_as_a_row_of_numbers() -> None:
    assert linear([[2.0]]).predict(np.array([1.0, 2.5])).tolist() == [[2.0], [5.0]]
    with pytest.raises(DataError, match=r"samples of shape \(N, 2\), but x has shape \(3,\)"):
        linear([[1.0, 1.0]]).predict(np.ones(3))
    with pytest.raises(DataError, match=r"samples of shape \(N, 1\), but x has shape \(2, 2\)"):
        linear([[1.0]]).predict(np.ones((2, 2)))
    with pytest.raises(DataError, match=r"x has shape \(1, 1, 2\)"):
        linear([[1.0, 1.0]]).predict(np.ones((1, 1, 2)))


def test_an_evaluator_answers_to_what_is_not_finite_and_training_does_not() -> None:
    made = linear([[1.0, 2.0]])
    assert np.isnan(made.predict(np.array([[np.nan, 1.0]]))).all()
    with pytest.raises(DataError, match=r"x contains NaN, or a number too large for float32 at \[1, 0\]"):
        as_samples(made.program, [[1.0, 2.0], [np.nan, 1.0]])
    with pytest.raises(DataError, match=r"at \[0, 1\]; only finite numbers are accepted"):
        as_samples(made.program, [[1.0, 1e39]])


def program_for(loss: str, outputs: int):  # type: ignore[no-untyped-def]
    b = GraphBuilder()
    b.node(loss, b.dense(b.input(features=2), units=outputs))
    return compile(b.build(), 8)


def test_targets_fit_the_loss() -> None:
    assert as_targets(program_for("mse", 1), [1.0, -7.0], 2).tolist() == [[1.0], [-7.0]]
    assert as_targets(program_for("mse", 2), [[1.0, 2.0]], 1).tolist() == [[1.0, 2.0]]
    with pytest.raises(DataError, match=r"mse_1 needs targets of shape \(3, 2\), but y has shape \(3,\)"):
        as_targets(program_for("mse", 2), np.ones(3), 3)
    with pytest.raises(DataError, match=r"mse_1 needs targets of shape \(3,\), but y has shape \(2,\)"):
        as_targets(program_for("mse", 1), np.ones(2), 3)


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "sentence"),
    [
        ("cross_entropy", 3, [0, 1, 3], "class numbers from 0 to 2, but y has 3 for sample 2"),
        ("cross_entropy", 3, [0, -1, 7], "class numbers from 0 to 2, but y has -1 for sample 1"),
        ("cross_entropy", 3, [0.5, 1, 2], "class numbers from 0 to 2, but y has 0.5 for sample 0"),
        ("binary_cross_entropy", 1, [0, 1.25, 1], "targets from 0 to 1, but y has 1.25 for sample 1"),
        ("binary_cross_entropy", 1, [0, 1, -0.5], "targets from 0 to 1, but y has -0.5 for sample 2"),
        ("binary_cross_entropy", 2, [[0, 1], [1, 2], [0, 0]], "targets from 0 to 1, but y has 2 for sample 1"),
    ],
)
def test_targets_that_no_loss_can_take_are_named(loss: str, outputs: int, y: list, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        as_targets(program_for(loss, outputs), y, 3)


def test_targets_at_the_borders_are_taken() -> None:
    assert as_targets(program_for("cross_entropy", 3), [0, 2], 2).ravel().tolist() == [0.0, 2.0]
    assert as_targets(program_for("binary_cross_entropy", 1), [0, 0.5, 1], 3).ravel().tolist() == [0.0, 0.5, 1.0]


def test_numbers_of_any_kind() -> None:
    single = np.dtype("float32")
    assert as_numbers([[1, 2], [3, 4]], "x", single).dtype == single
    for wrong in ([[1, 2], [3]], [[1, 2], "ab"]):
        with pytest.raises(DataError, match="x is not an array of numbers; give every sample the same shape"):
            as_numbers(wrong, "x", single)
    shared = np.ones((2, 2), np.float32)
    shared.setflags(write=False)
    copied = as_numbers(shared, "x", single)
    assert copied.flags.writeable and copied is not shared
    own = np.ones((2, 2), np.float32)
    assert as_numbers(own, "x", single) is own
    assert as_numbers(2.5, "y", single).shape == () and as_numbers([2.5], "y", single).shape == (1,)


def test_every_sample_has_its_own_loss(x: np.ndarray) -> None:
    """The square of x₁ less its target, in the order of the samples and across the pieces."""
    made = linear([[1.0, 0.0]])
    targets = np.arange(SAMPLES) % 7 / 4.0
    np.testing.assert_allclose(made.sample_losses(x, targets), (x[:, 0] - targets) ** 2, rtol=1e-6)
    assert made.sample_losses(x[:3], targets[:3]).tolist() == ((x[:3, 0] - targets[:3]) ** 2).tolist()
