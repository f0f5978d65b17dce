"""How a network is trained: the values a project stores and a run is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from nnlab.core.accumulation import ACCUMULATE, ZERO_GRADIENTS
from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.schedule import CONSTANT, schedules
from nnlab.core.setting import Setting, Value, check_settings

BATCH_SIZE = Setting(
    "batch_size", 32, "Batch size", "Samples per update; the last batch of an epoch may be smaller", minimum=1, maximum=65536,
    unit="samples",
)  # fmt: skip
SEED = Setting("seed", 0, "Seed", "Sets the initial weights and the order of the samples", minimum=0, maximum=2**31 - 1)
EPOCHS = Setting("epochs", 20, "Epochs", "Passes over the training data when run from the command line", minimum=1, maximum=10_000_000)
PATIENCE = Setting(
    "patience", 0, "Patience", "Epochs without a lower validation loss after which training stops with the best weights; 0: it goes on",
    minimum=0, maximum=10**6, unit="epochs",
)  # fmt: skip
SHUFFLE = Setting("shuffle", True, "Shuffle", "Shuffles the samples in every epoch")


@dataclass(frozen=True)
class TrainingSettings:
    """Optimiser, schedule, their settings, learning rate, batch size, seed. Checked by `checked`; compares by value.

    One update takes the gradients of `accumulate` batches as if they were one; without `zero_gradients` it takes those of all updates
    before as well. `patience`: epochs without a lower validation loss after which training stops, and the best weights come back; 0: never.
    """

    optimizer: str = "adam"
    optimizer_settings: Mapping[str, Value] = field(default_factory=dict)
    learning_rate: float = 1e-3
    batch_size: int = 32
    seed: int = 0
    epochs: int = 20
    shuffle: bool = True
    schedule: str = CONSTANT
    schedule_settings: Mapping[str, Value] = field(default_factory=dict)
    patience: int = 0
    accumulate: int = 1
    zero_gradients: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "optimizer_settings", MappingProxyType(dict(self.optimizer_settings)))
        object.__setattr__(self, "schedule_settings", MappingProxyType(dict(self.schedule_settings)))

    def __reduce__(self) -> tuple[Any, ...]:
        return TrainingSettings, (
            self.optimizer, dict(self.optimizer_settings), self.learning_rate, self.batch_size, self.seed, self.epochs, self.shuffle,
            self.schedule, dict(self.schedule_settings), self.patience, self.accumulate, self.zero_gradients,
        )  # fmt: skip

    def checked(self) -> TrainingSettings:
        """The same settings, every value checked and filled in; raises SettingError with what is accepted."""
        kind = optimizers[self.optimizer]
        return TrainingSettings(
            optimizer=self.optimizer,
            optimizer_settings=check_settings(kind.all_settings, self.optimizer_settings, self.optimizer),
            learning_rate=float(LEARNING_RATE.check(self.learning_rate, "training")),
            batch_size=int(BATCH_SIZE.check(self.batch_size, "training")),
            seed=int(SEED.check(self.seed, "training")),
            epochs=int(EPOCHS.check(self.epochs, "training")),
            shuffle=bool(SHUFFLE.check(self.shuffle, "training")),
            schedule=schedules[self.schedule].name,
            schedule_settings=check_settings(schedules[self.schedule].settings, self.schedule_settings, self.schedule),
            patience=int(PATIENCE.check(self.patience, "training")),
            accumulate=int(ACCUMULATE.check(self.accumulate, "training")),
            zero_gradients=bool(ZERO_GRADIENTS.check(self.zero_gradients, "training")),
        )

    def checked_as_given(self) -> TrainingSettings:
        """The same, checked, without the settings of optimiser and schedule that were not given: they keep following their defaults."""
        checked = self.checked()
        return replace(
            checked,
            optimizer_settings={name: checked.optimizer_settings[name] for name in self.optimizer_settings},
            schedule_settings={name: checked.schedule_settings[name] for name in self.schedule_settings},
        )
