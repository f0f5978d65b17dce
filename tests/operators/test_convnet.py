"""A small convolutional network on handwritten digits: it learns them, and steps as PyTorch does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

import nnlab


def convnet() -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=64), shape="1, 8, 8")
    h = b.max_pool2d(b.relu(b.conv2d(image, filters=8, kernel_size=3)))
    b.cross_entropy(b.dense(b.flatten(h), units=10))
    return b.build()


def digits() -> tuple[np.ndarray, np.ndarray]:
    """1,797 images of 8 x 8 with values from 0 to 1, in random order, and their classes."""
    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    return data.data[order] / 16, data.target[order]


@pytest.mark.parametrize("seed", range(2))
def test_it_recognises_digits_it_has_not_seen(seed: int) -> None:
    x, y = digits()
    session = nnlab.Session(convnet(), "adam", 3e-3, seed=seed)
    session.fit(x[:1400], y[:1400], epochs=15, batch_size=32)
    assert (session.predict(x[1400:]).argmax(axis=1) == y[1400:]).mean() >= 0.95


@pytest.mark.oracle
def test_its_gradients_and_steps_equal_pytorch() -> None:
    torch_network = pytest.importorskip("torch_network", reason="PyTorch is not installed")
    x, y = digits()
    graph = convnet()
    session = nnlab.Session(graph, "adam", 3e-3, seed=1, dtype="float64")
    truth = torch_network.TorchNetwork(graph, session.parameters)
    optimizer = truth.optimizer("adam", 3e-3, {})
    for start in range(0, 320, 32):
        rows = slice(start, start + 32)
        _, gradients = session.gradients(x[rows], y[rows])
        _, true_gradients = truth.gradients(x[rows], y[rows])
        for name, gradient in true_gradients.items():
            assert np.abs(gradients[name] - gradient).max() <= 1e-9 * np.abs(gradient).max(), name
        assert session.step(x[rows], y[rows]) == pytest.approx(truth.step(optimizer, x[rows], y[rows]), rel=1e-8)
