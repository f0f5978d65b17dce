"""Networks whose every output follows by arithmetic, and data over a domain of round numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nnlab.core.dataset import Target
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder


def linear(weight: Sequence[Sequence[float]], bias: Sequence[float] | None = None, loss: str = "mse") -> Evaluator:
    """y = weight · x + bias, exactly; `weight` is (outputs, features)."""
    matrix = np.asarray(weight, dtype=np.float32)
    b = GraphBuilder()
    b.node(loss, b.dense(b.input(features=matrix.shape[1]), units=len(matrix)))
    made = Evaluator(b.build())
    made.state.set_parameters({"dense_1.weight": matrix, "dense_1.bias": np.zeros(len(matrix)) if bias is None else np.asarray(bias)})
    return made


def table(x: Sequence[Sequence[float]], y: Sequence[float], kind: str = "continuous", names: tuple[str, ...] = ("y",)) -> Data:
    """Samples as given, neither split nor scaled, without a domain of their own; a held-out part is empty."""
    raw = np.asarray(x, dtype=np.float64)
    features = tuple(f"x{k + 1}" for k in range(raw.shape[1]))
    answers = np.asarray(y, dtype=np.float64).reshape(-1, 1) if kind == "continuous" else np.asarray(y, dtype=np.int64)
    ones = np.ones(raw.shape[1])
    return replace(
        prepare(DataSettings("plane")), x=raw, y=answers, validation_x=raw[:0], validation_y=answers[:0], raw_x=raw,
        raw_validation_x=raw[:0],
        features=features, raw_features=features, columns=features, target=Target(kind, names), mean=0 * ones, scale=ones, domain=None,
        truth=None, train_index=np.arange(len(raw)), validation_index=np.arange(0),
    )  # fmt: skip
