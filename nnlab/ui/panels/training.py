"""Training: how the network learns. Optimiser, schedule and their settings, learning rate, batches, seed; every change can be undone.

A setting counts at once, also while its slider is dragged; the whole drag is one undo step and one mark on the plots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnlab.core.accumulation import ACCUMULATE, ZERO_GRADIENTS
from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.schedule import schedules
from nnlab.core.setting import Setting, Value
from nnlab.training.settings import BATCH_SIZE, EPOCHS, PATIENCE, SEED, SHUFFLE, TrainingSettings
from nnlab.ui.document.document import Document
from nnlab.ui.inspector.editing import FormEdits, remarks_on_training, training_edit
from nnlab.ui.inspector.parts import in_reading_order
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm

FINDER_TIP = "Trains a copy with a rate that grows from step to step, and suggests one"
COMMON = (LEARNING_RATE, BATCH_SIZE, ACCUMULATE, ZERO_GRADIENTS, SHUFFLE, SEED, EPOCHS, PATIENCE)


@dataclass(frozen=True)
class Part:
    """A choice among registered things that have settings of their own; `name` is its field in TrainingSettings."""

    name: str
    title: Callable[[str], str]
    settings: Callable[[str], tuple[Setting, ...]]

    @property
    def field(self) -> str:
        return f"{self.name}_settings"


PARTS = (
    Part("optimizer", lambda name: optimizers[name].title, lambda name: optimizers[name].all_settings),
    Part("schedule", lambda name: f"{schedules[name].title} schedule", lambda name: schedules[name].settings),
)


class PartForm(QWidget):
    """The settings of what is chosen, under its title; made again when the choice changes, which `made` tells."""

    made = Signal()

    def __init__(self, services: Services, part: Part) -> None:
        super().__init__()
        self._services, self._part, self._shown = services, part, ""
        self.form: SettingsForm | None = None
        self.title = Label(services.theme, "", "caption", "text2")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._title_row = QHBoxLayout()  # its margins: a label's own are given up whenever the application's style sheet changes
        self._title_row.addWidget(self.title)
        self._column.addLayout(self._title_row)

    def show_choice(self, name: str, values: Mapping[str, Value]) -> None:
        settings = self._part.settings(name)
        if name != self._shown:
            if self.form is not None:
                self._column.removeWidget(self.form)
                self.form.retire()
            self.form = SettingsForm(self._services.theme, settings, values)
            self._edits = FormEdits(self._services.document, self.form, self._edit)
            self._column.addWidget(self.form)
            self.made.emit()
            self.title.setText(self._part.title(name))
            self.setVisible(bool(settings))
            self._shown = name
        elif self.form is not None:
            self.form.set_values({s.name: values.get(s.name, s.default) for s in settings})

    def _edit(self, name: str, value: Value) -> tuple[str, Callable[[Document, str, str], None]]:
        setting = next(s for s in self._part.settings(self._shown) if s.name == name)

        def changed(training: TrainingSettings) -> TrainingSettings:
            values = {**getattr(training, self._part.field), name: value}
            changes: dict[str, Any] = {self._part.field: values}
            return replace(training, **changes)

        return _label(setting), training_edit(changed)

    def apply_metrics(self) -> None:
        metrics = self._services.theme.metrics
        self._title_row.setContentsMargins(metrics.padding, metrics.px(12), metrics.padding, metrics.px(4))


class TrainingPanel(LivePanel):
    """A form over the project's training settings. `finder_wanted` when a learning rate should be looked for."""

    name = "training"
    title = "Training"

    finder_wanted = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        self._document = services.document
        self._choices = (
            _choice("optimizer", "Optimiser", "The rule that updates weights from gradients", {o.name: o.title for o in optimizers}),
            _choice("schedule", "Schedule", "How the learning rate changes during the run", {s.name: s.title for s in schedules}),
        )
        self.common = SettingsForm(services.theme, (*self._choices, *COMMON), self._values())
        self.find_button = IconButton.of(services.theme, icon(services.theme, "gauge"), "Find a learning rate", FINDER_TIP)
        self.find_button.clicked.connect(self.finder_wanted)
        self.common.put_beside(LEARNING_RATE.name, self.find_button)
        self._edits = FormEdits(self._document, self.common, self._edit)
        self.parts = {part.name: PartForm(services, part) for part in PARTS}
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.common)
        for part in PARTS:
            column.addWidget(self.parts[part.name])
        column.addStretch(1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has the focus
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        for form in self.parts.values():
            form.made.connect(self._order)
        self.set_content(area)
        for signal in (self._document.training_changed, self._document.replaced, services.session.state_changed):
            signal.connect(self.refresh)
        self.refresh()

    def _order(self) -> None:
        """Tab walks from the choices through the settings of what was chosen."""
        forms = [self.common, *(part.form for part in self.parts.values() if part.form is not None)]
        in_reading_order(*(control for form in forms for control in form.controls))

    @property
    def own(self) -> SettingsForm | None:
        """The form of the optimiser's settings."""
        return self.parts["optimizer"].form

    @property
    def _training(self) -> TrainingSettings:
        return self._document.project.training

    def _values(self) -> dict[str, Value]:
        names = (*(choice.name for choice in self._choices), *(setting.name for setting in COMMON))
        return {name: getattr(self._training, name) for name in names}

    def refresh(self) -> None:
        """Shows the document's settings as they are now."""
        self.common.set_values(self._values())
        for part in PARTS:
            self.parts[part.name].show_choice(getattr(self._training, part.name), getattr(self._training, part.field))
        remarks = remarks_on_training(self._services.session.diagnostics)
        for form in (self.common, *(part.form for part in self.parts.values())):
            if form is not None:
                form.show_remarks(remarks)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        for form in getattr(self, "parts", {}).values():
            form.apply_metrics()

    def _edit(self, name: str, value: Value) -> tuple[str, Callable[[Document, str, str], None]]:
        def changed(training: TrainingSettings) -> TrainingSettings:
            changes: dict[str, Any] = {name: value}
            if name in self.parts and value != getattr(training, name):
                changes[f"{name}_settings"] = {}  # each optimiser and schedule has settings of its own
            return replace(training, **changes)

        return _label(next(setting for setting in (*self._choices, *COMMON) if setting.name == name)), training_edit(changed)


def _label(setting: Setting) -> str:
    """The name of the undo step."""
    return f"Change {setting.label[0].lower()}{setting.label[1:]}"


def _choice(name: str, title: str, tip: str, titles: Mapping[str, str]) -> Setting:
    """A setting with one of several registered names, in the order of their titles."""
    names = tuple(sorted(titles, key=lambda one: titles[one].lower()))
    return Setting(name, names[0], title, tip, choices=names, choice_titles=tuple(titles[one] for one in names))
