"""Adapter matrices: of each layer with adapters W₀, every adapter's A, B and s B A, and the W that the layer applies.

s B A and W are never formed in the run; they are worked out here, by the function that merging uses, for the eye.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.adapter_start import merged, product, stretch
from nnlab.engine.evaluator import Evaluator
from nnlab.training.probe import Probe, register


@dataclass(frozen=True, eq=False)
class AdapterMatrices:
    """A (rank, inputs) and B (units, rank) as they stand in the run; `update` float64 (units, inputs) = `scale` · (B A − B₀ A₀).

    `stretch` (units,): what DoRA multiplies the rows of W₀ + `update` by; None without DoRA.
    """

    name: str
    scale: float
    a: np.ndarray
    b: np.ndarray
    update: np.ndarray
    stretch: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class LayerMatrices:
    """W₀ (units, inputs) as it stands in the run; `applied` float64, W₀ with the update of every adapter that takes part."""

    layer: str
    base: np.ndarray
    applied: np.ndarray
    adapters: tuple[AdapterMatrices, ...]

    def adapter(self, name: str) -> AdapterMatrices | None:
        return next((adapter for adapter in self.adapters if adapter.name == name), None)


@dataclass(frozen=True, eq=False)
class AdaptedLayers:
    """The layers with adapters, from front to back."""

    layers: tuple[LayerMatrices, ...]

    def layer(self, layer: str) -> LayerMatrices | None:
        return next((found for found in self.layers if found.layer == layer), None)


def adapter_matrices(evaluator: Evaluator, data: Data) -> AdaptedLayers:
    program, arena, values = evaluator.program, evaluator.state.arena, evaluator.state.parameters()
    found = []
    for node in program.graph.topological():
        if not node.adapters:
            continue
        adapters = tuple(
            AdapterMatrices(
                name=adapter.name, scale=adapter.scale, a=values[f"{node.id}.{adapter.tensor('lora_A')}"],
                b=values[f"{node.id}.{adapter.tensor('lora_B')}"], update=adapter.scale * product(program, arena, node, adapter),
                stretch=stretch(program, arena, node, adapter) if adapter.dora else None,
            )
            for adapter in node.adapters
        )  # fmt: skip
        # What the layer applies is what it would be if all that takes part were merged into it.
        whole = replace(node, adapters=tuple(replace(adapter, merged=True) for adapter in node.adapters))
        found.append(LayerMatrices(node.id, values[f"{node.id}.weight"], merged(program, arena, whole), adapters))
    return AdaptedLayers(tuple(found))


register(Probe("adapter_matrices", adapter_matrices))
