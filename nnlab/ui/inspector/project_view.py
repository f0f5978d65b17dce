"""Nothing selected: the project in numbers, and how it is trained."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.core.dataset import datasets
from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.setting import Setting
from nnlab.graph.validation import infer
from nnlab.ui.document import Document
from nnlab.ui.inspector.statistics import parameter_count
from nnlab.ui.numbers import count
from nnlab.ui.session import Session
from nnlab.ui.theme import Theme, follow
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.settings_form import SettingsForm
from nnlab.ui.widgets.value_row import ValueRow

from nnlab.training.settings import BATCH_SIZE, SEED  # isort:skip


class ProjectView(QWidget):
    def __init__(self, theme: Theme, document: Document, session: Session) -> None:
        super().__init__()
        self._theme, self._document, self._session = theme, document, session
        self._gesture = 0
        optimizer = Setting("optimizer", document.project.training.optimizer, "Optimiser", "How weights follow their gradients",
                            choices=optimizers.names())  # fmt: skip
        training = document.project.training
        settings = (optimizer, LEARNING_RATE, BATCH_SIZE, SEED)
        self._form = SettingsForm(theme, settings, {s.name: getattr(training, s.name) for s in settings})
        self._form.previewed.connect(self._edit)
        self._form.committed.connect(self._commit)
        self._name = ElidedLabel(theme, "", "title")
        self._subtitle = ElidedLabel(theme, "", "body", "text2")
        labels = {
            "parameters": "Parameters", "operators": "Operators", "train": "Training samples", "validation": "Validation samples",
        }  # fmt: skip
        self._rows = {key: ValueRow(theme, label) for key, label in labels.items()}
        self._training_title = Label(theme, "Training", "caption", "text2")
        self._project_title = Label(theme, "Project", "caption", "text2")
        self._hint = Label(theme, "Select a node to see and change it.", "caption", "text2")
        self._hint.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part in (self._name, self._subtitle, self._training_title, self._form, self._project_title, *self._rows.values(), self._hint):
            self._column.addWidget(part)
        self._column.addStretch(1)
        follow(theme, self)

    def refresh(self) -> None:
        """Shows the document as it is now."""
        project, data = self._document.project, self._session.data
        graph, training = project.graph, project.training
        self._name.setText(self._document.name)
        title = datasets[project.data.name].title if project.data.name in datasets else project.data.name
        self._subtitle.setText(title)
        self._form.set_values({name: getattr(training, name) for name in self._form.names})
        shapes = infer(graph)
        self._rows["parameters"].set_text(count(sum(parameter_count(shapes, node) for node in graph)))
        self._rows["operators"].set_text(count(len(graph)))
        self._rows["train"].set_text(count(len(data.x)) if data is not None else "–")
        self._rows["validation"].set_text(count(len(data.validation_x)) if data is not None else "–")

    def _commit(self, name: str, value: object) -> None:
        self._edit(name, value)
        self._gesture += 1

    def _edit(self, name: str, value: object) -> None:
        project = self._document.project
        if getattr(project.training, name) == value:
            return
        changes: dict[str, object] = {name: value}
        if name == "optimizer":
            changes["optimizer_settings"] = {}  # each optimiser has settings of its own
        training = replace(project.training, **changes)  # type: ignore[arg-type]
        self._document.edit(f"Change {name.replace('_', ' ')}", replace(project, training=training), f"training.{name}.{self._gesture}")

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setSpacing(metrics.px(4))
        for title in (self._training_title, self._project_title, self._hint):
            title.setContentsMargins(0, metrics.padding, 0, 0)
