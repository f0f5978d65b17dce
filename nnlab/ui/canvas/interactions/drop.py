"""Dropping an operator from the palette: on an edge it is inserted there, on a card or port joined to it, elsewhere it stands alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from nnlab.ui.canvas.interactions.gesture import GestureContext
from nnlab.ui.canvas.interactions.move import GRID
from nnlab.ui.canvas.model.geometry import COLLAPSED_WIDTH
from nnlab.ui.canvas.scene.hit import CARD, EDGE, PORT, Hit, hit

MIME_TYPE = "application/x-nnlab-operator"  # holds the operator's name


class OperatorDrop:
    """Follows a drag over the canvas and makes the edit when it is dropped."""

    def __init__(self, around: GestureContext) -> None:
        self._around = around
        self._over = Hit()

    def enter(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(MIME_TYPE):
            event.acceptProposedAction()
        else:
            event.ignore()

    def move(self, event: QDragMoveEvent, point: QPointF) -> None:
        if not event.mimeData().hasFormat(MIME_TYPE):
            event.ignore()
            return
        self._mark(hit(self._around.scene, point))
        event.acceptProposedAction()

    def leave(self) -> None:
        self._mark(Hit())

    def _mark(self, found: Hit) -> None:
        """Shows where the operator would go."""
        scene = self._around.scene
        before, self._over = self._over, found
        for name in {before.card, found.card} & scene.items_by_card.keys():
            scene.items_by_card[name].set_state(hovered=name == found.card)
        for edge in (before.edge, found.edge):
            if edge is not None and edge in scene.edges.items:
                scene.edges.set_hovered(edge, edge == found.edge)

    def drop(self, event: QDropEvent, point: QPointF) -> None:
        if not event.mimeData().hasFormat(MIME_TYPE):
            event.ignore()
            return
        self.leave()
        event.acceptProposedAction()
        operator = bytes(event.mimeData().data(MIME_TYPE).data()).decode("utf-8", "replace")
        scene, commands = self._around.scene, self._around.commands
        found = hit(scene, point)
        x, y = scene.to_document(point)
        position = (round(x / GRID) * GRID, round(y / GRID) * GRID)
        if found.kind == EDGE and found.edge is not None:
            commands.add_on_edge(operator, found.edge, position)
        elif found.kind == PORT and found.port is not None:
            self._drop_on_input(operator, *scene.cards[found.card].input(found.port), position)
        elif found.kind in (CARD, PORT):
            commands.add(operator, after=scene.cards[found.card].last)
        else:
            commands.add(operator, position)

    def _drop_on_input(self, operator: str, node_id: str, port: str, position: tuple[float, float]) -> None:
        """Into the edge that ends there, or before the free port."""
        edge = next((e for e in self._around.scene.document.graph.incoming(node_id) if e.target_port == port), None)
        if edge is not None:
            self._around.commands.add_on_edge(operator, edge, position)
        else:
            self._around.commands.add_before(operator, node_id, port, (position[0] - COLLAPSED_WIDTH, position[1]))
