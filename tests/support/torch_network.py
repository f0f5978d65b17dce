"""The oracle: any graph as PyTorch computes it, in float64, written independently of the engine.

`TORCH` holds one function for every operator: from the `Call` of a node to its output (for a loss, the mean loss).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from nnlab.graph.graph import Graph


@dataclass
class Call:
    """What one node is computed from."""

    node_id: str
    sources: list[torch.Tensor]
    settings: Mapping[str, Any]
    parameters: dict[str, torch.Tensor]  # trained, by short name ("weight")
    buffers: dict[str, torch.Tensor]  # kept by the operator; written in place as PyTorch does
    targets: torch.Tensor
    seed: int = 0
    iteration: int = 0
    training: bool = True

    @property
    def x(self) -> torch.Tensor:
        return self.sources[0]


def _product(values: list[torch.Tensor]) -> torch.Tensor:
    result = values[0]
    for value in values[1:]:
        result = result * value
    return result


TORCH: dict[str, Callable[[Call], torch.Tensor]] = {
    # layers
    "dense": lambda c: F.linear(c.x, c.parameters["weight"], c.parameters["bias"]),
    # activations
    "relu": lambda c: F.relu(c.x),
    "leaky_relu": lambda c: F.leaky_relu(c.x, c.settings["negative_slope"]),
    "tanh": lambda c: torch.tanh(c.x),
    "sigmoid": lambda c: torch.sigmoid(c.x),
    "softmax": lambda c: F.softmax(c.x, dim=-1),
    # merges and shapes
    "add": lambda c: sum(c.sources[1:], c.x),
    "multiply": lambda c: _product(c.sources),
    "concat": lambda c: torch.cat(c.sources, dim=-1),
    # losses
    "mse": lambda c: F.mse_loss(c.x, c.targets.reshape(c.x.shape)),
    "binary_cross_entropy": lambda c: F.binary_cross_entropy_with_logits(c.x, c.targets.reshape(c.x.shape)),
    "cross_entropy": lambda c: F.cross_entropy(c.x, c.targets.reshape(-1).long()),
}


class TorchNetwork:
    """Parameters as leaf tensors by the engine's names; `loss(x, y)` builds PyTorch's own graph.

    A whole `step` counts the iteration, on which dropout masks depend.
    """

    def __init__(
        self, graph: Graph, parameters: dict[str, np.ndarray], dtype: torch.dtype = torch.float64,
        buffers: dict[str, np.ndarray] | None = None, seed: int = 0,
    ) -> None:  # fmt: skip
        self.graph, self.dtype, self.seed, self.iteration = graph, dtype, seed, 0
        self.parameters = {name: torch.tensor(value, dtype=dtype, requires_grad=True) for name, value in parameters.items()}
        self.buffers = {name: torch.tensor(value, dtype=dtype) for name, value in (buffers or {}).items()}

    def loss(self, x: np.ndarray, y: np.ndarray) -> torch.Tensor:
        values: dict[str, torch.Tensor] = {}
        inputs, targets = torch.tensor(x, dtype=self.dtype), torch.tensor(y, dtype=self.dtype)
        penalty = torch.zeros((), dtype=self.dtype)
        for node in self.graph.topological():
            if node.kind.is_input:
                values[node.id] = inputs
                continue
            own = _own(self.parameters, node.id)
            sources = [values[edge.source] for edge in self.graph.inputs(node.id)]
            call = Call(node.id, sources, node.settings, own, _own(self.buffers, node.id), targets, self.seed, self.iteration)
            values[node.id] = TORCH[node.operator](call)
            for name in node.kind.penalized:
                penalty = penalty + node.settings["l1"] * own[name].abs().sum() + node.settings["l2"] * (own[name] ** 2).sum()
        return values[self.graph.losses[0].id] + penalty

    def gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        """(loss, gradients); nothing is changed."""
        before = {name: buffer.clone() for name, buffer in self.buffers.items()}
        for parameter in self.parameters.values():
            parameter.grad = None
        loss = self.loss(x, y)
        loss.backward()
        for name, buffer in before.items():
            self.buffers[name].copy_(buffer)
        return loss.item(), {name: np.zeros(p.shape) if p.grad is None else p.grad.numpy().copy() for name, p in self.parameters.items()}

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
        self.iteration += 1
        return loss.item()


def _own(tensors: dict[str, torch.Tensor], node_id: str) -> dict[str, torch.Tensor]:
    """The tensors of one node by their short names."""
    return {name.rsplit(".", 1)[1]: tensor for name, tensor in tensors.items() if name.rsplit(".", 1)[0] == node_id}
