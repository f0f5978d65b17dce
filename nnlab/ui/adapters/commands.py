"""What menus, keys and drops do with adapters: which one is meant and which folder is asked here, what is done is `AdapterEdits`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nnlab.graph.adapters import adaptable, adapted
from nnlab.training.project import Project
from nnlab.ui.adapters.adapter_edits import AdapterEdits
from nnlab.ui.adapters.attach_popover import AttachPopover
from nnlab.ui.adapters.attach_preview import AttachPreview, Attempt
from nnlab.ui.adapters.dialogs import ask_for_adapter, ask_where_to_save_adapter, ask_which
from nnlab.ui.canvas.canvas import Canvas
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme


class AdapterCommands(QObject):
    """`failed(sentence)` says why something cannot be done, `told(sentence)` what was done, `lost(sentence)` what only undo brings back.

    While the form that attaches is open, layers are chosen by clicks in `beside`, which holds the canvas and what stands in its place.
    """

    failed = Signal(str)
    told = Signal(str)
    lost = Signal(str)

    def __init__(
        self, theme: Theme, document: Document, selection: Selection, edits: AdapterEdits, preview: AttachPreview, window: QWidget,
        canvas: Canvas, beside: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._document, self._selection, self._edits = document, selection, edits
        self._window, self._canvas, self._beside, self._preview = window, canvas, beside, preview
        self._folder = ""  # where an adapter was last read or written
        self.popover = AttachPopover(theme, window, self._project)
        self.popover.attached.connect(self._attach)
        self.popover.previewed.connect(self._show_preview)
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
        self.popover.open_for([node for node in self._selection.nodes if node in possible], self._beside)

    def _show_preview(self, attempt: Attempt) -> None:
        self._canvas.scene.set_preview(attempt.strands)
        self._preview.show(attempt, self.popover.isVisible(), self.popover.x())

    def _attach(self, name: str, layers: tuple[str, ...], settings: dict[str, Any]) -> None:
        if not self._edits.attach(name, layers, settings):
            self.popover.refuse(self._edits.problem)
            return
        self.popover.close_box()
        self.told.emit(self._edits.news)

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
        learned = [name for name in layers_by_name if self._edits.has_unsaved_work(name)]
        if self._done(self._edits.detach(layers_by_name)) and learned:
            self.lost.emit(f"{' and '.join(learned)} had learned what no file holds; Undo brings it back.")

    def _done(self, was_done: bool) -> bool:
        """Says why something could not be done, or what was done."""
        if not was_done:
            self.failed.emit(self._edits.problem)
        elif self._edits.news:
            self.told.emit(self._edits.news)
        return was_done

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
        self._of_one("Merge", lambda name: self._edits.merge(name, True))

    def unmerge(self) -> None:
        """Computes an adapter's update beside W₀ again."""
        self._of_one("Unmerge", lambda name: self._edits.merge(name, False))

    def _of_one(self, what: str, edit: Callable[[str], bool]) -> None:
        name = self._one(what)
        if name is not None:
            self._done(edit(name))

    # Files

    def load(self) -> None:
        """Asks for an adapter's folder and loads it."""
        folder = ask_for_adapter(self._window, self._folder)
        if folder:
            self.load_path(folder)

    def load_path(self, path: str) -> bool:
        """Attaches the adapter of a folder in PEFT's layout, or of one of its two files. False, with a sentence, where it cannot be."""
        if not self._done(self._edits.load(Path(path))):
            return False
        self._folder = str(Path(path).absolute().parent)
        return True

    def save(self) -> None:
        """Writes an adapter as a folder in PEFT's layout."""
        name = self._one("Save")
        path = None if name is None else ask_where_to_save_adapter(self._window, Path(self._folder or Path.home()) / name)
        if name is not None and path is not None and self._done(self._edits.save(name, path)):
            self._folder = str(path.parent)
