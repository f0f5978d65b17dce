"""Losses of a few numbers one can move by hand, computed by the kernels that train."""

from __future__ import annotations

from functools import cache

import numpy as np

from nnlab.engine.evaluator import Evaluator
from nnlab.graph import edits
from nnlab.graph.graph import Graph


@cache
def _evaluator(loss: str) -> Evaluator:
    """A network that is nothing but a loss of its input."""
    graph = edits.add_node(Graph(), "input", {"features": 1})
    graph = edits.add_node(graph, loss)
    graph = edits.connect(graph, graph.nodes[0].id, graph.nodes[1].id)
    return Evaluator(graph)


def squared_error(predictions: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, float]:
    """((samples,) squared errors, their mean)."""
    return _each(_evaluator("mse"), np.asarray(predictions, dtype=np.float64), np.asarray(targets, dtype=np.float64))


def surprise(probabilities: np.ndarray) -> tuple[np.ndarray, float]:
    """((samples,) -log p, their mean) of the probabilities given to the true class, each strictly between 0 and 1."""
    p = np.asarray(probabilities, dtype=np.float64)
    return _each(_evaluator("binary_cross_entropy"), np.log(p / (1 - p)), np.ones(len(p)))


def _each(evaluator: Evaluator, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    each = np.array([evaluator.loss(x[k : k + 1, None], y[k : k + 1])[0] for k in range(len(x))])
    return each, evaluator.loss(x[:, None], y)[0]
