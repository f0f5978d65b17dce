"""Making a graph fit other data: as many inputs as it has features, and the output and loss its target asks for.

Used when a person chooses another data set: one undoable edit, made of the fixes the diagnostics themselves offer.
"""

from __future__ import annotations

from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, validate

MOST_FIXES = 16  # every fix removes a diagnostic; this only guards against two fixes that undo each other


def adapt(graph: Graph, data: DataShape) -> Graph:
    """The graph after applying the first fix of every error the data brings; what has no fix stays."""
    for _ in range(MOST_FIXES):
        fix = next((d.fixes[0] for d in validate(graph, data) if d.is_error and d.fixes), None)
        if fix is None:
            break
        graph = fix.apply(graph)
    return graph
