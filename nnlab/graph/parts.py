"""Parts of a graph: cutting some nodes out as a graph of their own, and putting such a part into another graph.

What copy, paste and duplicate are made of. A part is an ordinary graph, so it can be written down and read back as text
(`Graph.to_json`), also by another window.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from nnlab.graph import edits
from nnlab.graph.graph import Graph, Node


def extract(graph: Graph, node_ids: Iterable[str], comment_ids: Iterable[str] = ()) -> Graph:
    """Nodes with the edges among them, groups that lie wholly within, and comments; ports of variadic nodes close up."""
    inside = {graph[node_id].id for node_id in node_ids}
    wanted = set(comment_ids)
    result = replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id in inside),
        edges=tuple(edge for edge in graph.edges if edge.source in inside and edge.target in inside),
        groups=tuple(group for group in graph.groups if inside.issuperset(group.members)),
        comments=tuple(comment for comment in graph.comments if comment.id in wanted),
    )
    for node in result.nodes:
        result = edits.close_ports(result, node.id)
    return result


def insert(graph: Graph, part: Graph, offset: tuple[float, float] = (0.0, 0.0)) -> tuple[Graph, tuple[str, ...], tuple[str, ...]]:
    """Puts a part into a graph, moved by `offset`, under names that are free there.

    Returns the graph and the ids of the new nodes and comments.
    """
    names: dict[str, str] = {}
    result = graph
    for node in part.nodes:
        position = (node.position[0] + offset[0], node.position[1] + offset[1])
        names[node.id] = _free_name(result, node)
        result = replace(result, nodes=(*result.nodes, replace(node, id=names[node.id], position=position)))
    edges = tuple(replace(edge, source=names[edge.source], target=names[edge.target]) for edge in part.edges)
    result = replace(result, edges=(*result.edges, *edges))
    for group in part.groups:
        number = _free_number("group", {g.id for g in result.groups})
        copied = replace(group, id=f"group_{number}", members=tuple(names[i] for i in group.members))
        result = replace(result, groups=(*result.groups, copied))
    comments = []
    for comment in part.comments:
        place = (comment.position[0] + offset[0], comment.position[1] + offset[1])
        comments.append(f"comment_{_free_number('comment', {c.id for c in result.comments})}")
        result = replace(result, comments=(*result.comments, replace(comment, id=comments[-1], position=place)))
    return result, tuple(names.values()), tuple(comments)


def _free_name(graph: Graph, node: Node) -> str:
    """The node's own name where it is free; else the next of its counted name, as `dense_3`."""
    if node.id not in graph:
        return node.id
    counted = re.fullmatch(r"(.*)_\d+", node.id)
    stem = counted.group(1) if counted else node.id
    if stem == node.operator:
        return graph.new_id(node.operator)
    return f"{stem}_{_free_number(stem, set(graph.by_id), first=2)}"


def _free_number(stem: str, taken: set[str], first: int = 1) -> int:
    while f"{stem}_{first}" in taken:
        first += 1
    return first
