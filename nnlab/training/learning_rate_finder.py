"""Learning-rate finder: training with a rate that grows from step to step, and what the loss does meanwhile.

Smith, Cyclical learning rates for training neural networks (2015), section 3.3. While the rate is too small the loss stays; then it falls,
and beyond some rate steps overshoot and it rises. Rates grow by equal factors, so the curve is drawn over a logarithmic axis. Losses of
single batches are smoothed by an exponential mean with bias correction; the test ends where that has grown to several times its lowest
value, or where a number is not finite.

Suggested is a share of the rate at which the smoothed loss is lowest, which the optimiser declares; docs/decisions/learning-rate-finder.md
has the figures. It trains a copy that starts from given weights; nobody's weights, moments or history change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError, TrainingError
from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.setting import Setting
from nnlab.core.written import percent, rounded
from nnlab.engine.run import Run
from nnlab.jobs.context import TaskContext
from nnlab.training.asked_steps import AskedSteps

STEPS = Setting("steps", 200, "Steps", "Updates of the test, one per rate", minimum=20, maximum=100_000)
LOWEST, HIGHEST = 1e-6, 10.0
MEMORY = 0.95  # of the exponential mean
GROWN = 4.0  # times the lowest smoothed loss, where the test ends
CENTRED = 5.0  # steps, the standard deviation of the Gaussian through which the slope is taken
TINY = 1e-30  # losses below count as this one, which has a logarithm
LEAST_FALL = 0.02  # of the first loss, below which nothing is suggested


@dataclass(frozen=True, eq=False)
class RateCurve:
    """`rates` (steps,), the batch's `losses` before the update with each rate, and `smoothed`, all float64.

    `suggestion`: the rate to train with; None where the loss does not fall. `lowest`: the rate where the smoothed loss is least.
    `steepest`: where the loss falls steepest, by `slope` powers of e per factor of ten.
    """

    rates: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    suggestion: float | None
    lowest: float
    steepest: float
    slope: float
    words: str


def rate_curve(
    run: Run, steps: int = 200, lowest: float = LOWEST, highest: float = HIGHEST, context: TaskContext | None = None
) -> RateCurve:  # fmt: skip
    """Tests a run that nobody else uses, from where it stands; it is trained by this. Reports progress and can be cancelled.

    Raises SettingError for rates that do not grow or are out of range, NNLabError where not even the smallest rate can be trained with.
    """
    steps = int(STEPS.check(steps, "learning-rate finder"))
    low, high = (float(LEARNING_RATE.check(rate, "learning-rate finder")) for rate in (lowest, highest))
    if not 0.0 < low < high:
        raise NNLabError(f"The rates of the finder go from {low:g} to {high:g}; the first has to be above 0 and below the second.")
    context = context or TaskContext()
    rates, losses, smoothed = np.geomspace(low, high, steps), [], []
    mean, asked = 0.0, AskedSteps(run, context.check)
    for step, rate in enumerate(rates):
        context.report(step, steps, f"Rate {rate:.2g}")
        run.set_learning_rate(float(rate))
        try:
            asked.step()
        except TrainingError:
            break
        losses.append(run.history.last)
        mean = MEMORY * mean + (1.0 - MEMORY) * losses[-1]
        smoothed.append(mean / (1.0 - MEMORY ** (step + 1)))
        if smoothed[-1] > GROWN * min(smoothed):
            break
    context.report(steps, steps)
    if len(losses) < 5:
        if smoothed and smoothed[-1] > GROWN * min(smoothed):
            rate = rates[len(losses) - 1]
            raise NNLabError(f"The loss is {GROWN:g} times as high already at a learning rate of {rate:.2g}; test lower rates.")
        raise NNLabError(f"Numbers are not finite already at a learning rate of {rates[len(losses)]:.2g}; test lower rates.")
    shares = [optimizers[one.optimizer].rate_share for one in run.program.parameters if one.optimizer]
    share = min(shares, default=1.0)  # of the most careful rule; where nothing learns, the loss does not fall and nothing is suggested
    return _judged(rates[: len(losses)], np.array(losses), np.array(smoothed), share)


def _judged(rates: np.ndarray, losses: np.ndarray, smoothed: np.ndarray, share: float) -> RateCurve:
    """With the suggestion, and where the loss falls steepest before its lowest point."""
    from scipy.ndimage import gaussian_filter1d

    least = int(np.argmin(smoothed))
    slopes = np.gradient(gaussian_filter1d(np.log(np.maximum(losses, TINY)), CENTRED, mode="nearest"), np.log10(rates))
    steepest = int(np.argmin(slopes[: least + 1]))
    lowest, suggestion, where = float(rates[least]), None, float(rates[steepest])
    if smoothed[0] - smoothed[least] < LEAST_FALL * abs(smoothed[0]):
        words = f"The loss does not fall at any rate from {rounded(rates[0], 2)} to {rounded(rates[-1], 2)}: nothing is suggested."
    else:
        suggestion = float(f"{share * lowest:.2g}")
        rises = "" if least + 1 < len(rates) else "; it did not rise within the rates tested"
        words = f"Use {rounded(suggestion, 2)}, {percent(share)} of the rate {rounded(lowest, 2)} at which the loss is lowest{rises}."
    return RateCurve(rates, losses, smoothed, suggestion, lowest, where, float(slopes[steepest]), words)
