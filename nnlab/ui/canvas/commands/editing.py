"""What a person can do to the graph from the canvas, each as one named, undoable edit of the document.

Gestures, keys, palette and menus all come here, so that the same act has the same name and the same effect wherever it starts. An edit the
graph refuses is told through `refused` in one sentence and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import GraphError, NNLabError
from nnlab.core.operator import operators
from nnlab.graph import annotation, card_edits, docking, edits, extending, parts
from nnlab.graph.free_places import cleared
from nnlab.graph.graph import Edge, Graph, Position
from nnlab.graph.validation import Fix, insert_neutral, known_shape_reason, validate
from nnlab.ui.document.debugging_edits import rename
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection

NUDGE = 8.0  # canvas units: what was put on top of another card is moved off it in steps of the grid


class CanvasCommands(QObject):
    """Edits of one document. `refused` carries the reason of one that could not be made; it calls nodes what `called` says."""

    refused = Signal(str)

    def __init__(self, document: Document, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._selection = document, selection
        self.called: Callable[[str], str] = str
        self._lacking: tuple[Graph, Edge | None, Graph] | None = None

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

    def move(self, positions: Mapping[str, Position], comments: Mapping[str, Position] | None = None, gesture: str | None = None) -> None:
        """Puts cards and comments elsewhere; activations docked on cards come along, folded groups move as a whole."""
        what = _names(self.titles(positions), "node") if positions else _names(["comment"] * len(comments or ()), "comment")

        def put(graph: Graph) -> Graph:
            result = edits.move_nodes(graph, docking.moved(graph, positions))
            for comment_id, place in (comments or {}).items():
                result = annotation.set_comment(result, comment_id, position=place)
            return result

        self.attempt(f"Move {what}", put, gesture)

    def titles(self, cards: Iterable[str]) -> list[str]:
        """What cards are called in words."""
        shown = docking.shown(self.graph)
        return [shown[card].title if card in shown else card for card in cards]

    def connect_nodes(self, source: str, target: str, port: str, instead_of: Edge | None = None) -> bool:
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
        graph = self._graph_without(instead_of)
        return known_shape_reason(graph, source, target, _existing(graph, target, port), self.called)

    def _graph_without(self, edge: Edge | None) -> Graph:
        """The graph without an edge that a gesture has taken off; kept, since every port asks while it lasts."""
        if self._lacking is None or self._lacking[0] is not self.graph or self._lacking[1] != edge:
            self._lacking = (self.graph, edge, _without(self.graph, edge))
        return self._lacking[2]

    def fixes_for(self, source: str, target: str, port: str, instead_of: Edge | None = None) -> tuple[Fix, ...]:
        """What would make a refused connection fit: the remedies of what would be wrong at `target` if it were made."""
        graph = _without(self.graph, instead_of)
        try:
            joined = edits.connect(graph, source, target, _existing(graph, target, port))
        except NNLabError:  # a cycle, or no such port: nothing can be put in between
            return ()
        before = {d.message for d in validate(graph)}
        return tuple(fix for d in validate(joined) if d.is_error and d.message not in before for fix in d.fixes)

    def connect_with(self, source: str, target: str, port: str, instead_of: Edge | None, fix: Fix) -> bool:
        """Makes a connection together with what makes it fit, as one step."""

        def join(graph: Graph) -> Graph:
            graph = _without(graph, instead_of)
            return fix.apply(edits.connect(graph, source, target, _existing(graph, target, port)))

        return self.attempt(f"Connect {source} to {target}: {fix.label}", join)

    def connect_selected(self) -> None:
        """Joins the selected cards one after the other, from left to right."""
        cards = self.selected_cards()
        if len(cards) < 2:
            self.refused.emit("Select two or more nodes to connect them, from left to right.")
            return
        order = sorted(cards, key=lambda name: docking.place(self.graph, cards[name]))

        def join(graph: Graph) -> Graph:
            for first, second in pairwise(order):
                graph = _join(graph, docking.shown(graph)[first], docking.shown(graph)[second], self.called)
            return graph

        self.attempt(f"Connect {_names(self.titles(order), 'node')}", join)

    def disconnect_selected(self) -> None:
        """Takes away the edges among the selected cards; where there are none, all that enter or leave them."""
        owner = {node_id: name for name, card in self.selected_cards().items() for node_id in card.nodes}
        among = [e for e in self.graph.edges if e.source in owner and e.target in owner and owner[e.source] != owner[e.target]]
        edges = among or [e for e in self.graph.edges if (e.source in owner) != (e.target in owner)]
        if edges:

            titles = self.titles(self.selected_cards())
            self.attempt(f"Disconnect {_names(titles, 'node')}", lambda graph: edits.cut(graph, edges))

    def remove_edge(self, edge: Edge) -> None:
        self.attempt(f"Disconnect {edge.source} from {edge.target}", lambda graph: edits.disconnect(graph, edge))

    def delete(self) -> None:
        """Deletes what is selected: cards with all they carry, edges and comments."""
        nodes, edges, comments = self.selected_nodes(), self._selection.edges, self._selection.comments
        if not nodes and not edges and not comments:
            return

        def remove(graph: Graph) -> Graph:
            result = edits.cut(graph, (edge for edge in edges if edge in graph.edges))
            return annotation.remove_comments(edits.remove_nodes(result, nodes), comments)

        label = _names([f"{e.source} → {e.target}" for e in edges], "edge") if edges else _names(["comment"] * len(comments), "comment")
        if nodes:
            label = _names(self.titles(self.selected_cards()), "node")
        self.attempt(f"Delete {label}", remove)

    def delete_and_join(self) -> None:
        """Deletes the selected cards and joins what stood before each to what stands after it."""
        nodes = self.selected_nodes()
        if nodes:

            def bypass(graph: Graph) -> Graph:
                for node_id in nodes:
                    graph = edits.bypass_node(graph, node_id)
                return graph

            self.attempt(f"Delete and join {_names(nodes, 'node')}", bypass)

    def detach(self, card: str | None = None, position: Position | None = None) -> bool:
        """Takes a card (by default the selected ones) out of the network, which closes behind it. It stays on the canvas."""
        shown = docking.shown(self.graph)
        cards = [shown[card]] if card is not None else list(self.selected_cards().values())
        if not cards:
            self.refused.emit("Select the nodes to take out of the network first.")
            return False

        def take_out(graph: Graph) -> Graph:
            for each in cards:
                graph = edits.detach(graph, each.nodes)
            return edits.move_nodes(graph, docking.moved(graph, {cards[0].id: position})) if position is not None else graph

        return self.attempt(f"Take out {_names([each.title for each in cards], 'node')}", take_out)

    def selected_cards(self) -> dict[str, docking.Card]:
        """The selected cards by their ids."""
        chosen = set(self._selection.nodes)
        return {name: card for name, card in docking.shown(self.graph).items() if not chosen.isdisjoint(card.nodes)}

    def selected_nodes(self) -> list[str]:
        """Every node of the selected cards."""
        return [node_id for card in self.selected_cards().values() for node_id in card.nodes]

    def rename(self, node_id: str, name: str) -> bool:
        """Gives a node another name and keeps it selected."""
        name = name.strip()
        try:
            rename(self._document, node_id, name)
        except NNLabError as error:
            self.refused.emit(str(error))
            return False
        return True

    def duplicate(self) -> None:
        """Copies what is selected with its settings and the edges within."""
        self.insert_part(parts.extract(self.graph, self.selected_nodes(), self._selection.comments), (24.0, 96.0), "Duplicate")

    def insert_part(self, part: Graph, offset: Position, verb: str) -> bool:
        """Puts a part into the graph and selects it."""
        if not part.nodes and not part.comments:
            return False
        made: list[tuple[tuple[str, ...], tuple[str, ...]]] = []

        def put(graph: Graph) -> Graph:
            result, nodes, comments = parts.insert(graph, part, offset)
            made.append((nodes, comments))
            return result

        titles = [node.id for node in part.nodes if docking.host(part, node.id) is None]
        what = _names(titles, "node") if titles else _names(["comment"] * len(part.comments), "comment")
        if not self.attempt(f"{verb} {what}", put):
            return False
        self._selection.set(made[-1][0], (), made[-1][1])
        return True

    # Adding

    def add(
        self, operator: str, position: Position | None = None, after: str | None = None, settings: Mapping[str, object] | None = None
    ) -> str | None:
        """Adds an operator where one asks for it; returns the new node's id, None when refused.

        At `position` it stands alone; behind the node `after` it reads that; without either it follows what is selected, see
        `nnlab.graph.extending`.
        """

        def edit(graph: Graph) -> Graph:
            if position is not None:
                return edits.add_node(graph, operator, settings, position)
            if after is not None:
                return extending.behind(graph, operator, after, settings)
            return extending.extend(graph, operator, self._selection.nodes, settings)

        if operator not in operators:
            self.refused.emit(f"There is no operator {operator!r}.")
            return None
        if position is None and after is None and not self._selection.nodes and len(self._selection.edges) == 1:
            edge = self._selection.edges[0]
            return self._selection.current if self.add_on_edge(operator, edge, self.graph[edge.source].position, settings) else None
        return self._selection.current if self._add(f"Add {operators[operator].title}", edit) else None

    def add_on_edge(self, operator: str, edge: Edge, position: Position, settings: Mapping[str, object] | None = None) -> bool:
        """Adds an operator in the middle of an edge; without settings of its own it changes what flows there as little as it can."""
        kind = operators[operator]
        if kind.is_loss or kind.is_input:
            self.refused.emit(f"{kind.title} cannot be inserted between {self.called(edge.source)} and {self.called(edge.target)}.")
            return False

        def put(graph: Graph) -> Graph:
            insert = edits.insert_on_edge if settings else insert_neutral
            result = insert(graph, edge, operator, position)
            return card_edits.make_room(result, result.nodes[-1].id, edge)

        return self._add(f"Insert {kind.title}", put, settings)

    def splice(self, card: str, edge: Edge) -> bool:
        """Puts a card that is there already into the middle of an edge."""
        label = f"Insert {card} into {edge.source} → {edge.target}"
        return self.attempt(label, lambda graph: card_edits.make_room(card_edits.splice(graph, card, edge), card, edge))

    def dock(self, activation: str, card: str) -> bool:
        """Puts an activation onto a layer's card."""
        return self.attempt(f"Put {activation} on {card}", lambda graph: card_edits.dock(graph, activation, card))

    def pull_off(self, activation: str, position: Position) -> bool:
        """Takes a docked activation off its card and out of the network."""

        def take(graph: Graph) -> Graph:
            return edits.move_nodes(edits.detach_node(graph, activation), {activation: position})

        done = self.attempt(f"Detach {activation}", take)
        if done:
            self._selection.set([activation])
        return done

    def add_behind(self, operator: str, source: str, position: Position, settings: Mapping[str, object] | None = None) -> bool:
        """Adds an operator that reads `source`, whatever else reads it."""
        label = f"Add {operators[operator].title} after {source}"
        return self._add(label, lambda graph: card_edits.add_behind(graph, operator, source, position), settings)

    def add_before(self, operator: str, target: str, port: str, position: Position, settings: Mapping[str, object] | None = None) -> bool:
        """Adds an operator that `target` reads at a port."""
        label = f"Add {operators[operator].title} before {target}"
        return self._add(label, lambda graph: card_edits.add_before(graph, operator, target, port, position), settings)

    def _add(self, label: str, edit: Callable[[Graph], Graph], settings: Mapping[str, object] | None = None) -> bool:
        """An edit that adds a node, which gets these settings, is taken off other cards and is selected then."""
        before = set(self.graph.by_id)

        def add(graph: Graph) -> Graph:
            result = edit(graph)
            new = next(node.id for node in result.nodes if node.id not in before)
            return cleared(edits.configure(result, new, **settings) if settings else result, new, NUDGE)

        done = self.attempt(label, add)
        if done:
            self._selection.set(node_id for node_id in self.graph.by_id if node_id not in before)
        return done

    def anchor(self) -> str | None:
        """What an operator without a place would be added behind, see `nnlab.graph.extending`."""
        return extending.anchor(self.graph, self._selection.nodes)


def _join(graph: Graph, first: docking.Card, second: docking.Card, called: Callable[[str], str]) -> Graph:
    """What leaves one card into the first free port of another; nothing changes where they are joined already."""
    if not first.exit or not second.entries:
        source, target = first.exit or first.nodes[-1], (second.entries or ((second.nodes[0], ""),))[0][0]
        words = edits.refusal(graph, source, target, called=called) or f"{first.title} cannot be connected to {second.title}."
        raise GraphError(words, target)
    if any(edge.source == first.exit and edge.target in second.nodes for edge in graph.edges):
        return graph
    taken = {(edge.target, edge.target_port) for edge in graph.edges}
    target, port = next((entry for entry in second.entries if entry not in taken), second.entries[0])
    reason = known_shape_reason(graph, first.exit, target, port, called)
    if reason is not None:
        raise GraphError(reason, target)
    return edits.connect(graph, first.exit, target, port)


def _without(graph: Graph, edge: Edge | None) -> Graph:
    return edits.disconnect(graph, edge) if edge is not None and edge in graph.edges else graph


def _existing(graph: Graph, target: str, port: str) -> str:
    """The port, or the last one where ports of a variadic node have closed up."""
    ports = graph.ports(target)
    return port if port in ports or not ports else ports[-1]


def _names(names: Sequence[str], kind: str) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} {kind}s"
