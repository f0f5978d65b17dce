"""Probes: pictures of what the network computes, made by the engine from a frame's parameters.

A panel names the probes it needs; only those of visible panels are computed, at a rate their cost allows. Each probe is a
function of (evaluator loaded with the frame's parameters, data).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.metrics import confusion, metrics

PICTURE = 24  # side of a neuron's picture on its tile
WIDEST = 4096  # units; the pictures of so wide a layer are 9 MB, and take 2 ms beside the forward pass
OUTPUT_PICTURE = 48
DECISION = 100  # side of the decision picture
CURVE = 400  # points of a fitted curve
SAMPLES = 4000  # predictions are made for at most so many samples of each part, so that a probe stays quick
MARGIN = 0.1  # how far beyond the domain a curve is drawn, as a share of it


@dataclass(frozen=True, eq=False)
class Predictions:
    """Outputs and metrics for the training and validation samples (the first `SAMPLES` of each)."""

    outputs: np.ndarray
    validation_outputs: np.ndarray
    metrics: Mapping[str, float]
    validation_metrics: Mapping[str, float]
    wrong: int  # misclassified training samples; 0 for a target on a scale
    validation_wrong: int
    confusion: np.ndarray | None  # (true, predicted) of the validation part, or of the training part when there is none


@dataclass(frozen=True, eq=False)
class Curve:
    """A fit over one raw feature."""

    x: np.ndarray  # (points,) raw feature
    y: np.ndarray  # (points,) network output
    truth: np.ndarray | None  # exact function, where the data set knows it


@dataclass(frozen=True, eq=False)
class Decision:
    """Network output over the plane of two raw features, row 0 at the lowest second feature."""

    extent: tuple[float, float, float, float]  # x0, x1, y0, y1
    outputs: np.ndarray  # (rows, columns, outputs)


Pictures = Mapping[str, np.ndarray]  # node id -> (units, rows, columns)


def domain(data: Data) -> tuple[tuple[float, float], ...]:
    """The plotted interval of every raw feature: the data set's own, or the range of its samples with a margin."""
    if data.domain is not None:
        return data.domain
    lowest, highest = data.raw_x.min(axis=0), data.raw_x.max(axis=0)
    margin = MARGIN * np.maximum(highest - lowest, 1e-9)
    return tuple((float(a - m), float(b + m)) for a, b, m in zip(lowest, highest, margin, strict=True))


def grid(data: Data, side: int) -> np.ndarray:
    """Raw points (side * side, 2) over the plane of two features, row by row from the lowest second feature."""
    (x0, x1), (y0, y1) = domain(data)[:2]
    xs = x0 + (np.arange(side) + 0.5) / side * (x1 - x0)
    ys = y0 + (np.arange(side) + 0.5) / side * (y1 - y0)
    return np.stack([np.tile(xs, side), np.repeat(ys, side)], axis=1)


def raw_features(data: Data) -> int:
    return int(data.raw_x.shape[1])


def predictions(evaluator: Evaluator, data: Data) -> Predictions:
    link = evaluator.program.graph.losses[0].kind.link
    outputs = evaluator.predict(data.x[:SAMPLES])
    held = evaluator.predict(data.validation_x[:SAMPLES])
    y, held_y = data.y[:SAMPLES], data.validation_y[:SAMPLES]
    scores, held_scores = metrics(outputs, y, data.target, link), metrics(held, held_y, data.target, link)
    wrong = [round((1 - s["accuracy"]) * n) if "accuracy" in s else 0 for s, n in ((scores, len(y)), (held_scores, len(held_y)))]
    table = None
    if data.target.kind != "continuous":
        table = confusion(held, held_y, data.target, link) if len(held) else confusion(outputs, y, data.target, link)
    return Predictions(outputs, held, scores, held_scores, wrong[0], wrong[1], table)


def curve(evaluator: Evaluator, data: Data) -> Curve | None:
    """The fit over the domain and a little beyond; None unless there is exactly one raw feature."""
    if raw_features(data) != 1:
        return None
    low, high = domain(data)[0]
    beyond = MARGIN * (high - low)
    x = np.linspace(low - beyond, high + beyond, CURVE)
    y = evaluator.predict(data.transform(x.reshape(-1, 1)))[:, 0]
    truth = np.asarray(data.truth(x.reshape(-1, 1)), dtype=np.float64).reshape(-1) if data.truth is not None else None
    return Curve(x, y.astype(np.float64), truth)


def decision(evaluator: Evaluator, data: Data) -> Decision | None:
    """Outputs over the plane; None unless there are exactly two raw features."""
    if raw_features(data) != 2:
        return None
    (x0, x1), (y0, y1) = domain(data)[:2]
    outputs = evaluator.predict(data.transform(grid(data, DECISION)))
    return Decision((x0, x1, y0, y1), outputs.reshape(DECISION, DECISION, -1))


def pictures(evaluator: Evaluator, data: Data) -> Pictures:
    """What every neuron answers over the plane of two features (or along one): node id -> (units, rows, columns).

    Layers of more than WIDEST units are left out.
    Image data has no such plane: there, a first layer's rows of W are images; the canvas reads those from the weights.
    """
    features, program = raw_features(data), evaluator.program
    names = {node.id: f"{node.id}.y" for node in program.graph.nodes if not node.kind.is_loss}
    flat = {i: n for i, n in names.items() if len(program.places[n].shape) == 1 and program.places[n].row <= WIDEST}
    if features == 2:
        raw, shape = grid(data, PICTURE), (PICTURE, PICTURE)
    elif features == 1:
        low, high = domain(data)[0]
        raw, shape = np.linspace(low, high, PICTURE * 2).reshape(-1, 1), (1, PICTURE * 2)
    else:
        return {}
    found = evaluator.activations(data.transform(raw), flat.values())
    # Views: whoever shows a few units of a wide layer copies these alone.
    return {i: found[n].T.reshape(-1, *shape) for i, n in flat.items()}


PROBES: Mapping[str, Callable[[Evaluator, Data], object]] = MappingProxyType(
    {"predictions": predictions, "curve": curve, "decision": decision, "pictures": pictures}
)
