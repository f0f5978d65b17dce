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
from dropout_masks import dropout_mask
from torch_lora import adapted_dense

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


def _numbers(call: Call, setting: str) -> torch.Tensor | None:
    """A list of numbers among the settings; None where nothing was typed."""
    numbers = [float(part) for part in call.settings[setting].replace(",", " ").split()]
    return torch.tensor(numbers, dtype=call.x.dtype) if numbers else None


TORCH: dict[str, Callable[[Call], torch.Tensor]] = {
    # layers
    "dense": lambda c: F.linear(c.x, c.parameters["weight"], c.parameters.get("bias")),
    "embedding": lambda c: F.embedding(c.x.long(), c.parameters["weight"]),
    "layer_norm": lambda c: F.layer_norm(
        c.x, c.x.shape[-1:], c.parameters["gain"], c.parameters["shift"], c.settings["eps"]
    ),
    "batch_norm": lambda c: F.batch_norm(
        c.x, c.buffers["running_mean"], c.buffers["running_variance"], c.parameters["gain"], c.parameters["shift"],
        c.training, c.settings["momentum"], c.settings["eps"],
    ),
    "dropout": lambda c: c.x * torch.from_numpy(dropout_mask(tuple(c.x.shape), c.settings["p"], c.node_id, c.seed, c.iteration)),
    # activations
    "relu": lambda c: F.relu(c.x),
    "leaky_relu": lambda c: F.leaky_relu(c.x, c.settings["negative_slope"]),
    "tanh": lambda c: torch.tanh(c.x),
    "sigmoid": lambda c: torch.sigmoid(c.x),
    "softmax": lambda c: F.softmax(c.x, dim=-1),
    "prelu": lambda c: F.prelu(c.x, c.parameters["weight"]),
    "elu": lambda c: F.elu(c.x, c.settings["alpha"]),
    "selu": lambda c: F.selu(c.x),
    "gelu": lambda c: F.gelu(c.x),
    "silu": lambda c: F.silu(c.x),
    "softplus": lambda c: F.softplus(c.x, c.settings["beta"], c.settings["threshold"]),
    "hard_tanh": lambda c: F.hardtanh(c.x, c.settings["min_val"], c.settings["max_val"]),
    "sine": lambda c: torch.sin(c.settings["omega"] * c.x),
    "log_softmax": lambda c: F.log_softmax(c.x, dim=-1),
    # images
    "conv2d": lambda c: F.conv2d(
        c.x, c.parameters["weight"], c.parameters.get("bias"), stride=c.settings["stride"], padding=c.settings["padding"]
    ),
    "max_pool2d": lambda c: F.max_pool2d(c.x, c.settings["kernel_size"], c.settings["stride"] or None, c.settings["padding"]),
    "average_pool2d": lambda c: F.avg_pool2d(
        c.x, c.settings["kernel_size"], c.settings["stride"] or None, c.settings["padding"],
        count_include_pad=c.settings["count_include_pad"],
    ),
    # merges and shapes
    "add": lambda c: sum(c.sources[1:], c.x),
    "multiply": lambda c: _product(c.sources),
    "concat": lambda c: torch.cat(c.sources, dim=-1),
    "subtract": lambda c: torch.sub(c.x, c.sources[1]),
    "matmul": lambda c: torch.matmul(c.x, c.sources[1]),
    "identity": lambda c: torch.nn.Identity()(c.x),
    "scale": lambda c: torch.mul(c.x, c.settings["factor"]),
    "rescale": lambda c: c.x * c.settings["factor"] + c.settings["offset"],
    "slice": lambda c: c.x[..., c.settings["start"] : c.settings["stop"] or None],
    "transpose": lambda c: c.x.transpose(-2, -1),
    "reshape": lambda c: c.x.reshape(len(c.x), *map(int, c.settings["shape"].split(","))),
    "flatten": lambda c: torch.flatten(c.x, start_dim=1),
    # losses
    "mse": lambda c: F.mse_loss(c.x, c.targets.reshape(c.x.shape)) * (0.5 if c.settings["half"] else 1.0),
    "mae": lambda c: F.l1_loss(c.x, c.targets.reshape(c.x.shape)),
    "huber": lambda c: F.huber_loss(c.x, c.targets.reshape(c.x.shape), delta=c.settings["delta"]),
    "hinge": lambda c: F.relu(1 - (2 * c.targets.reshape(c.x.shape) - 1) * c.x).mean(),
    "kl_divergence": lambda c: F.kl_div(c.x, c.targets.reshape(c.x.shape), reduction="batchmean"),
    "binary_cross_entropy": lambda c: F.binary_cross_entropy_with_logits(
        c.x,
        (1 - c.settings["label_smoothing"]) * c.targets.reshape(c.x.shape) + c.settings["label_smoothing"] / 2,
        pos_weight=_numbers(c, "pos_weight"),
    ),
    "cross_entropy": lambda c: F.cross_entropy(
        c.x, c.targets.reshape(-1).long(), _numbers(c, "class_weights"), label_smoothing=c.settings["label_smoothing"]
    ),
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
            if node.adapters:
                values[node.id] = adapted_dense(node, sources[0], own, self.seed, self.iteration)
                continue
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
        return torch_optimizer(name, list(self.parameters.values()), learning_rate, settings)

    def step(self, optimizer: torch.optim.Optimizer, x: np.ndarray, y: np.ndarray) -> float:
        optimizer.zero_grad(set_to_none=False)
        loss = self.loss(x, y)
        loss.backward()
        optimizer.step()
        self.iteration += 1
        return loss.item()


def torch_optimizer(name: str, parameters: list[torch.Tensor], learning_rate: float, settings: dict[str, Any]) -> torch.optim.Optimizer:
    """PyTorch's optimiser of this name; Lion, which it lacks, is below."""
    options = dict(settings)
    if name in ("adam", "adamw", "lion"):
        options["betas"] = (options.pop("beta1", 0.9), options.pop("beta2", 0.99 if name == "lion" else 0.999))
    kinds = {
        "sgd": torch.optim.SGD, "adagrad": torch.optim.Adagrad, "rmsprop": torch.optim.RMSprop, "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW, "lion": Lion, "muon": MuonWithAdamW,
    }  # fmt: skip
    return kinds[name](parameters, lr=learning_rate, **options)


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al. 2023."""

    def __init__(self, parameters: list[torch.Tensor], lr: float, betas: tuple[float, float], weight_decay: float = 0.0) -> None:
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                c = beta1 * m + (1 - beta1) * p.grad
                p.sub_(group["lr"] * (torch.sign(c) + group["weight_decay"] * p))
                m.mul_(beta2).add_(p.grad, alpha=1 - beta2)


class MuonWithAdamW(torch.optim.Optimizer):
    """PyTorch's own Muon function on matrices, without its rounding to bfloat16; its AdamW on everything else."""

    def __init__(
        self, parameters: list[torch.Tensor], lr: float, weight_decay: float = 0.1, momentum: float = 0.95, nesterov: bool = True,
        ns_steps: int = 5, match_rms_adamw: bool = False, eps: float = 1e-7,
    ) -> None:  # fmt: skip
        super().__init__(parameters, {"lr": lr})
        vectors = [p for p in parameters if p.ndim < 2]
        self.matrices = [p for p in parameters if p.ndim >= 2]
        self.others = torch.optim.AdamW(vectors, lr=lr, weight_decay=weight_decay, eps=eps) if vectors else None
        self.buffers = [torch.zeros_like(p).reshape(len(p), -1) for p in self.matrices]
        self.options = {
            "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov, "ns_steps": ns_steps, "eps": eps,
            "ns_coefficients": (3.4445, -4.7750, 2.0315), "adjust_lr_fn": "match_rms_adamw" if match_rms_adamw else "original",
            "has_complex": False,
        }  # fmt: skip

    @torch.no_grad()
    def step(self) -> None:
        from torch.optim import _muon

        if self.others is not None:
            self.others.step()
        rounding = torch.Tensor.bfloat16
        torch.Tensor.bfloat16 = lambda tensor: tensor.clone()
        try:
            for p, buffer in zip(self.matrices, self.buffers, strict=True):
                _muon._single_tensor_muon([p.view(len(p), -1)], [p.grad.reshape(len(p), -1)], [buffer], **self.options)
        finally:
            torch.Tensor.bfloat16 = rounding


def _own(tensors: dict[str, torch.Tensor], node_id: str) -> dict[str, torch.Tensor]:
    """The tensors of one node by their short names."""
    return {name.partition(".")[2]: tensor for name, tensor in tensors.items() if name.partition(".")[0] == node_id}
