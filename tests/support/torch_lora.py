"""A dense layer with adapters as PyTorch computes it, written after Hugging Face PEFT 0.21.

There lora/layer.py, lora/variants.py and lora/dora.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from dropout_masks import dropout_mask

from nnlab.graph.graph import Node
from nnlab.graph.lora_adapter import LoraAdapter


def adapted_dense(node: Node, x: torch.Tensor, own: Mapping[str, torch.Tensor], seed: int, iteration: int) -> torch.Tensor:
    """`own` are the layer's tensors by short name, those of adapters as "lora_A.task_b"."""
    bias = own.get("bias")
    result = F.linear(x, _residual(own["weight"], node.adapters, own), bias)
    for adapter in node.adapters:
        if adapter.enabled:
            result = _with(node, adapter, x, result, own, seed, iteration)
    return result


def _residual(weight: torch.Tensor, adapters: Sequence[LoraAdapter], own: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """W₀, or with PiSSA what PEFT puts in its place. (PEFT leaves it there when the adapter is not in use; here W₀ stays W₀.)"""
    for adapter in adapters:
        if adapter.enabled and adapter.init == "pissa":
            weight = weight - _scaling(adapter) * own[f"lora_B_start.{adapter.name}"] @ own[f"lora_A_start.{adapter.name}"]
    return weight


def _scaling(adapter: LoraAdapter) -> float:
    return adapter.weight * adapter.alpha / (adapter.rank**0.5 if adapter.rslora else adapter.rank)


def _with(
    node: Node, adapter: LoraAdapter, x: torch.Tensor, result: torch.Tensor, own: Mapping[str, torch.Tensor], seed: int, iteration: int
) -> torch.Tensor:  # fmt: skip
    a, b, scaling = own[f"lora_A.{adapter.name}"], own[f"lora_B.{adapter.name}"], _scaling(adapter)
    dropped = x
    if adapter.dropout:
        mask = dropout_mask(tuple(x.shape), adapter.dropout, f"{node.id}.{adapter.name}", seed, iteration)
        dropped = x * torch.from_numpy(np.asarray(mask))
    if not adapter.dora:
        return result + F.linear(F.linear(dropped, a), b) * scaling
    weight, bias = _residual(own["weight"], [adapter], own), own.get("bias")
    norm = torch.linalg.norm(weight + scaling * (b @ a).detach(), dim=1).detach()
    gain = (own[f"lora_magnitude_vector.{adapter.name}"] / norm).view(1, -1)
    base = F.linear(dropped, weight) if adapter.dropout else result - bias if bias is not None else result
    return result + (gain - 1) * base + gain * F.linear(F.linear(dropped, a), b) * scaling
