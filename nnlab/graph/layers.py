"""Layers by what they are in a network: the one that makes the output, and the hidden ones before it."""

from __future__ import annotations

from nnlab.graph.graph import Graph, Node


def is_layer(node: Node) -> bool:
    """Whether it has weights and a width that can be chosen."""
    return bool(node.parameters) and ("units" in node.settings or "filters" in node.settings)


def output_layer(graph: Graph) -> Node | None:
    """The last layer on the way to the loss, back through operators with one input and no width of their own; None if there is none."""
    node = graph.losses[0] if graph.losses else None
    while node is not None:
        incoming = graph.incoming(node.id)
        node = graph[incoming[0].source] if len(incoming) == 1 else None
        if node is not None and is_layer(node):
            return node
    return None


def hidden_layers(graph: Graph) -> tuple[Node, ...]:
    """All layers but the one that makes the output, from front to back."""
    last = output_layer(graph)
    return tuple(node for node in graph.topological() if is_layer(node) and node is not last)
