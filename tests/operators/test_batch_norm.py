"""Batch norm: statistics of the batch while training, running ones in a prediction, for vectors and for channels of images."""

from __future__ import annotations

import numpy as np
import pytest

import nnlab
from nnlab.core.errors import GraphError


def on_vectors(features: int, **settings: object) -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    b.mse(b.batch_norm(b.input(features=features), **settings))
    return b.build()


def on_images(**settings: object) -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    b.mse(b.batch_norm(b.reshape(b.input(features=12), shape="3, 2, 2"), **settings))
    return b.build()


def test_running_statistics_by_pytorchs_rule() -> None:
    session = nnlab.Session(on_vectors(2), learning_rate=0.0, dtype="float64")
    x = np.array([[1.0, 10.0], [2.0, 10.0], [6.0, 10.0]])  # means 3 and 10, unbiased variances 7 and 0
    assert session.buffers["batch_norm_1.running_variance"].tolist() == [1.0, 1.0]
    session.gradients(x, x)
    assert session.buffers["batch_norm_1.running_mean"].tolist() == [0.0, 0.0], "only a completed step counts"
    session.step(x, x)
    np.testing.assert_allclose(session.buffers["batch_norm_1.running_mean"], [0.3, 1.0], rtol=1e-15)
    np.testing.assert_allclose(session.buffers["batch_norm_1.running_variance"], [0.9 + 0.7, 0.9], rtol=1e-15)


def test_a_prediction_uses_the_running_statistics() -> None:
    session = nnlab.Session(on_vectors(2, eps=0.0), dtype="float64")
    session.set_parameters({"batch_norm_1.running_mean": np.array([1.0, -1.0]), "batch_norm_1.running_variance": np.array([4.0, 0.25])})
    np.testing.assert_array_equal(session.predict([[3.0, 0.0], [1.0, -1.0]]), [[1.0, 2.0], [0.0, 0.0]])
    np.testing.assert_array_equal(session.predict([[3.0, 0.0]]), [[1.0, 2.0]])
    # in training, the two samples of a batch lie one deviation from their mean
    loss, _ = session.gradients(np.array([[3.0, 0.0], [1.0, -1.0]]), np.array([[1.0, 1.0], [-1.0, -1.0]]))
    assert loss == pytest.approx(0.0, abs=1e-30)


def test_one_value_alone_is_refused_and_one_image_is_not() -> None:
    """As PyTorch does: "Expected more than 1 value per channel when training"."""
    session = nnlab.Session(on_vectors(2), learning_rate=0.0, dtype="float64")
    with pytest.raises(GraphError, match="a batch has a single sample; it needs at least 2"):
        session.step([[4.0, 5.0]], [[0.0, 0.0]])
    assert session.buffers["batch_norm_1.running_mean"].tolist() == [0.0, 0.0]
    assert session.buffers["batch_norm_1.running_variance"].tolist() == [1.0, 1.0]
    images = nnlab.Session(on_images(), learning_rate=0.0, dtype="float64")
    images.step(np.arange(12.0).reshape(1, 12), np.zeros((1, 12)))  # one image has four values per channel: variance 5 / 3
    np.testing.assert_allclose(images.buffers["batch_norm_1.running_variance"], 0.9 + 0.1 * 5 / 3, rtol=1e-15)


@pytest.mark.parametrize("level", [0.0, 1e3, -1e5])
def test_float32_keeps_its_digits_at_any_level(level: float) -> None:
    x = (np.random.default_rng(0).standard_normal((300, 12)) + level).astype(np.float32)
    y = np.random.default_rng(1).standard_normal((300, 12))
    single, double = (nnlab.Session(on_images(), learning_rate=0.0, dtype=dtype) for dtype in ("float32", "float64"))
    loss, gradients = double.gradients(x, y)
    assert single.gradients(x, y)[0] == pytest.approx(loss, rel=1e-6)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(single.gradients(x, y)[1][name], gradient, atol=1e-6 * np.abs(gradient).max(), err_msg=name)
    single.step(x, y)
    double.step(x, y)
    for name, buffer in double.buffers.items():
        np.testing.assert_allclose(single.buffers[name], buffer, rtol=1e-6, err_msg=name)


def test_nan_reaches_the_whole_feature_and_no_other() -> None:
    x = np.array([[1.0, 2.0], [np.nan, 4.0]])
    session = nnlab.Session(on_vectors(2))
    assert np.isnan(session.predict(x)).tolist() == [[False, False], [True, False]]
    assert np.isnan(session.gradients(x, np.zeros((2, 2)))[0])


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_training_run_and_its_predictions_equal_pytorch(dtype: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    b = nnlab.GraphBuilder()
    h = b.tanh(b.batch_norm(b.dense(b.input(features=4), units=6)))
    b.mse(b.dense(h, units=2))
    session = nnlab.Session(b.build(), learning_rate=0.1, dtype=dtype)
    layers = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6), torch.nn.Tanh(), torch.nn.Linear(6, 2)).double()
    own, theirs = session.parameters, dict(layers.named_parameters())
    names = {
        "0.weight": "dense_1.weight", "0.bias": "dense_1.bias", "1.weight": "batch_norm_1.gain", "1.bias": "batch_norm_1.shift",
        "3.weight": "dense_2.weight", "3.bias": "dense_2.bias",
    }  # fmt: skip
    with torch.no_grad():
        for name, ours in names.items():
            theirs[name].copy_(torch.from_numpy(own[ours].astype(np.float64)))
    optimizer = torch.optim.SGD(layers.parameters(), lr=0.1)
    generator = np.random.default_rng(5)
    tolerance = 1e-9 if dtype == "float64" else 1e-4
    for rows in (6, 3, 8, 2, 6):
        x, y = generator.standard_normal((rows, 4)), generator.standard_normal((rows, 2))
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(layers(torch.from_numpy(x)), torch.from_numpy(y))
        loss.backward()
        optimizer.step()
        assert session.step(x, y) == pytest.approx(loss.item(), rel=tolerance)
    x = generator.standard_normal((7, 4))
    layers.eval()
    np.testing.assert_allclose(session.predict(x), layers(torch.from_numpy(x)).detach().numpy(), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(session.buffers["batch_norm_1.running_mean"], layers[1].running_mean.numpy(), atol=tolerance)
    np.testing.assert_allclose(session.buffers["batch_norm_1.running_variance"], layers[1].running_var.numpy(), rtol=tolerance)
