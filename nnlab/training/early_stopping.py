"""Early stopping: training ends when the validation loss has not improved for some epochs, and the best weights come back.

When nothing better is expected is `nnlab.training.patience`. Weights and buffers are then those of the best epoch; the optimiser's moments
and the count of iterations stay where training ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nnlab.core.errors import NNLabError, TrainingError
from nnlab.core.setting import Setting
from nnlab.core.written import rounded
from nnlab.engine.run import Run
from nnlab.training import settings
from nnlab.training.patience import Look, Patience

PATIENCE = replace(settings.PATIENCE, default=10, minimum=1)
MIN_DELTA = Setting("min_delta", 0.0, "Least improvement", "By how much a validation loss has to be lower to count", minimum=0.0)


@dataclass(frozen=True)
class EarlyStopping:
    """When to stop. Raises SettingError for what is out of range."""

    patience: int = 10
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "patience", int(PATIENCE.check(self.patience, "early stopping")))
        object.__setattr__(self, "min_delta", float(MIN_DELTA.check(self.min_delta, "early stopping")))


@dataclass(frozen=True)
class EarlyStop:
    """How it went. `stopped`: the iteration at which patience ran out, None when training ended otherwise.

    The weights are those of `best_iteration`, where the validation loss was `best_loss`.
    """

    stopped: int | None
    best_iteration: int
    best_loss: float
    epochs: int  # that were measured

    @property
    def sentence(self) -> str:
        ended = f"Stopped at iteration {self.stopped:,}" if self.stopped is not None else "Training ended"
        best = rounded(self.best_loss)
        return f"{ended}; the weights are those of iteration {self.best_iteration:,}, where the validation loss was {best}."


def train_with_patience(run: Run, steps: int, stopping: EarlyStopping, train: Callable[[int], object]) -> EarlyStop:
    """Trains up to `steps` steps by calls of `train(steps)`, an epoch at a time, and leaves the run with its best weights.

    Raises NNLabError without validation samples. A TrainingError is passed on when the best weights are back; what interrupts training
    otherwise leaves the weights as they are. Between two epochs nothing but a measurement happens, so the bits are those of `Run.train`.
    """
    if not len(run.samples.validation_x):
        raise NNLabError("Early stopping watches the validation loss, but no samples are set aside; set a validation share above 0.")
    patience = Patience(stopping.patience, stopping.min_delta)
    patience.begin(run)
    measured, ended, remaining = 0, None, steps
    try:
        while remaining > 0 and ended is None:
            begun, piece = run.iteration, min(run.steps_to_end_of_epoch, remaining)
            train(piece)
            remaining -= piece
            if run.iteration - begun < piece:
                break  # a condition of the run's own ended it
            ended, measured = patience.look(run), measured + 1
    except TrainingError:
        _restore(run, patience)
        raise
    best = _restore(run, patience)
    return EarlyStop(run.iteration if ended is not None else None, best.best_iteration, best.best_loss, measured)


def _restore(run: Run, patience: Patience) -> Look:
    """The best weights are back."""
    best = patience.last
    assert best is not None  # it has begun
    run.state.set_parameters(best.best)
    return best
