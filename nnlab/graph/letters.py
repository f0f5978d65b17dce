"""The letters of tensors, as their operators declare them: "W" for "dense_1.weight"."""

from __future__ import annotations

from nnlab.graph.graph import Graph


def letter_of(graph: Graph, name: str) -> str:
    """The letter of the tensor `name` ("dense_1.weight"), or its own name in words where none is declared or the node is gone."""
    node_id, _, tensor = name.partition(".")
    declared = graph[node_id].kind.tensors.get(tensor) if node_id in graph else None
    return declared.letter if declared is not None else tensor.replace("_", " ")
