"""Which adapter, and which of its layers, the panels about adapters show: a way of looking, no part of the document."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from nnlab.graph.adapters import adapted
from nnlab.ui.document.document import Document
from nnlab.ui.run.session import LiveSession


class ShownAdapter(QObject):
    """`changed` when something else is to be shown. What was chosen is kept while the graph has it; else the first that there is."""

    changed = Signal()

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._document = document
        self._chosen = ("", "")  # layer, name
        self._last = self._place
        document.changed.connect(self._tell)
        document.replaced.connect(self._tell)

    @property
    def layer(self) -> str:
        """The layer whose matrices are shown, "" where no layer has an adapter."""
        return self._place[0]

    @property
    def name(self) -> str:
        """The adapter that is shown, "" where there is none."""
        return self._place[1]

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that have adapters, from front to back."""
        return tuple(node.id for node in self._document.graph.topological() if node.adapters)

    @property
    def _place(self) -> tuple[str, str]:
        known = adapted(self._document.graph)
        layer, name = self._chosen
        if not known:
            return "", ""
        if name not in known:
            name = next(iter(known))
            if layer in self.layers:
                own = self._document.graph[layer].adapters
                name = next((adapter.name for adapter in own if adapter.enabled), own[0].name)
        return (layer if layer in known[name] else known[name][0]), name

    def choose_layer(self, layer: str) -> None:
        """Shows a layer; of its adapters the one shown before, or the first that takes part."""
        if layer in self.layers:
            own = self._document.graph[layer].adapters
            name = self.name if self._document.graph[layer].adapter(self.name) else next((a.name for a in own if a.enabled), own[0].name)
            self._choose(layer, name)

    def choose_adapter(self, name: str) -> None:
        if name in adapted(self._document.graph):
            self._choose(self.layer, name)

    def follow_name(self, old: str, new: str) -> None:
        """An adapter that is shown goes on being shown under its new name."""
        if self._chosen[1] == old:
            self._choose(self._chosen[0], new)

    def _choose(self, layer: str, name: str) -> None:
        self._chosen = (layer, name)
        self._tell()

    def _tell(self, *_: object) -> None:
        if self._last != self._place:
            self._last = self._place
            self.changed.emit()
