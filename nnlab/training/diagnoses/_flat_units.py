"""Where an activation passes hardly any gradient, for every sample and unit: its slope, by its own kernel, is next to nothing."""

from __future__ import annotations

import numpy as np

from nnlab.core.operator import FLAT
from nnlab.engine.kernel_curve import curve
from nnlab.graph.graph import Node
from nnlab.training.observation import Observation
from nnlab.training.statistics import greatest_slope


def is_flat(seen: Observation, node: Node) -> np.ndarray | None:
    """(samples, places, units): whether the slope is at most FLAT of the greatest; None for a node it does not apply to.

    A unit of a convolution is a channel, which answers at many places.
    """
    if not node.kind.is_elementwise or not node.kind.saturates:
        return None
    z = seen.read_by(node)
    if z is None or not z.size or not np.isfinite(z).all():
        return None
    slopes = np.abs(curve(node.kind, node.settings, np.ascontiguousarray(z).ravel(), seen.real)[1])
    flat = (slopes <= FLAT * greatest_slope(node, seen.real)).reshape(z.shape)
    if z.ndim == 4:  # (samples, channels, height, width)
        flat = np.moveaxis(flat, 1, -1)
    return flat.reshape(len(z), -1, flat.shape[-1])


def feeds_loss(seen: Observation, node: Node) -> bool:
    """Whether no layer stands between the node and the loss: it makes the output, whose limits may be right."""
    waiting, known = [node.id], set()
    while waiting:
        for edge in seen.graph.outgoing(waiting.pop()):
            if edge.target in known:
                continue
            known.add(edge.target)
            if not seen.graph[edge.target].parameters:
                waiting.append(edge.target)
    return not any(seen.graph[name].parameters for name in known)
