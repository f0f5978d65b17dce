"""Fixes for adapters that their layer has no room for any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from nnlab.graph.diagnostic import Fix
from nnlab.graph.fixes.case import Case, Proposer, Removal
from nnlab.graph.graph import Graph


def lower_rank(case: Case) -> Iterator[Fix]:
    """The highest rank that the weight has; or the adapters that are too wide are taken away."""
    node = case.node
    weight = case.shapes.get((node.id, "weight"))
    if weight is None:
        return
    most = min(weight)
    wide = [adapter.name for adapter in node.adapters if adapter.rank > most]
    words = " and ".join(wide)
    yield Fix(f"Set the rank of {words} to {most}", partial(_with_rank, node_id=node.id, most=most), f"Set the rank of {words} to {most}")
    yield Removal(f"Remove {words} from {node.id}", partial(_without, node_id=node.id, names=frozenset(wide)))


def _with_rank(graph: Graph, node_id: str, most: int) -> Graph:
    node = graph[node_id]
    adapters = tuple(replace(adapter, rank=min(adapter.rank, most)) for adapter in node.adapters)
    return replace(graph, nodes=tuple(replace(n, adapters=adapters) if n is node else n for n in graph.nodes))


def _without(graph: Graph, node_id: str, names: frozenset[str]) -> Graph:
    node = graph[node_id]
    adapters = tuple(adapter for adapter in node.adapters if adapter.name not in names)
    known = {p.name for p in replace(node, adapters=adapters).parameters}
    changed = replace(node, adapters=adapters, frozen=node.frozen & known)
    return replace(graph, nodes=tuple(changed if n is node else n for n in graph.nodes))


PROPOSERS: dict[str, Proposer] = {"adapter": lower_rank}
