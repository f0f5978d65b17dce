"""What the window does with adapters: attach, detach, merge, load, save. Each change is one undoable edit of the document.

The numbers of the run are read at the moment of the edit, so that the base of an adapter is what was learned until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nnlab.core.errors import NNLabError
from nnlab.graph.adapters import adaptable, adapted, detach, unmerge
from nnlab.graph.graph import Graph
from nnlab.training.adapter_folder import read_folder, write_folder
from nnlab.training.adapter_projects import checked_merge, with_attached, with_loaded
from nnlab.training.adapter_work import has_learned
from nnlab.training.base_weights import base_sha256
from nnlab.training.peft import to_stored
from nnlab.training.project import Project
from nnlab.ui.adapters.attach_popover import AttachPopover
from nnlab.ui.adapters.dialogs import ask_for_adapter, ask_where_to_save_adapter, ask_which
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
        self._document, self._selection, self._session = document, selection, session
        self._window, self._canvas = window, canvas
        self._folder = ""  # where an adapter was last read or written
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
        chosen = self._selected()
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

    def _selected(self) -> list[str]:
        """The selected layers that have adapters."""
        graph = self._document.graph
        return [node for node in self._selection.nodes if node in graph and graph[node].adapters]

    def _one(self, why: str) -> str | None:
        """The adapter that is meant: the only one of the selected layers, or of the network; asked for where there are several."""
        graph = self._document.graph
        names = list(adapted(graph))
        chosen = [name for name in names if any(graph[layer].adapter(name) for layer in self._selected())] or names
        if not names:
            self.failed.emit("There is no adapter; attach one first.")
            return None
        if len(chosen) == 1:
            return chosen[0]
        return ask_which(self._window, why, chosen)

    # Merging

    def merge(self) -> None:
        """Puts an adapter's update into the layers' weights; W₀ is kept."""
        self._edit("Merge", lambda graph, name: checked_merge(graph, name, self._session.is_playing))

    def unmerge(self) -> None:
        """Computes an adapter's update beside W₀ again."""
        self._edit("Unmerge", unmerge)

    def _edit(self, what: str, edit: Callable[[Graph, str], Graph]) -> None:
        name = self._one(what)
        if name is None:
            return
        try:
            self._document.attempt(f"{what} {name}", lambda graph: edit(graph, name))
        except NNLabError as error:
            self.failed.emit(str(error))

    # Files

    def load(self) -> None:
        """Asks for an adapter's folder and loads it."""
        folder = ask_for_adapter(self._window, self._folder)
        if folder:
            self.load_path(folder)

    def load_path(self, path: str) -> bool:
        """Attaches the adapter of a folder in PEFT's layout, or of one of its two files. False, with a sentence, where it cannot be."""
        graph = self._document.graph
        try:
            stored = read_folder(path)
            name = _free(graph, stored.name)
            weights = self._weights()
            project = with_loaded(self._document.project, weights, stored, name)
        except NNLabError as error:
            self.failed.emit(str(error))
            return False
        self._folder = str(Path(path).absolute().parent)
        now = base_sha256(weights, [layer for layer in stored.layers if f"{layer}.weight" in weights])
        other = [layer for layer, found in now.items() if stored.base_sha256.get(layer, found) != found]
        self._document.edit(f"Load adapter {name}", project)
        if other:
            self.failed.emit(f"{name} is loaded, but was trained on other weights of {', '.join(other)} than these.")
        else:
            self.told.emit(f"{name} is loaded; the base is frozen, and the adapter goes on from what it had learned.")
        return True

    def save(self) -> None:
        """Writes an adapter as a folder in PEFT's layout."""
        name = self._one("Save")
        path = None if name is None else ask_where_to_save_adapter(self._window, Path(self._folder or Path.home()) / name)
        if name is None or path is None:
            return
        try:
            write_folder(to_stored(self._document.graph, self._weights(), name), path)
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        self._folder = str(path.parent)
        self.told.emit(f"{name} is saved in {path}.")

    def _has_learned(self, name: str) -> bool:
        if self._session.reason:
            return False
        return has_learned(self._document.graph, name, self._weights())

    def _weights(self) -> dict[str, np.ndarray]:
        """Every parameter and buffer of the run as it is now. Raises NNLabError when there is none."""
        return self._session.parameters(_names(self._document.graph))


def _names(graph: Graph) -> Iterable[str]:
    return [f"{node.id}.{tensor.name}" for node in graph for tensor in (*node.parameters, *node.buffers)]


def _free(graph: Graph, name: str) -> str:
    """The name, with a number behind it where another adapter has it already."""
    taken = {known.lower() for known in adapted(graph)}
    return next(given for given in (name, *(f"{name[:60]}_{k}" for k in range(2, 100))) if given.lower() not in taken)
