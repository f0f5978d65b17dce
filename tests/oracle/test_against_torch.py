"""The engine against PyTorch in float64, live: every operator with every optimiser over 20 steps, and random networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from networks import graphs, operator_cases, single_operator_graph
from oracle_cases import OPTIMIZERS, RATE, ROWS, SEED, STEPS, batches, name_of, session_for

from nnlab.core.operator import Operator
from nnlab.graph.graph import Graph

pytestmark = pytest.mark.oracle
torch_network = pytest.importorskip("torch_network", reason="PyTorch is not installed")

Case = tuple[Operator, dict[str, Any]]


def relative(value: np.ndarray, truth: np.ndarray) -> float:
    """Largest error relative to the size of the whole tensor."""
    return float(np.abs(value - truth).max() / max(np.abs(truth).max(), 1e-12))


def compare_run(
    graph: Graph, optimizer: str, options: dict[str, Any], dtype: str, steps: int = STEPS, rows: int = ROWS
) -> tuple[float, float, float]:
    """Worst relative errors of (gradients, losses, final weights)."""
    import torch

    session = session_for(graph, optimizer, options, dtype)
    truth = torch_network.TorchNetwork(graph, session.parameters, torch.float64, session.buffers, SEED)
    torch_optimizer = truth.optimizer(optimizer, RATE, options)
    gradient_error = loss_error = 0.0
    for x, y in batches(graph, steps, rows):
        loss, gradients = session.gradients(x, y)
        true_loss, true_gradients = truth.gradients(x, y)
        if not abs(true_loss) < 1e4:  # products of products may explode; what PyTorch cannot hold proves nothing
            break
        scale = max((np.abs(g).max() for g in true_gradients.values()), default=1.0)
        for name, gradient in true_gradients.items():
            gradient_error = max(gradient_error, float(np.abs(gradients[name] - gradient).max() / max(scale, 1e-12)))
        loss_error = max(loss_error, abs(session.step(x, y) - truth.step(torch_optimizer, x, y)) / max(abs(true_loss), 1e-12))
        assert loss == pytest.approx(true_loss, rel=1e-3)
    weights = max(relative(session.parameters[name], p.detach().numpy()) for name, p in truth.parameters.items())
    for name, buffer in truth.buffers.items():
        weights = max(weights, relative(session.buffers[name], buffer.numpy()))
    return gradient_error, loss_error, weights


@pytest.mark.parametrize("options", OPTIMIZERS, ids=[name_of(*case) for case in OPTIMIZERS])
@pytest.mark.parametrize("case", operator_cases())
def test_every_operator_and_optimizer(case: Case, options: tuple[str, dict[str, Any]]) -> None:
    gradients, losses, weights = compare_run(single_operator_graph(*case), *options, "float64")
    assert (gradients <= 1e-9, losses <= 1e-8, weights <= 1e-8) == (True, True, True), (gradients, losses, weights)


@pytest.mark.parametrize("case", operator_cases())
def test_float32_stays_close(case: Case) -> None:
    gradients, losses, weights = compare_run(single_operator_graph(*case), "sgd", {"momentum": 0.9}, "float32")
    assert (gradients <= 1e-4, losses <= 1e-4, weights <= 1e-4) == (True, True, True), (gradients, losses, weights)


@given(graph=graphs())
@settings(max_examples=60, deadline=None)
def test_random_networks(graph: Graph) -> None:
    gradients, losses, weights = compare_run(graph, "sgd", {"momentum": 0.9}, "float64", steps=5)
    assert (gradients <= 1e-9, losses <= 1e-8, weights <= 1e-8) == (True, True, True), (gradients, losses, weights)
