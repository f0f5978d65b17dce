"""Adapters against PyTorch in float64, live: gradients of A, B and learned lengths, and 20 steps of Adam, for every option."""

from __future__ import annotations

from typing import Any

import lora_cases
import numpy as np
import pytest

import nnlab
from nnlab.graph.graph import Graph

pytestmark = pytest.mark.oracle
torch_network = pytest.importorskip("torch_network", reason="PyTorch is not installed")
STEPS, RATE, SEED = 20, 1e-2, 4


def errors(graph: Graph, moved: bool) -> tuple[float, float]:
    """Largest errors of gradients and, after 20 steps of Adam, of weights, each relative to the largest number of its kind."""
    import torch

    session = nnlab.Session(graph, "adam", RATE, seed=SEED, dtype="float64")
    if moved:
        lora_cases.moved(session)
    network = torch_network.TorchNetwork(graph, session.parameters, seed=SEED)
    trained = {f"{node.id}.{parameter.name}" for node in graph for parameter in node.trained}
    optimizer = torch.optim.Adam([tensor for name, tensor in network.parameters.items() if name in trained], lr=RATE)
    gradient_error = 0.0
    for k in range(STEPS):
        x, y = lora_cases.data(seed=100 + k)
        loss, gradients = session.gradients(x, y)
        true_loss, true_gradients = network.gradients(x, y)
        assert abs(loss - true_loss) <= 1e-12 * max(1.0, abs(true_loss))
        largest = max(np.abs(true_gradients[name]).max() for name in trained)
        for name, gradient in gradients.items():
            expected = true_gradients[name] if name in trained else np.zeros_like(gradient)
            gradient_error = max(gradient_error, float(np.abs(gradient - expected).max() / largest))
        session.step(x, y)
        network.step(optimizer, x, y)
    weights = session.parameters
    apart = max(float(np.abs(weights[name] - tensor.detach().numpy()).max()) for name, tensor in network.parameters.items())
    return gradient_error, apart / max(float(np.abs(values).max()) for values in weights.values())


@pytest.mark.parametrize("moved", [False, True], ids=["fresh", "trained"])
@pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
def test_gradients_and_twenty_steps_of_adam(case: dict[str, Any], moved: bool) -> None:
    gradients, weights = errors(lora_cases.adapted(case), moved)
    assert (gradients <= 1e-9, weights <= 1e-9) == (True, True), (gradients, weights)


@pytest.mark.parametrize("first", ["plain", "dora", "pissa"])
@pytest.mark.parametrize("second", ["plain", "dora", "dropout"])
def test_a_blend_of_two(first: str, second: str) -> None:
    gradients, weights = errors(lora_cases.two_adapters(lora_cases.CASES[first], lora_cases.CASES[second]), True)
    assert (gradients <= 1e-9, weights <= 1e-9) == (True, True), (gradients, weights)
