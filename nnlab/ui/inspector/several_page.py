"""The page of several nodes: what they have in common can be set for all at once, what differs is said to be mixed.

An activation docked on a selected layer is part of its card, and so of the layer here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from functools import reduce

from PySide6.QtWidgets import QWidget

from nnlab.core.setting import Setting, Value
from nnlab.engine.frame import Frame
from nnlab.graph import docking, edits
from nnlab.graph.graph import Graph, Node
from nnlab.graph.validation import infer
from nnlab.training.statistics import norm
from nnlab.ui.document.document import Document
from nnlab.ui.inspector import editing
from nnlab.ui.inspector.live_numbers import NUMBERS_EVERY
from nnlab.ui.inspector.number_table import NumberRow, NumberTable, written
from nnlab.ui.inspector.other_pages import Page
from nnlab.ui.inspector.parts import Caption, PartColumn, in_reading_order
from nnlab.ui.inspector.weight_buttons import WeightButtons
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm

MOST_ROWS = 12  # layers in the table of norms


def without_docked(graph: Graph, node_ids: Iterable[str]) -> tuple[str, ...]:
    """The nodes that stand for themselves: all but activations docked on another one of them."""
    ids = tuple(node_ids)
    docked = {docking.docked(graph, node_id) for node_id in ids}
    return tuple(node_id for node_id in ids if node_id not in docked)


def common_settings(nodes: list[Node]) -> tuple[Setting, ...]:
    """What can be chosen for all of several nodes at once."""
    kinds = [node.kind for node in nodes]
    settings = list(editing.shared_settings(kinds)) if not any(kind.is_input for kind in kinds) else []
    if all(node.parameters for node in nodes):
        settings.insert(min(1, len(settings)), editing.activation_setting())
    if any(node.parameters for node in nodes):
        settings.append(editing.FROZEN)
    exchanges = [editing.exchange_setting(kind) for kind in kinds]
    if exchanges[0] is not None and all(exchange == exchanges[0] for exchange in exchanges):
        settings.insert(0, exchanges[0])
    return tuple(settings)


def value_of(graph: Graph, node: Node, setting: Setting) -> Value:
    """What a node has for a setting of the page."""
    if setting == editing.FROZEN:
        return node.is_frozen
    if setting.name == "activation" and setting == editing.activation_setting():
        return editing.activation_of(graph, node.id)
    if setting.name == "operator":
        return node.kind.title
    return node.settings.get(setting.name, setting.default)


def norm_rows(graph: Graph, nodes: list[Node], frame: Frame | None) -> list[NumberRow]:
    """The norm of all weights and of their whole gradient, for every layer."""

    def length(names: list[str]) -> float | None:
        norms = [norm(frame.get(name)) for name in names] if frame is not None else []
        known = [value for value in norms if value is not None]
        return math.hypot(*known) if known else None

    rows = []
    for node in nodes[:MOST_ROWS]:
        weights = length([f"{node.id}.{p.name}" for p in node.parameters])
        gradient = "frozen" if node.is_frozen else written(length([f"{node.id}.d_{p.name}" for p in node.trained]))
        rows.append(NumberRow(node.id, written(weights), gradient, "norms of its weights and of their gradient for this batch"))
    return rows


class SeveralPage(Page):
    """Several nodes: how many, and the settings they have in common."""

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(theme, document, parent)
        self._ids: tuple[str, ...] = ()
        self._layers: list[Node] = []
        self._form_for: tuple[object, ...] = ()
        self._due = 0.0
        self._view: LiveView | None = None
        self.form: SettingsForm | None = None
        self.weight_buttons = WeightButtons(theme)
        self.refusal = Label(theme, "", "caption", "error")
        self.refusal.setWordWrap(True)
        self.refusal.hide()
        self.caption = Caption(theme, "Norms")
        self.norms = NumberTable(theme, "Norms", ("weights", "gradient"))
        self._foot = PartColumn(theme)
        self._foot.put(self.refusal, self.weight_buttons, self.caption, self.norms)
        self.column.addWidget(self._foot)
        self.column.addStretch(1)

    @property
    def tensors(self) -> frozenset[str]:
        """What frames must hold for the norms, see nnlab.engine.frame."""
        return frozenset(f"{node.id}.d_{p.name}" for node in self._layers[:MOST_ROWS] for p in node.parameters)

    @property
    def node_ids(self) -> tuple[str, ...]:
        """The nodes an edit of this page holds for."""
        return self._ids

    def show_nodes(self, node_ids: tuple[str, ...]) -> None:
        graph = self._document.graph
        self._ids = without_docked(graph, node_ids)
        nodes = [graph[i] for i in self._ids]
        self._layers = [node for node in nodes if node.parameters]
        self.title.setText(f"{len(node_ids)} nodes")
        self.subtitle.setText(self._described(graph, node_ids))
        self._show_form(graph, nodes)
        self._foot.setVisible(bool(self._layers))
        self.refuse("")
        self._due = 0.0
        self._show_norms()

    def show_view(self, view: LiveView) -> None:
        now = time.perf_counter()
        if not view.playing or now >= self._due:
            self._due, self._view = now + NUMBERS_EVERY, view
            self._show_norms()

    def forget(self) -> None:
        """Shows no numbers, until the next frame."""
        self._due, self._view = 0.0, None
        self._show_norms()

    def refuse(self, sentence: str) -> None:
        """Says why something that was asked for cannot be done."""
        self.refusal.setText(sentence)
        self.refusal.setVisible(bool(sentence))

    def _described(self, graph: Graph, node_ids: tuple[str, ...]) -> str:
        """dense_1, dense_2; 96 parameters, 24 of them frozen."""
        shapes = infer(graph)
        total = frozen = 0
        for node in (graph[i] for i in node_ids):
            sizes = {p.name: math.prod(shape) for p in node.parameters if (shape := shapes.get(node.id, p.name)) is not None}
            total, frozen = total + sum(sizes.values()), frozen + sum(sizes.get(name, 0) for name in node.frozen)
        text = ", ".join(node_ids)
        if total:
            text += f"; {count(total)} parameters"
        if frozen:
            text += ", frozen" if frozen == total else f", {count(frozen)} of them frozen"
        return text

    def _show_form(self, graph: Graph, nodes: list[Node]) -> None:
        settings = common_settings(nodes)
        found = {s.name: [value_of(graph, n, s) for n in self._holders(nodes, s)] for s in settings}
        values = {name: several[0] for name, several in found.items()}
        mixed = {name for name, several in found.items() if any(value != several[0] for value in several)}
        mixed |= {editing.FROZEN.name for layer in self._layers if editing.is_partly_frozen(layer)}
        if (self._ids, settings) != self._form_for:
            self._form_for = (self._ids, settings)
            if self.form is not None:
                self.form.hide()
                self.form.retire()
            self.form = SettingsForm(self._theme, settings, values)
            self._edits = editing.FormEdits(self._document, self.form, self._edit)
            self.column.insertWidget(1, self.form)
            self.form.setVisible(bool(settings))
            in_reading_order(*self.form.controls, *self.weight_buttons.controls)
        if self.form is not None:
            self.form.set_values(values, mixed)

    def _holders(self, nodes: list[Node], setting: Setting) -> list[Node]:
        """The nodes a setting is about: only layers can be frozen."""
        return self._layers if setting == editing.FROZEN else nodes

    def _edit(self, name: str, value: Value) -> tuple[str, Callable[[Document, str, str], None]]:
        ids, layers = self._ids, [node.id for node in self._layers]
        if name == "frozen":
            what = f"{len(layers)} nodes" if len(layers) > 1 else layers[0]
            return editing.freeze_label(what, value), editing.graph_edit(lambda graph: edits.set_frozen(graph, layers, bool(value)))

        def edited(graph: Graph, node_id: str) -> Graph:
            if name == "activation":
                return editing.with_activation(graph, node_id, str(value))
            if name == "operator":
                return edits.replace_operator(graph, node_id, editing.by_title(str(value)))
            return edits.configure(graph, node_id, **{name: value})

        label = "Exchange" if name == "operator" else f"{name.replace('_', ' ').capitalize()} of"
        return f"{label} {len(ids)} nodes", editing.graph_edit(lambda graph: reduce(edited, ids, graph))

    def _show_norms(self) -> None:
        frame = self._view.frame if self._view is not None else None
        rows = norm_rows(self._document.graph, self._layers, frame)
        self.norms.show_rows(rows)
        more = len(self._layers) - len(rows)
        self.caption.setText(f"Norms, first {len(rows)} of {len(self._layers)} layers" if more else "Norms")
