"""What one can do with adapters in the window, each as one undoable step of the document; what cannot be done is said in a sentence.

Undo brings the numbers back as after any edit. Loading begins a new run from the base as it is now.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import NNLabError
from nnlab.files.project import Project
from nnlab.graph import adapters
from nnlab.graph.graph import Graph
from nnlab.training.adapter_folder import read_folder, write_folder
from nnlab.training.adapter_projects import checked_merge, with_attached, with_loaded
from nnlab.training.adapter_work import has_learned
from nnlab.training.base_weights import base_sha256
from nnlab.training.peft import to_stored
from nnlab.ui.document.document import Document
from nnlab.ui.look.numbers import short
from nnlab.ui.run.session import LiveSession

BASE_ALONE = "Base alone"
_COUNTED = re.compile(r"(?<=.)_([a-z]|\d+)$")  # what tells task_b from task_a


class AdapterEdits(QObject):
    """`refused(sentence)`: an edit that could not be made, "" when one was. Every method returns whether it was.

    `problem` is the sentence of the last one that was not made, `news` what the last one that was made told.
    """

    refused = Signal(str)
    said = Signal(str)  # what was done that no undo step tells of

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._document, self._session = document, session
        self._saved: dict[str, str] = {}  # by name, a fingerprint of the numbers that a file holds
        self.problem = self.news = ""
        document.replaced.connect(self._saved.clear)

    # What takes part

    def switch(self, name: str | None) -> bool:
        """One adapter alone, or the base alone."""
        return self._attempt(BASE_ALONE if name is None else f"Switch to {name}", lambda graph: adapters.switch(graph, name))

    def enable(self, name: str, enabled: bool) -> bool:
        return self._attempt(f"{'Enable' if enabled else 'Disable'} {name}", lambda graph: adapters.enable(graph, name, enabled))

    def set_weight(self, name: str, weight: float, gesture: str | None = None) -> bool:
        """The weight of an adapter in the blend; the moves of one gesture are one step."""
        return self._attempt(
            f"Weight of {name} {short(weight, 3)}", lambda graph: adapters.configure_adapter(graph, name, weight=weight), gesture
        )

    def learn(self, name: str, learns: bool) -> bool:
        return self._attempt(f"{'Train' if learns else 'Keep'} {name}", lambda graph: adapters.learn(graph, name, learns))

    def merge(self, name: str, merged: bool) -> bool:
        if merged:
            was_off = name in adapters.adapted(self._document.graph) and not adapters.is_enabled(self._document.graph, name)
            done = self._attempt(f"Merge {name}", lambda graph: checked_merge(graph, name, self._session.is_playing))
            if done and was_off:
                self._tell(f"{name} was off; merged, it takes part.")
            return done
        return self._attempt(f"Unmerge {name}", lambda graph: adapters.unmerge(graph, name))

    # What there is

    def attach(self, name: str, layers: tuple[str, ...], settings: dict[str, Any]) -> bool:
        """A new adapter on these layers; `settings` as of `nnlab.graph.adapters.attach`. The base is what was learned until now."""
        learning = "one layer" if len(layers) == 1 else f"{len(layers)} layers"
        return self._edit(
            f"Attach {name}", lambda: with_attached(self._document.project, self.weights(), name, layers, **settings),
            news=f"The base is frozen; {name} on {learning} is all that learns now.",
        )  # fmt: skip

    def rename(self, old: str, new: str) -> bool:
        done = self._attempt(f"Rename {old} to {new}", lambda graph: adapters.rename_adapter(graph, old, new))
        if done and old in self._saved:
            self._saved[new] = self._saved.pop(old)
        return done

    def duplicate(self, name: str) -> str:
        """Returns the copy's name, "" where none was made."""
        new = adapters.free_adapter_name(self._document.graph, _COUNTED.sub("", name)[:60])
        return new if self._attempt(f"Duplicate {name}", lambda graph: adapters.duplicate_adapter(graph, name, new)) else ""

    def delete(self, name: str) -> bool:
        return self._attempt(f"Delete {name}", lambda graph: adapters.detach(graph, name))

    def detach(self, layers_by_name: Mapping[str, Sequence[str]]) -> bool:
        """Takes adapters off some of their layers."""

        def edit(graph: Graph) -> Graph:
            for name, layers in layers_by_name.items():
                graph = adapters.detach(graph, name, layers)
            return graph

        return self._attempt(f"Detach {' and '.join(layers_by_name)}", edit)

    def has_unsaved_work(self, name: str) -> bool:
        """Whether it has learned what no file holds."""
        try:
            values = self.weights()
        except NNLabError:
            return False
        return has_learned(self._document.graph, name, values) and self._saved.get(name) != _fingerprint(values, name)

    # Files

    def save(self, name: str, folder: Path) -> bool:
        """Writes the folder that PEFT reads."""
        try:
            values = self.weights()
            write_folder(to_stored(self._document.graph, values, name), folder)
        except NNLabError as error:
            return self._refuse(error)
        self._saved[name] = _fingerprint(values, name)
        self._tell(f"{name} is saved in {folder}.")
        return True

    def load(self, path: Path) -> bool:
        """Attaches the adapter of a folder in PEFT's layout, or of one of its two files, numbers and all, under the folder's name."""
        try:
            stored, weights = read_folder(path), self.weights()
            name = _free(self._document.graph, stored.name)
            project = with_loaded(self._document.project, weights, stored, name)
        except NNLabError as error:
            return self._refuse(error)
        now = base_sha256(weights, stored.layers)
        other = [layer for layer, found in now.items() if stored.base_sha256.get(layer, found) != found]
        news = (
            f"{name} is loaded, but was trained on other weights of {', '.join(other)} than these." if other
            else f"{name} is loaded; the base is frozen, and the adapter goes on from what it had learned."
        )  # fmt: skip
        self._edit(f"Load adapter {name}", lambda: project, news=news)
        self._saved[name] = _fingerprint(self.weights(), name)
        return True

    def weights(self) -> dict[str, np.ndarray]:
        """All parameters and buffers of the run as they are now, by name. Raises NNLabError where there are none."""
        graph = self._document.graph
        return self._session.parameters([f"{n.id}.{p.name}" for n in graph for p in (*n.parameters, *n.kind.buffers)])

    def _attempt(self, label: str, edit: Callable[[Graph], Graph], gesture: str | None = None) -> bool:
        return self._edit(label, lambda: replace(self._document.project, graph=edit(self._document.graph)), gesture)

    def _edit(self, label: str, change: Callable[[], Project], gesture: str | None = None, news: str = "") -> bool:
        try:
            project = change()
        except NNLabError as error:
            return self._refuse(error)
        self._tell(news)
        self._document.edit(label, project, gesture)
        return True

    def _refuse(self, error: NNLabError) -> bool:
        self.problem, self.news = str(error), ""
        self.refused.emit(self.problem)
        return False

    def _tell(self, news: str) -> None:
        self.problem, self.news = "", news
        self.refused.emit("")
        if news:
            self.said.emit(news)


def _fingerprint(values: dict[str, np.ndarray], name: str) -> str:
    digest = hashlib.sha256()
    for key in sorted(values):
        if ".lora_" in key and key.endswith(f".{name}"):
            digest.update(key.removesuffix(name).encode() + values[key].tobytes())
    return digest.hexdigest()


def _free(graph: Graph, name: str) -> str:
    """The name, with a number behind it where another adapter has it already."""
    taken = {known.lower() for known in adapters.adapted(graph)}
    return next(given for given in (name, *(f"{name[:60]}_{k}" for k in range(2, 100))) if given.lower() not in taken)
