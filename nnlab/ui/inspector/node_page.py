"""The page of one node: name, what it is, its settings and activation, formula, shapes, problems, and its numbers as it learns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import data_title
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Shape, show
from nnlab.graph import docking, edits
from nnlab.graph.graph import Graph, Node
from nnlab.graph.validation import Diagnostic, Fix, Shapes, infer
from nnlab.training.statistics import NormHistory
from nnlab.ui.document.debugging_edits import rename
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.inspector import editing
from nnlab.ui.inspector.adapter_section import AdapterSection
from nnlab.ui.inspector.formula_text import formulas
from nnlab.ui.inspector.freeze_checks import FreezeChecks
from nnlab.ui.inspector.initializer_preview import InitializerPreview
from nnlab.ui.inspector.live_numbers import LiveNumbers
from nnlab.ui.inspector.parts import Caption, Formulas, NameField, PartColumn, Problems, PropertyTable, button, in_reading_order
from nnlab.ui.inspector.weight_buttons import WeightButtons
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm

MOST_COLUMNS = 16  # that are named where the data are described


class NodePage(QWidget):
    """Shows one node at a time; the form is made again when a node with other settings is shown."""

    change_data = Signal()

    def __init__(
        self,
        theme: Theme,
        document: Document,
        selection: Selection,
        session: LiveSession,
        norms: NormHistory,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._document, self._selection, self._session = theme, document, selection, session
        self._node_id = ""
        self._form_for: tuple[Setting, ...] | None = None
        self.form: SettingsForm | None = None
        self.name = NameField(theme)
        self.name.renamed.connect(self._rename)
        self.subtitle = Label(theme, "", "body", "text2")
        self.subtitle.setWordWrap(True)
        self.refusal = Label(theme, "", "caption", "error")
        self.refusal.setWordWrap(True)
        self.refusal.hide()
        self.problems = Problems(theme)
        self.problems.fix_chosen.connect(self._fix)
        self.formula_caption, self.formula = Caption(theme, "Formula"), Formulas(theme)
        self.shapes_caption, self.shapes = Caption(theme, "Shapes"), PropertyTable(theme)
        self.data = button("Change data…", "Changes the data set, its features, noise and split", self.change_data.emit)
        self.preview = InitializerPreview(theme, self)  # forms that it stands in come and go
        self.freeze_checks = FreezeChecks(theme, self)
        self.freeze_checks.chosen.connect(self._freeze)
        self.weight_buttons = WeightButtons(theme)
        self.adapters = AdapterSection(theme, document)
        self.numbers = LiveNumbers(theme, norms)
        head, foot = PartColumn(theme), PartColumn(theme)
        self._buttons = PartColumn(theme)
        self._buttons.put(self.weight_buttons)
        head.put(self.name, self.subtitle, self.refusal, self.problems)
        foot.put(self.formula_caption, self.formula, self.shapes_caption, self.shapes, self.data)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part in (head, self._buttons, self.adapters, self.numbers, foot):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._column.setSpacing(theme.metrics.px(6))

    @property
    def node_id(self) -> str:
        return self._node_id

    def show_node(self, node_id: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Shows a node of the document as it is now."""
        graph = self._document.graph
        node, shapes = graph[node_id], infer(graph)
        is_other = node_id != self._node_id
        self._node_id = node_id
        if is_other or not self.name.hasFocus():
            self.name.show_name(node_id)
            self._refuse("")
        self.subtitle.setText(describe(graph, node, shapes, self._document, self._session))
        self._show_form(graph, node, is_other)
        self.problems.show_problems(tuple(d for d in diagnostics if d.node_id == node_id))
        activation = docking.docked(graph, node_id)
        self.formula.show_formulas(formulas(node, graph[activation] if activation is not None else None))
        self.formula_caption.setVisible(bool(self.formula.texts))
        rows = shape_rows(graph, node, shapes)
        self.shapes_caption.setVisible(bool(rows))
        self.shapes.show_rows(rows)
        self.data.setVisible(node.kind.is_input)
        self._buttons.setVisible(bool(node.parameters))
        self.adapters.show_node(node)
        self.numbers.show_node(graph, node_id)

    @property
    def tensors(self) -> frozenset[str]:
        """What frames must hold for the numbers, see nnlab.engine.frame."""
        return self.numbers.tensors

    def show_view(self, view: LiveView) -> None:
        self.numbers.show_view(view)

    # The form

    def _settings(self, node: Node) -> tuple[Setting, ...]:
        """What can be chosen for a node: its operator's settings, and for a layer its activation behind the first of them."""
        kind = node.kind
        if kind.is_input:  # it follows the data
            return ()
        settings = list(kind.settings)
        if node.parameters:
            settings.insert(1, editing.activation_setting())
            settings.append(editing.FROZEN)
        exchange = editing.exchange_setting(kind)
        return ((exchange,) if exchange is not None else ()) + tuple(settings)

    def _show_form(self, graph: Graph, node: Node, is_other: bool) -> None:
        wanted = self._settings(node)
        values: dict[str, Value] = {
            **node.settings, "activation": editing.activation_of(graph, node.id), "operator": node.kind.title, "frozen": node.is_frozen,
        }  # fmt: skip
        if wanted != self._form_for:
            self._form_for = wanted
            self._replace_form(SettingsForm(self._theme, wanted, values))
        if self.form is None:
            return
        if is_other:  # what was being typed was meant for another node
            for name in self.form.names:
                self.form.editor(name).set_value(values[name])
        self.form.set_values(values, {"frozen"} if editing.is_partly_frozen(node) else ())
        self.freeze_checks.show_node(node)
        checks = self.freeze_checks.checks.values() if "frozen" in self.form.names else ()
        in_reading_order(self.name, *self.form.controls, *checks, *self.weight_buttons.controls)
        self._preview_initializer(None)

    def _preview_initializer(self, looked_at: Value | None) -> None:
        """Shows what the layer's initialiser would draw, or the one that is looked at in the open list."""
        node = self._document.graph[self._node_id]
        setting = editing.initializer_setting(node.kind)
        if setting is None:
            return
        parameter = next(p for p in node.parameters if p.init == f"setting:{setting}")
        shape = infer(self._document.graph).get(node.id, parameter.name)
        name = str(node.settings[setting] if looked_at is None else looked_at)
        owner, initial = f"{node.id}.{parameter.name}", self._document.project.initial
        start = initial.name if initial is not None and owner not in initial.misfits(self._document.graph) else ""
        self.preview.show_draw(name, shape, self._document.project.training.seed, owner, start)

    def _consider(self, name: str, value: Value) -> None:
        if self._node_id in self._document.graph and name == editing.initializer_setting(self._document.graph[self._node_id].kind):
            self._preview_initializer(value)

    def _replace_form(self, form: SettingsForm) -> None:
        focused = self.form.focused if self.form is not None else None
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.retire()
        for below in (self.preview, self.freeze_checks):
            below.setParent(self)  # the form it stood in is given up
            below.hide()
        self.form = form
        self._edits = editing.FormEdits(self._document, form, self._edit)
        form.considered.connect(self._consider)
        setting = editing.initializer_setting(self._document.graph[self._node_id].kind)
        if setting in form.names:
            form.put_below(setting, self.preview)
        if "frozen" in form.names:
            form.put_below("frozen", self.freeze_checks)
        self._column.insertWidget(1, form)
        form.setVisible(bool(form.names))
        if focused in form.names:  # arrow keys walk on through a list whose every choice makes the form again
            form.editor(focused).setFocus()

    def _edit(self, name: str, value: Value) -> tuple[str, Callable[[Document, str, str], None]]:
        """The undo label and the edit for a changed field."""
        node_id = self._node_id
        if name == "activation":
            return f"Activation of {node_id}", editing.graph_edit(lambda g: editing.with_activation(g, node_id, str(value)))
        if name == "operator":
            return f"Exchange {node_id}", partial(self._exchange, title=str(value))
        if name == "frozen":
            return editing.freeze_label(node_id, value), editing.graph_edit(lambda g: edits.set_frozen(g, [node_id], bool(value)))
        node = self._document.graph[node_id]
        label = next(s.label for s in node.kind.settings if s.name == name)
        return f"{label} of {node_id}", editing.graph_edit(lambda g: edits.configure(g, node_id, **{name: value}))

    def _freeze(self, names: frozenset[str]) -> None:
        """Exactly these parameters of the node are frozen from now on; the undo step names the one that changed."""
        node = self._document.graph[self._node_id]
        label = editing.freeze_label(f"{' and '.join(sorted(names ^ node.frozen))} of {node.id}", names > node.frozen)
        self._document.attempt(label, lambda graph: edits.freeze(graph, node.id, names))

    def _exchange(self, document: Document, label: str, gesture: str, title: str) -> None:
        """Another operator in the node's place; a counted name follows it, and the selection follows the name."""
        graph, old = document.graph, self._node_id
        place = [node.id for node in graph.nodes].index(old)
        result = edits.replace_operator(graph, old, editing.by_title(title))
        self._apply_renamed(label, result, result.nodes[place].id, gesture)

    def _rename(self, name: str) -> None:
        others = [other for other in self._selection.nodes if other != self._node_id]
        try:
            rename(self._document, self._node_id, name)
        except NNLabError as error:
            self._refuse(str(error))
            return
        self._refuse("")
        self._select_renamed(name, others)

    def _apply_renamed(self, label: str, graph: Graph, node_id: str, gesture: str | None = None) -> None:
        """Applies an edit after which the shown node has another id, and keeps it selected."""
        others = [other for other in self._selection.nodes if other != self._node_id]
        self._document.apply(label, graph, gesture)
        self._select_renamed(node_id, others)

    def _select_renamed(self, node_id: str, others: Sequence[str]) -> None:
        if node_id in self._document.graph:
            self._selection.set([node_id, *(o for o in others if o in self._document.graph)])

    def _refuse(self, sentence: str) -> None:
        self.refusal.setText(sentence)
        self.refusal.setVisible(bool(sentence))

    def _fix(self, fix: Fix) -> None:
        try:
            self._document.apply_fix(fix)
        except NNLabError as error:
            self._refuse(str(error))


def describe(graph: Graph, node: Node, shapes: Shapes, document: Document, session: LiveSession) -> str:
    """A node in one line: Dense, 8 → 8, 72 parameters."""
    kind = node.kind
    if kind.is_input:
        data = session.data
        if data is None:
            return kind.title
        name = data_title(document.project.data)
        total = len(data.x) + len(data.validation_x)
        text = f"{name}: {count(data.x.shape[1])} features, {count(total)} samples"
        if data.planes is not None or len(data.features) > MOST_COLUMNS:
            return text
        return f"{text}. {', '.join(data.features)} → {data.target.in_words.removeprefix('target ')}"
    parts = [kind.title]
    incoming = [shapes.get(node.id, port) for port in kind.port_names(len(graph.inputs(node.id)))]
    output = shapes.output(node)
    if len(incoming) == 1 and incoming[0] is not None and output is not None and not kind.is_loss:
        parts.append(f"{_size(incoming[0])} → {_size(output)}")
    sizes = {p.name: _count(shapes.get(node.id, p.name)) for p in node.parameters}
    if total := sum(sizes.values()):
        parts.append(f"{count(total)} parameters")
    if total and node.frozen:
        parts.append(node.frozen_words)
    if kind.is_loss and kind.summary(node.settings):
        parts.append(kind.summary(node.settings))
    return ", ".join(parts)


def shape_rows(graph: Graph, node: Node, shapes: Shapes) -> list[tuple[str, str]]:
    """Every tensor of a node with its shape: inputs with the batch as N, parameters, output."""
    kind = node.kind
    rows = []
    ports = kind.port_names(len(graph.inputs(node.id)))
    for name in (*ports, *(p.name for p in node.parameters), *(t.name for t in kind.outputs)):
        shape = shapes.get(node.id, name)
        if shape is None:
            continue
        if kind.is_loss and name not in ports:
            rows.append((name, "one number"))
        elif any(name == p.name for p in node.parameters):
            rows.append((node.tensors[name].letter, f"({', '.join(str(length) for length in shape)})"))
        else:
            rows.append(("output" if name not in ports else name, show(shape)))
    return rows


def _size(shape: Shape) -> str:
    return " × ".join(str(length) for length in shape)


def _count(shape: Shape | None) -> int:
    total = 1
    for length in shape or (0,):
        total *= length
    return total
