"""Proof that a base was left alone: the SHA-256 of each adapted layer's W₀, taken when it was frozen and now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.graph.graph import Graph


@dataclass(frozen=True)
class BaseProof:
    """`frozen`: the hash when the adapter was attached, "" where it was not known then; `now`: the present one; `nbytes` of the weight."""

    layer: str
    frozen: str
    now: str
    nbytes: int

    @property
    def is_unchanged(self) -> bool | None:
        """None where there is nothing to compare with."""
        return self.frozen == self.now if self.frozen else None


def sha256_of(weight: np.ndarray) -> str:
    """Of the bits alone, row by row: `hashlib.sha256(weight.tobytes()).hexdigest()`."""
    return hashlib.sha256(np.ascontiguousarray(weight).tobytes()).hexdigest()


def base_sha256(parameters: Mapping[str, np.ndarray], layers: Iterable[str]) -> dict[str, str]:
    """The hash of W₀ by layer, for `nnlab.graph.adapters.attach`; `parameters` by name hold at least these weights."""
    return {layer: sha256_of(parameters[f"{layer}.weight"]) for layer in layers}


def proofs(graph: Graph, parameters: Mapping[str, np.ndarray]) -> tuple[BaseProof, ...]:
    """One for each layer with adapters; the hash at the freeze is that of the adapter that was attached first."""
    found = []
    for node in graph.nodes:
        if node.adapters:
            weight = parameters[f"{node.id}.weight"]
            frozen = next((adapter.base_sha256 for adapter in node.adapters if adapter.base_sha256), "")
            found.append(BaseProof(node.id, frozen, sha256_of(weight), weight.nbytes))
    return tuple(found)
