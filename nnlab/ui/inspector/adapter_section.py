"""The adapters of a layer: for each its rank and alpha on this layer, and on or off and the weight in the blend, which all layers share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.core.setting import Setting, Value
from nnlab.graph.adapters import configure_adapter, enable
from nnlab.graph.graph import Graph, Node
from nnlab.graph.lora_adapter import ADAPTER_SETTINGS, BLEND, LoraAdapter
from nnlab.graph.node_adapters import takes_adapters
from nnlab.ui.document.document import Document
from nnlab.ui.inspector.editing import FormEdits, graph_edit
from nnlab.ui.inspector.parts import Caption, button
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.settings_form import SettingsForm

_OF_LAYER = tuple(setting for setting in ADAPTER_SETTINGS if setting.name in ("rank", "alpha"))
_ENABLED = Setting("enabled", True, "On", "The adapter takes part, on all its layers; off, the base alone is computed")
SETTINGS = (*_OF_LAYER, _ENABLED, BLEND)


class AdapterSection(QWidget):
    """`attach` and `detach` when their buttons are pressed. Hidden for a node that takes no adapter."""

    attach = Signal()
    detach = Signal()

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._document = theme, document
        self._shown: tuple[str, tuple[str, ...]] = ("", ())  # the layer and its adapters' names
        self._edits: list[FormEdits] = []
        self.forms: dict[str, SettingsForm] = {}  # by adapter
        self._captions: dict[str, Caption] = {}
        self.attach_button = button("Attach adapter…", "Freezes the network and attaches a low-rank adapter (Ctrl+L)", self.attach.emit)
        self.detach_button = button("Detach", "Takes the adapters off this layer; the base stays as it is", self.detach.emit)
        self._buttons = QHBoxLayout()
        for one in (self.attach_button, self.detach_button):
            self._buttons.addWidget(one)
        self._buttons.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._buttons)
        follow(theme, self)
        self.hide()

    def show_node(self, node: Node) -> None:
        """Shows a layer's adapters as they are now; nothing is emitted."""
        names = tuple(adapter.name for adapter in node.adapters)
        if (node.id, names) != self._shown:
            self._shown = (node.id, names)
            self._make_forms(node)
        for adapter in node.adapters:
            self._captions[adapter.name].setText(_caption(adapter))
            self.forms[adapter.name].set_values(_values(adapter))
        self.detach_button.setVisible(bool(names))
        self.setVisible(takes_adapters(node))

    def _make_forms(self, node: Node) -> None:
        for form in self.forms.values():
            self._column.removeWidget(form)
            form.hide()
            form.retire()
        for caption in self._captions.values():
            self._column.removeWidget(caption)
            caption.hide()
            caption.deleteLater()
        self.forms, self._captions, self._edits = {}, {}, []
        for adapter in node.adapters:
            caption, form = Caption(self._theme, ""), SettingsForm(self._theme, SETTINGS, _values(adapter))
            self._edits.append(FormEdits(self._document, form, partial(_edit, node.id, adapter.name)))
            self.forms[adapter.name], self._captions[adapter.name] = form, caption
            for part in (caption, form):
                self._column.insertWidget(self._column.count() - 1, part)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._buttons.setContentsMargins(metrics.padding, metrics.px(6), metrics.padding, 0)
        self._buttons.setSpacing(metrics.grid)
        for caption in self._captions.values():
            caption.setContentsMargins(metrics.padding, metrics.px(10), metrics.padding, 0)


def _values(adapter: LoraAdapter) -> dict[str, Value]:
    return {setting.name: getattr(adapter, setting.name) for setting in SETTINGS}


def _caption(adapter: LoraAdapter) -> str:
    options = [words for words, has in (("rsLoRA", adapter.rslora), ("DoRA", adapter.dora), ("merged", adapter.is_merged)) if has]
    return ", ".join((f"Adapter {adapter.name}", f"r {adapter.rank}", *options))


def _edit(layer: str, name: str, key: str, value: Value) -> tuple[str, Callable[[Document, str, str], None]]:
    """The undo label and the edit for a changed field."""

    def edit(graph: Graph) -> Graph:
        if key == "enabled":
            return enable(graph, name, bool(value))
        return configure_adapter(graph, name, [layer] if key in ("rank", "alpha") else None, **{key: value})

    if key == "enabled":
        return f"Turn {name} {'on' if value else 'off'}", graph_edit(edit)
    of = f"{name} on {layer}" if key in ("rank", "alpha") else name
    return f"{key.capitalize()} of {of}", graph_edit(edit)
