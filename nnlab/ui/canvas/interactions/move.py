"""Dragging cards: all selected ones together, on a grid of 8, as one step of the undo stack."""

from __future__ import annotations

from nnlab.ui.canvas.interactions.gesture import Gesture, Pointer, Surroundings

GRID = 8.0
THRESHOLD = 4  # pixels before a press becomes a drag


class MoveGesture(Gesture):
    """Moves the cards that are selected when it begins."""

    def __init__(self, around: Surroundings, pointer: Pointer, card: str) -> None:
        super().__init__(around, pointer)
        scene = around.scene
        chosen = {scene.owner[node_id] for node_id in around.selection.nodes if node_id in scene.owner} | {card}
        self._card = card
        self._before = {name: scene.document.graph[name].position for name in chosen if name in scene.document.graph}
        self._after = dict(self._before)
        self._moving = False

    def move(self, pointer: Pointer) -> None:
        if not self._moving and (pointer.view - self.start.view).manhattanLength() < THRESHOLD:
            return
        self._moving = True
        dx, dy = self.around.scene.to_document(pointer.scene - self.start.scene)
        # The card under the cursor snaps; the others keep their places relative to it.
        x, y = self._before[self._card]
        dx, dy = _snap(x + dx) - x, _snap(y + dy) - y
        self._after = {name: (px + dx, py + dy) for name, (px, py) in self._before.items()}
        self.around.scene.preview_positions(self._after)

    def end(self, pointer: Pointer) -> None:
        if self._after != self._before:
            self.around.commands.move(self._after)

    def cancel(self) -> None:
        self.around.scene.preview_positions(self._before)


def _snap(value: float) -> float:
    return round(value / GRID) * GRID
