"""Drawing a connection: from a port to a port. Ports that accept it show so; one that refuses says why before the button is released.

A drag from an output makes a new edge; one from a connected input takes the edge off it, to be put on another port or dropped. Let go over
nothing, a new edge asks which operator to add at its end; let go over a port that refuses it, what would make it fit.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from nnlab.core.tensor import show
from nnlab.graph.graph import Edge
from nnlab.ui.canvas.edges.routing import forward
from nnlab.ui.canvas.edges.tensor_edge import DraftLine
from nnlab.ui.canvas.interactions.gesture import Gesture, GestureContext, Pointer
from nnlab.ui.canvas.overlays.reason_popup import ReasonPopup
from nnlab.ui.canvas.overlays.search import Search
from nnlab.ui.canvas.scene.hit import Hit, card_at, port_at

REACH = 18.0  # pixels within which a port catches the end


class ConnectGesture(Gesture):
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, around: GestureContext, pointer: Pointer, found: Hit, reason_popup: ReasonPopup) -> None:
        super().__init__(around, pointer)
        scene = around.scene
        self._popup = reason_popup
        self._taken: Edge | None = None
        self._backwards = False  # from a free input: looks for an output
        self._card, self._port = found.card, found.port
        if found.port is not None:
            node, port = scene.cards[found.card].input(found.port)
            incoming = [e for e in scene.document.graph.incoming(node) if e.target_port == port]
            if incoming:
                self._taken = incoming[0]
                self._card, self._port = scene.owner[incoming[0].source], None
                scene.edges.set_hidden(self._taken, True)
            else:
                self._backwards = True
        self._end: Hit | None = None
        self._reason: str | None = None
        self._line = DraftLine(scene.kit, scene.detail.text_scale)
        scene.addItem(self._line)
        self._offer()
        self.move(pointer)

    def _offer(self) -> None:
        """Marks the ports that would accept, and fades cards that would not."""
        scene = self.around.scene
        for name, item in scene.items_by_card.items():
            ports = [None] if self._backwards else list(item.geometry.inputs)
            if self._backwards and item.geometry.output is None:
                ports = []
            if name == self._card:
                ports = []
            elif len(ports) > 2 and item.card.spare_port:  # all ports of a sum take the same
                ports = ports if self._refusal(name, ports[-1]) is None else []
            accepting = frozenset(port or "" for port in ports if item.card.spare_port or self._refusal(name, port) is None)
            item.set_state(accepting=accepting, refuses=not accepting and name != self._card)

    def _refusal(self, card: str, port: str | None) -> str | None:
        source, target, name = self._joined(card, port)
        return self.around.commands.reason_against(source, target, name, self._taken)

    def _joined(self, card: str, port: str | None) -> tuple[str, str, str]:
        """(source node, target node, port) for an end at `port` of `card`."""
        cards = self.around.scene.cards
        if self._backwards:
            return cards[card].last, *cards[self._card].input(self._port or "")
        return cards[self._card].last, *cards[card].input(port or "")

    def move(self, pointer: Pointer) -> None:
        scene = self.around.scene
        end = port_at(scene, pointer.scene, REACH, inputs_only=not self._backwards)
        if end is not None and (end.card == self._card or (end.port is None) != self._backwards):
            end = None
        if end != self._end:
            self._leave()
            self._end = end
            self._reason = None if end is None else self._refusal(end.card, end.port)
            if end is not None:
                offer = "refuses" if self._reason else "accepts"
                scene.items_by_card[end.card].set_state(hovered_port=end.port or "", offered_port=offer)
        at = pointer.scene if end is None else self._port_place(end.card, end.port)
        start = self._port_place(self._card, self._port)
        self._line.show_path(forward(at, start) if self._backwards else forward(start, at), bool(self._reason))
        if end is None:
            self._popup.hide()
        elif self._reason:
            self._popup.show_reason(self._reason, self._shapes(), self.around.viewport, pointer.view)
        else:
            source, target, port = self._joined(end.card, end.port)
            called = scene.title_of
            self._popup.show_offer(f"{called(source)} → {called(target)}.{port}", self._shape(source), self.around.viewport, pointer.view)

    def _shape(self, source: str) -> str:
        """What would flow along the connection."""
        shape = self.around.scene.shapes.get(source, self.around.scene.document.graph[source].kind.outputs[0].name)
        return "" if shape is None else show(shape)

    def _shapes(self) -> str:
        """Both shapes, where they are known."""
        assert self._end is not None
        scene = self.around.scene
        source, target, _ = self._joined(self._end.card, self._end.port)
        return scene.shape_text(source, target)

    def _port_place(self, card: str, port: str | None) -> QPointF:
        item = self.around.scene.items_by_card[card]
        place = item.geometry.output if port is None else item.geometry.inputs.get(port)
        return item.position + (place or QPointF())

    def _leave(self) -> None:
        if self._end is not None and self._end.card in self.around.scene.items_by_card:
            self.around.scene.items_by_card[self._end.card].set_state(hovered_port="", offered_port="")

    def end(self, pointer: Pointer) -> None:
        self.move(pointer)
        end, taken, reason = self._end, self._taken, self._reason
        self._clean_up()
        commands = self.around.commands
        if end is not None:
            source, target, port = self._joined(end.card, end.port)
            if reason:
                self._offer_fixes(source, target, port, reason, pointer)
            elif taken is None or (taken.source, taken.target, taken.target_port) != (source, target, port):
                commands.connect_nodes(source, target, port, taken)
        elif (pointer.view - self.start.view).manhattanLength() > REACH:
            if taken is not None:
                commands.remove_edge(taken)
            elif card_at(self.around.scene, pointer.scene) is None:
                self._search(pointer)

    def _search(self, pointer: Pointer) -> None:
        """Asks which operator to add at the loose end."""
        scene = self.around.scene
        card = scene.cards[self._card]
        if self._backwards:
            node, port = card.input(self._port or "")
            self.around.search(Search(pointer.view, target=(node, port), anchor=card.title))
        else:
            detail = f"{card.title} gives {self._shape(card.last)}"
            self.around.search(Search(pointer.view, source=card.last, anchor=card.title, detail=detail))

    def _offer_fixes(self, source: str, target: str, port: str, reason: str, pointer: Pointer) -> None:
        """What would make a refused connection fit, if anything would; otherwise the reason stays where it is."""
        commands, taken, shapes = self.around.commands, self._taken, self.around.scene.shape_text(source, target)
        fixes = commands.fixes_for(source, target, port, taken)
        if not fixes:
            self._popup.show_reason(reason, shapes, self.around.viewport, pointer.view)
            self._popup.linger()
            return
        self.around.search(
            Search(pointer.view, title=reason, detail=shapes, fixes=fixes,
                   remedy=lambda fix: commands.connect_with(source, target, port, taken, fix))
        )  # fmt: skip

    def cancel(self) -> None:
        self._clean_up()

    def _clean_up(self) -> None:
        scene = self.around.scene
        self._leave()
        for item in scene.items_by_card.values():
            item.set_state(accepting=frozenset(), refuses=False)
        scene.removeItem(self._line)
        self._popup.hide()
        if self._taken in scene.edges.items:
            scene.edges.set_hidden(self._taken, False)
