"""Lint: networks that run, but probably not as meant. Each finding is a warning with its reason.

Only what holds for every set of weights is told; a choice that may have a reason (a narrow linear layer, as LoRA makes it, or an unusual
activation) is nobody's mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnlab.core.doubt import Doubt
from nnlab.core.tensor import Shape, show
from nnlab.core.written import plain_number
from nnlab.graph.graph import Edge, Graph, Node

Found = tuple[str, str, str]  # kind, node id, sentence
TensorShapes = Mapping[tuple[str, str], Shape]

_SURE = 4.6  # a logit of this size is a probability of 0.99; where larger ones are possible, nothing is told


def lint(graph: Graph, shapes: TensorShapes) -> Iterator[Found]:
    """What is told of the graph; `shapes` are those inferred for it. The graph has no cycle."""
    layers = [node for node in graph if node.parameters]
    if layers and all(node.is_frozen for node in layers):
        yield "all_frozen", layers[-1].id, "Every layer is frozen: training changes nothing."
    for node in graph:
        doubt = doubt_of(node, shapes)
        if doubt is not None:
            yield "doubtful", node.id, f"{node.id} {doubt.sentence}"
    for node in graph:
        incoming = graph.incoming(node.id)
        if len(incoming) != 1 or (incoming[0].source, incoming[0].source_port) not in shapes:
            continue
        source = graph[incoming[0].source]
        kind = node.kind
        if kind.is_loss and kind.link != "identity":
            yield from _before_loss(node, source)
        elif kind.idempotent and node.operator == source.operator and node.settings == source.settings:
            yield "repeated", node.id, f"{node.id} has no effect: {source.id} before it already does the same."
        elif kind.is_affine:
            yield from _before_affine(graph, shapes, node, incoming[0])
        elif kind.blocks(node.settings):
            yield "closed", node.id, f"{node.id} sets every value to 0: layers before it cannot learn."
        elif kind.reads_indices:
            yield from _before_indices(graph, node)


def doubt_of(node: Node, shapes: TensorShapes) -> Doubt | None:
    """What its operator says of its settings and of the shapes that reach it, where these are known."""
    known = {name: shapes[node.id, name] for name in node.kind.tensors if (node.id, name) in shapes}
    return node.kind.doubt(node.settings, known) if all(name in known for name in node.kind.input_names) else None


def _before_loss(loss: Node, source: Node) -> Iterator[Found]:
    kind = source.kind
    low, high = kind.output_bounds(source.settings)
    if kind.computes_link == loss.kind.link and loss.kind.applies_link:
        reason = f"{loss.id} takes logits and applies {source.operator} itself; {source.id} applies it a second time."
        yield "squashed_twice", source.id, reason
    elif max(abs(low), abs(high)) < _SURE:
        reason = f"keeps every logit between {_number(low)} and {_number(high)}, so no probability can come near 0 or 1"
        yield "bounded_logits", source.id, f"{loss.id} takes logits, but {source.id} {reason}."
    elif low >= 0:
        reason = "outputs nothing below 0, so no logit can be negative"
        yield "bounded_logits", source.id, f"{loss.id} takes logits, but {source.id} {reason}."


def _number(value: float) -> str:
    return plain_number(value).replace("-", "−")


def _before_affine(graph: Graph, shapes: TensorShapes, node: Node, edge: Edge) -> Iterator[Found]:
    source, shape = graph[edge.source], shapes[edge.source, edge.source_port]
    if len(shape) == 3 and _is_image(graph, source):
        yield "row_by_row", node.id, f"{node.id} acts on every row of the images {show(shape)} separately; add a flatten before it."
    if source.kind.is_affine and len(graph.outgoing(source.id)) == 1 and (source.id, "x") in shapes and (node.id, "y") in shapes:
        before, between, after = shapes[source.id, "x"][-1], shape[-1], shapes[node.id, "y"][-1]
        if between >= min(before, after):
            yield "linear", node.id, f"{node.id} follows {source.id} without an activation: together they are equivalent to one layer."


def _is_image(graph: Graph, node: Node) -> bool:
    """Whether a tensor comes from a convolution or pooling, through operators that leave it as it is."""
    while node.kind.category in ("Activations", "Normalisation") and len(graph.incoming(node.id)) == 1:
        node = graph[graph.incoming(node.id)[0].source]
    return node.kind.category == "Images"


def _before_indices(graph: Graph, node: Node) -> Iterator[Found]:
    origin = graph[graph.incoming(node.id)[0].source]
    while origin.kind.keeps_whole and len(graph.incoming(origin.id)) == 1:
        origin = graph[graph.incoming(origin.id)[0].source]
    if origin.parameters or origin.kind.category in ("Activations", "Normalisation"):
        yield "fractions", node.id, f"{node.id} takes whole numbers, but {origin.id} outputs fractions; connect it to the input."
