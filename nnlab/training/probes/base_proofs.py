"""Base proofs: whether each frozen W₀ that has adapters is, bit for bit, what it was when it was frozen."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.base_weights import BaseProof, proofs
from nnlab.training.probe import Probe, register


@dataclass(frozen=True)
class BaseProofs:
    """One proof for each layer with adapters, from front to back."""

    layers: tuple[BaseProof, ...]

    def of(self, layer: str) -> BaseProof | None:
        return next((proof for proof in self.layers if proof.layer == layer), None)


def base_proofs(evaluator: Evaluator, data: Data) -> BaseProofs:
    return BaseProofs(proofs(evaluator.program.graph, evaluator.state.parameters()))


register(Probe("base_proofs", base_proofs))
