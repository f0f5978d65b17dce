"""Breakpoints and watches on the canvas: set and taken away at a card, its operators, neurons or weights; breakpoints are marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from nnlab.core.errors import NNLabError
from nnlab.engine.breakpoint import Breakpoint
from nnlab.ui.canvas.commands.watchable import watchable
from nnlab.ui.canvas.scene.hit import Hit
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.document.debugging_edits import breakpoint_words, toggle_breakpoint
from nnlab.ui.document.document import Document
from nnlab.ui.document.watch_actions import fill_with_watches

NOTHING_SELECTED = "Select a node to set a breakpoint at, or step to an operation first."


class BreakpointCommands(QObject):
    """`refused(sentence)` when one cannot be set."""

    refused = Signal(str)

    def __init__(self, document: Document, scene: GraphScene, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._scene = document, scene
        document.debugging_changed.connect(self.mark_cards)
        document.replaced.connect(self.mark_cards)
        scene.rearranged.connect(self.mark_cards)

    def toggle(self, place: Breakpoint) -> None:
        try:
            toggle_breakpoint(self._document, place)
        except NNLabError as error:
            self.refused.emit(str(error))

    def fill_menu(self, menu: QMenu, nodes: Sequence[str], pointed: Hit) -> None:
        """What of some nodes, and of what is pointed at, can be stopped at and watched; what is set is checked."""
        self._fill_with_breakpoints(menu, nodes, pointed.unit)
        texts = watchable(self._document.graph, nodes, pointed)
        if texts:
            fill_with_watches(menu.addMenu("Watch"), self._document, texts, self.refused.emit)

    def _fill_with_breakpoints(self, menu: QMenu, nodes: Sequence[str], unit: int | None) -> None:
        """The places of some nodes to stop at: all of a node, one of its phases, the neuron pointed at."""
        if not nodes:
            return
        inside = menu.addMenu("Breakpoint")
        for node_id in nodes:
            places = [Breakpoint(node_id, phase) for phase in ("", *self._phases(node_id))]
            places += [Breakpoint(node_id, unit=unit)] if unit is not None and not self._document.graph[node_id].kind.is_input else []
            if node_id != nodes[0]:
                inside.addSeparator()
            for place in places:
                action = inside.addAction(breakpoint_words(place, self._document.graph))
                action.setCheckable(True)
                action.setChecked(self._document.project.debugging.find(place) is not None)
                action.triggered.connect(lambda checked=False, place=place: self.toggle(place))

    def _phases(self, node_id: str) -> tuple[str, ...]:
        node = self._document.graph[node_id]
        if node.kind.is_loss:
            return "loss", "backward"
        if node.kind.is_input:
            return ("forward",)
        return ("forward", "backward", "update") if node.parameters else ("forward", "backward")

    def mark_cards(self) -> None:
        """Marks every card that has a breakpoint, and the tile of a neuron that has one."""
        found: dict[str, dict[int | None, bool]] = {}
        for each in self._document.project.debugging.breakpoints:
            card = self._scene.owner.get(each.node)
            if card is not None:
                of_card = found.setdefault(card, {})
                of_card[each.unit] = of_card.get(each.unit, False) or each.is_on
        for name, item in self._scene.items_by_card.items():
            item.set_state(breakpoints=tuple(found.get(name, {}).items()))
