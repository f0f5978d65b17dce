"""How large the gradient is at every layer, which two diagnoses ask: the norm of the gradient of the loss for a layer's output.

Of outputs and not of weights, whose gradients also depend on how large a layer's input is. See Glorot and Bengio, Understanding the
difficulty of training deep feedforward neural networks (2010).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from nnlab.engine.steps import gradient_name
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.training.diagnosis import FindingChart, Remedy
from nnlab.training.observation import Observation


def gradient_norms(seen: Observation) -> dict[str, float]:
    """The norm for every layer by its id, from front to back, in float64; without layers whose gradient is not computed."""
    found = {}
    for layer in seen.layers:
        gradient = seen.tensor(gradient_name(f"{layer.id}.{layer.kind.outputs[0].name}"))
        if gradient is not None:
            found[layer.id] = float(np.linalg.norm(np.ravel(gradient).astype(np.float64)))
    return found


def norms_chart(norms: dict[str, float], meant: str) -> FindingChart:
    """The norms as bars, on a logarithmic scale, from front to back."""
    return FindingChart(
        "norm of the gradient, by layer (log)", tuple(norms), tuple(norms.values()), (list(norms).index(meant),), logarithmic=True
    )  # fmt: skip


def redrawn(graph: Graph) -> Graph:
    """Every layer with the initialiser that suits the activation behind it."""
    for node in graph:
        if any(setting.name == "init" for setting in node.kind.settings):
            behind = [graph[edge.target].kind for edge in graph.outgoing(node.id)]
            suits = next((kind.initializer for kind in behind if kind.is_activation), "xavier_uniform")
            graph = edits.configure(graph, node.id, init=suits)
    return graph


def drawn_anew(seen: Observation) -> Iterator[Remedy]:
    """The remedy of drawing initial weights that suit the activations, unless they were drawn so."""
    if seen.are_drawn and redrawn(seen.graph) == seen.graph:
        return
    outlook = "Weights drawn for the activations behind them keep the size of values and gradients from layer to layer."

    yield Remedy(
        "Draw the weights for their activations",
        lambda project: replace(project, graph=redrawn(project.graph), initial=None), outlook, starts_over=True,
    )  # fmt: skip
