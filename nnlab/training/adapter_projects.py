"""Adapters as edits of a whole project: what is attached or loaded starts, and is rewound to, the base as it was at that moment.

A run that is rewound begins with its project's initial weights. Without them a frozen base would be drawn anew from the seed, and what an
adapter was to be added to would be gone; so the weights at the moment of attaching become the project's initial weights, in the same edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nnlab.core.errors import TrainingError
from nnlab.graph.adapters import adaptable, adapted, attach, merge
from nnlab.graph.graph import Graph
from nnlab.graph.lora_adapter import KEPT
from nnlab.training.base_weights import base_sha256
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.peft import from_stored
from nnlab.training.project import Project
from nnlab.training.stored_adapter import StoredAdapter


def with_attached(
    project: Project, weights: Mapping[str, np.ndarray], name: str, nodes: Iterable[str] | None = None, **settings: Any
) -> Project:  # fmt: skip
    """The project with a new adapter on its network as it is now.

    `weights` are its parameters and buffers by name (a snapshot's, a run's), `settings` those of `nnlab.graph.adapters.attach`. Raises
    NNLabError in one sentence.
    """
    layers = None if nodes is None else tuple(nodes)
    known = [layer for layer in (adaptable(project.graph) if layers is None else layers) if f"{layer}.weight" in weights]
    graph = attach(project.graph, layers, name=name, base_sha256=base_sha256(weights, known), **settings)
    return _starting(project, graph, weights, f"The base of {name}, as it was when the adapter was attached")


def with_loaded(project: Project, weights: Mapping[str, np.ndarray], stored: StoredAdapter, name: str | None = None) -> Project:
    """The project with an adapter of a file on its network as it is now, numbers and all; it is frozen now, whatever it was trained on."""
    known = [layer for layer in stored.layers if f"{layer}.weight" in weights]
    graph, values = from_stored(project.graph, replace(stored, base_sha256=base_sha256(weights, known)), name)
    return _starting(project, graph, {**weights, **values}, f"The base with the loaded adapter {name or stored.name}")


def checked_merge(graph: Graph, name: str, is_training: bool) -> Graph:
    """The graph with an adapter merged into the layers' weights, between two iterations of training but not in the midst of it.

    Raises TrainingError while the network trains: what is merged learns no more, and training would go on with nothing that does.
    """
    if is_training:
        raise TrainingError(f"{name} cannot be merged while the network trains; pause first.")
    return merge(graph, name)


def _starting(project: Project, graph: Graph, weights: Mapping[str, np.ndarray], words: str) -> Project:
    kept = {key: values for key, values in weights.items() if not key.endswith(f".{KEPT}")}
    name = f"base of {', '.join(adapted(graph))}"
    return replace(project, graph=graph, initial=InitialWeights(name[:100], words, kept))
