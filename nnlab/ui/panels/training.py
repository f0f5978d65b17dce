"""Training: how the network learns. Optimiser, schedule and their settings, learning rate, batches, seed; every change can be undone.

A setting counts when its gesture ends: a slider dragged while training runs leaves one mark on the plots, not a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.schedule import schedules
from nnlab.core.setting import Setting, Value
from nnlab.training.settings import BATCH_SIZE, EPOCHS, SEED, SHUFFLE, TrainingSettings
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm

COMMON = (LEARNING_RATE, BATCH_SIZE, SHUFFLE, SEED, EPOCHS)


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
    """The settings of what is chosen, under its title; made anew when the choice changes."""

    committed = Signal(str, object)

    def __init__(self, services: Services, part: Part) -> None:
        super().__init__()
        self._services, self._part, self._shown = services, part, ""
        self.form: SettingsForm | None = None
        self.title = Label(services.theme, "", "caption", "text2")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.title)

    def show_choice(self, name: str, values: Mapping[str, Value]) -> None:
        settings = self._part.settings(name)
        if name != self._shown:
            if self.form is not None:
                self._column.removeWidget(self.form)
                self.form.retire()
            self.form = SettingsForm(self._services.theme, settings, values)
            self.form.committed.connect(self.committed.emit)
            self._column.addWidget(self.form)
            self.title.setText(self._part.title(name))
            self.setVisible(bool(settings))
            self._shown = name
        elif self.form is not None:
            self.form.set_values({s.name: values.get(s.name, s.default) for s in settings})

    def apply_metrics(self) -> None:
        metrics = self._services.theme.metrics
        self.title.setContentsMargins(metrics.padding, metrics.px(12), metrics.padding, metrics.px(4))


class TrainingPanel(LivePanel):
    """A form over the project's training settings."""

    name = "training"
    title = "Training"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        self._document = services.document
        self._choices = (
            _choice("optimizer", "Optimiser", "How a step follows from the gradient", {o.name: o.title for o in optimizers}),
            _choice("schedule", "Schedule", "How the learning rate changes during the run", {s.name: s.title for s in schedules}),
        )
        self.common = SettingsForm(services.theme, (*self._choices, *COMMON), self._values())
        self.common.committed.connect(self._change)
        self.parts = {part.name: PartForm(services, part) for part in PARTS}
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.common)
        for part in PARTS:
            column.addWidget(self.parts[part.name])
            self.parts[part.name].committed.connect(lambda name, value, part=part: self._change_own(part, name, value))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.set_content(area)
        for signal in (self._document.training_changed, self._document.replaced):
            signal.connect(self.refresh)
        self.refresh()

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
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        for form in getattr(self, "parts", {}).values():
            form.apply_metrics()

    def _change(self, name: str, value: object) -> None:
        changes: dict[str, object] = {name: value}
        if name in self.parts and value != getattr(self._training, name):
            changes[f"{name}_settings"] = {}  # each optimiser and schedule has settings of its own
        label = next(setting.label for setting in (*self._choices, *COMMON) if setting.name == name)
        self._edit(label, replace(self._training, **changes))  # type: ignore[arg-type]

    def _change_own(self, part: Part, name: str, value: object) -> None:
        setting = next(s for s in part.settings(getattr(self._training, part.name)) if s.name == name)
        values = {**getattr(self._training, part.field), name: value}
        self._edit(setting.label, replace(self._training, **{part.field: values}))

    def _edit(self, what: str, training: TrainingSettings) -> None:
        self._document.edit(f"Change {what[0].lower()}{what[1:]}", replace(self._document.project, training=training))


def _choice(name: str, title: str, tip: str, titles: Mapping[str, str]) -> Setting:
    """A setting with one of several registered names."""
    words = "; ".join(f"{key}: {text}" for key, text in titles.items())
    return Setting(name, min(titles), title, f"{tip} ({words})", choices=tuple(sorted(titles)))
