"""A network whose last hidden layer feeds one output is a sum: output = Σ v_k a_k + c, one term for every hidden unit.

Whatever lies before the last hidden layer, its units' values a_k are functions of the input, and the output layer only weighs and adds
them. Where that hidden layer reads the input itself, each term is v f(w x + b): it has a centre, a slope and a height.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.errors import GraphError
from nnlab.graph.graph import Graph, Node
from nnlab.graph.validation import infer


@dataclass(frozen=True)
class UnitSum:
    """Where the parts of the sum are, by node id and tensor name."""

    units: str  # the tensor that holds a: "tanh_1.y"
    output: str  # the layer that weighs and adds: its weight is v (1, units), its bias c
    hidden: str  # the layer whose rows are the units; "" where the units are another operator's output
    activation: str  # the node that is f; "" for none, or where `hidden` is
    is_first_layer: bool  # whether `hidden` reads the input: the units are f(w x + b)

    @property
    def weight(self) -> str:
        """The parameter that holds v."""
        return f"{self.output}.weight"

    @property
    def bias(self) -> str:
        """The parameter that holds c, where the layer has one."""
        return f"{self.output}.bias"


def unit_sum(graph: Graph) -> UnitSum:
    """The parts of the sum that the network is; raises GraphError, saying why, for one that is none."""
    if len(graph.losses) != 1:
        raise GraphError("The network has no loss; connect its output to MSE to see what its units add up to.")
    loss = graph.losses[0]
    output = _source(graph, loss)
    if output is None:
        raise GraphError(f"Nothing is connected to {loss.id}; connect the output layer to see what its units add up to.")
    if loss.kind.link != "identity":
        raise GraphError(f"{loss.id} reads the output as the logit of a probability, not as a number; use MSE to see the units.", loss.id)
    if not output.kind.is_affine:
        raise GraphError(f"The output passes through {output.id}, so it is no plain sum of units; remove it to see them.", output.id)
    weight = infer(graph).get(output.id, "weight")
    if weight is not None and weight[0] != 1:
        raise GraphError(f"{output.id} has {weight[0]:,} outputs; the units of a network with one output are shown.", output.id)
    if has_adapters(output):
        raise GraphError(f"{output.id} has an adapter that adds to its weights; disable it to see the units.", output.id)
    edge = graph.incoming(output.id)[0] if graph.incoming(output.id) else None
    if edge is None or graph[edge.source].kind.is_input:
        raise GraphError(f"There is no hidden layer before {output.id}; insert one to see its units.", output.id)
    source = graph[edge.source]
    is_activation = source.kind.is_elementwise and not source.parameters and len(graph.incoming(source.id)) == 1
    hidden = _source(graph, source) if is_activation else source
    if hidden is None or not hidden.kind.is_affine:
        return UnitSum(f"{source.id}.{edge.source_port}", output.id, "", "", False)
    first = _source(graph, hidden)
    return UnitSum(
        f"{source.id}.{edge.source_port}", output.id, hidden.id, source.id if is_activation else "",
        first is not None and first.kind.is_input and not has_adapters(hidden),
    )  # fmt: skip


def has_adapters(node: Node) -> bool:
    """Whether adapters take part in what the layer computes, so that its weight alone does not say what that is."""
    return any(adapter.enabled for adapter in node.adapters)


def _source(graph: Graph, node: Node) -> Node | None:
    """The node that the first input comes from."""
    incoming = graph.inputs(node.id)
    return graph[incoming[0].source] if incoming else None
