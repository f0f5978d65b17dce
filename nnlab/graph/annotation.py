"""Edits of what people write around the network: groups that name a part of it, and comments. Pure functions, like `nnlab.graph.edits`.

Nothing here changes what is computed. A group holds at least one node and is gone with its last one; a node is in one group at most.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from nnlab.core.errors import GraphError
from nnlab.graph.graph import MOST_TEXT, MOST_TITLE, Comment, Graph, Group


def group_nodes(graph: Graph, node_ids: Iterable[str], title: str = "") -> Graph:
    """Makes a group of nodes, taken out of the groups they were in. The new group is `result.groups[-1]`."""
    chosen = {graph[node_id].id for node_id in node_ids}
    if not chosen:
        raise GraphError("A group needs at least one node; select nodes first.")
    members = tuple(node.id for node in graph.nodes if node.id in chosen)
    number = 1
    names = {group.id for group in graph.groups}
    while f"group_{number}" in names:
        number += 1
    group = Group(f"group_{number}", _title(title or f"Group {number}"), members)
    return replace(graph, groups=(*without_members(graph.groups, chosen), group))


def ungroup(graph: Graph, group_id: str) -> Graph:
    """Dissolves a group; its nodes stay."""
    group_named(graph, group_id)
    return replace(graph, groups=tuple(group for group in graph.groups if group.id != group_id))


def set_group(graph: Graph, group_id: str, title: str | None = None, collapsed: bool | None = None) -> Graph:
    """Gives a group another title, folds or unfolds it."""
    group = group_named(graph, group_id)
    changed = replace(
        group, title=group.title if title is None else _title(title), collapsed=group.collapsed if collapsed is None else collapsed
    )
    return replace(graph, groups=tuple(changed if g is group else g for g in graph.groups))


def join_group(graph: Graph, node_id: str, member: str) -> Graph:
    """Puts a node where `member` is: into its group, or out of any."""
    group = graph.group_of.get(member)
    if graph.group_of.get(node_id) is group:
        return graph
    others = without_members(graph.groups, {node_id})
    if group is None:
        return replace(graph, groups=others)
    return replace(graph, groups=tuple(replace(g, members=(*g.members, node_id)) if g.id == group.id else g for g in others))


def group_named(graph: Graph, group_id: str) -> Group:
    """The group with an id; raises GraphError when there is none."""
    for group in graph.groups:
        if group.id == group_id:
            return group
    raise GraphError(f"There is no group {group_id!r} in this graph.")


def add_comment(graph: Graph, text: str, position: tuple[float, float]) -> Graph:
    """Writes words on the canvas. The new comment is `result.comments[-1]`."""
    number, names = 1, {comment.id for comment in graph.comments}
    while f"comment_{number}" in names:
        number += 1
    comment = Comment(f"comment_{number}", _text(text), (float(position[0]), float(position[1])))
    return replace(graph, comments=(*graph.comments, comment))


def set_comment(graph: Graph, comment_id: str, text: str | None = None, position: tuple[float, float] | None = None) -> Graph:
    """Changes a comment's words or place."""
    comment = comment_named(graph, comment_id)
    place = comment.position if position is None else (float(position[0]), float(position[1]))
    changed = replace(comment, text=comment.text if text is None else _text(text), position=place)
    return replace(graph, comments=tuple(changed if c is comment else c for c in graph.comments))


def remove_comments(graph: Graph, comment_ids: Iterable[str]) -> Graph:
    gone = {comment_named(graph, comment_id).id for comment_id in comment_ids}
    return replace(graph, comments=tuple(comment for comment in graph.comments if comment.id not in gone))


def comment_named(graph: Graph, comment_id: str) -> Comment:
    """The comment with an id; raises GraphError when there is none."""
    for comment in graph.comments:
        if comment.id == comment_id:
            return comment
    raise GraphError(f"There is no comment {comment_id!r} in this graph.")


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > MOST_TITLE:
        raise GraphError(f"A group's title has 1 to {MOST_TITLE} characters.")
    return title


def _text(text: str) -> str:
    text = text.strip()
    if not text or len(text) > MOST_TEXT:
        raise GraphError(f"A comment has 1 to {MOST_TEXT:,} characters.")
    return text


def without_members(groups: Iterable[Group], gone: Container[str]) -> tuple[Group, ...]:
    """The groups without some nodes; those that are empty then are left out."""
    kept = (replace(group, members=tuple(i for i in group.members if i not in gone)) for group in groups)
    return tuple(group for group in kept if group.members)


def same_group(graph: Graph, first: str, second: str) -> bool:
    """Whether two nodes are in one group."""
    return graph.group_of.get(first) is graph.group_of.get(second) is not None
