"""The oracle: any graph as PyTorch computes it, in float64, written independently of the engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from nnlab.graph.graph import Graph

ELEMENTWISE = {
    "relu": lambda x, s: F.relu(x),
    "leaky_relu": lambda x, s: F.leaky_relu(x, s["negative_slope"]),
    "tanh": lambda x, s: torch.tanh(x),
    "sigmoid": lambda x, s: torch.sigmoid(x),
    "softmax": lambda x, s: F.softmax(x, dim=-1),
}


def _product(values: list[torch.Tensor]) -> torch.Tensor:
    result = values[0]
    for value in values[1:]:
        result = result * value
    return result


MERGES = {"add": lambda v: sum(v[1:], v[0]), "multiply": _product, "concat": lambda v: torch.cat(v, dim=-1)}
LOSSES = {
    "mse": lambda x, y: F.mse_loss(x, y.reshape(x.shape)),
    "binary_cross_entropy": lambda x, y: F.binary_cross_entropy_with_logits(x, y.reshape(x.shape)),
    "cross_entropy": lambda x, y: F.cross_entropy(x, y.reshape(-1).long()),
}


class TorchNetwork:
    """Parameters as leaf tensors by the engine's names; `loss(x, y)` builds PyTorch's own graph."""

    def __init__(self, graph: Graph, parameters: dict[str, np.ndarray], dtype: torch.dtype = torch.float64) -> None:
        self.graph, self.dtype = graph, dtype
        self.parameters = {name: torch.tensor(value, dtype=dtype, requires_grad=True) for name, value in parameters.items()}

    def loss(self, x: np.ndarray, y: np.ndarray) -> torch.Tensor:
        values: dict[str, torch.Tensor] = {}
        inputs, targets = torch.tensor(x, dtype=self.dtype), torch.tensor(y, dtype=self.dtype)
        for node in self.graph.topological():
            sources = [values[edge.source] for edge in self.graph.inputs(node.id)]
            if node.operator == "input":
                values[node.id] = inputs
            elif node.operator == "dense":
                values[node.id] = F.linear(sources[0], self.parameters[f"{node.id}.weight"], self.parameters[f"{node.id}.bias"])
            elif node.operator in ELEMENTWISE:
                values[node.id] = ELEMENTWISE[node.operator](sources[0], node.settings)
            elif node.operator in MERGES:
                values[node.id] = MERGES[node.operator](sources)
            else:
                values[node.id] = LOSSES[node.operator](sources[0], targets)
        return values[self.graph.losses[0].id]

    def gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        for parameter in self.parameters.values():
            parameter.grad = None
        loss = self.loss(x, y)
        loss.backward()
        return loss.item(), {
            name: np.zeros(p.shape) if p.grad is None else p.grad.numpy().copy() for name, p in self.parameters.items()
        }

    def optimizer(self, name: str, learning_rate: float, settings: dict[str, Any]) -> torch.optim.Optimizer:
        if name == "sgd":
            return torch.optim.SGD(self.parameters.values(), lr=learning_rate, **settings)
        options = dict(settings)
        if "beta1" in options or "beta2" in options:
            options["betas"] = (options.pop("beta1", 0.9), options.pop("beta2", 0.999))
        return torch.optim.Adam(self.parameters.values(), lr=learning_rate, **options)

    def step(self, optimizer: torch.optim.Optimizer, x: np.ndarray, y: np.ndarray) -> float:
        optimizer.zero_grad(set_to_none=False)
        loss = self.loss(x, y)
        loss.backward()
        optimizer.step()
        return loss.item()
