"""What the pictures of the seven experiments show: small real runs, made once in a job beside the display."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nnlab.core.preparation import prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.files.examples import load_example
from nnlab.files.network_text import read_network_text
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.varied import varied

SIDE, ITERATIONS, UNITS = 20, 400, 6


@dataclass(frozen=True, eq=False)
class ExperimentRuns:
    """`hidden`: (units, side, side) of a first layer; `losses` of that run; `pair` of MSE and cross-entropy from the same weights; `fit`:
    x, the sum and each unit's part, rows of one array; `weights`: a layer, and its best part of rank one."""

    hidden: np.ndarray
    losses: np.ndarray
    pair: tuple[np.ndarray, np.ndarray]
    fit: np.ndarray
    weights: tuple[np.ndarray, np.ndarray]


@lru_cache(maxsize=1)
def experiment_runs() -> ExperimentRuns:
    """Takes some tenths of a second the first time."""
    circle, losses = _trained("circle", f"2-{UNITS}-{UNITS}-1 tanh", "cross_entropy")
    mse = _trained("circle", f"2-{UNITS}-{UNITS}-1 tanh", "mse")[1]
    axis = np.linspace(-1.6, 1.6, SIDE)
    grid = np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2)
    layers = [node for node in circle.program.graph.topological() if node.kind.is_activation]
    hidden = circle.activations(grid.astype(np.float32), (f"{layers[0].id}.y",))[f"{layers[0].id}.y"]
    weight = _parameter(circle, "dense_2.weight")
    u, s, v = np.linalg.svd(weight)
    return ExperimentRuns(
        hidden.T.reshape(UNITS, SIDE, SIDE).astype(np.float64), losses, (mse, losses), _fit(), (weight, s[0] * np.outer(u[:, 0], v[0]))
    )


def _fit() -> np.ndarray:
    sine = _trained("sine", "1-8-1 tanh", "")[0]
    x = np.linspace(-3.0, 3.0, 60, dtype=np.float32)[:, None]
    act = next(node for node in sine.program.graph.topological() if node.kind.is_activation)
    parts = sine.activations(x, (f"{act.id}.y",))[f"{act.id}.y"] * _parameter(sine, "dense_2.weight")
    return np.concatenate([x.T, parts.sum(axis=1, keepdims=True).T, parts.T]).astype(np.float64)


def _parameter(evaluator: Evaluator, name: str) -> np.ndarray:
    return np.array(evaluator.state[name], np.float64)


def _trained(example: str, line: str, loss: str) -> tuple[Evaluator, np.ndarray]:
    """(the network after so many iterations, its loss every eighth of them)"""
    project = read_network_text(line, load_example(example))
    if loss and loss != "cross_entropy":
        project = varied(project, Difference("loss", loss))
    project = varied(project, Difference("learning_rate", "0.01"))
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    losses = []
    for _ in range(ITERATIONS // 8):
        run.train(8)
        losses.append(run.current_loss())
    evaluator = Evaluator(project.graph)
    evaluator.load(run.state.arena)
    return evaluator, np.array(losses)
