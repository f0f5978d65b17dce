"""Adapter spectra: the singular values of each adapter's ΔW, as many as its rank, none of them rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.adapter_updates import singular_values
from nnlab.training.probe import Probe, register


@dataclass(frozen=True, eq=False)
class Spectrum:
    """`values` largest first, float64; `side` is how many singular values a matrix of the layer's shape has."""

    layer: str
    name: str
    values: np.ndarray
    side: int


@dataclass(frozen=True, eq=False)
class AdapterSpectra:
    """One for each adapter on each layer."""

    spectra: tuple[Spectrum, ...]

    def of(self, layer: str, name: str) -> Spectrum | None:
        return next((one for one in self.spectra if (one.layer, one.name) == (layer, name)), None)


def adapter_spectra(evaluator: Evaluator, data: Data) -> AdapterSpectra:
    graph, values = evaluator.program.graph, evaluator.state.parameters()
    return AdapterSpectra(
        tuple(
            Spectrum(node.id, adapter.name, singular_values(graph, values, node.id, adapter.name), min(values[f"{node.id}.weight"].shape))
            for node in graph.topological()
            for adapter in node.adapters
        )
    )


register(Probe("adapter_spectra", adapter_spectra))
