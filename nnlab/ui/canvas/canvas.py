"""The canvas: the widget that shows the network as a graph and lets people change it.

It puts together scene, view, live values, commands and what lies over the picture (legend, zoom bar, search popup, the hint on an empty
canvas), and is what the main window talks to. It follows `Document.changed` by itself; values, pictures, diagnostics and the stepper's
moment are handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.engine.frame import Frame
from nnlab.graph.validation import Diagnostic
from nnlab.ui.canvas.add_popup import AddPopup
from nnlab.ui.canvas.commands import CanvasCommands
from nnlab.ui.canvas.hit import hit
from nnlab.ui.canvas.legend import Legend
from nnlab.ui.canvas.live import LiveValues
from nnlab.ui.canvas.scene import GraphScene
from nnlab.ui.canvas.view import WHEEL_STEP, GraphView
from nnlab.ui.canvas.zoom_bar import ZoomBar
from nnlab.ui.document import Document
from nnlab.ui.icons import icon
from nnlab.ui.selection import Selection
from nnlab.ui.theme import Theme
from nnlab.ui.widgets.label import Label

EMPTY = "The canvas is empty.\nDouble-click or press Tab to add an operator, or drag one here from the palette."


class Canvas(QWidget):
    """Shows `document.graph`.

    `refused(sentence)` when an edit cannot be made; `zoomed(factor)`; `add_requested(operator, scene position)` after the popup added
    an operator.
    """

    refused = Signal(str)
    zoomed = Signal(float)
    add_requested = Signal(str, QPointF)

    def __init__(self, document: Document, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._selection, self._theme = document, selection, theme
        self.setAccessibleName("Canvas")
        self.commands = CanvasCommands(document, selection, self)
        self.commands.refused.connect(self.refused)
        self.scene = GraphScene(document, selection, theme)
        self._live = LiveValues(self.scene)
        self.view = GraphView(self.scene, selection, self.commands, self._live, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setFocusProxy(self.view)
        self._actions = self._make_actions()
        self._legend = Legend(theme, self)
        self._zoom_bar = ZoomBar(theme, self._actions["view.zoom_out"], self._actions["view.zoom_in"], self._actions["view.fit"], self)
        self._popup = AddPopup(theme, self)
        self._add_at = QPoint()
        self._hint = Label(theme, EMPTY, role="body", color="text2", parent=self)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._connect()
        self._on_rearranged()

    def _connect(self) -> None:
        self.view.zoomed.connect(self.zoomed)
        self.view.zoomed.connect(self._zoom_bar.show_zoom)
        self.view.add_wanted.connect(self.open_search)
        self._popup.chosen.connect(self._add_chosen)
        self._popup.closed.connect(self.view.setFocus)
        self.scene.rearranged.connect(self._on_rearranged)
        self._document.replaced.connect(self._on_replaced)
        self._theme.metrics_changed.connect(self._place_overlays)

    # What the window tells

    @property
    def header_margin(self) -> int:
        """Room at the top for what the window lays over the canvas, pixels."""
        return self.view.margins.top() - 8

    @header_margin.setter
    def header_margin(self, pixels: int) -> None:
        self.view.margins.setTop(pixels + 8)

    def set_data_title(
        self, title: str, target_name: str, features: Sequence[str] = (), image_shape: tuple[int, int] | None = None
    ) -> None:
        """Names of the data set, its target ("y", "3 classes") and features; (height, width) when the features are an image's pixels."""
        self.scene.set_data(title, target_name, features, image_shape)

    def set_diagnostics(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.scene.set_diagnostics(diagnostics)

    def set_values(self, values: Callable[[str], np.ndarray | None]) -> None:
        """The newest numbers by tensor name; call it once a frame, it repaints only what differs."""
        self._live.set_values(values)

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

    def zoom_in(self) -> None:
        self.view.zoom_at(WHEEL_STEP)

    def zoom_out(self) -> None:
        self.view.zoom_at(1.0 / WHEEL_STEP)

    def add_operator(self, name: str, scene_position: QPointF | None = None) -> str | None:
        """Adds an operator behind the selected card, or at a place of the canvas; returns its node id, None when refused."""
        if scene_position is None:
            return self.commands.add(name, after=self.commands.default_anchor())
        return self.commands.add(name, self.scene.to_document(scene_position))

    def open_search(self, at: QPoint | None = None) -> None:
        """Opens the search popup at a point of the view (its middle by default)."""
        self._add_at = self.view.viewport().rect().center() if at is None else at
        self._popup.open_at(self.view.viewport().mapTo(self, self._add_at))

    def _add_chosen(self, name: str) -> None:
        point = self.view.mapToScene(self._add_at)
        found = hit(self.scene, point)
        if found.edge is not None:
            self.commands.add_on_edge(name, found.edge, self.scene.to_document(point))
        elif found.card:
            self.commands.add(name, after=self.scene.cards[found.card].last)
        elif self._selection.nodes:
            self.commands.add(name, after=self.commands.default_anchor())
        else:
            self.commands.add(name, self.scene.to_document(point))
        self.add_requested.emit(name, point)

    def select_all(self) -> None:
        self._selection.set(self.scene.cards, self._document.graph.edges)

    def actions(self) -> list[QAction]:
        """Every action of the canvas, for menus and the command palette; found by object name."""
        return list(self._actions.values())

    def action(self, name: str) -> QAction:
        return self._actions[name]

    def _make_actions(self) -> dict[str, QAction]:
        keys = QKeySequence.StandardKey
        rows: list[tuple[str, str, str | None, Callable[[], object], list[object]]] = [
            ("edit.delete", "Delete", "delete", self.commands.delete, [keys.Delete, "Backspace"]),
            ("edit.delete_and_join", "Delete and join neighbours", None, self.commands.delete_and_join, ["Ctrl+Delete"]),
            ("edit.duplicate", "Duplicate", None, self.commands.duplicate, ["Ctrl+D"]),
            ("edit.select_all", "Select all", None, self.select_all, [keys.SelectAll]),
            ("edit.tidy", "Tidy", None, self.commands.tidy, ["Ctrl+Shift+T"]),
            ("edit.add", "Add an operator …", "plus", self.open_search, ["Shift+A"]),
            ("view.fit", "Zoom to fit", "fit", self.fit, ["F"]),
            ("view.zoom_in", "Zoom in", "plus", self.zoom_in, ["+", "="]),
            ("view.zoom_out", "Zoom out", "minus", self.zoom_out, ["-"]),
        ]
        actions = {}
        for name, text, role, run, shortcuts in rows:
            action = QAction(text, self)
            action.setObjectName(name)
            if role is not None:
                action.setIcon(icon(self._theme, role, color="text2"))
            action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
            # Keys act on the canvas while it has the focus: Delete in a field of the inspector deletes a letter.
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda checked=False, run=run: run())
            self.view.addAction(action)
            actions[name] = action
        return actions

    # What lies over the picture

    def _on_replaced(self) -> None:
        self.scene.reload()
        self.fit()

    def _on_rearranged(self) -> None:
        self._hint.setVisible(not self.scene.cards)
        self._legend.setVisible(self.scene.expanded and (self._live.has_curves or self._live.has_matrix))
        self._legend.show_overlay(self._live.overlay, "large layers as matrix" if self._live.has_matrix else "")
        self._zoom_bar.show_zoom(self.view.zoom)
        self._place_overlays()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._place_overlays()

    def _place_overlays(self) -> None:
        for widget in (self._legend, self._zoom_bar, self._hint):
            widget.adjustSize()
        bottom = self.height() - 6
        self._legend.move(16, bottom - self._legend.height() - 1)
        self._zoom_bar.move(self.width() - self._zoom_bar.width() - 12, bottom - self._zoom_bar.height() + 4)
        self._hint.move((self.width() - self._hint.width()) // 2, (self.height() - self._hint.height()) // 2)
