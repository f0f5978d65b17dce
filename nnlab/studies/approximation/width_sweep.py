"""Error against width: one target approximated by networks of many widths, several activations and seeds, beside what theory says.

Every trial is a `TargetFit`, so the result is a function of its settings whatever the number of workers. Trials come from small to
large, and what is known of a sweep that was stopped stays. Constructed networks need no training, only measuring.

Depth against width: the widths of deeper networks are chosen so that they have no more parameters than the network of one hidden layer, and
as nearly as many as possible.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import SettingError, shown
from nnlab.core.operator import operators
from nnlab.core.preparation import Data, DataSettings
from nnlab.core.setting import Value
from nnlab.jobs.context import TaskContext
from nnlab.jobs.processes import map_tasks
from nnlab.jobs.workers import ClusterWorkers, Workers
from nnlab.studies.approximation.target_fit import MOST_DEPTH, TargetFit
from nnlab.studies.approximation.trained_fit import Fitted, fit
from nnlab.studies.sweeps.trial_file import TrialFile
from nnlab.studies.sweeps.trials import Trial, TrialResult, TrialValue, run_trials
from nnlab.studies.sweeps.warm import warm_for

WIDTHS = tuple(2**k for k in range(11))
ACTIVATIONS = ("sigmoid", "relu", "tanh")
SEEDS = 5
UPDATES = 20_000
SETTINGS = ("activation", "width", "depth", "seed")  # columns of the table of trials, and what each finds
VALUES = ("parameters", "sup", "rms", "steps")
MEASURES = ("sup", "rms")


@dataclass(frozen=True)
class WidthSweep:
    """`widths` of one hidden layer; for every depth above 1, the widths with as many parameters."""

    data: DataSettings
    widths: tuple[int, ...] = WIDTHS
    activations: tuple[str, ...] = ACTIVATIONS
    seeds: int = SEEDS
    depths: tuple[int, ...] = (1,)
    updates: int = UPDATES


def trials_of(sweep: WidthSweep) -> tuple[Trial, ...]:
    """The trials, from small networks to large; raises NNLabError for what cannot be trained."""
    for name, values in (("widths", sweep.widths), ("activations", sweep.activations), ("depths", sweep.depths)):
        if not values:
            raise SettingError(f"The sweep has no {name}; name at least one.")
    for width in sweep.widths:
        TargetFit(sweep.data, width).checked()
    if isinstance(sweep.seeds, bool) or not 1 <= sweep.seeds <= 1000:
        raise SettingError(f"seeds is {shown(sweep.seeds)}; choose a whole number from 1 to 1,000.")
    study = f"width sweep of {_digest(TargetFit(sweep.data, 1).checked().prepared())}, {sweep.updates} updates"
    found: dict[str, Trial] = {}
    for width in sorted(set(sweep.widths)):
        for depth in sorted(set(sweep.depths)):
            units = width_for(depth, parameters_of(width))
            if units is None:  # not even one unit a layer
                continue
            for seed in range(sweep.seeds):
                for activation in sweep.activations:
                    task = TargetFit(sweep.data, units, activation, depth, seed)
                    if not found or seed == 0:
                        task.checked()
                    trial = Trial({"activation": activation, "width": units, "depth": depth, "seed": seed}, study)
                    found.setdefault(trial.identity, trial)
    return tuple(found.values())


@dataclass(frozen=True)
class WidthTrial:
    """What a process computes for one trial's settings."""

    data: DataSettings
    updates: int

    def __call__(self, settings: Mapping[str, Value], context: TaskContext) -> Mapping[str, TrialValue]:
        """Raises NNLabError for settings that cannot be trained, or numbers that go wrong on the way."""
        found = self.fitted(settings, context)
        return {"parameters": found.parameter_count, "sup": found.errors.sup, "rms": found.errors.rms, "steps": found.steps}

    def fitted(self, settings: Mapping[str, Value], context: TaskContext | None = None) -> Fitted:
        """The trained network itself: the same bits as in the sweep."""
        width, depth, seed = (int(settings[name]) for name in ("width", "depth", "seed"))
        task = TargetFit(self.data, width, str(settings["activation"]), depth, seed)
        return fit(task, steps=self.updates, context=context)


def trial_function(sweep: WidthSweep) -> WidthTrial:
    return WidthTrial(sweep.data, sweep.updates)


def run_width_sweep(
    sweep: WidthSweep, workers: Workers | None = None, context: TaskContext | None = None, file: TrialFile | None = None
) -> Generator[TrialResult, None, None]:
    """The result of every trial as it comes, those in `file` (columns SETTINGS, VALUES) first.

    Progress counts a trial by its work, so that the time left holds though networks differ in size. Raises Cancelled.
    """
    context = context or TaskContext()
    trials = as_handed_over(trials_of(sweep))
    if not isinstance(workers, ClusterWorkers):
        _warm(sweep, context)
    silent = TaskContext(None, lambda: context.is_cancelled)
    total = sum(work_of(trial) for trial in trials)
    done = 0.0
    context.report(0, total)
    for number, result in enumerate(run_trials(trial_function(sweep), trials, workers, silent, file), 1):
        done += work_of(result.trial)
        context.report(min(done, total), total, f"{number:,} of {len(trials):,} networks")
        yield result


def as_handed_over(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """The same trials so that every line begins to grow at once and yet nobody waits at the end.

    From small networks on until half of the work is handed over, the rest from the largest down: the last to end is none of the largest.
    """
    by_work = sorted(trials, key=work_of)
    half, handed = sum(work_of(trial) for trial in by_work) / 2, 0.0
    for place, trial in enumerate(by_work):
        if handed >= half:
            return (*by_work[:place], *reversed(by_work[place:]))
        handed += work_of(trial)
    return tuple(by_work)


def work_of(trial: Trial) -> float:
    """About how long a trial takes, in any unit: a share for every update, and for every multiplication of it."""
    width, depth = int(trial.settings["width"]), int(trial.settings["depth"])
    return 30.0 + 2 * width + (depth - 1) * width * width


def _digest(data: Data) -> str:
    """What tells one target from another, a file that has changed included."""
    digest = hashlib.sha256(repr(data.domain).encode())
    for values in (data.raw_x, data.y):
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


# What the networks have


def parameters_of(width: int, depth: int = 1) -> int:
    """Weights and biases of a network of `depth` hidden layers between one input and one output."""
    return 2 * width + (depth - 1) * (width * width + width) + width + 1


def width_for(depth: int, parameters: int) -> int | None:
    """The greatest width of so many hidden layers that takes at most so many parameters; None where not even 1 does."""
    if isinstance(depth, bool) or not 1 <= depth <= MOST_DEPTH:
        raise SettingError(f"depth is {shown(depth)}; choose a whole number from 1 to {MOST_DEPTH}.")
    a, b, c = depth - 1, depth + 2, 1 - parameters  # a w² + b w + c ≤ 0
    width = -c // b if a == 0 else math.floor((-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)) if c <= 0 else 0
    while width > 0 and parameters_of(width, depth) > parameters:
        width -= 1
    while parameters_of(width + 1, depth) <= parameters:
        width += 1
    return width or None


def _warm(sweep: WidthSweep, context: TaskContext) -> None:
    """Kernels of training in single precision, and those of measuring in double, compiled once and not in every process."""
    names = (*sweep.activations, "dense", "input", "mse")
    warm_for((*names, "adam", "cosine"), context)
    measured = [operators[name] for name in names if name in operators]  # forward only: nothing is trained in double precision
    if all(kind.forward_adapter.is_cached("float64") for kind in measured if kind.forward is not None):
        return
    first = WidthTrial(DataSettings("function"), 1)
    one: list[Mapping[str, Value]] = [{"activation": activation, "width": 1, "depth": 1, "seed": 0} for activation in sweep.activations]
    for outcome in map_tasks(first, one, TaskContext(None, lambda: context.is_cancelled), 1):
        if outcome.error is not None:
            raise SettingError(f"The kernels could not be compiled: {outcome.error.sentence}")


def finite_values(results: Sequence[TrialResult], measure: str) -> list[tuple[TrialResult, float]]:
    """The results that have this measure as a finite number."""
    if measure not in MEASURES:
        raise SettingError(f"There is no measure {shown(measure)}; choose one of {', '.join(MEASURES)}.")
    found = []
    for result in results:
        value = result.values.get(measure)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and np.isfinite(value):
            found.append((result, float(value)))
    return found
