"""Comparison: variants of one project trained in lock-step from the same start, over several seeds, and which of them is the best.

The measure is accuracy for classes, R² for numbers (the mean absolute error where R² is not defined), on the validation samples if there
are any. Of each variant the band is the least and the greatest value over the seeds. A winner is a variant whose whole band lies beyond
the band of every other; where bands overlap, and with a single seed, there is none.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.errors import NNLabError, SettingError, TrainingError
from nnlab.core.preparation import Data
from nnlab.engine import machine
from nnlab.engine.batch_order import updates_in
from nnlab.engine.fingerprint import batches_sha256, weights_sha256
from nnlab.engine.run import Run
from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, check
from nnlab.jobs.context import JobContext, TaskContext
from nnlab.studies.wrong_start import wrong_start
from nnlab.training.change import Change
from nnlab.training.commands import Load
from nnlab.training.complete_run import Result, prepare_run, result_of
from nnlab.training.difference import SEED_KEY, Difference
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.problems import check_batches
from nnlab.training.project import Project
from nnlab.training.runs import MOST_RUNS, RunGroup
from nnlab.training.settings import SEED
from nnlab.training.varied import varied

USUAL_SEEDS = 3
FEWEST_SEEDS = 2  # below that there is no band, so nothing is known of another seed
SLICE = 256  # steps between two looks at whether to stop, at first
SLICE_SECONDS = 0.1
MEASURES = ("accuracy", "r2", "mae")  # the first that the data has is the measure
LOWER_IS_BETTER = frozenset({"mae", "loss", "validation_loss"})


@dataclass(frozen=True)
class RunOutcome:
    """One variant with one seed. `stopped` says why it ended early, empty if it did not; `result` is then that of the last good step."""

    setting: str  # learning_rate=0.1
    seed: int
    result: Result
    initial_weights_sha256: str
    batches_sha256: str
    seconds: float  # that the machine trained this run, others that train beside it not counted
    stopped: str = ""
    first_gradient: float = math.nan  # the norm over all parameters of the first batch's, NaN where it is not finite
    base_sha256: str = ""  # of the initial weights without those of adapters


@dataclass(frozen=True)
class Band:
    """The measure of one variant over the seeds; NaN where no run came to its end."""

    setting: str
    lowest: float
    median: float
    highest: float


@dataclass(frozen=True)
class Comparison:
    """`equal_weights` and `equal_batches`: whether, for every seed, all variants start from the same bits and see the same batches;
    `equal_base`: whether they do but for the weights of adapters.
    """

    key: str
    runs: tuple[RunOutcome, ...]
    measure: str
    bands: tuple[Band, ...]
    winner: str | None
    verdict: str  # one sentence: who wins by what, or why nobody does
    equal_weights: bool
    equal_batches: bool
    equal_base: bool = False
    start: InitialWeights | None = None  # what all runs start from; None: weights drawn from the seed


@dataclass(frozen=True)
class Starts:
    """SHA-256 of a run's initial weights, all and without those of adapters, and of its batches, and the norm of its first gradient."""

    weights: str
    base: str
    batches: str
    gradient: float = math.nan  # over all parameters that learn; NaN where it is not finite


def starts_of(projects: Sequence[Project], data: Data) -> tuple[Starts, ...]:
    """Where each project's run begins and what it will see, for at least one epoch."""
    runs = [prepare_run(project.graph, data, project.training, start=project.initial) for project in projects]
    hashes = [weight_hashes(project.graph, run) for project, run in zip(projects, runs, strict=True)]
    return tuple(Starts(*own, batches_sha256(run, 2)[0], _first_gradient(run)) for own, run in zip(hashes, runs, strict=True))


def weight_hashes(graph: Graph, run: Run) -> tuple[str, str]:
    """SHA-256 of a run's present weights: of all, and of those that belong to no adapter."""
    base = {f"{node.id}.{p.name}" for node in graph for p in node.own_parameters}
    return weights_sha256(run.state), weights_sha256(run.state, base)


def _first_gradient(run: Run) -> float:
    """The norm over all parameters of the gradient of the first batch, which the run is trained on here."""
    try:
        run.train(1)
    except TrainingError:
        return math.nan
    return float(np.sqrt((run.history.curves().norms[-1].astype(np.float64) ** 2).sum()))


def variants(project: Project, data: Data, differences: Sequence[Difference]) -> tuple[Project, ...]:
    """The project with each difference, checked against the data; raises NNLabError for what cannot be compared."""
    if not differences:
        raise SettingError("There is nothing to compare; give at least two values.")
    other_key = next((difference for difference in differences if difference.key != differences[0].key), None)
    if other_key is not None:
        raise SettingError(f"{differences[0]} and {other_key} differ in two things, so nobody could tell which one matters; vary one key.")
    if len(differences) > MOST_RUNS:
        raise SettingError(f"{len(differences)} variants are too many; at most {MOST_RUNS} train side by side.")
    found = check_variants(project, data, differences)  # a value that is not known is the first thing to say
    if len(differences) < 2:
        raise SettingError(f"{differences[0]} alone cannot be compared; give at least two values.")
    for k, other in enumerate(found):
        same = next((i for i in range(k) if found[i] == other), None)
        if same is not None:
            raise SettingError(f"{differences[same]} and {differences[k]} are the same network and training; there is nothing to compare.")
    return found


def check_variants(project: Project, data: Data, differences: Sequence[Difference]) -> tuple[Project, ...]:
    """The project with each difference; raises SettingError for one that cannot be trained on the data."""
    found = []
    for difference in differences:
        try:
            derived = varied(project, difference)
            check(derived.graph, DataShape(data.x.shape[1], data.target))
            check_batches(derived.graph, len(data.x), derived.training.batch_size)
        except SettingError:
            raise
        except NNLabError as error:
            raise SettingError(f"{difference} is no network that can be trained: {error}") from error
        found.append(derived)
    return tuple(found)


def compare(
    project: Project, data: Data, differences: Sequence[Difference], steps: int, seeds: int | None = None,
    context: JobContext | None = None,
) -> Comparison:  # fmt: skip
    """Trains every variant for `steps` iterations with `seeds` seeds, from the project's own upwards.

    By default these are three; one where the seed is what differs. Initial weights that were learned for the purpose are learned again from
    every seed; others are the same ones for all, so that seeds differ in the order of the samples alone.
    Emits a `RunOutcome` as each run ends. Raises NNLabError for what cannot be compared; a run whose numbers go wrong stops alone.
    """
    context = context or JobContext()
    derived = variants(project, data, differences)
    is_seed = differences[0].key == SEED_KEY
    is_fixed = all(_is_the_same_from_every_seed(one, data) for one in derived)
    seeds = seeds or (1 if is_seed or is_fixed else USUAL_SEEDS)
    if is_fixed and seeds > 1 and project.initial is not None:
        raise SettingError(
            f"From the given weights “{project.initial.name}”, and without another order of the samples, every seed is the same run; "
            "leave the seeds out, or start fresh."
        )
    if is_seed and seeds > 1:
        raise SettingError(f"The seed is what differs, so it cannot be repeated with {seeds} seeds as well; leave one of the two out.")
    outcomes: list[RunOutcome] = []
    for repeat in range(seeds):
        for outcome in _train(_from_seed(derived, data, repeat, context), data, differences, steps, repeat, seeds, context):
            outcomes.append(outcome)
            context.emit(outcome)
    context.report(seeds, seeds)
    return _with_start(summary(differences, outcomes), derived[0].initial, seeds)


def _train(
    derived: Sequence[Project], data: Data, differences: Sequence[Difference], steps: int, repeat: int, seeds: int, context: JobContext
) -> list[RunOutcome]:
    """One seed, the `repeat`-th: all variants, which have it already, in lock-step."""
    group = RunGroup(np.zeros(machine.CONTROL_WORDS, dtype=np.int64))
    try:
        starts, runs = [], []
        for number, own in enumerate(derived):
            runs.append(group.add(number).load(Load(Change.opening(own), data, 1, number)))
            per_epoch = updates_in(len(data.x), own.training.batch_size, own.training.accumulate)
            starts.append((*weight_hashes(own.graph, runs[-1]), batches_sha256(runs[-1], -(-steps // per_epoch))[0]))
        gradients = [start.gradient for start in starts_of(derived, data)]
        stopped = _to_the_end(group, steps, repeat, seeds, context)
        return [
            RunOutcome(
                str(differences[k]), run.seed, result_of(run, data), starts[k][0], starts[k][2], group.members[k].clock.seconds,
                stopped.get(k, ""), gradients[k], starts[k][1],
            )
            for k, run in enumerate(runs)
        ]
    finally:
        group.close()


def _is_the_same_from_every_seed(project: Project, data: Data) -> bool:
    """Whether a seed would change next to nothing: weights that are given, no dropout, and samples in whole batches or in order."""
    training, start = project.training, project.initial
    is_in_order = not training.shuffle or training.batch_size >= len(data.x)
    is_random = any(node.kind.draws_random_numbers for node in project.graph)
    return start is not None and start.recipe is None and is_in_order and not is_random and not start.misfits(project.graph)


def _from_seed(derived: Sequence[Project], data: Data, repeat: int, context: JobContext) -> list[Project]:
    """The variants with the seed `repeat` further on; initial weights that were learned for the purpose are learned again from it."""
    if repeat == 0:
        return list(derived)
    found: list[Project] = []
    learned: dict[tuple[int, InitialWeights], InitialWeights] = {}
    for project in derived:
        seed, start = (project.training.seed + repeat) % (int(SEED.maximum or 0) + 1), project.initial
        own = replace(project, training=replace(project.training, seed=seed))
        if start is not None and start.recipe is not None:
            if (seed, start) not in learned:
                context.check()
                learned[seed, start] = wrong_start(own, data, start.recipe, TaskContext(is_cancelled=lambda: context.is_cancelled))
            own = replace(own, initial=learned[seed, start])
        found.append(own)
    return found


def _to_the_end(group: RunGroup, steps: int, repeat: int, seeds: int, context: JobContext) -> dict[int, str]:
    """All runs at iteration `steps`, but those that stopped: why, by number."""


    done, slice_steps, stopped = 0, 1, {}
    while done < steps and group.active:
        context.report(repeat + done / steps, seeds, f"Seed {repeat + 1} of {seeds}, iteration {done:,} of {steps:,}")
        begun = time.perf_counter()
        advanced, reasons = group.advance(min(slice_steps, steps - done))
        done += advanced
        stopped.update(reasons)
        if time.perf_counter() - begun < SLICE_SECONDS:
            slice_steps = min(2 * slice_steps, 1_000_000)
        elif slice_steps > 1:
            slice_steps //= 2
    return stopped


def summary(differences: Sequence[Difference], outcomes: Sequence[RunOutcome]) -> Comparison:
    """What so many outcomes say, of whole seeds or of those that have ended so far."""
    names = [str(difference) for difference in differences]
    scores = {name: _scores([o for o in outcomes if o.setting == name]) for name in names}
    measure = next((m for m in MEASURES if any(m in found for name in names for found in scores[name])), MEASURES[0])
    bands = tuple(band_of(name, [found.get(measure, math.nan) for found in scores[name]]) for name in names)
    winner, verdict = judge(bands, measure, len(outcomes) // len(names))
    groups = [[o for o in outcomes if o.seed == seed] for seed in dict.fromkeys(o.seed for o in outcomes)]

    def is_equal(hash_of: Callable[[RunOutcome], str]) -> bool:
        return all(len({hash_of(o) for o in group}) == 1 and len(group) == len(names) for group in groups)

    return Comparison(
        key=differences[0].key, runs=tuple(outcomes), measure=measure, bands=bands, winner=winner, verdict=verdict,
        equal_weights=is_equal(lambda o: o.initial_weights_sha256), equal_batches=is_equal(lambda o: o.batches_sha256),
        equal_base=is_equal(lambda o: o.base_sha256),
    )  # fmt: skip


def _with_start(found: Comparison, start: InitialWeights | None, seeds: int) -> Comparison:
    """The same, with what all runs started from; where that is one and the same for all seeds, the verdict says so."""
    verdict = found.verdict
    if start is not None and start.recipe is None and seeds > 1:
        verdict += f" Every seed started from the weights “{start.name}”, so seeds differ in the order of the samples alone."
    return replace(found, start=start, verdict=verdict)


def _scores(outcomes: Sequence[RunOutcome]) -> list[dict[str, float]]:
    """Metrics of each run; none of one that stopped early, since it did not learn as long as the others."""
    return [{} if o.stopped else dict(o.result.metrics) for o in outcomes]


def band_of(setting: str, values: Sequence[float]) -> Band:
    """The band of one variant's values over the seeds, NaN for a run that did not come to its end."""
    known = np.array([v for v in values if math.isfinite(v)])
    if len(known) < len(values) or not len(known):  # a seed for which a run fails is part of what is known of it
        return Band(setting, math.nan, math.nan, math.nan)
    return Band(setting, float(known.min()), float(np.median(known)), float(known.max()))


MEASURE_WORDS = {"accuracy": "accuracy", "r2": "R²", "mae": "mean absolute error", "validation_loss": "validation loss"}


def judge(bands: Sequence[Band], measure: str, seeds: int) -> tuple[str | None, str]:
    """(winner or None, one sentence)."""
    words = MEASURE_WORDS.get(measure, measure)
    if seeds < FEWEST_SEEDS:
        return None, "No clear winner: one seed says nothing about another; compare several seeds."
    complete = [band for band in bands if math.isfinite(band.median)]
    if not complete:
        return None, "No clear winner: no run came to its end with every seed."
    sign = -1.0 if measure in LOWER_IS_BETTER else 1.0
    best = max(complete, key=lambda band: sign * band.median)
    worst_of_best = best.lowest if sign > 0 else best.highest
    others = [band for band in complete if band is not best]
    failed = [band.setting for band in bands if band not in complete]
    rival = max(others, key=lambda band: max(sign * band.lowest, sign * band.highest), default=None)
    if rival is not None and sign * worst_of_best <= max(sign * rival.lowest, sign * rival.highest):
        both = f"of {best.setting} ({_range(best)}) and of {rival.setting} ({_range(rival)})"
        return None, f"No clear winner: over {seeds} seeds the {words} {both} overlap."
    against = [f"{rival.setting} {_range(rival)}"] if rival is not None else []
    against += [f"{name} did not come to its end" for name in failed]
    return best.setting, f"{best.setting} wins by {words} over {seeds} seeds: {_range(best)}; {'; '.join(against)}."


def _range(band: Band) -> str:
    low, high = f"{band.lowest:.4g}", f"{band.highest:.4g}"
    return low if low == high else f"{low} to {high}"
