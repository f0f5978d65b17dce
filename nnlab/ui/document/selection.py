"""What is selected: node ids, edges and comments, shared by canvas, inspector and panels."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from nnlab.graph.graph import Edge, Graph


class Selection(QObject):
    """`changed` is emitted once for every real change. The first node is the one the inspector shows."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: tuple[str, ...] = ()
        self._edges: tuple[Edge, ...] = ()
        self._comments: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        return self._nodes

    @property
    def edges(self) -> tuple[Edge, ...]:
        return self._edges

    @property
    def comments(self) -> tuple[str, ...]:
        """Ids of the selected comments."""
        return self._comments

    @property
    def current(self) -> str | None:
        return self._nodes[0] if self._nodes else None

    def set(self, nodes: Iterable[str] = (), edges: Iterable[Edge] = (), comments: Iterable[str] = ()) -> None:
        chosen = (tuple(dict.fromkeys(nodes)), tuple(dict.fromkeys(edges)), tuple(dict.fromkeys(comments)))
        if chosen != (self._nodes, self._edges, self._comments):
            self._nodes, self._edges, self._comments = chosen
            self.changed.emit()

    def keep_within(self, graph: Graph) -> None:
        """Forgets what the graph no longer has."""
        comments, edges = {comment.id for comment in graph.comments}, set(graph.edges) if self._edges else set()
        self.set(
            (n for n in self._nodes if n in graph), (e for e in self._edges if e in edges), (c for c in self._comments if c in comments)
        )
