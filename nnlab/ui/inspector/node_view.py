"""One node in the inspector: name, settings, activation, formula, shapes, live statistics, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.operator import operators
from nnlab.graph import docking, edits
from nnlab.graph.graph import Graph, Node
from nnlab.graph.validation import Diagnostic, infer
from nnlab.ui.document import Document
from nnlab.ui.formula import FormulaLabel
from nnlab.ui.inspector import statistics as numbers
from nnlab.ui.live_view import LiveView
from nnlab.ui.numbers import count, percent
from nnlab.ui.selection import Selection
from nnlab.ui.theme import Theme, follow
from nnlab.ui.widgets.histogram import Histogram
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.settings_form import SettingsForm
from nnlab.ui.widgets.sparkline import Sparkline
from nnlab.ui.widgets.value_row import ValueRow

NO_ACTIVATION = "none"


class NodeView(QWidget):
    """Shows one node and edits it through the document; `show_node` exchanges the node, `show_view` the numbers."""

    def __init__(self, theme: Theme, document: Document, selection: Selection) -> None:
        super().__init__()
        self._theme, self._document, self._selection = theme, document, selection
        self._node_id = ""
        self._form: SettingsForm | None = None
        self._gesture = 0
        self._column = QVBoxLayout(self)
        self._name = QLineEdit()
        self._name.setFrame(False)
        self._name.setAccessibleName("Name of the node")
        self._name.setToolTip("Name of the node: click to rename it")
        self._name.editingFinished.connect(self._rename)
        self._subtitle = ElidedLabel(theme, "", "body", "text2")
        self._problem = Label(theme, "", "caption", "error")
        self._problem.setWordWrap(True)
        self._form_place = QVBoxLayout()
        self._activation_row = QWidget()
        self._activation = QComboBox()
        self._activation.setAccessibleName("Activation")
        self._activation.setToolTip("The function applied to this layer's output, a node of its own docked on the card")
        self._activation.activated.connect(self._choose_activation)
        row = QHBoxLayout(self._activation_row)
        row.setContentsMargins(0, 0, 0, 0)
        self._activation_label = Label(theme, "Activation", "body", "text2")
        row.addWidget(self._activation_label)
        row.addWidget(self._activation, 1)
        self._formula = FormulaLabel(theme, "", "formula_small")
        self._shapes = [ValueRow(theme, "") for _ in range(6)]
        self._shapes_title = Label(theme, "Shapes", "caption", "text2")
        self._moment = Label(theme, "", "caption", "text2")
        self._values = {name: ValueRow(theme, label) for name, label in (
            ("weight_norm", "Weight norm"), ("gradient_norm", "Gradient norm"), ("off_share", "Saturated"))}  # fmt: skip
        self._history_title = Label(theme, "Gradient norm, recently", "caption", "text2")
        self._history = Sparkline(theme, "Gradient norm over the latest iterations")
        self._weights_title = Label(theme, "Weights", "caption", "text2")
        self._weights = Histogram(theme, "Weights")
        self._activations_title = Label(theme, "Activations in this batch", "caption", "text2")
        self._activations = Histogram(theme, "Activations in this batch")
        self._delete = QPushButton("Delete")
        self._delete.setToolTip("Removes the node and its connections")
        self._delete.clicked.connect(self._remove)
        self._fill()
        follow(theme, self)

    def _fill(self) -> None:
        column = self._column
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self._name, self._subtitle, self._problem):
            column.addWidget(part)
        column.addLayout(self._form_place)
        column.addWidget(self._activation_row)
        column.addWidget(self._moment)
        for row in self._values.values():
            column.addWidget(row)
        for part in (self._history_title, self._history, self._weights_title, self._weights, self._activations_title, self._activations):
            column.addWidget(part)
        column.addWidget(self._shapes_title)
        for row in self._shapes:
            column.addWidget(row)
        column.addWidget(self._formula, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._delete, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    # What is shown

    def show_node(self, graph: Graph, node: Node, diagnostics: Sequence[Diagnostic]) -> None:
        """The node's name, settings and shapes; keeps the form when it is the same node, so that typing is not disturbed."""
        same = node.id == self._node_id and self._form is not None and self._form.names == tuple(s.name for s in node.kind.settings)
        self._node_id = node.id
        shapes = infer(graph)
        if not self._name.hasFocus():
            self._name.setText(node.id)
        self._subtitle.setText(numbers.subtitle(graph, shapes, node))
        own = [d for d in diagnostics if d.node_id == node.id]
        self._problem.setText("\n".join(d.message for d in own))
        self._problem.set_color("error" if any(d.severity == "error" for d in own) else "warn")
        self._problem.setVisible(bool(own))
        if same and self._form is not None:
            self._form.set_values(node.settings)
        else:
            self._make_form(node)
        self._show_activation(graph, node)
        rows = numbers.shape_rows(graph, shapes, node)
        for row, content in zip(self._shapes, [*rows, *[None] * len(self._shapes)], strict=False):
            row.setVisible(content is not None)
            if content is not None:
                row.set_label(content[0])
                row.set_text(content[1])
        self._shapes_title.setVisible(bool(rows))
        self._formula.set_text(node.kind.formula)
        self._delete.setVisible(True)

    def _make_form(self, node: Node) -> None:
        if self._form is not None:
            self._form_place.removeWidget(self._form)
            self._form.deleteLater()
            self._form = None
        if node.kind.settings:
            self._form = SettingsForm(self._theme, node.kind.settings, node.settings)
            # A field that loses the focus commits what was typed, even when another node is shown by then: it knows its own node.
            self._form.previewed.connect(partial(self._configure, node.id))
            self._form.committed.connect(partial(self._commit, node.id))
            self._form_place.addWidget(self._form)

    def _show_activation(self, graph: Graph, node: Node) -> None:
        can = bool(node.kind.parameters) and len(graph.outgoing(node.id)) == 1
        self._activation_row.setVisible(can)
        if not can:
            return
        names = [kind.name for kind in operators if kind.is_elementwise]
        self._activation.clear()
        self._activation.addItem("None", NO_ACTIVATION)
        for name in names:
            self._activation.addItem(operators[name].title, name)
        current = docking.docked(graph, node.id)
        self._activation.setCurrentIndex(self._activation.findData(graph[current].operator if current else NO_ACTIVATION))

    def show_view(self, view: LiveView) -> None:
        """The node's numbers at this moment."""
        graph = view.frame.program.graph
        if self._node_id not in graph:
            return
        found = numbers.statistics(view, graph[self._node_id])
        self._moment.setText(f"At iteration {count(view.frame.iteration)}")
        has_numbers = found.weight_norm is not None or found.off_share is not None
        self._moment.setVisible(has_numbers)
        for name in ("weight_norm", "gradient_norm"):
            value = getattr(found, name)
            self._values[name].setVisible(found.weight_norm is not None)
            self._values[name].set_number(value)
        row = self._values["off_share"]
        row.setVisible(found.off_share is not None)
        if found.off_share is not None:
            row.set_label(found.off_share[0])
            row.set_text(percent(found.off_share[1]))
        self._show_pictures(found)

    def _show_pictures(self, found: numbers.Statistics) -> None:
        for title, widget, values in (
            (self._history_title, self._history, found.gradient_history),
            (self._weights_title, self._weights, found.weights),
            (self._activations_title, self._activations, found.activations if self._theme.metrics.inspector > 300 else None),
        ):
            shown = values is not None and np.size(values) > 1
            title.setVisible(shown)
            widget.setVisible(shown)
            if shown:
                widget.set_values(np.asarray(values, dtype=np.float64))

    # What a person changes

    def _rename(self) -> None:
        new = self._name.text().strip()
        if not self._node_id or new == self._node_id or self._node_id not in self._document.graph:
            return
        old = self._node_id
        try:
            graph = edits.rename_node(self._document.graph, old, new)
        except NNLabError as error:
            self._name.setText(old)
            self._problem.setText(str(error))
            self._problem.set_color("error")
            self._problem.setVisible(True)
            return
        self._node_id = new
        self._document.apply(f"Rename {old}", graph)
        self._selection.set([new])

    def _commit(self, node_id: str, name: str, value: object) -> None:
        self._configure(node_id, name, value)
        self._gesture += 1  # what follows is another undo step

    def _configure(self, node_id: str, name: str, value: object) -> None:
        graph = self._document.graph
        if node_id not in graph or graph[node_id].settings.get(name, value) == value:
            return
        label = f"Change {name.replace('_', ' ')} of {node_id}"
        changed = edits.configure(graph, node_id, **{name: value})
        self._document.apply(label, changed, f"{node_id}.{name}.{self._gesture}")

    def _choose_activation(self, index: int) -> None:
        name = str(self._activation.itemData(index))
        graph, node_id = self._document.graph, self._node_id
        current = docking.docked(graph, node_id)
        if name == NO_ACTIVATION:
            if current is not None:
                self._document.apply(f"Remove {current}", edits.bypass_node(graph, current))
        elif current is not None:
            self._document.apply(f"Change {current} to {operators[name].title}", edits.replace_operator(graph, current, name))
        else:
            edge = graph.outgoing(node_id)[0]
            place = graph[node_id].position
            self._document.apply(f"Add {operators[name].title}", edits.insert_on_edge(graph, edge, name, place))

    def _remove(self) -> None:
        graph, node_id = self._document.graph, self._node_id
        activation = docking.docked(graph, node_id)
        gone = [node_id, activation] if activation is not None else [node_id]
        self._document.apply(f"Delete {node_id}", edits.remove_nodes(graph, gone))

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setSpacing(metrics.px(4))
        self._form_place.setContentsMargins(0, metrics.grid, 0, 0)
        self._name.setFont(self._theme.font("title"))
        self._activation_label.setFixedWidth(metrics.label)
        self._activation_row.setFixedHeight(metrics.form_row)
        self._activation.setFixedHeight(metrics.field)
        for title in (self._moment, self._history_title, self._weights_title, self._activations_title, self._shapes_title):
            title.setContentsMargins(0, metrics.grid, 0, 0)
