"""The canvas: the widget that shows the network as a graph and lets people change it.

It puts together scene, view, live values, commands and what lies over the picture (legend, zoom bar, search popup, the hint on an empty
canvas), and is what the main window talks to. It follows `Document.changed` by itself; values, pictures, diagnostics and the stepper's
moment are handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PySide6.QtCore import QMargins, QPoint, QPointF, Signal
from PySide6.QtGui import QAction, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.engine.frame import Frame
from nnlab.graph.validation import Diagnostic
from nnlab.ui.canvas.actions import fill_menu, make_actions, satisfied
from nnlab.ui.canvas.adding import Adding
from nnlab.ui.canvas.cards.item import CardItem
from nnlab.ui.canvas.commands.arranging import Arranging
from nnlab.ui.canvas.commands.breakpoints import BreakpointCommands
from nnlab.ui.canvas.commands.clipboard import Clipboard
from nnlab.ui.canvas.commands.editing import CanvasCommands
from nnlab.ui.canvas.overlays.empty_hint import EmptyHint
from nnlab.ui.canvas.overlays.legend import INSET, Legend
from nnlab.ui.canvas.overlays.minimap import ALWAYS, NEVER, Minimap
from nnlab.ui.canvas.overlays.zoom_bar import ZoomBar
from nnlab.ui.canvas.renaming import Renaming
from nnlab.ui.canvas.scene.hit import Hit, hit
from nnlab.ui.canvas.scene.live import LiveValues
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.canvas.scene.viewport import WHEEL_STEP
from nnlab.ui.canvas.view import GraphView
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme


class Canvas(QWidget):
    """Shows `document.graph`.

    `refused(sentence)` when an edit cannot be made; `noted(sentence)` when one was made differently than asked; `zoomed(factor)`;
    `needs_changed` when other `tensors` are to be watched; `came_into_sight` when it can be seen again.
    """

    refused = Signal(str)
    noted = Signal(str)
    zoomed = Signal(float)
    needs_changed = Signal()
    came_into_sight = Signal()

    def __init__(self, document: Document, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._selection, self.theme = document, selection, theme
        self.setAccessibleName("Canvas")
        self.commands = CanvasCommands(document, selection, self)
        self.commands.refused.connect(self.refused)
        self.scene = GraphScene(document, selection, theme)
        self.commands.called = self.scene.title_of
        self.breakpoints = BreakpointCommands(document, self.scene, self)
        self.breakpoints.refused.connect(self.refused)
        self._live = LiveValues(self.scene)
        self.neurons = self._live.neurons
        self.set_paths = self._live.set_paths  # (chain or None, number of one path or None)
        self.set_finding = self._live.set_finding  # (what a diagnosis says of a node, or None)
        self.set_term = self._live.set_term
        self.view = GraphView(self.scene, selection, self.commands, self._live, self)
        self.arranging = Arranging(self.commands, selection, self)
        self.clipboard = Clipboard(document, selection, self.commands, self)
        self.renaming = Renaming(self.scene, self.view, self.commands, self.arranging, selection)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setFocusProxy(self.view)
        self.adding = Adding(self.scene, self.view, self.commands, self)
        self._actions, self._menu = make_actions(self)
        self._node_actions: tuple[QAction, ...] = ()
        self._legend = Legend(theme, self)
        self._zoom_bar = ZoomBar(theme, self._actions["view.zoom_out"], self._actions["view.zoom_in"], self._actions["view.fit"], self)
        self._is_zoom_above = False
        self._minimap = Minimap(theme, self.scene, self.view, self)
        self.hint = EmptyHint(theme, self.view.viewport())
        self._connect()
        self._on_rearranged()

    def _connect(self) -> None:
        self.scene.needs_changed.connect(self.needs_changed)
        self.view.zoomed.connect(self.zoomed)
        self.view.zoomed.connect(self._zoom_bar.show_zoom)
        self.view.zoomed.connect(lambda _: self._show_legend())
        self.renaming.refused.connect(self.refused)
        self.view.fold_wanted.connect(self.arranging.fold)
        self.view.menu_wanted.connect(self.open_menu)
        self.clipboard.replaced.connect(self._on_pasted)
        self.adding.added.connect(self._on_added)
        self.scene.rearranged.connect(self._on_rearranged)
        self._document.replaced.connect(self._on_replaced)
        self.theme.metrics_changed.connect(self._place_overlays)

    @property
    def selection(self) -> Selection:
        return self._selection

    # What the window tells

    def make_room(self, top: int, bottom: int, *, zoom_above: bool = False, zoom_shown: bool = True) -> None:
        """Pixels that the network leaves to what lies over the canvas; its zoom bar may lie at the upper left, or nowhere."""
        self.view.margins = QMargins(self.view.margins.left(), top + 8, self.view.margins.right(), bottom)
        self._is_zoom_above = zoom_above
        self._zoom_bar.setVisible(zoom_shown)
        self._place_overlays()

    def set_data_title(
        self, title: str, target_name: str, features: Sequence[str] = (), image_shape: tuple[int, int] | None = None
    ) -> None:
        """Names of the data set, its target ("target y, 3 classes"), features; (height, width) when the features are an image's pixels."""
        self.scene.set_data(title, target_name, features, image_shape)

    def set_diagnostics(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.scene.set_diagnostics(diagnostics)

    def set_values(self, values: Callable[[str], np.ndarray | None]) -> None:
        """The newest numbers by tensor name; call it once a frame, it repaints only what differs."""
        self._live.set_values(values)

    @property
    def tensors(self) -> frozenset[str]:
        """What frames must hold for all that is shown, see nnlab.engine.frame; nothing while the canvas cannot be seen."""
        return self._live.tensors if self.isVisible() else frozenset()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.needs_changed.emit()
        self.came_into_sight.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.needs_changed.emit()

    def set_run(self, frame: Frame, data: Data, playing: bool) -> None:
        """The frame whose values follow, and its data: what neurons show when one looks closely is computed from them."""
        self._live.set_run(frame, data, playing)

    def set_pictures(self, pictures: Mapping[str, np.ndarray]) -> None:
        """Activations over the plane of the data by node id: (units, rows, columns), lowest second feature in row 0."""
        self._live.set_pictures(pictures)

    def set_overlay(self, overlay: str) -> None:
        """What edges show: "weights", "gradients" or "activations"."""
        self._live.set_overlay(overlay)
        self._on_rearranged()

    def set_costs(self, costs: Mapping[str, tuple[float, float]]) -> None:
        """What every node costs in a step, (seconds, share) by node id; nothing ends it."""
        self._live.set_costs(costs)

    def cost(self, item: CardItem) -> tuple[float, float]:
        """(seconds in a step, share) of what is on a card."""
        return self._live.cost(item)

    @property
    def overlay(self) -> str:
        return self._live.overlay

    def set_mode(self, expanded: bool) -> None:
        """Neurons as tiles (True), or collapsed cards for building."""
        self.scene.set_expanded(expanded)
        self.fit()

    def set_step(self, node_id: str | None, reads: frozenset[str], writes: frozenset[str]) -> None:
        """Lights the node and the tensors of one instruction; (None, ∅, ∅) ends it."""
        self._live.set_step(node_id, reads, writes)

    # What a person does

    def fit(self) -> None:
        self.view.fit()

    def fit_again(self) -> None:
        """Where anything has changed since."""
        self.view.fit_again()

    def reveal(self, node_id: str) -> None:
        """Scrolls to a node, if it is there and out of sight."""
        if node_id in self.scene.owner:
            self.view.ensure_shown(self.scene.owner[node_id])

    def zoom_in(self) -> None:
        self.view.zoom_step(WHEEL_STEP)

    def zoom_out(self) -> None:
        self.view.zoom_step(1.0 / WHEEL_STEP)

    def add_operator(self, name: str, scene_position: QPointF | None = None) -> str | None:
        """Adds an operator behind the selected card, or at a place of the canvas; returns its node id, None when refused."""
        added = self.commands.add(name, None if scene_position is None else self.scene.to_document(scene_position))
        if added is not None:
            self.reveal(added)
        return added

    def _on_added(self) -> None:
        if self._selection.current is not None:
            self.reveal(self._selection.current)

    def _cursor_place(self) -> QPointF | None:
        """Where the cursor is on the canvas, None when it is elsewhere."""
        viewport = self.view.viewport()
        under = viewport.mapFromGlobal(self.cursor().pos())
        return self.view.mapToScene(under) if viewport.rect().contains(under) and viewport.underMouse() else None

    def paste(self) -> None:
        """Adds what is on the clipboard where the cursor is, else beside its original."""
        place = self._cursor_place()
        self.clipboard.paste(None if place is None else self.scene.to_document(place))

    def _on_pasted(self, note: str) -> None:
        self.fit()
        if note:
            self.noted.emit(note)

    def add_comment(self) -> None:
        """Puts a comment where the cursor is, if nothing is there, else above the network."""
        place = self._cursor_place()
        if place is None or hit(self.scene, place) != Hit():
            everything = self.scene.content_rect()
            place = everything.topLeft() - QPointF(0.0, 96.0 / self.view.zoom) if not everything.isNull() else self.view.shown_rect.center()
        self.arranging.comment(self.scene.to_document(place))

    def set_node_actions(self, actions: Sequence[QAction]) -> None:
        """What else can be done with nodes that have parameters; it stands in their menu."""
        self._node_actions = tuple(actions)

    def open_menu(self, at: QPoint) -> None:
        """The menu of what is selected, at a point of the screen."""
        menu = QMenu(self)
        # "Add" in this menu means here; the action of that name opens the search in the middle.
        here, add = self.view.viewport().mapFromGlobal(at), self._actions["edit.add"]
        menu.addAction(add.icon(), add.text(), lambda: self.adding.open_search(here)).setToolTip(add.toolTip())
        fill_menu(menu, self._menu_now())
        self.breakpoints.fill_menu(menu, self.commands.selected_nodes(), hit(self.scene, self.view.mapToScene(here)))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _menu_now(self) -> list[QAction | None]:
        """The actions that mean something for what is selected, None for a line."""
        needs = satisfied(self)
        shown: list[QAction | None] = []
        for action, need, separator in self._menu:
            if need in needs and action is not self._actions["edit.add"]:
                shown += [None, action] if separator and shown and shown[-1] is not None else [action]
        graph = self._document.graph
        if self._node_actions and any(graph[node_id].parameters for node_id in self.commands.selected_nodes()):
            shown += [None, *self._node_actions]
        return shown

    def toggle_minimap(self) -> None:
        self._minimap.mode = NEVER if self._minimap.isVisible() else ALWAYS

    # What is selected, and what can be done

    def select_all(self) -> None:
        graph = self._document.graph
        cards = [node_id for card in self.scene.cards for node_id in self.scene.picked(card)]
        self._selection.set(cards, graph.edges, (comment.id for comment in graph.comments))

    def select_none(self) -> None:
        self._selection.set()

    def actions(self) -> list[QAction]:
        """Every action of the canvas, for menus and the command palette; found by object name."""
        return list(self._actions.values())

    def action(self, name: str) -> QAction:
        return self._actions[name]

    # What lies over the picture

    def clear_values(self) -> None:
        """Nothing is known of the network that is shown: no numbers, no pictures."""
        self._live.clear()
        self._live.refresh()

    def _on_replaced(self) -> None:
        self.renaming.editor.finish(take=False)
        self._live.clear()
        self.scene.reload()
        self._live.refresh()
        self.fit()

    def _on_rearranged(self) -> None:
        self.hint.setVisible(self.scene.is_empty)
        self._show_legend()
        self._zoom_bar.show_zoom(self.view.zoom)
        self._place_overlays()

    def _show_legend(self) -> None:
        self._legend.setVisible(self.scene.detail.shows_tiles and (self._live.has_curves or self._live.has_matrix))
        self._legend.show_overlay(self._live.overlay, "large layers as matrix" if self._live.has_matrix else "")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._place_overlays()

    def _place_overlays(self) -> None:
        for widget in (self._legend, self._zoom_bar):
            widget.adjustSize()
        bottom = self.height() - 6
        self._legend.move(16 - INSET, bottom - self._legend.height() - 1)
        below = QPoint(self.width() - self._zoom_bar.width() - 12, bottom - self._zoom_bar.height() + 4)
        self._zoom_bar.move(QPoint(12, 6) if self._is_zoom_above else below)
        self._minimap.move(self.width() - self._minimap.width() - 12, below.y() - self._minimap.height() - 6)
        self.hint.fit()
