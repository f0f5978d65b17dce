"""Training: how the network learns. Optimiser and its settings, learning rate, batches, seed; every change can be undone.

A setting counts when its gesture ends: a slider dragged while training runs leaves one mark on the plots, not a hundred.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.setting import Setting, Value
from nnlab.training.settings import BATCH_SIZE, EPOCHS, SEED, SHUFFLE, TrainingSettings
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm

COMMON = (LEARNING_RATE, BATCH_SIZE, SHUFFLE, SEED, EPOCHS)


class TrainingPanel(LivePanel):
    """A form over the project's training settings."""

    name = "training"
    title = "Training"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        self._document = services.document
        titles = "; ".join(f"{optimizer.name}: {optimizer.title}" for optimizer in optimizers)
        self._choice = Setting("optimizer", self._training.optimizer, "Optimiser", f"How a step follows from the gradient ({titles})",
                               choices=tuple(sorted(optimizers.names())))  # fmt: skip
        self.common = SettingsForm(services.theme, (self._choice, *COMMON), self._values())
        self.common.committed.connect(self._change)
        self.own: SettingsForm | None = None
        self._own_title = Label(services.theme, "", "caption", "text2")
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.common)
        self._column.addWidget(self._own_title)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.set_content(area)
        self._shown_optimizer = ""
        for signal in (self._document.training_changed, self._document.replaced):
            signal.connect(self.refresh)
        self.refresh()

    @property
    def _training(self) -> TrainingSettings:
        return self._document.project.training

    def _values(self) -> dict[str, Value]:
        return {name: getattr(self._training, name) for name in ("optimizer", *(setting.name for setting in COMMON))}

    def refresh(self) -> None:
        """Shows the document's settings as they are now."""
        training = self._training
        self.common.set_values(self._values())
        if training.optimizer != self._shown_optimizer:
            self._make_own_form(training)
        elif self.own is not None:
            kind = optimizers[training.optimizer]
            self.own.set_values({s.name: training.optimizer_settings.get(s.name, s.default) for s in kind.settings})

    def _make_own_form(self, training: TrainingSettings) -> None:
        kind = optimizers[training.optimizer]
        if self.own is not None:
            self._column.removeWidget(self.own)
            self.own.retire()
        self.own = SettingsForm(self._services.theme, kind.settings, training.optimizer_settings)
        self.own.committed.connect(self._change_own)
        self._own_title.setText(kind.title)
        self._own_title.setVisible(bool(kind.settings))
        self._column.insertWidget(2, self.own)
        self._shown_optimizer = training.optimizer
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_own_title"):
            metrics = self._services.theme.metrics
            self._own_title.setContentsMargins(metrics.padding, metrics.px(12), metrics.padding, metrics.px(4))

    def _change(self, name: str, value: object) -> None:
        changes: dict[str, object] = {name: value}
        if name == "optimizer" and value != self._training.optimizer:
            changes["optimizer_settings"] = {}  # each optimiser has settings of its own
        label = next(setting.label for setting in (self._choice, *COMMON) if setting.name == name)
        self._edit(label, replace(self._training, **changes))  # type: ignore[arg-type]

    def _change_own(self, name: str, value: object) -> None:
        setting = next(s for s in optimizers[self._training.optimizer].settings if s.name == name)
        self._edit(setting.label, replace(self._training, optimizer_settings={**self._training.optimizer_settings, name: value}))

    def _edit(self, what: str, training: TrainingSettings) -> None:
        self._document.edit(f"Change {what[0].lower()}{what[1:]}", replace(self._document.project, training=training))
