"""The engine's view of how a network is trained.

Apart from `nnlab.training.settings`, which a window reads without loading the engine.
"""

from nnlab.engine.compile import Update
from nnlab.training.settings import TrainingSettings


def update_of(settings: TrainingSettings) -> Update:
    return Update(
        settings.optimizer, settings.learning_rate, settings.optimizer_settings, settings.schedule, settings.schedule_settings
    )  # fmt: skip
