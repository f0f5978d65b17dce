"""Networks with exactly one fault, by the diagnosis that must find it: three or more of each, on different data and of different depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from networks import mlp

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.training.settings import TrainingSettings


@dataclass(frozen=True, eq=False)
class Faulty:
    """A network, its data and how it is trained for so many steps; `weights`: the factor on every layer's initial weights."""

    kind: str
    graph: Graph
    data: Data
    training: TrainingSettings
    steps: int = 60
    weights: float = 1.0
    start: Mapping[str, float] = field(default_factory=dict)  # parameters that begin as one number throughout


def network(data: Data, hidden: list[int], activation: str = "tanh", loss: str = "", **settings: object) -> Graph:
    """A dense network that fits the data, whose layers have these settings."""
    target = data.target
    usual = {"continuous": "mse", "binary": "binary_cross_entropy", "classes": "cross_entropy"}[target.kind]
    outputs = target.classes if target.kind == "classes" else target.outputs
    graph = mlp([data.x.shape[1], *hidden, outputs], activation, loss or usual)
    for node in graph:
        if node.operator == "dense" and settings:
            graph = edits.configure(graph, node.id, **settings)
    return graph


def _columns(name: str, change: str, seed: int = 0) -> Data:
    """The data with a column added: a constant, a copy of the second one, or the target itself."""
    data = prepare(DataSettings(name, seed=seed))

    def added(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        column = {"constant": np.full(len(x), 0.7), "copy": 3.0 * x[:, 1] - 2.0, "target": 0.1 * y.ravel() + 2.0}[change]
        return np.column_stack([x, column])

    features = (*data.features, change)
    return replace(
        data, x=added(data.x, data.y), validation_x=added(data.validation_x, data.validation_y), features=features, columns=features,
        raw_features=features, raw_x=added(data.raw_x, data.y), mean=np.append(data.mean, 0.0), scale=np.append(data.scale, 1.0),
        image_shape=None, raw_validation_x=added(data.raw_validation_x, data.validation_y),
    )  # fmt: skip


def _scaled(name: str, factor: float, only: int | None = None) -> Data:
    data = prepare(DataSettings(name))
    by = np.full(data.x.shape[1], factor) if only is None else np.where(np.arange(data.x.shape[1]) == only, factor, 1.0)
    return replace(data, x=data.x * by, validation_x=data.validation_x * by)


def _rare(name: str, keep: int, kept_class: int) -> Data:
    """The data with only so many training samples of one class."""
    data = prepare(DataSettings(name))
    rows = np.flatnonzero(data.y != kept_class)
    rows = np.concatenate([rows, np.flatnonzero(data.y == kept_class)[:keep]])
    return replace(data, x=data.x[rows], y=data.y[rows])


def _numbers(name: str, factor: float) -> Data:
    data = prepare(DataSettings(name))
    return replace(data, y=factor * data.y, validation_y=factor * data.validation_y)


def _before_loss(graph: Graph, operator: str) -> Graph:
    """The network with an activation between its output and its loss."""
    return edits.insert_on_edge(graph, graph.incoming(graph.losses[0].id)[0], operator, (0.0, 0.0))


def faulty_networks() -> list[Faulty]:
    usual, sgd = TrainingSettings(learning_rate=0.003), TrainingSettings("sgd", learning_rate=0.01)
    spiral, wine, digits, circle, plane, iris, curve, function, diabetes = (
        prepare(DataSettings(name))
        for name in ("spiral", "wine", "digits", "circle", "plane", "iris", "curve", "function", "diabetes")
    )
    return [
        Faulty("vanishing_gradients", network(spiral, [8] * 9, "sigmoid"), spiral, sgd),
        Faulty("vanishing_gradients", network(wine, [12] * 12, "sigmoid"), wine, usual, steps=5),
        Faulty("vanishing_gradients", network(digits, [16] * 4), digits, sgd, weights=0.05),
        Faulty("exploding_gradients", network(plane, [20] * 6, "leaky_relu"), plane, replace(sgd, learning_rate=1e-12), weights=5.0),
        Faulty("exploding_gradients", network(wine, [16] * 8, "elu"), wine, replace(sgd, learning_rate=1e-12), weights=4.0),
        Faulty("exploding_gradients", network(function, [30] * 4, "leaky_relu"), function, replace(sgd, learning_rate=1e-14), weights=9.0),
        Faulty("dead_units", network(circle, [8], "relu"), circle, usual, start={"dense_1.bias": -30.0}),
        Faulty("dead_units", network(digits, [16, 12], "relu"), digits, usual, start={"dense_2.bias": -50.0}),
        Faulty("dead_units", network(diabetes, [8, 8, 8], "relu"), diabetes, replace(sgd, learning_rate=0.05)),
        Faulty("saturated_units", network(spiral, [8]), spiral, usual, weights=40.0),
        Faulty("saturated_units", network(wine, [12, 8], "sigmoid"), wine, usual, weights=60.0),
        Faulty("saturated_units", network(iris, [8, 8, 8]), iris, usual, start={"dense_2.bias": 9.0}),
        *(Faulty("input_scale", network(d, h), d, usual) for d, h in (
            (_scaled("circle", 300.0), [8]), (_scaled("iris", 1e-3), [8, 8]), (_scaled("wine", 1e-3, only=4), [8, 8, 8]),
            (_scaled("breast_cancer", 2000.0, only=2), [4]),
        )),
        Faulty("learning_rate_too_high", network(curve, [8, 8]), curve, replace(sgd, learning_rate=5.0), 400),
        Faulty("learning_rate_too_high", network(function, [8]), function, replace(sgd, learning_rate=1.0), 400),
        Faulty("learning_rate_too_high", network(diabetes, [16, 8, 8]), diabetes, replace(sgd, learning_rate=0.5), 400),
        Faulty("learning_rate_too_high", network(plane, [16], "relu"), plane, replace(sgd, learning_rate=0.4), 400),
        Faulty("learning_rate_too_low", network(wine, [8]), wine, replace(usual, learning_rate=1e-5), 300),
        Faulty("learning_rate_too_low", network(plane, [8, 8]), plane, replace(sgd, learning_rate=1e-6), 300),
        Faulty("learning_rate_too_low", network(digits, [16, 16, 16], "relu"), digits, replace(usual, learning_rate=3e-6), 300),
        *(Faulty("class_imbalance", network(d, h), d, usual) for d, h in (
            (_rare("circle", 8, 1), [8]), (_rare("wine", 3, 2), [8, 8]), (_rare("digits", 6, 5), [16, 16, 16]),
        )),
        Faulty("loss_mismatch", network(circle, [8], loss="mse"), circle, usual),
        Faulty("loss_mismatch", _before_loss(network(iris, [8, 8]), "softmax"), iris, usual),
        Faulty("loss_mismatch", _before_loss(network(plane, [8]), "tanh"), _numbers("plane", 5.0), usual),
        Faulty("loss_mismatch", _before_loss(network(function, [8, 8, 8]), "relu"), function, usual),
        *(Faulty(kind, network(d, h), d, usual) for kind, change in (
            ("constant_features", "constant"), ("duplicated_features", "copy"), ("leaking_target", "target"),
        ) for d, h in ((_columns(name, change), h) for name, h in (("breast_cancer", [8]), ("iris", [8, 8]), ("wine", [8, 8, 8])))),
    ]  # fmt: skip
