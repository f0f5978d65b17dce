"""Whether an adapter has learned anything: without it what would be lost with the adapter cannot be said."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.graph.adapters import adapted
from nnlab.graph.graph import Graph


def has_learned(graph: Graph, name: str, values: Mapping[str, np.ndarray]) -> bool:
    """Whether its update is another than at its start; `values` are parameters by name.

    B starts at 0, or with PiSSA at the B₀ that is kept; the first update moves it, and A only after it.
    """
    for layer in adapted(graph).get(name, ()):
        adapter = graph[layer].adapter(name)
        assert adapter is not None
        b = values[f"{layer}.{adapter.tensor('lora_B')}"]
        if (b != (values[f"{layer}.{adapter.tensor('lora_B_start')}"] if adapter.has_start else 0)).any():
            return True
    return False
