"""Habits: networks that run, but certainly not as meant. Each is told as a warning with its reason.

Only what holds for every set of weights is told; a choice that may have a reason (a narrow linear layer, as LoRA makes it, or an unusual
activation) is nobody's mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnlab.core.tensor import Shape, show
from nnlab.graph.graph import Graph, Node

Found = tuple[str, str, str]  # kind, node id, sentence
TensorShapes = Mapping[tuple[str, str], Shape]

# A loss from logits applies its own link; the same function before it squashes what is squashed already.
_LINKS = {"softmax": "softmax", "sigmoid": "sigmoid"}
_BOUNDED = {
    "relu": "lets nothing below 0 through, so no logit can be negative",
    "tanh": "keeps every logit between −1 and 1, so no probability can come near 0 or 1",
    "hard_tanh": "keeps every logit in a fixed range, so no probability can come near 0 or 1",
    "sigmoid": "keeps every logit between 0 and 1, so no probability can come near 0 or 1",
    "softmax": "keeps every logit between 0 and 1, so no probability can come near 0 or 1",
}
_KEEPS_WHOLE = ("identity", "flatten", "reshape", "slice", "transpose", "dropout", "relu", "max_pool2d")


def habits(graph: Graph, shapes: TensorShapes) -> Iterator[Found]:
    """What is told of the graph; `shapes` are those inferred for it. The graph has no cycle."""
    layers = [node for node in graph if node.parameters]
    if layers and all(node.is_frozen for node in layers):
        yield "all_frozen", layers[-1].id, "Every layer is frozen: training changes nothing."
    for node in graph:
        incoming = graph.incoming(node.id)
        if len(incoming) != 1 or (incoming[0].source, incoming[0].source_port) not in shapes:
            continue
        source = graph[incoming[0].source]
        if node.kind.is_loss and node.kind.link in _LINKS:
            yield from _before_loss(node, source)
        elif node.operator == source.operator == "relu":
            yield "repeated", node.id, f"{node.id} changes nothing: {source.id} has cut off everything below 0 already."
        elif node.operator == "dense":
            yield from _before_dense(graph, shapes, node, source)
        elif node.operator == "dropout" and node.settings["p"] == 1.0:
            yield "closed", node.id, f"{node.id} leaves everything out: nothing behind it can learn."
        elif node.operator == "embedding":
            yield from _before_embedding(graph, node)


def _before_loss(loss: Node, source: Node) -> Iterator[Found]:
    if source.operator == _LINKS[loss.kind.link] and loss.operator != "hinge":
        reason = f"{loss.id} works from logits and applies the {source.operator} itself; {source.id} before it squashes them twice."
        yield "squashed_twice", source.id, reason
    elif source.operator in _BOUNDED:
        yield "bounded_logits", source.id, f"{source.id} {_BOUNDED[source.operator]}: {loss.id} works from logits."


def _before_dense(graph: Graph, shapes: TensorShapes, node: Node, source: Node) -> Iterator[Found]:
    shape = shapes[source.id, "y"]
    if len(shape) == 3 and _is_image(graph, source):
        yield "row_by_row", node.id, f"{node.id} acts on every row of the images {show(shape)} by itself; a flatten lets it see them whole."
    if source.operator == "dense" and len(graph.outgoing(source.id)) == 1 and (source.id, "x") in shapes:
        before, between, after = shapes[source.id, "x"][-1], shape[-1], int(node.settings["units"])
        if between >= min(before, after):
            yield "linear", node.id, f"{node.id} follows {source.id} without an activation: together they compute what one layer can."


def _is_image(graph: Graph, node: Node) -> bool:
    """Whether a tensor comes from a convolution or pooling, through operators that leave it as it is."""
    while node.kind.category in ("Activations", "Normalisation") and len(graph.incoming(node.id)) == 1:
        node = graph[graph.incoming(node.id)[0].source]
    return node.kind.category == "Images"


def _before_embedding(graph: Graph, node: Node) -> Iterator[Found]:
    origin = graph[graph.incoming(node.id)[0].source]
    while origin.operator in _KEEPS_WHOLE and len(graph.incoming(origin.id)) == 1:
        origin = graph[graph.incoming(origin.id)[0].source]
    if origin.parameters or origin.kind.category in ("Activations", "Normalisation"):
        yield "fractions", node.id, f"{node.id} looks up whole numbers, but {origin.id} computes fractions; let it read the data."
