"""Vanishing gradients: what reaches the first layers is so small that they do not learn.

Every layer multiplies the gradient by its weights and the slope of its activation, at most 1/4 for a sigmoid. Through many of them the
product goes to 0 (Hochreiter, 1991; Glorot and Bengio, 2010).
"""

from __future__ import annotations

from collections.abc import Iterator

from nnlab.core.written import rounded
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.training.diagnoses._gradient_flow import drawn_anew, gradient_norms, norms_chart, redrawn
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, Remedy, edit_graph, possible, register
from nnlab.training.observation import Observation

LEAST = 1e-3  # of the last layer's gradient


def find(seen: Observation) -> Iterator[Diagnosis]:
    norms = gradient_norms(seen)
    if len(norms) < 3:
        return
    names = list(norms)
    last = names[-1]
    first = min(names[:-1], key=lambda name: norms[name])
    if norms[first] == 0.0 or norms[first] >= LEAST * norms[last]:  # exactly 0: units are dead, or all is learned
        return
    ratio = norms[first] / norms[last]
    between = names.index(last) - names.index(first)
    factor = ratio ** (1 / between)
    yield Diagnosis(
        "vanishing_gradients",
        first,
        f"The gradient at {first} is {rounded(ratio, 2)} of that at {last}: every layer on the way back leaves {rounded(factor, 2)} of it.",
        figure=rounded(ratio, 1),
        remedies=possible(seen.graph, _remedies(seen)),
        figures={"ratio": ratio, "factor_per_layer": factor, **{f"norm_{name}": norm for name, norm in norms.items()}},
        mark=f"gradient {ratio:.1g} of that at {last}",
        chart=norms_chart(norms, first),
        harm=0.9,
    )


def _remedies(seen: Observation) -> Iterator[Remedy]:
    yield from drawn_anew(seen)
    graph = seen.graph
    squashing = [node for node in graph if node.kind.saturates and not node.kind.can_die and not _before_loss(graph, node.id)]
    if squashing:
        outlook = "ReLU passes the gradient on unchanged where it is active; He's initialisation keeps its size through the layers."
        yield edit_graph(f"Use ReLU instead of {squashing[0].kind.title}", _with_relu, outlook, starts_over=True)


def _before_loss(graph: Graph, node_id: str) -> bool:
    return any(graph[edge.target].kind.is_loss for edge in graph.outgoing(node_id))


def _with_relu(graph: Graph) -> Graph:
    for node in list(graph):
        if node.kind.saturates and not node.kind.can_die and not _before_loss(graph, node.id):
            graph = edits.replace_operator(graph, node.id, "relu")
    return redrawn(graph)


register(
    DiagnosisKind(
        "vanishing_gradients", "Vanishing gradients",
        f"The gradient for some layer's output is less than {LEAST:g} of that for the last layer's (norms over up to 512 samples).", find,
        follows_from=("saturated_units",),
    )
)  # fmt: skip
