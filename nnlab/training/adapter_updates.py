"""What an adapter's update looks like: ΔW itself, and how many directions it has by its singular values."""

from __future__ import annotations

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.graph.graph import Graph
from nnlab.training.peft import ParametersByName


def update_of(graph: Graph, values: ParametersByName, layer: str, name: str) -> np.ndarray:
    """ΔW of an adapter on a layer as it counts now, its weight in the blend included: s (B A - B₀ A₀), with DoRA W - W₀; in float64."""
    adapter = graph[layer].adapter(name)
    if adapter is None:
        raise NNLabError(f"The adapter {name} is not on {layer}.")
    left, right = _factors(graph, values, layer, name)
    delta = left @ right
    if not adapter.dora:
        return delta
    weight = values[f"{layer}.weight"].astype(np.float64)
    lengths = np.linalg.norm(weight + delta, axis=1)
    gain = values[f"{layer}.{adapter.tensor('lora_magnitude_vector')}"].astype(np.float64) / lengths
    return gain[:, None] * (weight + delta) - weight


def singular_values(graph: Graph, values: ParametersByName, layer: str, name: str) -> np.ndarray:
    """The singular values of ΔW, largest first, in float64: as many as the rank (twice with PiSSA), with DoRA all of them.

    ΔW is not formed: with B = Q R and Aᵀ = P S its singular values are those of the small matrix R Sᵀ, so that what is 0 by construction
    never shows as rounding.
    """
    adapter = graph[layer].adapter(name)
    if adapter is not None and adapter.dora:
        return np.asarray(np.linalg.svd(update_of(graph, values, layer, name), compute_uv=False))
    left, right = _factors(graph, values, layer, name)
    core = _triangle(left) @ _triangle(right.T).T
    return np.asarray(np.linalg.svd(core, compute_uv=False))


def _triangle(matrix: np.ndarray) -> np.ndarray:
    """R of its QR decomposition."""
    return np.asarray(np.linalg.qr(matrix, mode="r"))


def singular_values_of_change(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Those of what full fine-tuning changed, W - W₀, in float64."""
    return np.asarray(np.linalg.svd(now.astype(np.float64) - before.astype(np.float64), compute_uv=False))


def share_in_first(values: np.ndarray, count: int) -> float:
    """How much of a change lies in its first directions: their squares over all squares; 1 where nothing changed."""
    total = float((values**2).sum())
    return float((values[:count] ** 2).sum()) / total if total else 1.0


def _factors(graph: Graph, values: ParametersByName, layer: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(units, k) and (k, inputs) whose product is s (B A - B₀ A₀)."""
    adapter = graph[layer].adapter(name)
    if adapter is None:
        raise NNLabError(f"The adapter {name} is not on {layer}.")

    def number(part: str) -> np.ndarray:
        return values[f"{layer}.{adapter.tensor(part)}"].astype(np.float64)

    left, right = number("lora_B"), number("lora_A")
    if adapter.has_start:
        left, right = np.concatenate([left, -number("lora_B_start")], axis=1), np.concatenate([right, number("lora_A_start")])
    return adapter.scale * left, right
