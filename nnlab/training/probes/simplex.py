"""Simplex: where predicted distributions of three classes lie in the triangle of all distributions, and what the loss is there.

A corner is certainty of one class, the centre is not knowing. The loss and its pull at the last layer's outputs depend on nothing but the
place in the triangle and the true class; the network's own kernels give both, whatever the loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from nnlab.core.dataset import Target
from nnlab.core.errors import GraphError
from nnlab.core.preparation import Data
from nnlab.core.setting import Value
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.loss_at_output import LossAtOutput, behind_output_layer
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.graph.targets import encoded
from nnlab.training.metrics import probabilities
from nnlab.training.probe import Probe, register

CLASSES = 3
SAMPLES = 2000  # of the training part
SIDE = 40  # intervals along each side of the triangle
ARROWS = 7  # of the same, for the pulls
NEAREST = 1e-3  # how near to 0 a probability of the grid goes

Pipeline = tuple[tuple[str, tuple[tuple[str, Value], ...]], ...]  # operators and their settings


@dataclass(frozen=True, eq=False)
class Simplex:
    """Distributions are rows of three probabilities that sum to 1. All float64 but `true`."""

    shares: np.ndarray  # (samples, 3), as predicted for the training samples
    true: np.ndarray  # int64 (samples,)
    grid: np.ndarray  # (points, 3), row by row from the first corner's side; see `triangles`
    losses: np.ndarray  # (3, points): the loss there if the class of the row were the true one
    places: np.ndarray  # (arrows, 3)
    pulls: np.ndarray  # (3, arrows, 3): minus the gradient at the outputs there, likewise


def simplex(evaluator: Evaluator, data: Data) -> Simplex | None:
    graph, y = evaluator.program.graph, data.y[:SAMPLES]
    outputs = evaluator.predict(data.x[:SAMPLES])
    if outputs.shape[1] != CLASSES:
        return None
    try:
        chain = tuple((node.operator, tuple(sorted(node.settings.items()))) for node in behind_output_layer(graph))
        grid, losses, places, pulls = _surface(chain, data.target)
    except GraphError:
        return None
    shares = probabilities(outputs, graph.losses[0].kind.link)
    total = shares.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, shares / np.where(total > 0, total, 1.0), 1 / CLASSES)
    return Simplex(shares, y.astype(np.int64), grid, losses, places, pulls)


def triangle_grid(side: int) -> np.ndarray:
    """((side + 1)(side + 2) / 2, 3): all distributions whose shares are multiples of 1 / side."""
    return np.array([(side - a - b, a, b) for a in range(side + 1) for b in range(side + 1 - a)], dtype=np.float64) / side


@lru_cache(maxsize=2)
def triangles(side: int) -> np.ndarray:
    """int64 (side², 3): the small triangles between neighbours of `triangle_grid`, as rows of its points."""
    number = {(a, b): k for k, (a, b) in enumerate((a, b) for a in range(side + 1) for b in range(side + 1 - a))}
    up = [(number[a, b], number[a + 1, b], number[a, b + 1]) for a, b in number if a + b < side]
    down = [(number[a + 1, b], number[a, b + 1], number[a + 1, b + 1]) for a, b in number if a + b < side - 1]
    return np.array(up + down, dtype=np.int64)


@lru_cache(maxsize=16)
def _surface(chain: Pipeline, target: Target) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Grid, losses, places and pulls: they depend on what stands behind the last layer alone, not on any weight."""
    tail = edits.add_node(Graph(), "input", {"features": CLASSES})
    tail = edits.add_node(tail, "dense", {"units": CLASSES})
    tail = edits.connect(tail, tail.nodes[0].id, tail.nodes[1].id)
    for operator, settings in chain:
        before = tail.nodes[-1].id
        tail = edits.add_node(tail, operator, MappingProxyType(dict(settings)))
        tail = edits.connect(tail, before, tail.nodes[-1].id)
    grid, places = triangle_grid(SIDE), triangle_grid(ARROWS)
    at_output = LossAtOutput(tail, CLASSES, len(grid))
    is_softmax = tail.losses[0].kind.applies_link or any(node.kind.computes_link == "softmax" for node in tail.nodes)
    losses: list[np.ndarray] = []
    pulls: list[np.ndarray] = []
    for true in range(CLASSES):
        for points, wanted in ((grid, losses), (places, pulls)):
            inside = np.maximum(points, NEAREST)
            inside /= inside.sum(axis=1, keepdims=True)
            z = np.log(inside) if is_softmax else inside
            loss, gradient = at_output.at(z, encoded(tail, target, np.full(len(z), true)))
            wanted.append(loss if wanted is losses else -gradient)
    return grid, np.array(losses), places, np.array(pulls)


register(Probe("simplex", simplex, applies=lambda data: data.target.classes == CLASSES))
