"""One head of attention drawn from operators (Vaswani et al. (2017), equation 1): it is what the formula says, and it learns."""

from __future__ import annotations

import numpy as np
import pytest

import nnlab

VOCABULARY, POSITIONS, FEATURES = 8, 6, 8


def attention() -> nnlab.Graph:
    """Tokens to a class: softmax(Q K^T / sqrt(d)) V over the positions of a short sequence."""
    b = nnlab.GraphBuilder()
    tokens = b.embedding(b.input(features=POSITIONS), vocabulary=VOCABULARY, features=FEATURES, id="tokens")
    query, key, value = (b.dense(tokens, units=FEATURES, id=name) for name in ("query", "key", "value"))
    scores = b.scale(b.matmul(query, b.transpose(key)), factor=FEATURES**-0.5)
    mixed = b.dense(b.matmul(b.softmax(scores, id="attention"), value), units=FEATURES, id="mixed")
    b.cross_entropy(b.dense(b.flatten(mixed), units=VOCABULARY, id="logits"))
    return b.build()


def samples(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random sequences; the class is the largest of their tokens, wherever it stands."""
    x = np.random.default_rng(seed).integers(0, VOCABULARY, (count, POSITIONS))
    return x.astype(float), x.max(axis=1)


def test_it_computes_the_formula() -> None:
    session = nnlab.Session(attention(), seed=4, dtype="float64")
    x, _ = samples(5, seed=0)
    p = session.parameters
    h = p["tokens.weight"][x.astype(int)]
    query, key, value = (h @ p[f"{name}.weight"].T + p[f"{name}.bias"] for name in ("query", "key", "value"))
    scores = np.einsum("npf,nqf->npq", query, key) / np.sqrt(FEATURES)
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    mixed = np.einsum("npq,nqf->npf", weights, value) @ p["mixed.weight"].T + p["mixed.bias"]
    logits = mixed.reshape(5, -1) @ p["logits.weight"].T + p["logits.bias"]
    np.testing.assert_allclose(session.predict(x), logits, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_it_learns_which_token_is_the_largest(seed: int) -> None:
    (x, y), (held_x, held_y) = samples(1000, seed=1), samples(500, seed=2)
    session = nnlab.Session(attention(), "adam", 1e-2, seed=seed)
    before = session.loss(held_x, held_y)
    session.fit(x, y, epochs=20, batch_size=32)
    assert session.loss(held_x, held_y) < 0.1 * before
    assert (session.predict(held_x).argmax(axis=1) == held_y).mean() >= 0.98


@pytest.mark.oracle
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-9), ("float32", 1e-4)])
def test_its_gradients_and_steps_equal_pytorch(dtype: str, tolerance: float) -> None:
    torch_network = pytest.importorskip("torch_network", reason="PyTorch is not installed")
    graph = attention()
    session = nnlab.Session(graph, "sgd", 0.1, seed=3, dtype=dtype, momentum=0.9)
    truth = torch_network.TorchNetwork(graph, session.parameters)
    optimizer = truth.optimizer("sgd", 0.1, {"momentum": 0.9})
    for seed in range(10):
        x, y = samples(16, seed)
        _, gradients = session.gradients(x, y)
        _, true_gradients = truth.gradients(x, y)
        largest = max(np.abs(gradient).max() for gradient in true_gradients.values())
        for name, gradient in true_gradients.items():
            assert np.abs(gradients[name] - gradient).max() <= tolerance * largest, name
        assert session.step(x, y) == pytest.approx(truth.step(optimizer, x, y), rel=tolerance)
