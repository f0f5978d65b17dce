"""The letters of tensors, as their operators declare them: "W" for "dense_1.weight", and what they are called in words."""

from __future__ import annotations

from nnlab.graph.graph import Graph


def letter_of(graph: Graph, name: str) -> str:
    """The letter of the tensor `name` ("dense_1.weight"), or its own name in words where none is declared or the node is gone."""
    node_id, _, tensor = name.partition(".")
    declared = graph[node_id].tensors.get(tensor) if node_id in graph else None
    return declared.letter if declared is not None else tensor.replace("_", " ")


def tensor_in_words(graph: Graph, name: str) -> str:
    """A tensor as a person reads it: "∂L/∂W of dense_1" for dense_1.d_weight, "∂L/∂z of dense_1" for dense_1.d_y; other names stay."""
    node_id, _, tensor = name.partition(".")
    if not tensor.startswith("d_"):
        return name
    own = tensor.removeprefix("d_")
    letter = letter_of(graph, f"{node_id}.{own}")
    if node_id in graph and own in (output.name for output in graph[node_id].kind.outputs):
        # As in the formulas: what a layer gives is z, and a behind its activation.
        node = graph[node_id]
        letter = "z" if node.parameters else "a" if node.kind.is_activation else letter
    return f"∂L/∂{letter} of {node_id}"
