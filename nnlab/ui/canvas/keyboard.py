"""The canvas without a mouse: a focus that walks over the cards, and keys that act on them.

Arrows move what is selected; with Alt, or when nothing is selected, they walk to the neighbouring card. Page Down and Page Up walk in the
order of the network. With Shift, walking adds to the selection. Every step is announced to screen readers, since the cards are painted and
not widgets.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from nnlab.ui.canvas.commands.editing import CanvasCommands
from nnlab.ui.canvas.interactions.move import GRID
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.canvas.scene.viewport import Viewport
from nnlab.ui.document.selection import Selection

_DIRECTIONS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class KeyboardFocus:
    """Which card has the keyboard's focus."""

    def __init__(self, scene: GraphScene, selection: Selection, view: Viewport) -> None:
        self._scene, self._selection, self._view = scene, selection, view
        self.card: str | None = None
        self._nudges = 0
        selection.changed.connect(self._end_nudge)

    def _end_nudge(self) -> None:
        self._nudges += 1

    def key(self, key: int, modifiers: Qt.KeyboardModifier, commands: CanvasCommands) -> bool:
        """Acts on a key; False when it means nothing here."""
        order = [*self._scene.cards, *self._scene.comments]
        adds = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if key in _DIRECTIONS:
            dx, dy = _DIRECTIONS[Qt.Key(key)]
            if modifiers & Qt.KeyboardModifier.AltModifier or not (self._selection.nodes or self._selection.comments):
                self._walk(dx, dy, adds)
            else:
                self._nudge(dx * GRID, dy * GRID, commands)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and order:
            self._turn(1 if key == Qt.Key.Key_PageDown else -1, adds)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.card in order:
            self._selection.set(self._scene.picked(self.card))
        else:
            return False
        return True

    def _turn(self, step: int, adds: bool) -> None:
        """To the next or previous card, and from the last on to the comments."""
        cards, comments = list(self._scene.cards), list(self._scene.comments)
        stops = [*((card, "") for card in cards), *(("", comment) for comment in comments)]
        here = ("", self._selection.comments[0]) if self._selection.comments and self.card is None else (self.card or "", "")
        at = stops.index(here) + step if here in stops else (0 if step > 0 else -1)
        card, comment = stops[at % len(stops)]
        if card:
            self.go_to(card, adds)
        else:
            self._go_to_comment(comment, adds)

    def _go_to_comment(self, comment: str, adds: bool) -> None:
        self._show(None)
        selection = self._selection
        chosen = (*(selection.comments if adds else ()), comment)
        selection.set(selection.nodes if adds else (), (), dict.fromkeys((comment, *chosen)))
        self._announce(f"Comment: {self._scene.comments[comment].comment.text}")

    def _nudge(self, dx: float, dy: float, commands: CanvasCommands) -> None:
        chosen = {self._scene.owner[n] for n in self._selection.nodes if n in self._scene.owner}
        places = {name: self._scene.place_of(name) for name in chosen}
        comments = {c.id: c.position for c in self._scene.document.graph.comments if c.id in self._selection.comments}
        moved, notes = ({name: (x + dx, y + dy) for name, (x, y) in each.items()} for each in (places, comments))
        commands.move(moved, notes, gesture=f"nudge {self._nudges}")

    def _walk(self, dx: int, dy: int, adds: bool) -> None:
        """To the nearest card in a direction."""
        places = {name: item.position for name, item in self._scene.items_by_card.items()}
        current = self.card if self.card in places else next(iter(n for n in self._selection.nodes if n in places), None)
        if current is None:
            self.enter()
            return
        start, best, found = places[current], float("inf"), None
        for name, place in places.items():
            along = (place.x() - start.x()) * dx + (place.y() - start.y()) * dy
            across = abs((place.x() - start.x()) * dy) + abs((place.y() - start.y()) * dx)
            if along > 1.0 and along + 2 * across < best:
                best, found = along + 2 * across, name
        if found is not None:
            self.go_to(found, adds)

    def enter(self) -> None:
        """The focus comes to the canvas by the keyboard: to the selected card, else the first."""
        chosen = [self._scene.owner[n] for n in self._selection.nodes if n in self._scene.owner] or list(self._scene.cards)
        if chosen:
            self.go_to(chosen[0])

    def leave(self) -> None:
        self._show(None)

    def go_to(self, card: str, adds: bool = False) -> None:
        """Gives a card the focus and selects it, in addition to what is selected if it `adds`."""
        self._show(card)
        self._view.ensure_shown(card)
        self._selection.set((*(self._selection.nodes if adds else ()), *self._scene.picked(card)))
        self._announce(self.describe(card))

    def _announce(self, text: str) -> None:
        self._view.setAccessibleDescription(text)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._view, text))

    def _show(self, card: str | None) -> None:
        self.card = card
        for name, item in self._scene.items_by_card.items():
            item.set_state(focused=name == card)

    def describe(self, name: str) -> str:
        """A card in words."""
        card = self._scene.cards[name]
        parts = [card.title, card.subtitle, card.detail, card.frozen]
        parts += ["has a breakpoint"] if self._scene.items_by_card[name].state.breakpoints else []
        parts += [f"{d.severity}: {d.message}" for d in self._scene.diagnostics_of(card)]
        return ", ".join(part for part in parts if part)
