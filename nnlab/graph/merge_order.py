"""In which order adapters can be merged. With DoRA that order counts: its factors multiply all that was added before it, and nothing after.

Adapters of a layer follow one another as they were attached. What is merged comes first in the computation, so an adapter that is merged
while one attached before it is computed beside the weights would change places with it. Two updates that are only added may; where one of
the two is a DoRA, outputs would move, and such an edit is refused.
"""

from __future__ import annotations

from dataclasses import replace

from nnlab.core.errors import GraphError
from nnlab.graph.graph import Graph
from nnlab.graph.node import Node


def check_merge_order(before: Graph, after: Graph) -> Graph:
    """`after`, if the edit that made it lets no two adapters change places; raises GraphError for the first two that would."""
    known = {place for node in before.nodes for place in _changed_places(node)}
    for node in after.nodes:
        for place in _changed_places(node):
            if place not in known:
                layer, earlier, later = place
                raise GraphError(
                    f"With DoRA the order of adapters counts: {later} can be merged into {layer} only while {earlier}, attached before it, "
                    f"is merged too or off; merge or switch off {earlier} first, or unmerge {later}.", layer,
                )  # fmt: skip
    return after


def _changed_places(node: Node) -> list[tuple[str, str, str]]:
    """(layer, earlier, later) of adapters that are computed the other way round than they were attached."""
    found = []
    for k, later in enumerate(node.adapters):
        if later.is_merged:
            found += [(node.id, e.name, later.name) for e in node.adapters[:k] if e.is_beside and (e.dora or later.dora)]
    return found


def merged_in_order(graph: Graph, name: str) -> Graph:
    """The graph with an adapter merged, and on its layers all before it that take part: computes the same as with all of them beside."""

    def merged(node: Node) -> Node:
        at = next((k for k, adapter in enumerate(node.adapters) if adapter.name == name), -1)
        return replace(node, adapters=tuple(
            replace(adapter, merged=True, enabled=True) if k == at else replace(adapter, merged=adapter.enabled) if k < at else adapter
            for k, adapter in enumerate(node.adapters)
        ))  # fmt: skip

    return replace(graph, nodes=tuple(merged(node) if node.adapters else node for node in graph.nodes))


def all_beside(graph: Graph) -> Graph:
    """The graph with nothing merged: what every order of merging is held against."""
    nodes = tuple(
        replace(node, adapters=tuple(replace(adapter, merged=False) for adapter in node.adapters)) if node.adapters else node
        for node in graph.nodes
    )
    return replace(graph, nodes=nodes)
