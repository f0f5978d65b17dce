"""Early stopping: training ends when the validation loss has not improved for some epochs, and the best weights come back.

The loss on held-out samples is measured after every epoch. Once `patience` epochs have passed without one that is lower by more than
`min_delta` than the lowest so far, nothing better is expected (Prechelt, Early stopping - but when?, 1998; parameters as in Keras). Weights
and buffers are then those of the best epoch; the optimiser's moments and the count of iterations stay where training ended.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from nnlab.core.errors import NNLabError, TrainingError
from nnlab.core.kernel.recording import CHECK_ITERATION, CHECK_VALIDATION, VALIDATIONS
from nnlab.core.setting import Setting
from nnlab.engine.run import Run

PATIENCE = Setting("patience", 10, "Patience", "Epochs without a lower validation loss after which training ends", minimum=1, maximum=10**6)
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
        return f"{ended}; the weights are those of iteration {self.best_iteration:,}, where the validation loss was {self.best_loss:.4g}."


def train_with_patience(run: Run, steps: int, stopping: EarlyStopping, train: Callable[[int], object]) -> EarlyStop:
    """Trains up to `steps` steps by calls of `train(steps)`, an epoch at a time, and leaves the run with its best weights.

    Raises NNLabError without validation samples. A TrainingError is passed on when the best weights are back; what interrupts training
    otherwise leaves the weights as they are. Between two epochs nothing but a measurement happens, so the bits are those of `Run.train`.
    """
    if not len(run.samples.validation_x):
        raise NNLabError("Early stopping watches the validation loss, but no samples are set aside; set a validation share above 0.")
    best, best_loss, best_iteration = run.state.stored(), _validation_loss(run), run.iteration
    waited = measured = 0
    stopped, remaining = None, steps
    try:
        while remaining > 0 and stopped is None:
            begun, piece = run.iteration, min(run.steps_to_end_of_epoch, remaining)
            train(piece)
            remaining -= piece
            if run.iteration - begun < piece:
                break  # a condition of the run's own ended it
            loss, measured = _validation_loss(run), measured + 1
            if loss < best_loss - stopping.min_delta or not math.isfinite(best_loss):
                best, best_loss, best_iteration, waited = run.state.stored(), loss, run.iteration, 0
                continue
            waited += 1
            if waited >= stopping.patience:
                stopped = run.iteration
    except TrainingError:
        run.state.set_parameters(best)
        raise
    run.state.set_parameters(best)
    return EarlyStop(stopped, best_iteration, best_loss, measured)


def _validation_loss(run: Run) -> float:
    """At the present weights: what the machine has measured at this iteration, or measured now."""
    curves = run.history.arrays
    count = int(curves.marks[VALIDATIONS])
    if count and int(curves.validations[count - 1, CHECK_ITERATION]) == run.iteration:
        return float(curves.validations[count - 1, CHECK_VALIDATION])
    return run.validate()[0]
