"""GraphBuilder: a graph written as Python, one method per registered operator.

    b = GraphBuilder()
    x = b.input(features=2)
    h = b.tanh(b.dense(x, units=8))
    b.mse(b.dense(h, units=1))
    graph = b.build()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nnlab.core.errors import GraphError
from nnlab.core.operator import operators
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.validation import check


@dataclass(frozen=True)
class Output:
    """What a builder's method returns: the output of a node, to be passed to the next."""

    node_id: str


class GraphBuilder:
    """Collects nodes; `build` checks the whole and returns an immutable graph."""

    def __init__(self) -> None:
        self._graph = Graph()

    def __getattr__(self, operator: str) -> Callable[..., Output]:
        if operator.startswith("_") or operator not in operators:
            raise AttributeError(f"There is no operator {operator!r}; known are {', '.join(sorted(operators.names()))}.")

        def add(*inputs: Output, id: str | None = None, **settings: object) -> Output:
            return self.node(operator, *inputs, id=id, **settings)

        return add

    def node(self, operator: str, *inputs: Output, id: str | None = None, **settings: object) -> Output:
        """Adds a node of any operator, also one whose name is not a Python name."""
        graph = edits.add_node(self._graph, operator, settings, node_id=id)
        node = graph.nodes[-1]
        kind = node.kind
        if not kind.variadic and len(inputs) > len(kind.inputs):
            raise GraphError(f"{node.id} takes {len(kind.inputs)} inputs, but {len(inputs)} were given.", node.id)
        for source, port in zip(inputs, kind.port_names(len(inputs)), strict=False):
            if not isinstance(source, Output):
                raise GraphError(f"{node.id}: an input must be what a builder's method returned, not {source!r}.", node.id)
            graph = edits.connect(graph, source.node_id, node.id, port)
        self._graph = graph
        return Output(node.id)

    def build(self) -> Graph:
        """The graph, laid out from left to right; raises GraphError if it could not be trained."""
        graph = arrange(self._graph)
        check(graph)
        return graph
