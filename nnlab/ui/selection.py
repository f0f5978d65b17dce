"""What is selected: node ids and edges, shared by canvas, inspector and panels."""

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

    @property
    def nodes(self) -> tuple[str, ...]:
        return self._nodes

    @property
    def edges(self) -> tuple[Edge, ...]:
        return self._edges

    @property
    def current(self) -> str | None:
        return self._nodes[0] if self._nodes else None

    def set(self, nodes: Iterable[str] = (), edges: Iterable[Edge] = ()) -> None:
        chosen = (tuple(dict.fromkeys(nodes)), tuple(dict.fromkeys(edges)))
        if chosen != (self._nodes, self._edges):
            self._nodes, self._edges = chosen
            self.changed.emit()

    def keep_within(self, graph: Graph) -> None:
        """Forgets what the graph no longer has."""
        self.set((n for n in self._nodes if n in graph), (e for e in self._edges if e in graph.edges))
