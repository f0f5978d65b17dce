"""Proof that a base was left alone: the SHA-256 of each adapted layer's W₀, taken when it was frozen and now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nnlab.engine.compile import compile
from nnlab.engine.state import initial
from nnlab.graph.graph import Graph
from nnlab.training.project import Project
from nnlab.training.update import update_of


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


def with_known_base(graph: Graph, parameters: Mapping[str, np.ndarray]) -> Graph:
    """The graph whose adapters know the hash of the W₀ they stand beside: where none was taken at the freeze, that of `parameters`.

    So an adapter that came from elsewhere (a file, `nnlab.lora.attach` without hashes) is proven from the moment it met its weights.
    """
    nodes = []
    for node in graph.nodes:
        weight = parameters.get(f"{node.id}.weight")
        if weight is not None and any(not adapter.base_sha256 for adapter in node.adapters):
            known = next((adapter.base_sha256 for adapter in node.adapters if adapter.base_sha256), "") or sha256_of(weight)
            found = tuple(adapter if adapter.base_sha256 else replace(adapter, base_sha256=known) for adapter in node.adapters)
            node = replace(node, adapters=found)
        nodes.append(node)
    return graph if all(a is b for a, b in zip(nodes, graph.nodes, strict=True)) else replace(graph, nodes=tuple(nodes))


def with_proven_base(project: Project, parameters: Mapping[str, np.ndarray] | None = None) -> Project:
    """The project as it is opened: `with_known_base` of these parameters by name, or of those that its run begins with.

    Raises NNLabError for a network that cannot be compiled.
    """
    if all(adapter.base_sha256 for node in project.graph for adapter in node.adapters):
        return project
    if parameters is None:
        given = None if project.initial is None else project.initial.values
        program = compile(project.graph, 1, "float32", update_of(project.training))
        parameters = initial(program, 1, project.training.seed, given).parameters()
    return replace(project, graph=with_known_base(project.graph, parameters))
