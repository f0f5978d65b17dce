"""What the window does with adapters: attach, detach. Each is one undoable edit of the document.

The numbers of the run are read at the moment of the edit, so that the base of an adapter is what was learned until then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nnlab.core.errors import NNLabError
from nnlab.graph.adapters import adaptable, adapted, detach
from nnlab.graph.graph import Graph
from nnlab.training.adapter_projects import with_attached
from nnlab.training.adapter_work import has_learned
from nnlab.training.project import Project
from nnlab.ui.adapters.attach_popover import AttachPopover
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.session import LiveSession


class AdapterCommands(QObject):
    """`failed(sentence)` says why something cannot be done, `told(sentence)` what was done, `lost(sentence)` what only undo brings back."""

    failed = Signal(str)
    told = Signal(str)
    lost = Signal(str)

    def __init__(
        self, theme: Theme, document: Document, selection: Selection, session: LiveSession, window: QWidget, canvas: QWidget
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._document, self._selection, self._session, self._canvas = document, selection, session, canvas
        self.popover = AttachPopover(theme, window, self._project)
        self.popover.attached.connect(self._attach)
        selection.changed.connect(self._follow_selection)
        document.changed.connect(self._follow_document)

    def _project(self) -> Project:
        return self._document.project

    def _follow_selection(self) -> None:
        self.popover.follow_selection(self._selection.nodes)

    def _follow_document(self, _: object) -> None:
        self.popover.follow_document()

    # Attaching

    def open_attach(self) -> None:
        """Opens the form: for the selected layers, or for all of them where none is selected."""
        graph = self._document.graph
        possible = adaptable(graph)
        if not possible:
            self.failed.emit("This network has no dense layer; an adapter is attached to one.")
            return
        self.popover.open_for([node for node in self._selection.nodes if node in possible], self._canvas)

    def _attach(self, name: str, layers: tuple[str, ...], settings: dict[str, Any]) -> None:
        try:
            project = with_attached(self._document.project, self._weights(), name, layers, **settings)
        except NNLabError as error:
            self.popover.refuse(str(error))
            return
        self.popover.close_box()
        self._document.edit(f"Attach {name}", project)
        learning = "one layer" if len(layers) == 1 else f"{len(layers)} layers"
        self.told.emit(f"The base is frozen; {name} on {learning} is all that learns now.")

    # Detaching

    def detach(self) -> None:
        """Takes adapters off the selected layers; off all layers where none is selected and the network has just one adapter."""
        graph = self._document.graph
        known = adapted(graph)
        chosen = [node for node in self._selection.nodes if node in graph and graph[node].adapters]
        if not known:
            self.failed.emit("There is no adapter to detach.")
        elif chosen:
            names = [name for name in known if any(graph[layer].adapter(name) for layer in chosen)]
            self._detach({name: [layer for layer in chosen if graph[layer].adapter(name)] for name in names})
        elif len(known) == 1:
            self._detach({name: list(layers) for name, layers in known.items()})
        else:
            self.failed.emit(f"Select the layers to take adapters off; the network has {len(known)}: {', '.join(known)}.")

    def _detach(self, layers_by_name: dict[str, list[str]]) -> None:
        learned = [name for name in layers_by_name if self._has_learned(name)]
        names = " and ".join(layers_by_name)

        def edit(graph: Graph) -> Graph:
            for name, layers in layers_by_name.items():
                graph = detach(graph, name, layers)
            return graph

        try:
            self._document.attempt(f"Detach {names}", edit)
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        if learned:
            self.lost.emit(f"{' and '.join(learned)} had learned what no file holds; Undo brings it back.")

    def _has_learned(self, name: str) -> bool:
        if self._session.reason:
            return False
        return has_learned(self._document.graph, name, self._weights())

    def _weights(self) -> dict[str, np.ndarray]:
        """Every parameter and buffer of the run as it is now. Raises NNLabError when there is none."""
        return self._session.parameters(_names(self._document.graph))


def _names(graph: Graph) -> Iterable[str]:
    return [f"{node.id}.{tensor.name}" for node in graph for tensor in (*node.parameters, *node.buffers)]
