"""Fingerprints: the same for the same start, another for any other bit, name or batch."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from networks import mlp

from nnlab.engine.compile import Update, compile
from nnlab.engine.fingerprint import batches_sha256, weights_sha256
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.engine.state import initial

GRAPH = mlp([2, 3, 1], loss="mse")
X, Y = np.arange(20.0).reshape(10, 2), np.zeros((10, 1))


def run(**settings: object) -> Run:
    return Run(Setup(GRAPH, X, Y, **{"update": Update("sgd", 0.1), "batch_size": 4, "seed": 5, **settings}), frames=False)  # type: ignore[arg-type]


def test_weights_are_hashed_by_name_shape_and_bits() -> None:
    state = initial(compile(GRAPH, 1, "float32", Update("sgd", 0.1)), 1, 5)
    text = b""
    for name in ("dense_1.bias", "dense_1.weight", "dense_2.bias", "dense_2.weight"):
        values = state.parameters()[name]
        text += f"{name} {values.shape} <f4\n".encode() + values.tobytes()
    assert weights_sha256(state) == hashlib.sha256(text).hexdigest()


def test_one_bit_of_one_weight_makes_another_hash() -> None:
    first, second = run().state, run().state
    assert weights_sha256(first) == weights_sha256(second)
    second["dense_1.weight"][0, 0] = np.nextafter(second["dense_1.weight"][0, 0], np.float32(9))
    assert weights_sha256(first) != weights_sha256(second)


@pytest.mark.parametrize("other", [{"seed": 6}, {"batch_size": 3}, {"shuffle": False}])
def test_other_batches_make_another_hash(other: dict[str, object]) -> None:
    assert batches_sha256(run(), 3) == batches_sha256(run(update=Update("adam", 0.5)), 3)
    assert batches_sha256(run(), 3) != batches_sha256(run(**other), 3)


def test_the_hashed_order_is_the_one_that_is_trained_in() -> None:
    """The orders of three epochs as the machine leaves them while it trains."""
    trained = run()
    digest = hashlib.sha256(b"10 samples in batches of 4\n")
    for _ in range(3):
        trained.train(3)
        digest.update(trained.order.tobytes())
    assert batches_sha256(run(), 3) == (digest.hexdigest(), 3)
