"""Dragging cards and comments: all selected ones together, on a grid of 8 or in line with others, as one step of the undo stack.

A single card dropped on an edge goes into it, an activation dropped on a layer docks on it, if nothing joins the card to the network yet.
With Alt the drag takes the card out of the network first, which closes behind it; on a layer's second line it takes the activation alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt

from nnlab.graph import docking
from nnlab.graph.graph import Edge
from nnlab.ui.canvas.interactions.gesture import Gesture, GestureContext, Pointer
from nnlab.ui.canvas.interactions.guides import Guides, caught
from nnlab.ui.canvas.model.content import BLOCK
from nnlab.ui.canvas.scene.hit import edge_at

GRID = 8.0
THRESHOLD = 4  # pixels before a press becomes a drag


class MoveGesture(Gesture):
    """Moves the cards and comments that are selected when it begins.

    `grip` is the card the cursor holds, or the comment if `holds_comment`. Where it is held is kept relative to it, so that the picture may
    be moved, zoomed and laid out again meanwhile. A click that moves nothing selects what it `picks`: one of several that are selected.
    """

    def __init__(
        self, around: GestureContext, pointer: Pointer, grip: str, holds_comment: bool = False, picks: tuple[str, ...] = ()
    ) -> None:
        super().__init__(around, pointer)
        self._picks = picks
        scene = around.scene
        chosen = {scene.owner[node_id] for node_id in around.selection.nodes if node_id in scene.owner}
        places = {comment.id: comment.position for comment in scene.document.graph.comments}
        self._comments = {name: places[name] for name in around.selection.comments if name in places}
        if holds_comment:
            self._comments[grip] = places[grip]
        else:
            chosen.add(grip)
        self._grip: str | None = None if holds_comment else grip
        self._held_comment = grip if holds_comment else ""
        self._before = {name: scene.place_of(name) for name in chosen}
        self._hold = pointer.scene - scene.spacing.to_scene(self._place)
        self._after, self._comments_after = dict(self._before), dict(self._comments)
        self._moving = False
        self._guides: Guides | None = None
        self._takes_out = bool(pointer.modifiers & Qt.KeyboardModifier.AltModifier)
        self._activation = self._activation_at(pointer) if self._takes_out else None
        self._edge: Edge | None = None  # that the card would go into
        self._layer: str | None = None  # that the activation would dock on

    @property
    def _place(self) -> tuple[float, float]:
        """Where what the cursor holds stood."""
        return self._before[self._grip] if self._grip is not None else self._comments[self._held_comment]

    def move(self, pointer: Pointer) -> None:
        if not self._moving and (pointer.view - self.start.view).manhattanLength() < THRESHOLD:
            return
        self._moving = True
        scene = self.around.scene
        # What the cursor holds snaps, to the grid or in line with another card; the others keep their places relative to it.
        x, y = self._place
        under = scene.to_document(pointer.scene - self._hold)
        dx, dy = under[0] - x, under[1] - y
        others = {name: scene.place_of(name) for name in scene.cards if name not in self._before}
        column, row = caught((x + dx, y + dy), others.values()) if self._grip is not None else (None, None)
        dx = (_snap(x, dx) if column is None else column) - x
        dy = (_snap(y, dy) if row is None else row) - y
        self._after = {name: (px + dx, py + dy) for name, (px, py) in self._before.items()}
        self._comments_after = {name: (px + dx, py + dy) for name, (px, py) in self._comments.items()}
        scene.preview_positions(self._after)
        scene.preview_comments(self._comments_after)
        self._show_guides(others)
        self._look_for_a_place(pointer)

    def _show_guides(self, others: Mapping[str, tuple[float, float]]) -> None:
        scene = self.around.scene
        if self._grip is None:
            return
        if self._guides is None:
            self._guides = Guides(scene.kit)
            scene.addItem(self._guides)
        x, y = self._after[self._grip]
        aligned = {n for n, p in others.items() if abs(p[0] - x) < 0.5}, {n for n, p in others.items() if abs(p[1] - y) < 0.5}
        outlines = {name: item.outline for name, item in scene.items_by_card.items()}
        self._guides.show_lines(outlines[self._grip], outlines, aligned, scene.detail.text_scale)

    def _take_guides(self) -> None:
        if self._guides is not None:
            self.around.scene.removeItem(self._guides)
            self._guides = None

    # Going into the network and out of it

    def _single(self) -> str | None:
        """The card that is dragged alone, if it may go into an edge."""
        graph = self.around.scene.document.graph
        card = docking.shown(graph).get(self._grip or "")
        if card is None or len(self._before) != 1 or self._comments or not card.entries or not card.exit:
            return None
        inside = set(card.nodes)
        joined = any((edge.source in inside) != (edge.target in inside) for edge in graph.edges)
        return self._grip if self._takes_out or not joined else None

    def _look_for_a_place(self, pointer: Pointer) -> None:
        """Marks the edge or the layer that would take the card if it were dropped now."""
        scene, card = self.around.scene, self._single()
        edge, layer = None, None
        if card is not None:
            layer = self._layer_under(pointer, card)
            found = edge_at(scene, pointer.scene) if layer is None else None
            nodes = set(scene.cards[card].nodes)
            edge = found.edge if found is not None and found.edge and not nodes & {found.edge.source, found.edge.target} else None
        if (edge, layer) != (self._edge, self._layer):
            self._mark(False)
            self._edge, self._layer = edge, layer
            self._mark(True)

    def _layer_under(self, pointer: Pointer, card: str) -> str | None:
        graph, scene = self.around.scene.document.graph, self.around.scene
        if card not in graph or not graph[card].kind.is_activation:
            return None
        for name, item in scene.items_by_card.items():
            bare = name != card and name in graph and graph[name].parameters and docking.docked(graph, name) is None
            if bare and item.outline.contains(pointer.scene):
                return name
        return None

    def _mark(self, on: bool) -> None:
        scene = self.around.scene
        if self._edge in scene.edges.items:
            scene.edges.set_hovered(self._edge, on)
        if self._layer in scene.items_by_card:
            scene.items_by_card[self._layer].set_state(hovered=on)

    def end(self, pointer: Pointer) -> None:
        self._mark(False)
        self._take_guides()
        if not self._moving:
            if self._picks:
                self.around.selection.set(self._picks)
            return
        commands, card = self.around.commands, self._single()
        place = self._after[self._grip] if self._grip is not None else None
        if card is not None and self._layer is not None:
            done = commands.dock(card, self._layer)
        elif card is not None and self._edge is not None:
            done = commands.splice(card, self._edge)
        elif self._takes_out and card is not None and place is not None:
            done = commands.pull_off(self._activation, place) if self._activation else commands.detach(card, place)
        elif (self._after, self._comments_after) != (self._before, self._comments):
            commands.move(self._after, self._comments_after)
            done = True
        else:
            done = True
        if not done:
            self.cancel()

    def _activation_at(self, pointer: Pointer) -> str | None:
        """The activation to be pulled off: the drag begins on the second line of a layer that carries one."""
        card = self.around.scene.cards.get(self._grip or "")
        if card is None or card.form == BLOCK or len(card.nodes) != 2:
            return None
        item = self.around.scene.items_by_card[card.id]
        unit = item.text_scale * item.kit.scale
        top = item.outline.top() + (25.0 if item.geometry.is_expanded else 30.0) * unit
        line = QRectF(item.outline.left(), top, item.outline.width(), 20.0 * unit)
        return card.nodes[-1] if line.contains(pointer.scene) else None

    def cancel(self) -> None:
        self._mark(False)
        self._take_guides()
        self.around.scene.preview_positions(self._before)
        self.around.scene.preview_comments(self._comments)


def _snap(before: float, moved: float) -> float:
    """To the grid; what is moved along the other axis alone keeps its place on this one."""
    return before if abs(moved) < GRID / 2 else round((before + moved) / GRID) * GRID
