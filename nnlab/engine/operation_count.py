"""How much work a network is: what decides how many threads a step is worth."""

from __future__ import annotations

from collections.abc import Set

import numpy as np

from nnlab.graph.graph import Graph
from nnlab.graph.validation import Shapes


def matrix_operations(graph: Graph, shapes: Shapes, rows: int, in_parts: Set[str] = frozenset()) -> float:
    """Floating-point operations of the matrix products in one step of so many rows: forward, and twice as many backward.

    Of all nodes but those that are done in parts: these go to a second thread of our own, never to those of BLAS.
    """
    total = 0.0
    for node in graph.nodes:
        output = shapes.output(node)
        for parameter in node.own_parameters if node.id not in in_parts else ():
            shape = shapes[node.id, parameter.name]
            if len(shape) > 1 and output is not None:
                # Each row of the weight is used once at every place of the output (a convolution has many).
                total += max(1.0, np.prod(output) / shape[0]) * float(np.prod(shape))
    return 6.0 * rows * total
