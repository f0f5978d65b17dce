"""What a person can do to the graph from the canvas, each as one named, undoable edit of the document.

Gestures, keys, palette and menus all come here, so that the same act has the same name and the same effect wherever it starts. An edit the
graph refuses is told through `refused` in one sentence and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import NNLabError
from nnlab.core.operator import operators
from nnlab.graph import docking, edits
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.layout import COLUMN, ROW, arrange
from nnlab.graph.validation import insert_neutral, known_shape_reason
from nnlab.ui.document import Document
from nnlab.ui.selection import Selection

Position = tuple[float, float]


class CanvasCommands(QObject):
    """Edits of one document. `refused` carries the reason of one that could not be made."""

    refused = Signal(str)

    def __init__(self, document: Document, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._selection = document, selection

    @property
    def graph(self) -> Graph:
        return self._document.graph

    def attempt(self, label: str, edit: Callable[[Graph], Graph], gesture: str | None = None) -> bool:
        """Applies an edit; False, and `refused`, when the graph does not allow it."""
        try:
            self._document.attempt(label, edit, gesture)
        except NNLabError as error:
            self.refused.emit(str(error))
            return False
        return True

    def move(self, positions: Mapping[str, Position], gesture: str | None = None) -> None:
        """Puts cards elsewhere; activations docked on them come along."""
        owner = {card[0]: card for card in docking.cards(self.graph)}
        every = {node_id: position for name, position in positions.items() for node_id in owner.get(name, (name,))}
        self.attempt(f"Move {_names(list(positions), 'node')}", lambda graph: edits.move_nodes(graph, every), gesture)

    def connect(self, source: str, target: str, port: str, instead_of: Edge | None = None) -> bool:
        """Joins an output to an input port; `instead_of` is an edge that is taken off its port by the same gesture."""
        reason = self.reason_against(source, target, port, instead_of)
        if reason is not None:
            self.refused.emit(reason)
            return False

        def join(graph: Graph) -> Graph:
            graph = _without(graph, instead_of)
            return edits.connect(graph, source, target, _existing(graph, target, port))

        return self.attempt(f"Connect {source} to {target}", join)

    def reason_against(self, source: str, target: str, port: str, instead_of: Edge | None = None) -> str | None:
        """Why a connection cannot be, in one sentence; None when it can."""
        graph = _without(self.graph, instead_of)
        return known_shape_reason(graph, source, target, _existing(graph, target, port))

    def disconnect(self, edge: Edge) -> None:
        self.attempt(f"Disconnect {edge.source} from {edge.target}", lambda graph: edits.disconnect(graph, edge))

    def delete(self) -> None:
        """Deletes what is selected: cards with all they carry, and edges."""
        nodes, edges = self.selected_nodes(), self._selection.edges
        if not nodes and not edges:
            return

        def remove(graph: Graph) -> Graph:
            result = edits.remove_nodes(graph, nodes)
            for edge in edges:
                if edge in result.edges:
                    result = edits.disconnect(result, edge)
            return result

        cards = [node_id for node_id in nodes if docking.host(self.graph, node_id) is None]
        label = f"Delete {_names(cards, 'node')}" if nodes else f"Delete {_names([f'{e.source} → {e.target}' for e in edges], 'edge')}"
        self.attempt(label, remove)

    def delete_and_join(self) -> None:
        """Deletes the selected cards and joins what stood before each to what stands after it."""
        nodes = self.selected_nodes()
        if nodes:

            def bypass(graph: Graph) -> Graph:
                for node_id in nodes:
                    graph = edits.bypass_node(graph, node_id)
                return graph

            self.attempt(f"Delete and join {_names(nodes, 'node')}", bypass)

    def selected_nodes(self) -> list[str]:
        """Every node of the selected cards."""
        chosen = set(self._selection.nodes)
        return [node_id for card in docking.cards(self.graph) if chosen & set(card) for node_id in card]

    def duplicate(self) -> None:
        """Copies the selected cards with their settings and the edges among them."""
        nodes = self.selected_nodes()
        if not nodes:
            return
        names: dict[str, str] = {}

        def copy(graph: Graph) -> Graph:
            result = graph
            for node_id in nodes:
                node = graph[node_id]
                result = edits.add_node(result, node.operator, node.settings, (node.position[0] + 24.0, node.position[1] + 96.0))
                names[node_id] = result.nodes[-1].id
            for edge in graph.edges:
                if edge.source in names and edge.target in names:
                    result = edits.connect(result, names[edge.source], names[edge.target], edge.target_port)
            return result

        if self.attempt(f"Duplicate {_names(nodes, 'node')}", copy):
            self._selection.set(names.values())

    def tidy(self) -> None:
        self.attempt("Tidy", arrange)

    # Adding

    def add(self, operator: str, position: Position | None = None, after: str | None = None) -> str | None:
        """Adds an operator; joins it to `after` where it fits. Returns the new node's id, None when refused."""
        added: list[str] = []

        def edit(graph: Graph) -> Graph:
            if after is not None and after in graph:
                result = insert_after(graph, operator, after, position)
            else:
                result = edits.add_node(graph, operator, position=position or free_place(graph))
            added.append(next(node.id for node in result.nodes if node.id not in graph))
            return result

        if operator not in operators:
            self.refused.emit(f"There is no operator {operator!r}.")
            return None
        if not self.attempt(f"Add {operators[operator].title}", edit):
            return None
        self._selection.set([added[-1]])
        return added[-1]

    def add_on_edge(self, operator: str, edge: Edge, position: Position) -> bool:
        """Adds an operator in the middle of an edge."""
        kind = operators[operator]
        if kind.is_loss or kind.is_input:
            self.refused.emit(f"{kind.title} cannot stand between {edge.source} and {edge.target}.")
            return False
        before = set(self.graph.by_id)
        done = self.attempt(f"Insert {kind.title}", lambda graph: insert_neutral(graph, edge, operator, position))
        if done:
            self._selection.set(node_id for node_id in self.graph.by_id if node_id not in before)
        return done

    def default_anchor(self) -> str | None:
        """The node a new one is added after: the selected card's output, else the end of the network before its loss."""
        owner = {node_id: card for card in docking.cards(self.graph) for node_id in card}
        if self._selection.current in owner:
            return owner[self._selection.current][-1]
        if self.graph.losses:
            incoming = self.graph.inputs(self.graph.losses[0].id)
            if incoming:
                return incoming[0].source
        ends = [node.id for node in self.graph.nodes if not node.kind.is_loss and not self.graph.outgoing(node.id)]
        return ends[-1] if ends else None


def insert_after(graph: Graph, operator: str, after: str, position: Position | None = None) -> Graph:
    """Adds an operator behind a node and, where that makes sense, between it and whatever read it.

    Inputs stand alone, a loss only reads, an operator of several inputs takes the node as its first. Cards further to the right make room.
    """
    kind, node = operators[operator], graph[after]
    place = position or (node.position[0] + COLUMN, node.position[1])
    if kind.is_input or node.kind.is_loss:
        return edits.add_node(graph, operator, position=position or free_place(graph))
    outgoing = graph.outgoing(after)
    between = len(outgoing) > 0 and not kind.is_loss and len(kind.inputs) == 1 and not kind.variadic
    docks = kind.is_activation and bool(node.kind.parameters)
    result = graph
    if position is None and between and not docks:
        moved = {n.id: (n.position[0] + COLUMN, n.position[1]) for n in graph.nodes if n.position[0] > node.position[0] + 1.0}
        result = edits.move_nodes(result, moved)
    elif position is None and outgoing and not docks:
        place = (place[0], max(n.position[1] for n in graph.nodes) + ROW)
    result = edits.add_node(result, operator, position=node.position if docks else place)
    new = result.nodes[-1].id
    if between:
        for edge in outgoing:
            result = edits.disconnect(result, edge, close_up=False)
        for edge in outgoing:
            result = edits.connect(result, new, edge.target, edge.target_port)
    return edits.connect(result, after, new, result.ports(new)[0])


def free_place(graph: Graph) -> Position:
    """A place to the right of everything."""
    if not graph.nodes:
        return 0.0, 0.0
    return max(node.position[0] for node in graph.nodes) + COLUMN, graph.nodes[-1].position[1]


def _without(graph: Graph, edge: Edge | None) -> Graph:
    return edits.disconnect(graph, edge) if edge is not None and edge in graph.edges else graph


def _existing(graph: Graph, target: str, port: str) -> str:
    """The port, or the last one where ports of a variadic node have closed up."""
    ports = graph.ports(target)
    return port if port in ports or not ports else ports[-1]


def _names(names: Sequence[str], kind: str) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} {kind}s"
