"""Pages for what is no node: an edge, and the whole project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.preparation import data_title
from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import show
from nnlab.graph import edits
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import infer
from nnlab.training.settings import BATCH_SIZE, SEED, TrainingSettings
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.inspector import editing
from nnlab.ui.inspector.parts import Caption, Formulas, PartColumn, PropertyTable, button, in_reading_order
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.session import LiveSession
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm


class Page(QWidget):
    """A heading, a line below it, and what follows."""

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._document = theme, document
        self.title = Label(theme, "", "title")
        self.title.setWordWrap(True)
        self.subtitle = Label(theme, "", "body", "text2")
        self.subtitle.setWordWrap(True)
        head = PartColumn(theme)
        head.put(self.title, self.subtitle)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.metrics.px(6))
        self.column.addWidget(head)


class EdgePage(Page):
    """One edge: from where to where, what flows along it, and a button that takes it away."""

    def __init__(self, theme: Theme, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(theme, document, parent)
        self._selection = selection
        self._edge: Edge | None = None
        self.table = PropertyTable(theme)
        self.disconnect_button = button("Disconnect", "Removes this edge; can be undone", self._disconnect)
        body = PartColumn(theme)
        body.put(self.table, self.disconnect_button)
        self.column.addWidget(body)
        self.column.addStretch(1)

    def show_edge(self, edge: Edge) -> None:
        graph = self._document.graph
        self._edge = edge
        shapes = infer(graph)
        shape = shapes.output(graph[edge.source])
        self.title.setText("Connection")
        self.subtitle.setText(f"{edge.source} → {edge.target}")
        rows = [
            ("From", edge.source),
            ("To", f"{edge.target}, port {edge.target_port}" if len(graph.ports(edge.target)) > 1 else edge.target),
        ]
        rows.append(("Shape", show(shape) if shape is not None else "not known yet"))
        self.table.show_rows(rows)

    def _disconnect(self) -> None:
        edge = self._edge
        if edge is not None and edge in self._document.graph.edges:
            self._selection.set()
            self._document.attempt(f"Disconnect {edge.source} from {edge.target}", lambda g: edits.disconnect(g, edge))


def training_settings() -> tuple[Setting, ...]:
    """What the project page offers of the training."""
    titles = tuple(o.title for o in optimizers)
    optimizer = Setting("optimizer", titles[0], "Optimiser", "The rule that updates the weights from their gradients", choices=titles)
    return optimizer, LEARNING_RATE, BATCH_SIZE, SEED


class ProjectPage(Page):
    """Nothing is selected: the network in numbers, its data, and how it is trained."""

    change_data = Signal()

    def __init__(self, theme: Theme, document: Document, session: LiveSession, parent: QWidget | None = None) -> None:
        super().__init__(theme, document, parent)
        self._session = session
        self.network, self.data, self.rule = PropertyTable(theme), PropertyTable(theme), Formulas(theme)
        self.change = button("Change data…", "Changes the data set, its features, noise and split", self.change_data.emit)
        network, data, rule = PartColumn(theme), PartColumn(theme), PartColumn(theme)
        network.put(Caption(theme, "Network"), self.network)
        data.put(Caption(theme, "Data"), self.data, self.change, Caption(theme, "Training"))
        self.form = SettingsForm(theme, training_settings(), self._values())
        self._edits = editing.FormEdits(document, self.form, self._edit)
        self.rule_form: SettingsForm | None = None
        self._rule_for = ""
        rule.put(self.rule)
        for part in (network, data, self.form, rule):
            self.column.addWidget(part)
        self.column.addStretch(1)

    def refresh(self) -> None:
        project, graph, data = self._document.project, self._document.graph, self._session.data
        shapes = infer(graph)
        parameters = sum(_size(shapes.get(n.id, p.name)) for n in graph.nodes for p in n.parameters)
        layers = sum(bool(node.parameters) for node in graph.nodes)
        self.title.setText(self._document.name)
        self.subtitle.setText(f"{count(parameters)} parameters in {count(layers)} layer{'s' if layers != 1 else ''}")
        self.network.show_rows((("Nodes", count(len(graph.nodes))), ("Parameters", count(parameters)), ("Loss", _losses(graph))))
        rows = [("Data set", data_title(self._document.project.data))]
        if data is not None:
            rows += [("Features", count(data.x.shape[1])), ("Training", count(len(data.x))), ("Validation", count(len(data.validation_x)))]
        self.data.show_rows(rows)
        self._show_rule(project.training)
        self.form.set_values(self._values())
        remarks = editing.remarks_on_training(self._session.diagnostics)
        for form in (self.form, self.rule_form):
            if form is not None:
                form.show_remarks(remarks)

    def _show_rule(self, training: TrainingSettings) -> None:
        """The optimiser's own settings and its formula."""
        kind = optimizers[training.optimizer]
        if self._rule_for != kind.name:
            self._rule_for = kind.name
            if self.rule_form is not None:
                self.rule_form.hide()
                self.rule_form.retire()
            self.rule_form = SettingsForm(self._theme, kind.settings, editing.values_of(kind.settings, training.optimizer_settings))
            self._rule_edits = editing.FormEdits(self._document, self.rule_form, self._edit_rule)
            self.column.insertWidget(self.column.indexOf(self.form) + 1, self.rule_form)
            in_reading_order(*self.form.controls, *self.rule_form.controls)
            self.rule.show_formulas((kind.formula,) if kind.formula else ())
        assert self.rule_form is not None
        self.rule_form.set_values(editing.values_of(kind.settings, training.optimizer_settings))

    def _values(self) -> dict[str, Value]:
        training = self._document.project.training
        return {
            "optimizer": optimizers[training.optimizer].title, "learning_rate": training.learning_rate,
            "batch_size": training.batch_size, "seed": training.seed,
        }  # fmt: skip

    def _edit(self, name: str, value: Value) -> tuple[str, Callable[[Document, str, str], None]]:
        changed: dict[str, object] = {name: value}
        if name == "optimizer":
            # Settings mean another optimiser's, so they start from their defaults.
            changed = {"optimizer": next(o.name for o in optimizers if o.title == value), "optimizer_settings": {}}
        label = next(s.label for s in training_settings() if s.name == name)
        return label, editing.training_edit(lambda training: replace(training, **changed))  # type: ignore[arg-type]

    def _edit_rule(self, name: str, value: Value) -> tuple[str, Callable[[Document, str, str], None]]:
        def changed(training: TrainingSettings) -> TrainingSettings:
            return replace(training, optimizer_settings={**training.optimizer_settings, name: value})

        return f"{name.replace('_', ' ').capitalize()}", editing.training_edit(changed)


def _losses(graph: Graph) -> str:
    return ", ".join(node.kind.title for node in graph.losses) or "none yet"


def _size(shape: tuple[int, ...] | None) -> int:
    total = 1
    for length in shape or (0,):
        total *= length
    return total
