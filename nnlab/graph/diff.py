"""What changed between two graphs: the one message views receive."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.graph.graph import Edge, Graph, Node


@dataclass(frozen=True)
class GraphDiff:
    """Ids of nodes and edges that were added, removed, moved, or otherwise changed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]  # operator, settings, adapters, or what of it is frozen
    moved: tuple[str, ...]
    added_edges: tuple[Edge, ...]
    removed_edges: tuple[Edge, ...]
    annotated: bool = False  # groups or comments differ

    @property
    def computes_the_same(self) -> bool:
        """Whether only places on the canvas, groups or comments changed, so that nothing has to be compiled again."""
        return not (self.added or self.removed or self.changed or self.added_edges or self.removed_edges)

    @property
    def is_empty(self) -> bool:
        return self.computes_the_same and not self.moved and not self.annotated

    @property
    def only_moves(self) -> bool:
        """Whether nothing but places on the canvas differs."""
        return self.computes_the_same and not self.annotated


def diff(before: Graph, after: Graph) -> GraphDiff:
    old, new = before.by_id, after.by_id
    common = [node_id for node_id in new if node_id in old]
    old_edges, new_edges = set(before.edges), set(after.edges)
    return GraphDiff(
        added=tuple(i for i in new if i not in old),
        removed=tuple(i for i in old if i not in new),
        changed=tuple(i for i in common if _computes(old[i]) != _computes(new[i])),
        moved=tuple(i for i in common if old[i].position != new[i].position),
        added_edges=tuple(e for e in after.edges if e not in old_edges),
        removed_edges=tuple(e for e in before.edges if e not in new_edges),
        annotated=(before.groups, before.comments) != (after.groups, after.comments),
    )


def _computes(node: Node) -> tuple[object, ...]:
    return node.operator, node.settings, node.frozen, node.adapters
