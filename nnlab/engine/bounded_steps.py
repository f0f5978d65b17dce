"""From which learning rates on an update might make a weight infinite: what decides whether the machine looks at every weight after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nnlab.core.optimizer import Optimizer, optimizers
from nnlab.core.schedule import Schedule
from nnlab.core.setting import Value


def bounded_steps(
    optimizer: Optimizer | None, settings: Mapping[str, Value], schedule: Schedule | None, schedule_settings: Mapping[str, Value],
    has_buffers: bool,
) -> Callable[[float], bool]:  # fmt: skip
    """Whether the steps of an optimiser are bounded, as a function of the learning rate; never with buffers, which no optimiser knows."""
    if optimizer is None or has_buffers:
        return lambda rate: False
    used = [optimizer, *([optimizers[optimizer.others]] if optimizer.others else [])]

    def are_bounded(rate: float) -> bool:
        highest = schedule.highest(rate, schedule_settings) if schedule is not None else rate
        return all(optimizer.bounded({**settings, "learning_rate": highest}) for optimizer in used)

    return are_bounded
