"""Adding with the search popup: what is chosen there goes where the search began."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF, Signal
from PySide6.QtWidgets import QWidget

from nnlab.ui.canvas.commands.editing import CanvasCommands
from nnlab.ui.canvas.model.geometry import COLLAPSED_WIDTH
from nnlab.ui.canvas.overlays.add_popup import AddPopup
from nnlab.ui.canvas.overlays.search import Search, what_fits
from nnlab.ui.canvas.scene.hit import hit
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.canvas.view import GraphView


class Adding(QObject):
    """`popup` lies over `ground`, the canvas. `added(operator, scene position)` after what was chosen is on the canvas."""

    added = Signal(str, QPointF)

    def __init__(self, scene: GraphScene, view: GraphView, commands: CanvasCommands, ground: QWidget) -> None:
        super().__init__(ground)
        self._scene, self._view, self._commands, self._ground = scene, view, commands, ground
        self._search = Search(QPoint())
        self.popup = AddPopup(scene.theme, ground)
        self.popup.chosen.connect(self._add_chosen)
        self.popup.remedied.connect(self._remedy)
        self.popup.closed.connect(view.setFocus)
        view.search_wanted.connect(self.search)

    def open_search(self, at: QPoint | None = None) -> None:
        """Opens the search popup at a point of the view; without one, for what is selected."""
        self.search(self._view.search_by_key() if at is None else Search(at))

    def search(self, search: Search) -> None:
        """Opens the search popup for what a gesture wants to be completed."""
        self._search = search
        fits = what_fits(self._scene.document.graph, search)
        self.popup.open_at(self._view.viewport().mapTo(self._ground, search.at), search, fits)

    def _add_chosen(self, name: str) -> None:
        search, scene, settings = self._search, self._scene, self.popup.settings(name)
        point = self._view.mapToScene(search.at)
        place = scene.to_document(point)
        found = hit(scene, point)
        if search.source is not None:
            self._commands.add_behind(name, search.source, (place[0] + COLLAPSED_WIDTH / 2, place[1]), settings)
        elif search.target is not None:
            self._commands.add_before(name, *search.target, (place[0] - COLLAPSED_WIDTH / 2, place[1]), settings)
        elif search.by_key:
            self._commands.add(name, settings=settings)
        elif found.edge is not None:
            self._commands.add_on_edge(name, found.edge, place, settings)
        elif found.card:
            self._commands.add(name, after=scene.cards[found.card].last, settings=settings)
        else:
            self._commands.add(name, place, settings=settings)
        self.added.emit(name, point)

    def _remedy(self, number: int) -> None:
        if self._search.remedy is not None:
            self._search.remedy(self._search.fixes[number])
