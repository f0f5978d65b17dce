"""What is shown of the matrices of an adapted layer, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.training.base_weights import BaseProof
from nnlab.training.probes.adapter_matrices import AdapterMatrices, LayerMatrices


@dataclass(frozen=True, eq=False)
class MatricesPicture:
    """What is shown: one layer, one of its adapters, the proof of W₀, and the words around them."""

    layer: LayerMatrices
    adapter: AdapterMatrices
    proof: BaseProof | None
    is_merged: bool
    takes_part: bool
    source: str  # the node before the layer
    others: tuple[str, ...] = ()  # other adapters on the layer that take part
