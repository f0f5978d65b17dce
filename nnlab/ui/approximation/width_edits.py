"""Edits of the hidden layer whose units are added up: how many there are, and which activation they have."""

from __future__ import annotations

from nnlab.core.errors import GraphError
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.graph.unit_sum import unit_sum

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "")


def with_units(graph: Graph, units: int) -> Graph:
    """The same network with so many units in its last hidden layer. Raises GraphError where there is no such layer."""
    return edits.configure(graph, _hidden(graph), units=units)


def with_activation(graph: Graph, activation: str) -> Graph:
    """The same network with another activation behind its last hidden layer, or none (""). Raises GraphError without one."""
    edge = graph.outgoing(_hidden(graph))[0]
    follower = graph[edge.target]
    if not follower.kind.is_elementwise:
        middle = tuple((a + b) / 2 for a, b in zip(graph[edge.source].position, follower.position, strict=True))
        return edits.insert_on_edge(graph, edge, activation, (middle[0], middle[1])) if activation else graph
    return edits.replace_operator(graph, follower.id, activation) if activation else edits.bypass_node(graph, follower.id)


def _hidden(graph: Graph) -> str:
    structure = unit_sum(graph)
    if not structure.hidden:
        raise GraphError("The network has no hidden layer; put a dense layer before its output.")
    return structure.hidden
