"""A sweep: one project trained again and again, with every combination of some settings or with random ones, and several seeds.

It is a value. `plan` makes its trials: every one from initial weights of its own seed, so that no trial knows of another. What a trial is
called (its identity) follows from what it computes: the network, the training, the data and the iterations. A sweep that is extended by
values, trials or seeds therefore keeps what it has found.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from nnlab.core.errors import NNLabError, SettingError
from nnlab.core.preparation import Data
from nnlab.core.setting import Value
from nnlab.graph.kernel_names import kernel_names
from nnlab.graph.validation import DataShape, check
from nnlab.jobs.context import TaskContext
from nnlab.jobs.workers import ClusterWorkers, Workers
from nnlab.studies.sweeps.axes import SweepAxis, difference, drawn
from nnlab.studies.sweeps.trial_file import TrialFile
from nnlab.studies.sweeps.trials import Trial, TrialResult, TrialValue, run_trials
from nnlab.studies.sweeps.warm import warm_for
from nnlab.training.difference import SEED_KEY
from nnlab.training.project import Project
from nnlab.training.settings import SEED
from nnlab.training.varied import ACTIVATION, INIT, LOSS, varied

MOST_TRIALS = 100_000
_FIRST = (LOSS, ACTIVATION, "optimizer", "schedule")  # other settings may be those of what these choose
_REDRAWS = 20  # random trials tried per trial wanted, before it is taken that there are no more


@dataclass(frozen=True)
class Sweep:
    """`axes` of `project`, in every combination, or in `random` drawn ones (from `random_seed`), each with `seeds` seeds.

    `steps`: iterations of every trial; None: the epochs of its settings.
    """

    project: Project
    axes: tuple[SweepAxis, ...]
    seeds: int = 1
    random: int | None = None
    steps: int | None = None
    random_seed: int = 0

    @property
    def start(self) -> Project:
        """What every trial is made from: the project, without initial weights of its own where trials draw theirs in different ways."""
        drawn_anew = self.seeds > 1 or any(axis.key == SEED_KEY or axis.key.split(".")[-1] == INIT for axis in self.axes)
        return replace(self.project, initial=None) if drawn_anew else self.project


@dataclass(frozen=True)
class SweepPlan:
    """The trials of a sweep, the columns of its table, and the kernels that they need by registered name."""

    trials: tuple[Trial, ...]
    settings: tuple[str, ...]
    values: tuple[str, ...]
    kernels: frozenset[str]


def plan(sweep: Sweep, data: Data) -> SweepPlan:
    """The trials, every value checked; raises SettingError for a key or value that cannot be in this project, or too many trials.

    Combinations that cannot be trained, though their values can, are trials that fail with a sentence.
    """
    check_sweep(sweep, data)
    study = _Study(sweep, data)
    trials: dict[str, Trial] = {}
    kernels: set[str] = set()
    for values in combinations(sweep):
        chosen = dict(zip((axis.key for axis in sweep.axes), values, strict=True))
        words, used = study.described(chosen)
        kernels |= used
        for settings in _with_seeds(sweep, chosen):
            trial = Trial(settings, words)
            trials.setdefault(trial.identity, trial)
    keys = tuple(axis.key for axis in sweep.axes)
    columns = keys if SEED_KEY in keys else (*keys, SEED_KEY)
    return SweepPlan(tuple(trials.values()), columns, value_columns(data), frozenset(kernels))


def check_sweep(sweep: Sweep, data: Data) -> int:
    """How many trials it has (random ones: at most); raises SettingError as `plan` does, without making them."""
    _check_axes(sweep, data)
    count = sweep.seeds * (math.prod(len(axis.values) for axis in sweep.axes) if sweep.random is None else sweep.random)
    if count > MOST_TRIALS:
        raise SettingError(f"This sweep has {count:,} trials; at most {MOST_TRIALS:,} fit. Give fewer values, or draw random ones.")
    return count


def value_columns(data: Data) -> tuple[str, ...]:
    """What a trial on this data finds, in the order of the table. Metrics are of the validation part, or of all samples without one."""
    return ("loss", "validation_loss", *(("accuracy",) if data.target.classes else ("mae", "r2")), "parameters", "iterations")


def combinations(sweep: Sweep) -> Iterator[tuple[Value, ...]]:
    """A value for every axis, one combination after another; random ones are all different, and fewer where there are no more."""
    if sweep.random is None:
        yield from itertools.product(*(axis.values for axis in sweep.axes))
        return
    seen: set[tuple[Value, ...]] = set()
    for number in range(_REDRAWS * sweep.random):
        values = drawn(sweep.axes, number, sweep.random_seed)
        if values not in seen:
            seen.add(values)
            yield values
            if len(seen) == sweep.random:
                return


def apply_settings(project: Project, settings: Mapping[str, Value]) -> Project:
    """The project with these settings by key, as the trial trains it; raises SettingError for one that it cannot have."""
    for key in sorted(settings, key=lambda key: (key not in _FIRST, _FIRST.index(key) if key in _FIRST else 0)):
        project = varied(project, difference(key, settings[key]))
    return project


def _check_axes(sweep: Sweep, data: Data) -> None:
    if not sweep.axes:
        raise SettingError("Nothing is varied; name a key and its values, such as units=4,8,16.")
    keys = [axis.key for axis in sweep.axes]
    repeated = next((key for k, key in enumerate(keys) if key in keys[:k]), None)
    if repeated is not None:
        raise SettingError(f"{repeated} is varied twice; give all its values at once, such as {repeated}=A,B,C.")
    if SEED_KEY in keys and sweep.seeds > 1:
        raise SettingError(f"The seed is varied, so it cannot be repeated with {sweep.seeds} seeds as well; leave one of the two out.")
    for axis in sweep.axes:
        if axis.is_range and sweep.random is None:
            raise SettingError(f"{axis} is a range, for random trials; say how many of these, or make it a list by {axis}:5.")
        for value in axis.values or (axis.at(0.0), axis.at(1.0)):
            _check_value(sweep, axis.key, value, data)


def _check_value(sweep: Sweep, key: str, value: Value, data: Data) -> None:
    """Whether this value can be trained alone, or with some other loss, optimiser or schedule of the sweep."""
    others = [[(axis.key, v) for v in axis.values] for axis in sweep.axes if axis.key in _FIRST and axis.key != key and axis.values]
    first: NNLabError | None = None
    for chosen in [(), *itertools.product(*others)] if others else [()]:
        try:
            derived = apply_settings(sweep.project, {**dict(chosen), key: value})
            check(derived.graph, DataShape(data.x.shape[1], data.target))
            return
        except NNLabError as error:
            first = first or error
    if isinstance(first, SettingError):
        raise first
    raise SettingError(f"{difference(key, value)} is no network that can be trained: {first}") from first


def _with_seeds(sweep: Sweep, chosen: Mapping[str, Value]) -> Iterable[dict[str, Value]]:
    if SEED_KEY in chosen:
        return [dict(chosen)]
    most = int(SEED.maximum or 0) + 1
    return [{**chosen, SEED_KEY: (sweep.project.training.seed + k) % most} for k in range(sweep.seeds)]


class _Study:
    """What decides a trial's numbers besides its settings, as text for its identity."""

    def __init__(self, sweep: Sweep, data: Data) -> None:
        self._start, self._steps = sweep.start, sweep.steps
        digest = hashlib.sha256(repr((data.target.kind, data.target.classes, data.columns)).encode())
        for values in (data.x, data.y, data.validation_x, data.validation_y):
            digest.update(repr((values.shape, values.dtype.str)).encode())
            digest.update(np.ascontiguousarray(values).tobytes())
        self._data = digest.hexdigest()

    def described(self, chosen: Mapping[str, Value]) -> tuple[str, set[str]]:
        """(what is computed, kernels that it takes). The seed is left out: it stands in the trial's settings."""
        try:
            project = apply_settings(self._start, chosen)
        except NNLabError:  # this trial will fail; what the project is without it
            project = self._start
        graph, training = project.graph, project.training
        rules = (training.optimizer, dict(training.optimizer_settings), training.schedule, dict(training.schedule_settings))
        iterations = ("steps", self._steps) if self._steps is not None else ("epochs", training.epochs)
        described = [
            [[node.id, node.operator, dict(node.settings), sorted(node.frozen), *map(asdict, node.adapters)] for node in graph],
            [[edge.source, edge.source_port, edge.target, edge.target_port] for edge in graph.edges],
            [*rules, training.learning_rate, training.batch_size, training.shuffle],
            project.initial.sha256 if project.initial is not None else None,
            iterations,
            self._data,
        ]
        words = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
        return words, {*kernel_names(graph), training.optimizer, training.schedule}


def run_sweep(
    sweep: Sweep, data: Data, planned: SweepPlan, workers: Workers | None = None, context: TaskContext | None = None,
    file: TrialFile | None = None,
) -> Generator[TrialResult, None, None]:  # fmt: skip
    """The result of every trial as it comes, those in `file` first; see `run_trials`. Kernels are compiled once, before."""
    if not isinstance(workers, ClusterWorkers):
        warm_for(planned.kernels, context)
    yield from run_trials(ProjectTrial.of(sweep, data), planned.trials, workers, context, file)


@dataclass(frozen=True)
class ProjectTrial:
    """Trains the project with a trial's settings: what `run_trials` sends to every process, with the data, so that none reads a file."""

    project: Project
    data: Data
    steps: int | None = None

    @classmethod
    def of(cls, sweep: Sweep, data: Data) -> ProjectTrial:
        """Of the data only what training takes: the function behind drawn samples need not be one that can be sent."""
        return cls(sweep.start, replace(data, truth=None), sweep.steps)

    def __setstate__(self, state: dict[str, object]) -> None:
        """Arrives in a process: loads the engine, whose second is not one of the first trial's."""
        self.__dict__.update(state)
        import nnlab.training.complete_run  # noqa: F401

    def __call__(self, settings: Mapping[str, Value], context: TaskContext) -> Mapping[str, TrialValue]:
        """Raises NNLabError for settings that cannot be trained, or numbers that go wrong on the way."""
        from nnlab.training.complete_run import prepare_run, result_of, steps_of_epochs, train  # loads the engine

        project = apply_settings(self.project, settings)
        run = prepare_run(project.graph, self.data, project.training, start=project.initial)
        total = self.steps if self.steps is not None else steps_of_epochs(run, project.training.epochs)
        train(run, total, lambda done: context.report(min(run.iteration, total), total))
        result = result_of(run, self.data)
        found: dict[str, TrialValue] = {"loss": result.loss, "validation_loss": result.validation_loss, **result.metrics}
        return {**found, "parameters": result.parameters, "iterations": result.step}
