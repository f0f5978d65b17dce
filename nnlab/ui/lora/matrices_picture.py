"""What is shown of the matrices of an adapted layer, as a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.training.base_weights import BaseProof
from nnlab.training.probes.adapter_matrices import AdapterMatrices, LayerMatrices
from nnlab.ui.lora.layer_flow import ACTIVATIONS, GRADIENTS, WEIGHTS, LayerActivations, LayerGradients


@dataclass(frozen=True, eq=False)
class MatricesPicture:
    """What is shown: one layer, one of its adapters, the proof of W₀, and the words around them.

    With `gradients` they stand in the place of A and B; with `activations` the numbers of one sample lie on the lines.
    """

    layer: LayerMatrices
    adapter: AdapterMatrices
    proof: BaseProof | None
    is_merged: bool
    takes_part: bool
    source: str  # the node before the layer
    others: tuple[str, ...] = ()  # other adapters on the layer that take part
    following: tuple[str, ...] = ()  # the nodes behind the layer, up to the next with weights
    gradients: LayerGradients | None = None
    activations: LayerActivations | None = None

    @property
    def mode(self) -> str:
        return GRADIENTS if self.gradients is not None else ACTIVATIONS if self.activations is not None else WEIGHTS

    @property
    def left(self) -> np.ndarray:
        """What lies in the place of B: B itself, or its gradient, 0 where none is computed."""
        return self.adapter.b if self.gradients is None else _known(self.gradients.b, self.adapter.b)

    @property
    def right(self) -> np.ndarray:
        """What lies in the place of A."""
        return self.adapter.a if self.gradients is None else _known(self.gradients.a, self.adapter.a)


def _known(gradient: np.ndarray | None, weights: np.ndarray) -> np.ndarray:
    return np.zeros_like(weights) if gradient is None or gradient.shape != weights.shape else gradient
