"""How a network's loss reads the target: as it is in the data, or one number of 0 or 1 for every class."""

from __future__ import annotations

import numpy as np

from nnlab.core.dataset import Target
from nnlab.graph.graph import Graph, Node


def accepts(graph: Graph, loss: Node, target: Target) -> bool:
    """Whether a loss can be computed on a target of this kind; how many outputs that takes is another question."""
    kind = loss.kind
    if target.kind in kind.target_kinds or (target.are_probabilities and kind.link == "sigmoid"):
        return True
    sources = [graph[edge.source].kind for edge in graph.incoming(loss.id)]
    return target.kind == "classes" and kind.takes_probabilities and any(source.computes_link for source in sources)


def outputs_wanted(target: Target, link: str) -> int:
    """How many outputs a loss with this link needs on the target."""
    return target.classes if link == "softmax" or target.kind == "classes" else target.outputs


def encoded(graph: Graph, target: Target, y: np.ndarray) -> np.ndarray:
    """`y` as the loss of `graph` takes it: class numbers (samples,) become (samples, classes) for one that compares probabilities."""
    losses = graph.losses
    if target.kind != "classes" or not losses or losses[0].kind.link == "softmax":
        return y
    return np.eye(target.classes)[y]
